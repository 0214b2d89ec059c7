// A decider against the other end of its stream: acknowledgement, batches, reconnection, refusals, drain.
#include <gmock/gmock.h>

#include <utility>

#include "baton/log.h"
#include "decider_fixture.h"
#include "recorder.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

TEST_F(DeciderTest, TheFirstFrameSaysWhoPollsForWhat) {
  begin({.slots = 77});
  const Frame said = coordinator_.wait_for("open", [](const Frame& frame) { return frame.has_open(); });
  EXPECT_EQ(said.open().domain(), "shop");
  EXPECT_EQ(said.open().task_list().name(), "decisions");
  EXPECT_EQ(said.open().identity(), "me");
  EXPECT_EQ(said.open().slots(), 77);
  EXPECT_TRUE(said.open().answers_queries());
  EXPECT_GE(said.open().instance_id().size(), 16u);
  EXPECT_EQ(said.open().held_task_tokens_size(), 0);
}

TEST_F(DeciderTest, ATaskIsAnsweredAndItsRunIsKeptForADelta) {
  begin();
  send_task("a", "t1");
  Frame said = coordinator_.wait_for("an answer", has_answers(1));
  EXPECT_EQ(describe(said.answers(0).completed()), "ScheduleActivityTask(1 square 1)");
  EXPECT_TRUE(said.answers(0).completed().run_cached());
  coordinator_.confirm("t1");
  first_square_done("a");
  send_delta("a", "t2", 3);
  said = coordinator_.wait_for("another answer", has_answers(2));
  EXPECT_EQ(describe(said.answers(1).completed()), "ScheduleActivityTask(2 square 2)");
  EXPECT_EQ(coordinator_.history_reads(), 0);
  coordinator_.confirm("t2");
}

TEST_F(DeciderTest, ManyTasksAreAnsweredInFewFrames) {
  constexpr int kTasks = 2'000;
  begin({.slots = kTasks});
  v1::PollDecisionTasksResponse frame;
  for (int i = 0; i < kTasks; ++i) add_task(frame, "run-" + std::to_string(i), "t" + std::to_string(i));
  coordinator_.send(frame);
  const Frame said = coordinator_.wait_for("all answers", has_answers(kTasks));
  EXPECT_EQ(said.answers_size(), kTasks);
  EXPECT_EQ(answered(said).size(), static_cast<size_t>(kTasks)) << "each once";
  EXPECT_LT(coordinator_.frames(), static_cast<size_t>(kTasks) / 4);
  v1::PollDecisionTasksResponse confirmations;
  for (const auto& token : answered(said)) {
    auto* const one = confirmations.add_confirmations();
    one->set_task_token(token);
    one->set_recorded(true);
  }
  coordinator_.send(confirmations);
}

TEST_F(DeciderTest, ATaskThatTakesLongIsAcknowledgedByItself) {
  begin();
  v1::PollDecisionTasksResponse frame;
  to_wire(TypeName{"slow", "1"}, add_task(frame, "s", "slow-1")->mutable_workflow_type());
  coordinator_.send(frame);
  const Frame said =
      coordinator_.wait_for("an acknowledgement", [](const Frame& frame) { return frame.acknowledged_task_tokens_size() == 1; });
  EXPECT_EQ(said.acknowledged_task_tokens(0), "slow-1");
  EXPECT_EQ(said.answers_size(), 0);
  released_.count_down();
  coordinator_.wait_for("the answer", has_answers(1));
  coordinator_.confirm("slow-1");
}

TEST_F(DeciderTest, ABrokenStreamIsOpenedAgainUnderTheSameNameAndUnconfirmedAnswersAreSentAgain) {
  begin();
  send_task("a", "t1");
  send_task("b", "t2");
  const Frame before = coordinator_.wait_for("two answers", has_answers(2));
  coordinator_.confirm("t2");
  send_task("c", "t3");  // its answer shows that the confirmation was read
  coordinator_.wait_for("three answers", has_answers(3));
  coordinator_.break_stream();
  const Frame after = coordinator_.wait_for("its answers again", has_answers(2));
  EXPECT_EQ(after.open().instance_id(), before.open().instance_id());
  EXPECT_THAT(after.open().held_task_tokens(), UnorderedElementsAre("t1", "t3"));
  EXPECT_THAT(answered(after), UnorderedElementsAre("t1", "t3"));
  EXPECT_EQ(coordinator_.streams(), 2);
  coordinator_.confirm("t1");
  coordinator_.confirm("t3");
}

TEST_F(DeciderTest, ATaskBeingDecidedWhileTheStreamBreaksIsNamedAndAnsweredOnTheNext) {
  begin();
  v1::PollDecisionTasksResponse frame;
  to_wire(TypeName{"slow", "1"}, add_task(frame, "s", "slow-1")->mutable_workflow_type());
  coordinator_.send(frame);
  coordinator_.wait_for("an acknowledgement", [](const Frame& frame) { return frame.acknowledged_task_tokens_size() == 1; });
  coordinator_.break_stream();
  const Frame said =
      coordinator_.wait_for("the held task", [](const Frame& frame) { return frame.open().held_task_tokens_size() == 1; });
  EXPECT_EQ(said.open().held_task_tokens(0), "slow-1");
  released_.count_down();
  coordinator_.wait_for("the answer", has_answers(1));
  coordinator_.confirm("slow-1");
}

TEST_F(DeciderTest, ACoordinatorThatIsGoneForAWhileIsFoundAgain) {
  begin();
  coordinator_.wait_for("open", [](const Frame& frame) { return frame.has_open(); });
  coordinator_.stop();
  coordinator_.restart();
  send_task("a", "t1");
  coordinator_.wait_for("an answer", has_answers(1));
  coordinator_.confirm("t1");
}

TEST_F(DeciderTest, ARefusedAnswerDropsTheRunSoThatTheNextTaskIsReadFromTheHistory) {
  begin();
  send_task("a", "t1");
  coordinator_.wait_for("an answer", has_answers(1));
  coordinator_.refuse("t1", v1::UNHANDLED_DECISION);
  first_square_done("a");
  send_delta("a", "t2", 3);
  const Frame said = coordinator_.wait_for("another answer", has_answers(2));
  EXPECT_EQ(describe(said.answers(1).completed()), "ScheduleActivityTask(2 square 2)");
  EXPECT_EQ(coordinator_.history_reads(), 1);
  coordinator_.confirm("t2");
}

TEST_F(DeciderTest, DecisionsThatAreNotValidFailTheTask) {
  begin();
  send_task("a", "t1");
  coordinator_.wait_for("an answer", has_answers(1));
  coordinator_.refuse("t1", v1::VALIDATION);
  const Frame said = coordinator_.wait_for("a failure", has_answers(2));
  EXPECT_EQ(said.answers(1).failed().task_token(), "t1");
  EXPECT_EQ(said.answers(1).failed().reason(), "INVALID_DECISIONS");
  EXPECT_EQ(said.answers(1).failed().details().data(), "refused by the script");
  coordinator_.confirm("t1");
}

TEST_F(DeciderTest, AnAnswerThatIsRefusedForNowIsSentAgain) {
  begin();
  send_task("a", "t1");
  coordinator_.wait_for("an answer", has_answers(1));
  coordinator_.refuse("t1", v1::THROTTLING, /*retryable=*/true);
  const Frame said = coordinator_.wait_for("it again", has_answers(2));
  EXPECT_EQ(said.answers(0).SerializeAsString(), said.answers(1).SerializeAsString());
  coordinator_.confirm("t1");
}

TEST_F(DeciderTest, ATaskThatIsClosedElsewhereIsForgotten) {
  begin();
  send_task("a", "t1");
  coordinator_.wait_for("an answer", has_answers(1));
  v1::PollDecisionTasksResponse closed;
  closed.add_closed_tasks()->set_task_token("t1");
  coordinator_.send(closed);
  first_square_done("a");
  send_delta("a", "t2", 3);
  coordinator_.wait_for("another answer", has_answers(2));
  EXPECT_EQ(coordinator_.history_reads(), 1) << "the run was dropped with the task";
  coordinator_.confirm("t2");
}

TEST_F(DeciderTest, TheSameOfferTwiceIsDecidedOnce) {
  begin();
  send_task("a", "t1");
  send_task("a", "t1");
  send_task("b", "t2");
  coordinator_.wait_for("t2", [](const Frame& frame) { return answered(frame).contains("t2"); });
  coordinator_.break_stream();
  const Frame said = coordinator_.wait_for("both again", has_answers(2));
  EXPECT_THAT(answered(said), UnorderedElementsAre("t1", "t2"));
  EXPECT_EQ(said.answers_size(), 2);
  coordinator_.confirm("t1");
  coordinator_.confirm("t2");
}

TEST_F(DeciderTest, RunsThatMakeRoomAreNamed) {
  begin({.threads = 1, .cached_runs = 1});
  send_task("a", "t1");
  coordinator_.wait_for("an answer", has_answers(1));
  send_task("b", "t2");
  const Frame said = coordinator_.wait_for("forget", [](const Frame& frame) { return frame.forget_size() == 1; });
  EXPECT_EQ(said.forget(0).run_id(), "a");
  EXPECT_EQ(said.forget(0).workflow_id(), "work-a");
  coordinator_.wait_for("both", has_answers(2));
  coordinator_.confirm("t1");
  coordinator_.confirm("t2");
}

TEST_F(DeciderTest, ADeciderThatStopsTakesNoMoreAndFinishesWhatItHas) {
  begin();
  send_task("a", "t1");
  coordinator_.wait_for("an answer", has_answers(1));
  decider_->stop();
  coordinator_.wait_for("draining", [](const Frame& frame) { return frame.draining(); });
  EXPECT_EQ(running_.wait_for(0s), std::future_status::timeout) << "it waits for its confirmation";
  coordinator_.confirm("t1");
  EXPECT_EQ(finish(), 0);
}

TEST_F(DeciderTest, ADeciderThatCannotFinishSaysSo) {
  begin({.drain_for = 50ms});
  send_task("a", "t1");
  coordinator_.wait_for("an answer", has_answers(1));
  EXPECT_EQ(finish(), 1);
}

TEST(Decider, StopBeforeRunMakesItReturnAtOnce) {
  Decider decider(Client("127.0.0.1:1", "shop"), "decisions");
  decider.on(kType(), squares);
  decider.stop();
  EXPECT_EQ(decider.run(), 0);
}

TEST(Decider, HasOneCodeForEachTypeAndAtLeastOne) {
  Decider decider(Client("127.0.0.1:1", "shop"), "decisions");
  EXPECT_THROW(decider.run(), std::logic_error);
  decider.on(kType(), squares);
  decider.on({"squares", "2"}, squares);
  try {
    decider.on_decision_task(kType(), [](const DecisionTask&) { return Decisions(); });
    ADD_FAILURE() << "it has code for it";
  } catch (const std::logic_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("workflow type squares 1 has code already"));
  }
}

TEST(Decider, WithoutACoordinatorItsTypesAreNotRegisteredAndThatIsTold) {
  Decider decider(Client("127.0.0.1:1", "shop", {.retry_for = 1ms}), "decisions", {.register_types = true});
  decider.on(kType(), squares);
  try {
    decider.run();
    ADD_FAILURE() << "there is nobody to register them with";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kUnavailable);
    EXPECT_THAT(error.what(), HasSubstr("(is a coordinator running at 127.0.0.1:1?)"));
  }
}

TEST_F(DeciderTest, ACoordinatorThatIsNotThereAtFirstIsWaitedFor) {
  coordinator_.stop();
  std::promise<void> complained;
  set_log_sink([&, told = false](LogLevel, std::string_view message) mutable {
    if (!std::exchange(told, true)) complained.set_value();
    EXPECT_THAT(std::string(message), HasSubstr("list decisions"));
  });
  begin();
  complained.get_future().wait();
  coordinator_.restart();
  send_task("a", "t1");
  coordinator_.wait_for("an answer", has_answers(1));
  coordinator_.confirm("t1");
  EXPECT_EQ(finish(), 0);
  set_log_sink({});
}

TEST_F(DeciderTest, HooksHearOfEveryStepOfATask) {
  const auto recorder = std::make_shared<Recorder>();
  begin({.slots = 9, .metrics = recorder});
  v1::PollDecisionTasksResponse frame;
  to_wire(TypeName{"slow", "1"}, add_task(frame, "slow", "t1")->mutable_workflow_type());
  to_wire(TypeName{"unknown", "1"}, add_task(frame, "unknown", "t2")->mutable_workflow_type());
  coordinator_.send(frame);
  recorder->wait_for("failed unknown");
  recorder->wait_for("acknowledged slow");
  coordinator_.confirm("t2");
  released_.count_down();
  recorder->wait_for("completed slow");
  coordinator_.wait_for("both answers", has_answers(2));
  coordinator_.break_stream();
  recorder->wait_for("broken decisions");
  recorder->wait_for("retried slow");
  coordinator_.wait_for("the answer again", has_answers(1));
  coordinator_.refuse("t1", v1::SUPERSEDED);
  recorder->wait_for("refused, refused by the script, slow");
  const auto lines = recorder->wait_for("0 of 9");
  for (const char* line : {"2 of 9", "offered slow", "started slow", "offered unknown", "started unknown", "back decisions"}) {
    EXPECT_THAT(lines, ::testing::Contains(std::string(line)));
  }
}

}  // namespace
}  // namespace baton::testing
