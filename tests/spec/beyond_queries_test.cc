// Beyond SWF: a query asks the code of a run by way of its decider, and leaves no trace.
#include <future>

#include "tests/api/poll_client.h"
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

// A call that waits, made beside the test.
struct Asked {
  Outcome outcome;
  v1::QueryWorkflowExecutionResponse response;
};

class BeyondQueries : public SpecTest {
 protected:
  using SpecTest::SpecTest;

  Asked query(const std::string& workflow_id, const std::string& fields = "") {
    v1::QueryWorkflowExecutionRequest request;
    request.set_domain(kDomain);
    request.mutable_execution()->set_workflow_id(workflow_id);
    request.set_query_name("stage");
    merge(fields, &request);
    Asked asked;
    asked.outcome = outcome_of(call(*workflows_, &Workflows::QueryWorkflowExecution, request, &asked.response));
    return asked;
  }
  std::future<Asked> begin_query(const std::string& workflow_id, const std::string& fields = "") {
    return std::async(std::launch::async, [=, this] { return query(workflow_id, fields); });
  }
  // A decider of list "main" that answers queries.
  std::unique_ptr<DeciderClient> decider(const std::string& instance_id = "d1") {
    auto client = std::make_unique<DeciderClient>([this](grpc::ClientContext* context) { return deciders_->PollDecisionTasks(context); });
    v1::PollDecisionTasksRequest frame;
    merge("open { domain: 'orders' task_list { name: 'main' } instance_id: '" + instance_id + "' slots: 5 answers_queries: true }", &frame);
    client->say(frame);
    return client;
  }
  static v1::QueryTask next_query(DeciderClient& client, int number = 1) {
    EXPECT_TRUE(client.wait_for([&](const v1::PollDecisionTasksResponse& said) { return said.queries_size() >= number; }));
    return client.said().queries_size() >= number ? client.said().queries(number - 1) : v1::QueryTask();
  }
  static void reply(DeciderClient& client, const v1::QueryTask& task, const std::string& reply = "completed { result { data: 'third' } }") {
    v1::PollDecisionTasksRequest frame;
    frame.add_query_answers()->set_query_token(task.query_token());
    merge(reply, frame.mutable_query_answers(0)->mutable_reply());
    client.say(frame);
  }
  static void decide_by_stream(DeciderClient& client, int number, const std::string& fields = "") {
    ASSERT_TRUE(client.wait_for_tasks(number));
    v1::PollDecisionTasksRequest frame;
    auto& completed = *frame.add_answers()->mutable_completed();
    completed.set_task_token(client.said().tasks(number - 1).task_token());
    merge(fields, &completed);
    client.say(frame);
    ASSERT_TRUE(client.wait_for_confirmations(number));
  }
  v1::QueryTask poll_query() {
    v1::PollForDecisionTaskRequest request;
    request.set_domain(kDomain);
    request.mutable_task_list()->set_name(kList);
    request.set_answers_queries(true);
    v1::PollForDecisionTaskResponse response;
    EXPECT_EQ(reason_of(call(*deciders_, &Deciders::PollForDecisionTask, request, &response)), "OK");
    EXPECT_TRUE(response.has_query());
    return response.query();
  }
  Outcome respond(const std::string& token, const std::string& domain = kDomain) {
    v1::RespondQueryRequest request;
    request.set_domain(domain);
    request.mutable_answer()->set_query_token(token);
    merge("completed { result { data: 'third' } }", request.mutable_answer()->mutable_reply());
    return outcome(*deciders_, &Deciders::RespondQuery, request);
  }
};

TEST_F(BeyondQueries, AStreamedDeciderAnswersAndNothingIsWritten) {
  const auto client = decider();
  const std::string run_id = start("w");
  decide_by_stream(*client, 1, "run_cached: true");
  auto asking = begin_query("w", "input { data: 'of the order' }");
  const v1::QueryTask task = next_query(*client);
  EXPECT_EQ(task.query_name(), "stage");
  EXPECT_EQ(task.input().data(), "of the order");
  EXPECT_EQ(task.workflow_execution().workflow_id(), "w");
  EXPECT_EQ(task.workflow_execution().run_id(), run_id);
  EXPECT_EQ(task.workflow_type().name(), "process");
  EXPECT_EQ(task.last_event_id(), 4);
  EXPECT_EQ(task.state().started_event_id(), 3);
  EXPECT_EQ(task.state().delivery(), 1);
  reply(*client, task);
  const Asked asked = asking.get();
  EXPECT_EQ(asked.outcome.reason, "OK");
  EXPECT_EQ(asked.response.run_id(), run_id);
  EXPECT_EQ(asked.response.reply().completed().result().data(), "third");
  EXPECT_EQ(history_text("w"), "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled, 3 DecisionTaskStarted, 4 DecisionTaskCompleted");
}

TEST_F(BeyondQueries, AUnaryDeciderThatAsksForThemGetsThemToo) {
  start("w");
  decide({});
  auto asking = begin_query("w");
  const v1::QueryTask task = poll_query();
  EXPECT_EQ(respond(task.query_token()).reason, "OK");
  EXPECT_EQ(asking.get().response.reply().completed().result().data(), "third");
  EXPECT_EQ(respond(task.query_token()).reason, "UNKNOWN_RESOURCE");
}

TEST_F(BeyondQueries, APollThatWaitsIsGivenTheQuery) {
  start("w");
  decide({});
  auto polling = std::async(std::launch::async, [this] { return poll_query(); });
  auto asking = begin_query("w");
  EXPECT_EQ(respond(polling.get().query_token()).reason, "OK");
  EXPECT_EQ(asking.get().outcome.reason, "OK");
}

TEST_F(BeyondQueries, WhoeverDoesNotAskForThemGetsNone) {
  start("w");
  decide({});
  v1::PollDecisionTasksRequest frame;
  merge("open { domain: 'orders' task_list { name: 'main' } instance_id: 'd1' slots: 5 }", &frame);
  DeciderClient plain([this](grpc::ClientContext* context) { return deciders_->PollDecisionTasks(context); });
  plain.say(frame);
  const Asked asked = query("w", "wait { nanos: 300000000 }");
  EXPECT_EQ(asked.outcome.reason, "QUERY_UNANSWERED");
  EXPECT_EQ(asked.outcome.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(asked.outcome.message, ::testing::HasSubstr("no decider that answers queries polls task list main"));
  start("other");
  EXPECT_TRUE(plain.wait_for_tasks(1));
  EXPECT_EQ(plain.said().queries_size(), 0);
}

// What was signaled before the query is in its answer.
TEST_F(BeyondQueries, AnOpenDecisionTaskIsWaitedFor) {
  start("w");
  decide({});
  signal("w");
  const auto task = poll_decision();
  const auto client = decider();
  auto asking = begin_query("w");
  answer(task, {record_marker("seen")});
  const v1::QueryTask asked = next_query(*client);
  EXPECT_EQ(asked.state().started_event_id(), 7);
  EXPECT_EQ(asked.last_event_id(), 9);
  reply(*client, asked);
  EXPECT_EQ(asking.get().outcome.reason, "OK");
}

TEST_F(BeyondQueries, ADecisionThatIsNotMadeInTimeIsSaid) {
  start("w");
  const Asked asked = query("w", "wait { nanos: 200000000 }");
  EXPECT_EQ(asked.outcome.reason, "QUERY_UNANSWERED");
  EXPECT_THAT(asked.outcome.message, ::testing::HasSubstr("open decision task on task list main"));
}

// Code that cannot decide may still say where it is.
TEST_F(BeyondQueries, AParkedRunAnswersFromBeforeItsDecision) {
  start("w");
  decide({});
  signal("w");
  give_up(poll_decision(), "reason: 'NONDETERMINISM'");
  const auto client = decider();
  auto asking = begin_query("w");
  const v1::QueryTask task = next_query(*client);
  EXPECT_EQ(task.state().started_event_id(), 3);
  reply(*client, task);
  EXPECT_EQ(asking.get().outcome.reason, "OK");
}

TEST_F(BeyondQueries, APausedRunAnswers) {
  start("w");
  v1::PauseWorkflowExecutionRequest pause;
  pause.set_domain(kDomain);
  pause.set_workflow_id("w");
  ASSERT_EQ(outcome(*workflows_, &Workflows::PauseWorkflowExecution, pause).reason, "OK");
  const auto client = decider();
  auto asking = begin_query("w");
  const v1::QueryTask task = next_query(*client);
  EXPECT_FALSE(task.has_state());
  reply(*client, task, "failed { reason: 'NOT_DECIDED_YET' }");
  EXPECT_EQ(asking.get().response.reply().failed().reason(), "NOT_DECIDED_YET");
}

TEST_F(BeyondQueries, AClosedRunIsNotAsked) {
  const std::string run_id = start("w");
  decide({complete()});
  EXPECT_EQ(query("w").outcome.reason, "UNKNOWN_RESOURCE");
  const Asked asked = query("w", "execution { run_id: '" + run_id + "' }");
  EXPECT_EQ(asked.outcome.reason, "UNKNOWN_RESOURCE");
  EXPECT_THAT(asked.outcome.message, ::testing::HasSubstr("only an open run answers queries"));
  EXPECT_EQ(query("nobody").outcome.reason, "UNKNOWN_RESOURCE");
}

TEST_F(BeyondQueries, ARunThatClosesMeanwhileSaysSo) {
  start("w");
  const auto task = poll_decision();
  auto asking = begin_query("w");
  answer(task, {complete()});
  EXPECT_EQ(asking.get().outcome.reason, "UNKNOWN_RESOURCE");
}

TEST_F(BeyondQueries, TheDeciderThatKeepsTheRunIsPreferred) {
  const auto first = decider("d1");
  start("w");
  decide_by_stream(*first, 1, "run_cached: true");
  const auto second = decider("d2");
  for (int i = 1; i <= 3; ++i) {
    auto asking = begin_query("w");
    reply(*first, next_query(*first, i));
    EXPECT_EQ(asking.get().outcome.reason, "OK");
  }
  EXPECT_EQ(second->said().queries_size(), 0);
}

TEST_F(BeyondQueries, AnotherDeciderIsAskedWhenOneIsLost) {
  auto first = decider("d1");
  start("w");
  decide_by_stream(*first, 1, "run_cached: true");
  auto asking = begin_query("w");
  next_query(*first);
  const auto second = decider("d2");
  first->break_off();
  reply(*second, next_query(*second));
  EXPECT_EQ(asking.get().response.reply().completed().result().data(), "third");
}

TEST_F(BeyondQueries, AReplyThatIsNotWithinItsBoundsBecomesAFailureThatSaysSo) {
  const auto client = decider();
  start("w");
  decide_by_stream(*client, 1);
  auto asking = begin_query("w");
  reply(*client, next_query(*client), "completed { result { data: '" + std::string(32'769, 'x') + "' } }");
  const auto failed = asking.get().response.reply().failed();
  EXPECT_EQ(failed.reason(), "INVALID_REPLY");
  EXPECT_THAT(failed.details().data(), ::testing::HasSubstr("answer.reply.completed.result"));
  auto without = begin_query("w");
  reply(*client, next_query(*client, 2), "");
  EXPECT_THAT(without.get().response.reply().failed().details().data(), ::testing::HasSubstr("has no outcome"));
}

TEST_F(BeyondQueries, AnAnswerOfAnotherDomainIsForNobody) {
  start("w");
  decide({});
  register_domain("others");
  auto asking = begin_query("w");
  const v1::QueryTask task = poll_query();
  EXPECT_EQ(respond(task.query_token(), "others").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(respond("guessed").subject, "query_token");
  EXPECT_EQ(respond(task.query_token()).reason, "OK");
  EXPECT_EQ(asking.get().outcome.reason, "OK");
}

TEST_F(BeyondQueries, ItNeedsANameAndABoundedWait) {
  start("w");
  EXPECT_EQ(query("w", "query_name: ''").outcome.subject, "query_name");
  EXPECT_EQ(query("w", "wait {}").outcome.subject, "wait");
  EXPECT_EQ(query("w", "wait { seconds: 61 }").outcome.subject, "wait");
  EXPECT_EQ(query("w", "input { data: '" + std::string(32'769, 'x') + "' }").outcome.subject, "input");
  EXPECT_EQ(query("w", "domain: 'nowhere'").outcome.reason, "UNKNOWN_RESOURCE");
}

TEST_F(BeyondQueries, ACoordinatorThatStopsTellsWhoWaits) {
  start("w");
  decide({});
  auto waits_for_a_decider = begin_query("w");
  poll_query();
  engine_->end_waiting();
  const Asked asked = waits_for_a_decider.get();
  EXPECT_EQ(asked.outcome.reason, "STORE_UNAVAILABLE");
  EXPECT_EQ(query("w").outcome.reason, "STORE_UNAVAILABLE");
}

class BeyondQueriesPolicy : public BeyondQueries {
 protected:
  BeyondQueriesPolicy() : BeyondQueries("deny * RespondQuery *\nallow * * *\n") {}
};

TEST_F(BeyondQueriesPolicy, WhoMayNotAnswerIsNotAsked) {
  const auto client = decider();
  start("w");
  decide_by_stream(*client, 1);
  const Asked asked = query("w", "wait { nanos: 200000000 }");
  EXPECT_EQ(asked.outcome.reason, "QUERY_UNANSWERED");
  EXPECT_THAT(asked.outcome.message, ::testing::HasSubstr("no decider that answers queries polls task list main"));
  EXPECT_EQ(client->said().queries_size(), 0);
  EXPECT_EQ(respond("any").reason, "OPERATION_NOT_PERMITTED");
}

}  // namespace
}  // namespace baton::testing
