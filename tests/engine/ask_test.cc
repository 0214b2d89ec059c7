// Updates and queries on two coordinators of one database: who waits at one of them hears of what the other one wrote.
#include <gmock/gmock.h>

#include "coordinator/core/fault.h"
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

using Event = journal::v1::Event;
using Updated = absl::StatusOr<v1::UpdateWorkflowExecutionResponse>;
using Asked = absl::StatusOr<v1::QueryWorkflowExecutionResponse>;

constexpr auto kPatience = std::chrono::seconds(20);
constexpr int64_t kWaitMs = 60'000;
constexpr int64_t kLookAgainMs = 1'000;  // who waits looks at the run so often, whoever writes

v1::Decision answer_update(const std::string& update_id) {
  v1::Decision decision;
  decision.mutable_answer_update()->set_update_id(update_id);
  decision.mutable_answer_update()->mutable_reply()->mutable_completed()->mutable_result()->set_data("done");
  return decision;
}

template <class T>
T outcome(std::future<T>& future) {
  if (future.wait_for(kPatience) != std::future_status::ready) {
    ADD_FAILURE() << "no answer came";
    return absl::DeadlineExceededError("no answer came");
  }
  return future.get();
}

class Ask : public EngineFixture {
 protected:
  // Of who waits for what another coordinator writes. Its lane may set out to look again just as time passes: then it takes some more.
  template <class T>
  T outcome_in_time(std::future<T>& future) {
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    do {
      advance(kLookAgainMs);
    } while (future.wait_for(std::chrono::milliseconds(10)) != std::future_status::ready && std::chrono::steady_clock::now() < give_up);
    return outcome(future);
  }
  v1::QueryTask next_query_in_time(ScriptedPoller& decider) {
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (decider.queries() == 0 && std::chrono::steady_clock::now() < give_up) {
      advance(kLookAgainMs / 10);
      a.settle();
    }
    return decider.next_query();
  }
  static std::future<Updated> update(TestCoordinator& at, const std::string& update_id, int64_t wait_ms = kWaitMs) {
    v1::UpdateWorkflowExecutionRequest request;
    request.set_domain(kDomain);
    request.set_workflow_id("order");
    request.set_update_name("add_item");
    request.set_request_id(update_id);
    auto promise = std::make_shared<std::promise<Updated>>();
    at.engine().update_execution({"caller", ""}, request, wait_ms, [promise](Updated updated) { promise->set_value(std::move(updated)); });
    return promise->get_future();
  }
  static std::future<Asked> query(TestCoordinator& at, int64_t wait_ms = kWaitMs) {
    v1::QueryWorkflowExecutionRequest request;
    request.set_domain(kDomain);
    request.mutable_execution()->set_workflow_id("order");
    request.set_query_name("stage");
    auto promise = std::make_shared<std::promise<Asked>>();
    at.engine().query_execution({"caller", ""}, request, wait_ms, [promise](Asked asked) { promise->set_value(std::move(asked)); });
    return promise->get_future();
  }
  static void reply(TestCoordinator& at, const v1::QueryTask& task) {
    v1::QueryAnswer answer;
    answer.set_query_token(task.query_token());
    answer.mutable_reply()->mutable_completed()->mutable_result()->set_data("third");
    EXPECT_EQ(at.engine().answer_query(kDomain, answer), absl::OkStatus());
  }
  // By a unary poll there.
  void decide_at(TestCoordinator& at, std::vector<v1::Decision> decisions) {
    const auto decider = at.decider({.unary = true});
    ASSERT_EQ(at.decide(nullptr, decider->next_offer().token, std::move(decisions)), absl::OkStatus());
    at.remove(*decider);
  }
  // The run is in the caches of both.
  void begin() {
    ASSERT_TRUE(a.start("order").ok());
    decide_at(a, {});
    ASSERT_TRUE(b.describe("order").ok());
  }

  TestCoordinator& a = coordinator();
  TestCoordinator& b = coordinator();
};

TEST_F(Ask, WhoWaitsIsToldByTheCommitOfTheAnswer) {
  begin();
  auto updating = update(a, "u");
  wait_for("order", Event::kWorkflowExecutionSignaled);
  decide_at(a, {answer_update("u")});
  const Updated updated = outcome(updating);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->reply().completed().result().data(), "done");
}

TEST_F(Ask, AnAnswerThatAnotherCoordinatorWroteIsSeenWithinASecond) {
  begin();
  auto updating = update(a, "u");
  wait_for("order", Event::kWorkflowExecutionSignaled);
  const auto decider = b.decider({.unary = true});
  sweep(b);  // finds the waiting decision task
  ASSERT_EQ(b.decide(nullptr, decider->next_offer().token, {answer_update("u")}), absl::OkStatus());
  const Updated updated = outcome_in_time(updating);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->reply().completed().result().data(), "done");
}

TEST_F(Ask, TheSameUpdateAtAnotherCoordinatorIsTheSame) {
  begin();
  auto first = update(a, "u", 0);
  ASSERT_TRUE(outcome(first).ok());
  auto second = update(b, "u");
  decide_at(a, {answer_update("u")});
  const Updated updated = outcome_in_time(second);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->reply().completed().result().data(), "done");
  EXPECT_EQ(count_events("order", Event::kWorkflowExecutionSignaled), 1);
}

TEST_F(Ask, ACommitInDoubtTellsTheAnswerOnceItIsSettled) {
  begin();
  auto updating = update(a, "u");
  wait_for("order", Event::kWorkflowExecutionSignaled);
  const auto decider = a.decider({.unary = true});
  const TaskToken token = decider->next_offer().token;
  a.faults().doubt_next_commit();
  EXPECT_TRUE(absl::IsUnavailable(a.decide(nullptr, token, {answer_update("u")})));
  EXPECT_EQ(a.decide(nullptr, token, {answer_update("u")}), absl::OkStatus());
  const Updated updated = outcome_in_time(updating);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->reply().completed().result().data(), "done");
  EXPECT_EQ(count_events("order", Event::kWorkflowExecutionUpdateAnswered), 1);
}

TEST_F(Ask, AnUpdateThatIsNotAnsweredInTimeIsStillThere) {
  begin();
  auto updating = update(a, "u", 5'000);
  wait_for("order", Event::kWorkflowExecutionSignaled);
  a.settle();
  EXPECT_TRUE(is_pending(updating));
  advance(5'000);
  const Updated updated = outcome(updating);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_FALSE(updated->has_reply());
  auto again = update(b, "u");
  decide_at(a, {answer_update("u")});
  const Updated answered = outcome_in_time(again);
  ASSERT_TRUE(answered.ok()) << answered.status();
  EXPECT_TRUE(answered->has_reply());
}

TEST_F(Ask, AQueryKnowsWhatAnotherCoordinatorWrote) {
  begin();
  ASSERT_EQ(b.signal("order"), absl::OkStatus());
  decide_at(b, {schedule_activity("x")});
  auto asking = query(a);
  const auto decider = a.decider({.answers_queries = true});
  const v1::QueryTask task = decider->next_query();
  EXPECT_EQ(task.last_event_id(), 9) << events("order");
  EXPECT_EQ(task.state().started_event_id(), 7);
  reply(a, task);
  EXPECT_TRUE(outcome(asking).ok());
}

TEST_F(Ask, AQueryWaitsForTheDecisionThatAnotherCoordinatorTakes) {
  begin();
  ASSERT_EQ(b.signal("order"), absl::OkStatus());
  auto asking = query(a);
  const auto decider = a.decider({.slots = 1, .answers_queries = true});
  const auto other = b.decider({.unary = true});
  const TaskToken token = other->next_offer().token;
  a.settle();
  EXPECT_TRUE(is_pending(asking));
  ASSERT_EQ(b.decide(nullptr, token, {}), absl::OkStatus());
  reply(a, next_query_in_time(*decider));
  EXPECT_TRUE(outcome(asking).ok());
}

TEST_F(Ask, AQueryIsNotLostWithAStreamThatEndsWhileItIsHandedOut) {
  begin();
  const auto lost = a.decider({.instance = "lost", .answers_queries = true});
  lost->end_stream();
  const auto other = a.decider({.instance = "other", .answers_queries = true});
  for (int i = 0; i < 2; ++i) {  // whoever's turn it is
    auto asking = query(a);
    reply(a, other->next_query());
    EXPECT_TRUE(outcome(asking).ok());
  }
}

// An hour after the update its request id is forgotten, and the answer, which came later, is not: it is another update then.
TEST_F(Ask, AnIdThatComesAgainWhenItIsForgottenIsAnotherUpdate) {
  begin();
  auto first = update(a, "u", 0);
  ASSERT_TRUE(outcome(first).ok());
  advance(core::kReceivedLifeMs / 2);
  decide_at(a, {answer_update("u")});
  advance(core::kReceivedLifeMs / 2 + 60'000);
  sweep(a);  // forgets
  auto second = update(a, "u", 0);
  const Updated recorded = outcome(second);
  ASSERT_TRUE(recorded.ok()) << recorded.status();
  EXPECT_FALSE(recorded->has_reply());
  EXPECT_EQ(count_events("order", Event::kWorkflowExecutionSignaled), 2);
  decide_at(a, {answer_update("u")});
  auto again = update(a, "u");
  const Updated updated = outcome(again);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_TRUE(updated->has_reply());
  EXPECT_EQ(count_events("order", Event::kWorkflowExecutionUpdateAnswered), 2);
}

TEST_F(Ask, AnUpdateThatIsSentAgainWritesNothing) {
  begin();
  auto first = update(a, "u", 0);
  ASSERT_TRUE(outcome(first).ok());
  const int64_t commits = a.faults().commits();
  for (int i = 0; i < 3; ++i) {
    auto again = update(a, "u", 0);
    EXPECT_TRUE(outcome(again).ok());
  }
  EXPECT_EQ(a.faults().commits(), commits);
}

TEST_F(Ask, HoweverManyWaitForARunItIsLookedAtOnceASecond) {
  begin();
  std::vector<std::future<Updated>> updating;
  for (int i = 0; i < 30; ++i) {
    updating.push_back(update(a, "u" + std::to_string(i)));
    a.settle();
    advance(7);
  }
  // Beside what settling reads.
  const auto reads_in_three_seconds = [&] {
    const int64_t before = a.faults().reads("confirm");
    for (int i = 0; i < 300; ++i) {
      advance(10);
      a.settle();
    }
    return a.faults().reads("confirm") - before;
  };
  const int64_t with_them = reads_in_three_seconds();
  std::vector<v1::Decision> answers;
  for (int i = 0; i < 30; ++i) answers.push_back(answer_update("u" + std::to_string(i)));
  decide_at(a, std::move(answers));
  for (auto& one : updating) EXPECT_TRUE(outcome(one).ok());
  EXPECT_LE(with_them - reads_in_three_seconds(), 6);
}

TEST_F(Ask, WhoWaitsForADeciderThatIsFullGoesOnWhenQueriesOfItAreOver) {
  begin();
  const auto decider = a.decider({.answers_queries = true});
  std::vector<std::future<Asked>> asking;
  for (size_t i = 0; i < core::kMaxQueriesOfPoller; ++i) asking.push_back(query(a, 2'000));
  for (size_t i = 0; i < core::kMaxQueriesOfPoller; ++i) decider->next_query();
  auto waiting = query(a);
  a.settle();
  EXPECT_EQ(decider->queries(), 0u);
  advance(2'000);
  for (auto& one : asking) EXPECT_EQ(core::fault_of(outcome(one).status()), v1::QUERY_UNANSWERED);
  reply(a, next_query_in_time(*decider));
  EXPECT_TRUE(outcome(waiting).ok());
}

TEST_F(Ask, ADeciderHasAHundredQueriesAtMost) {
  begin();
  const auto decider = a.decider({.answers_queries = true});
  std::vector<std::future<Asked>> asking;
  for (size_t i = 0; i < core::kMaxQueriesOfPoller + 1; ++i) asking.push_back(query(a));
  std::vector<v1::QueryTask> tasks;
  for (size_t i = 0; i < core::kMaxQueriesOfPoller; ++i) tasks.push_back(decider->next_query());
  a.settle();
  reply(a, tasks[0]);
  tasks.push_back(decider->next_query());
  for (size_t i = 1; i < tasks.size(); ++i) reply(a, tasks[i]);
  for (auto& one : asking) EXPECT_TRUE(outcome(one).ok());
}

TEST_F(Ask, NobodyWaitsLongerThanHeSaid) {
  begin();
  auto asking = query(a, 3'000);
  a.settle();
  EXPECT_TRUE(is_pending(asking));
  advance(3'000);
  EXPECT_EQ(core::fault_of(outcome(asking).status()), v1::QUERY_UNANSWERED);
}

TEST_F(Ask, ACoordinatorThatStopsTellsWhoWaits) {
  begin();
  auto updating = update(a, "u");
  wait_for("order", Event::kWorkflowExecutionSignaled);
  auto asking = query(a);  // waits for the decision that the update needs
  a.settle();
  stop(a);
  EXPECT_TRUE(absl::IsUnavailable(outcome(updating).status()));
  EXPECT_TRUE(absl::IsUnavailable(outcome(asking).status()));
}

}  // namespace
}  // namespace baton::testing
