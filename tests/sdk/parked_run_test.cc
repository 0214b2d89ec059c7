// Deciders that cannot decide park a run, and a corrected one resumes it by itself; against a real coordinator.
#include <gmock/gmock.h>

#include <future>

#include "baton/client.h"
#include "baton/decider.h"
#include "live_coordinator.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr auto kPatience = 30s;
constexpr Signal<void> go_on{"go_on"};
constexpr WorkflowType<std::string()> process{"process", "1"};
constexpr char kList[] = "decisions";

// The code that began the run.
Task<std::string> waits_and_ends(Workflow wf) {
  auto timer = wf.sleep(1ms);
  co_await timer;
  auto channel = wf.receive(go_on);
  co_await channel;
  co_return "went on";
}
// Does not fit it: the history says TimerStarted.
Task<std::string> begins_otherwise(Workflow wf) {
  const int number = wf.side_effect("number", [] { return 7; });
  auto timer = wf.sleep(std::chrono::milliseconds(number));
  co_await timer;
  co_return "never";
}
Task<std::string> has_a_defect(Workflow wf) {
  auto timer = wf.sleep(1ms);
  co_await timer;
  throw std::logic_error("nobody thought of this");
}

Task<std::string> returns_too_much(Workflow wf) {
  auto timer = wf.sleep(1ms);
  co_await timer;
  co_return std::string(40'000, 'x');
}

class ParkedRun : public ::testing::Test {
 protected:
  ParkedRun() : client_(coordinator_.address(), "live", {.identity = "test"}) {
    client_.ensure_domain();
    client_.ensure_workflow_type({"process", "1"}, {.task_list = kList});
  }
  ~ParkedRun() override { end_decider(); }

  // One that knows this type with this code.
  template <class F>
  void begin_decider(const TypeName& type, F code) {
    end_decider();
    decider_ = std::make_unique<Decider>(client_, kList, DeciderOptions{.threads = 1});
    decider_->on(type, code);
    deciding_ = std::async(std::launch::async, [this] { return decider_->run(); });
  }
  void end_decider() {
    if (decider_ == nullptr) return;
    decider_->stop();
    EXPECT_EQ(deciding_.get(), 0);
    decider_.reset();
  }
  // What describe says once it is so.
  ExecutionDetail wait_for(const Execution& execution, const std::function<bool(const ExecutionDetail&)>& wanted) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
      const ExecutionDetail detail = client_.describe(execution);
      if (wanted(detail)) return detail;
      if (std::chrono::steady_clock::now() > deadline) {
        ADD_FAILURE() << "it did not come to that";
        return detail;
      }
    }
  }
  // A run that waits for its signal, decided by the code that began it.
  baton::Run<std::string> begin() {
    begin_decider({"process", "1"}, waits_and_ends);
    auto run = client_.start(process, "w");
    wait_for(run.execution(), [](const ExecutionDetail& detail) { return detail.history_length == 9; });
    return run;
  }
  FailedDecision wait_for_failures(const Execution& execution, int count) {
    const auto detail = wait_for(execution, [&](const ExecutionDetail& d) { return d.failed_decision && d.failed_decision->failures >= count; });
    return detail.failed_decision.value_or(FailedDecision{});
  }

  LiveCoordinator coordinator_;
  Client client_;
  std::unique_ptr<Decider> decider_;
  std::future<int> deciding_;
};

TEST_F(ParkedRun, OfANondeterministicDeciderIsResumedByACorrectedOne) {
  auto run = begin();
  begin_decider({"process", "1"}, begins_otherwise);
  client_.signal(run.execution(), go_on);
  const FailedDecision failed = wait_for_failures(run.execution(), 1);
  EXPECT_EQ(failed.reason, "NONDETERMINISM");
  ASSERT_TRUE(failed.details);
  EXPECT_THAT(failed.details->data, HasSubstr("parked_run_test.cc:"));
  EXPECT_TRUE(failed.parked_until);
  const int64_t events = client_.describe(run.execution()).history_length;
  wait_for_failures(run.execution(), 2);
  EXPECT_EQ(client_.describe(run.execution()).history_length, events) << "failing does not grow the history";

  begin_decider({"process", "1"}, waits_and_ends);
  EXPECT_EQ(run.result(), "went on");
}

TEST_F(ParkedRun, OfADeciderThatDoesNotKnowTheTypeIsResumedByOneThatDoes) {
  auto run = begin();
  begin_decider({"another", "1"}, waits_and_ends);
  client_.signal(run.execution(), go_on);
  const FailedDecision failed = wait_for_failures(run.execution(), 1);
  EXPECT_EQ(failed.reason, "UNKNOWN_WORKFLOW_TYPE");
  EXPECT_THAT(failed.details->data, HasSubstr("process/1"));
  begin_decider({"process", "1"}, waits_and_ends);
  EXPECT_EQ(run.result(), "went on");
}

TEST_F(ParkedRun, OfADeciderWhoseResultIsOverTheLimitIsResumedByACorrectedOne) {
  begin_decider({"process", "1"}, returns_too_much);
  auto run = client_.start(process, "w");
  const FailedDecision failed = wait_for_failures(run.execution(), 1);
  EXPECT_EQ(failed.reason, "INVALID_DECISIONS");
  EXPECT_THAT(failed.details->data, HasSubstr("complete_workflow_execution.result"));
  begin_decider({"process", "1"}, waits_and_ends);
  client_.signal(run.execution(), go_on);
  EXPECT_EQ(run.result(), "went on");
}

TEST_F(ParkedRun, OfADeciderWithADefectIsResumedByACorrectedOneAfterARestart) {
  begin_decider({"process", "1"}, has_a_defect);
  auto run = client_.start(process, "w");
  const FailedDecision failed = wait_for_failures(run.execution(), 1);
  EXPECT_THAT(failed.details->data, HasSubstr("nobody thought of this"));
  coordinator_.restart();
  begin_decider({"process", "1"}, waits_and_ends);
  client_.signal(run.execution(), go_on);
  EXPECT_EQ(run.result(), "went on");
  EXPECT_FALSE(client_.describe(run.execution()).failed_decision);
}

}  // namespace
}  // namespace baton::testing
