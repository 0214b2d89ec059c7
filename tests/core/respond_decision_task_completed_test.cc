// Which answers of deciders count, which are refused as a whole, and what a refusal says.
#include <google/protobuf/text_format.h>

#include <string>
#include <utility>
#include <vector>

#include "coordinator/core/journal_values.h"
#include "coordinator/core/snapshot.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/live_run.h"

namespace baton::core {
namespace {

using baton::v1::SUPERSEDED, baton::v1::UNHANDLED_DECISION, baton::v1::UNKNOWN_RESOURCE, baton::v1::VALIDATION;
using Request = baton::v1::RespondDecisionTaskCompletedRequest;
using testing::HasSubstr;

Request request(const std::string& text) {
  Request parsed;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &parsed)) << text;
  return parsed;
}

RespondDecisionTaskCompleted answer(const TaskRef& task, Request with = {}) { return {task, std::move(with), "d", "instance-d"}; }

void signal(LiveRun& run) {
  SignalWorkflowExecution command;
  command.request.set_domain("orders");
  command.request.set_workflow_id("order-1");
  command.request.set_signal_name("go");
  ASSERT_TRUE(run.decide(command).ok());
}

TEST(RespondDecisionTaskCompleted, OfATaskThatIsNotTheOpenOneIsRefused) {
  LiveRun run;
  run.start();
  EXPECT_EQ(fault_in(run.decide(answer({2, 3, 1, 1}))), UNKNOWN_RESOURCE) << "never handed out";
  const TaskRef task = run.offer(2);
  for (const TaskRef& wrong : {TaskRef{2, 0, 1, 1}, TaskRef{2, 4, 1, 1}, TaskRef{3, 3, 1, 1}, TaskRef{1, 3, 1, 1}, TaskRef{2, 3, 1, 0},
                               TaskRef{2, 3, 1, 2}, TaskRef{2, 3, 1, -1}}) {
    const auto refused = run.decide(answer(wrong));
    EXPECT_EQ(fault_in(refused), UNKNOWN_RESOURCE) << wrong.scheduled_event_id << " " << wrong.started_event_id << " " << wrong.delivery;
    EXPECT_EQ(subject_of(refused.status()), "task_token");
  }
  EXPECT_TRUE(run.decide(answer(task)).ok());
}

TEST(RespondDecisionTaskCompleted, BySomeDeliveryCountsUntilOneIsAcknowledgedInTheJournal) {
  LiveRun run;
  run.start();
  const TaskRef first = run.offer(2);
  ASSERT_TRUE(run.decide(WithdrawOffer{first, journal::OfferWithdrawn::STREAM_BROKEN}).ok());
  EXPECT_TRUE(run.decide(answer(first)).ok()) << "withdrawn, and nobody else has it";

  LiveRun other;
  other.start();
  const TaskRef silent = other.offer(2);
  ASSERT_TRUE(other.decide(WithdrawOffer{silent, journal::OfferWithdrawn::DELIVERY_TIMEOUT}).ok());
  const TaskRef quick = other.offer(2);
  other.acknowledge(quick, other.now_ms);
  EXPECT_EQ(fault_in(other.decide(answer(silent))), SUPERSEDED);
  EXPECT_TRUE(other.decide(answer(quick)).ok());
  EXPECT_EQ(fault_in(other.decide(answer(silent))), SUPERSEDED) << "afterwards too";
}

TEST(RespondDecisionTaskCompleted, SentAgainIsAnsweredAsRecordedWhateverItCarriesAndHoweverLate) {
  LiveRun run;
  run.start();
  const TaskRef first = run.offer(2);
  ASSERT_TRUE(run.decide(answer(first, request("decisions { start_timer { timer_id: 't' start_to_fire_timeout { seconds: 1 } } }"))).ok());
  const auto check_repeat = [&](const TaskRef& task) {
    const std::string before = to_snapshot(run.state());
    const auto again = run.decide(answer(task, request("decisions { start_timer { timer_id: 't' start_to_fire_timeout { seconds: 1 } } }")));
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_TRUE(std::holds_alternative<RepeatReply>(again->reply));
    EXPECT_EQ(to_snapshot(run.state()), before);
  };
  check_repeat(first);
  signal(run);
  const TaskRef second = run.offer(run.state().decision->scheduled_event_id);
  check_repeat(first);
  ASSERT_TRUE(run.decide(answer(second, request("decisions { complete_workflow_execution { } }"))).ok());
  check_repeat(first);
  check_repeat(second);
}

TEST(RespondDecisionTaskCompleted, AfterARefusedCloseEveryDeliveryHearsWhatItIs) {
  LiveRun run;
  run.start();
  const TaskRef first = run.offer(2);
  ASSERT_TRUE(run.decide(WithdrawOffer{first, journal::OfferWithdrawn::DELIVERY_TIMEOUT}).ok());
  const TaskRef second = run.offer(2);
  signal(run);
  const Request close = request("decisions { record_marker { marker_name: 'm' } } decisions { fail_workflow_execution { } } all_or_nothing_close: true");
  const int64_t events = run.state().last_event_id;
  const auto refused = run.decide(answer(second, close));
  ASSERT_TRUE(refused.ok()) << refused.status();
  EXPECT_TRUE(std::holds_alternative<CloseRefusedReply>(refused->reply));
  EXPECT_EQ(run.written(), "DecisionAbandoned");
  EXPECT_EQ(run.state().last_event_id, events) << "the history has nothing of it";
  EXPECT_EQ(run.state().previous_started_event_id, 0);
  EXPECT_TRUE(run.state().last_answer->abandoned);
  EXPECT_EQ(fault_in(run.decide(answer(second, close))), UNHANDLED_DECISION);
  EXPECT_EQ(fault_in(run.decide(answer(first, close))), SUPERSEDED);

  // The task that follows shows the signal, and the close goes through; what was refused stays refused.
  const TaskRef next = run.offer(run.state().decision->scheduled_event_id);
  ASSERT_TRUE(run.decide(answer(next, close)).ok());
  EXPECT_EQ(run.state().close_status, journal::CLOSE_STATUS_FAILED);
  EXPECT_EQ(fault_in(run.decide(answer(second, close))), UNHANDLED_DECISION);
}

TEST(RespondDecisionTaskCompleted, OnARunThatEndedMeanwhileIsRefused) {
  LiveRun run;
  run.start();
  const TaskRef task = run.offer(2);
  TerminateWorkflowExecution terminate;
  terminate.request.set_domain("orders");
  terminate.request.set_workflow_id("order-1");
  ASSERT_TRUE(run.decide(terminate).ok());
  const auto late = run.decide(answer(task));
  EXPECT_EQ(fault_in(late), UNKNOWN_RESOURCE);
  EXPECT_THAT(std::string(late.status().message()), HasSubstr("ended with its execution"));
}

TEST(RespondDecisionTaskCompleted, IsCheckedAsAWholeAndNamesTheField) {
  const std::string long_name(257, 'n');
  const std::string activity = "schedule_activity_task { activity_id: 'a' activity_type { name: 'ready' version: '1' } ";
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"decisions { start_timer { timer_id: '" + long_name + "' start_to_fire_timeout { } } }", "decisions[1].start_timer.timer_id"},
      {"decisions { start_timer { timer_id: 't' } }", "decisions[1].start_timer.start_to_fire_timeout"},
      {"decisions { start_timer { timer_id: 't' start_to_fire_timeout { seconds: -1 } } }", "decisions[1].start_timer.start_to_fire_timeout"},
      {"decisions { start_timer { timer_id: 't' start_to_fire_timeout { seconds: 31622401 } } }", "decisions[1].start_timer.start_to_fire_timeout"},
      {"decisions { start_timer { timer_id: 't' start_to_fire_timeout { } control: '" + std::string(32'769, 'c') + "' } }",
       "decisions[1].start_timer.control"},
      {"decisions { cancel_timer { } }", "decisions[1].cancel_timer.timer_id"},
      {"decisions { record_marker { } }", "decisions[1].record_marker.marker_name"},
      {"decisions { record_marker { marker_name: 'm' details { data: '" + std::string(32'769, 'd') + "' } } }", "decisions[1].record_marker.details"},
      {"decisions { request_cancel_activity_task { activity_id: 'a|b' } }", "decisions[1].request_cancel_activity_task.activity_id"},
      {"decisions { schedule_activity_task { activity_id: 'a' } }", "decisions[1].schedule_activity_task.activity_type.name"},
      {"decisions { " + activity + "task_list { name: 'a/b' } } }", "decisions[1].schedule_activity_task.task_list.name"},
      {"decisions { " + activity + "heartbeat_timeout { after { seconds: -1 } } } }", "decisions[1].schedule_activity_task.heartbeat_timeout"},
      {"decisions { " + activity + "headers { key: 'arn' value { } } } }", "decisions[1].schedule_activity_task.headers"},
      {"decisions { complete_workflow_execution { result { data: '" + std::string(32'769, 'r') + "' } } }",
       "decisions[1].complete_workflow_execution.result"},
      {"decisions { fail_workflow_execution { reason: '" + long_name + "' } }", "decisions[1].fail_workflow_execution.reason"},
      {"decisions { cancel_workflow_execution { details { data: '" + std::string(32'769, 'r') + "' } } }",
       "decisions[1].cancel_workflow_execution.details"},
      {"decisions { }", "decisions[1]"},
      {"decisions { complete_workflow_execution { } } decisions { record_marker { marker_name: 'm' } }", "decisions[1]"},
      {"execution_context: '" + std::string(32'769, 'x') + "'", "execution_context"},
      {"task_list { name: '" + long_name + "' }", "task_list.name"},
      {"task_list_schedule_to_start_timeout { after { seconds: -1 } }", "task_list_schedule_to_start_timeout"},
  };
  LiveRun run;
  run.start();
  const TaskRef task = run.offer(2);
  const std::string before = to_snapshot(run.state());
  for (const auto& [text, field] : wrong) {
    const auto refused = run.decide(answer(task, request("decisions { record_marker { marker_name: 'first' } } " + text)));
    EXPECT_EQ(fault_in(refused), VALIDATION) << field;
    EXPECT_THAT(subject_of(refused.status()), testing::StartsWith(field));
    EXPECT_THAT(std::string(refused.status().message()), HasSubstr(field)) << "the message names it too";
    EXPECT_EQ(to_snapshot(run.state()), before) << field;
  }
  EXPECT_TRUE(run.decide(answer(task)).ok()) << "the token stays usable";
}

TEST(RespondDecisionTaskCompleted, HoldsSoManyDecisionsAndBytesAndNotOneMore) {
  LiveRun run(Limits{.decisions_per_answer = 3});
  run.start();
  const TaskRef task = run.offer(2);
  Request many;
  for (int i = 0; i < 4; ++i) many.add_decisions()->mutable_record_marker()->set_marker_name("m");
  const auto refused = run.decide(answer(task, many));
  EXPECT_EQ(fault_in(refused), VALIDATION);
  EXPECT_EQ(subject_of(refused.status()), "decisions");
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("at most 3"));
  many.mutable_decisions()->RemoveLast();
  EXPECT_TRUE(run.decide(answer(task, many)).ok());

  LiveRun large;
  large.start();
  const TaskRef other = large.offer(2);
  Request bytes;
  for (int i = 0; i < 33; ++i) {
    auto& marker = *bytes.add_decisions()->mutable_record_marker();
    marker.set_marker_name("m");
    marker.mutable_details()->set_data(std::string(32'000, 'x'));
  }
  EXPECT_EQ(fault_in(large.decide(answer(other, bytes))), VALIDATION);
  bytes.mutable_decisions()->RemoveLast();
  ASSERT_LE(bytes.ByteSizeLong(), kMaxRequestBytes);
  EXPECT_TRUE(large.decide(answer(other, bytes)).ok());
}

TEST(RespondDecisionTaskCompleted, KeepsTheLastGivenExecutionContextEvenAnEmptyOne) {
  LiveRun run;
  run.start();
  const auto answer_next = [&](const Request& with) {
    if (!run.state().decision) signal(run);
    ASSERT_TRUE(run.decide(answer(run.offer(run.state().decision->scheduled_event_id), with)).ok());
  };
  answer_next({});
  EXPECT_EQ(run.state().execution_context, nullptr);
  answer_next(request("execution_context: 'half'"));
  answer_next({});
  ASSERT_NE(run.state().execution_context, nullptr);
  EXPECT_EQ(*run.state().execution_context, "half");
  answer_next(request("execution_context: ''"));
  EXPECT_EQ(*run.state().execution_context, "");
}

}  // namespace
}  // namespace baton::core
