// The unary long polls over a channel: one task or none, pages of a decision task, the end of the wait.
#include <gmock/gmock.h>

#include <future>
#include <thread>

#include "tests/api/coordinator_in_process.h"
#include "tests/api/held_store.h"

namespace baton::testing {
namespace {

using ::testing::ElementsAre;

class LongPolls : public CoordinatorInProcess {
 protected:
  LongPolls() { set_up_types(); }

  v1::PollForActivityTaskRequest activity_poll() {
    v1::PollForActivityTaskRequest request;
    request.set_domain(kDomain);
    request.mutable_task_list()->set_name(kList);
    return request;
  }
  v1::PollForDecisionTaskRequest decision_poll() {
    v1::PollForDecisionTaskRequest request;
    request.set_domain(kDomain);
    request.mutable_task_list()->set_name(kList);
    request.set_identity("decider");
    return request;
  }
  void signal(const std::string& name) {
    v1::SignalWorkflowExecutionRequest request;
    request.set_domain(kDomain);
    request.set_workflow_id("w");
    request.set_signal_name(name);
    EXPECT_EQ(outcome(*workflows_, &Workflows::SignalWorkflowExecution, request).reason, "OK");
  }
  // Every page of the next decision task, by event id.
  std::vector<int64_t> poll_all_pages(v1::PollForDecisionTaskRequest request, std::string* token = nullptr) {
    std::vector<int64_t> ids;
    std::string task_token;
    do {
      v1::PollForDecisionTaskResponse page;
      const grpc::Status status = call(*deciders_, &Deciders::PollForDecisionTask, request, &page);
      EXPECT_TRUE(status.ok()) << status.error_message();
      EXPECT_TRUE(task_token.empty() || task_token == page.task().task_token());
      task_token = page.task().task_token();
      for (const auto& event : page.task().events()) ids.push_back(event.event_id());
      request.set_next_page_token(page.task().next_page_token());
    } while (!request.next_page_token().empty());
    if (token != nullptr) *token = task_token;
    return ids;
  }
};

TEST_F(LongPolls, wait_for_a_task_that_comes_later) {
  auto polled = std::async(std::launch::async, [this] { return poll_decision(); });
  start("w");
  const v1::DecisionTask task = polled.get();
  EXPECT_EQ(task.workflow_execution().workflow_id(), "w");
  EXPECT_EQ(task.events_size(), 3);
  EXPECT_EQ(task.started_event_id(), 3);
}

TEST_F(LongPolls, hand_each_task_to_one_poller) {
  start("w");
  std::vector<v1::Decision> decisions;
  for (int i = 0; i < 8; ++i) decisions.push_back(schedule_activity("a" + std::to_string(i)));
  std::vector<std::future<v1::ActivityTask>> polls;
  for (int i = 0; i < 8; ++i) polls.push_back(std::async(std::launch::async, [this] { return poll_activity(); }));
  ASSERT_TRUE(decide(poll_decision(), std::move(decisions)).ok());
  std::set<std::string> ids;
  for (auto& poll : polls) ids.insert(poll.get().activity_id());
  EXPECT_EQ(ids.size(), 8U);
}

TEST_F(LongPolls, show_a_decision_task_page_by_page) {
  start("w");
  for (int i = 0; i < 4; ++i) signal("s" + std::to_string(i));
  auto request = decision_poll();
  request.set_maximum_page_size(3);
  std::string token;
  EXPECT_THAT(poll_all_pages(request, &token), ElementsAre(1, 2, 3, 4, 5, 6, 7));
  signal("later");  // is not shown in pages of the task before it
  v1::RespondDecisionTaskCompletedRequest answer;
  answer.set_task_token(token);
  EXPECT_EQ(outcome(*deciders_, &Deciders::RespondDecisionTaskCompleted, answer).reason, "OK");
}

TEST_F(LongPolls, show_a_decision_task_newest_first_or_since_the_previous_one) {
  start("w");
  auto request = decision_poll();
  request.set_maximum_page_size(2);
  request.set_reverse_order(true);
  std::string token;
  EXPECT_THAT(poll_all_pages(request, &token), ElementsAre(3, 2, 1));
  v1::RespondDecisionTaskCompletedRequest answer;
  answer.set_task_token(token);
  ASSERT_EQ(outcome(*deciders_, &Deciders::RespondDecisionTaskCompleted, answer).reason, "OK");
  signal("s");
  request.set_reverse_order(false);
  request.set_start_at_previous_started_event(true);
  EXPECT_THAT(poll_all_pages(request), ElementsAre(3, 4, 5, 6, 7));
}

TEST_F(LongPolls, refuse_a_page_token_with_changed_arguments) {
  start("w");
  auto request = decision_poll();
  request.set_maximum_page_size(1);
  v1::PollForDecisionTaskResponse page;
  ASSERT_TRUE(call(*deciders_, &Deciders::PollForDecisionTask, request, &page).ok());
  ASSERT_FALSE(page.task().next_page_token().empty());
  request.set_next_page_token(page.task().next_page_token());
  for (auto change : {+[](v1::PollForDecisionTaskRequest& r) { r.set_reverse_order(true); },
                      +[](v1::PollForDecisionTaskRequest& r) { r.set_maximum_page_size(2); },
                      +[](v1::PollForDecisionTaskRequest& r) { r.mutable_task_list()->set_name("other"); },
                      +[](v1::PollForDecisionTaskRequest& r) { r.set_identity("someone else"); }}) {
    auto changed = request;
    change(changed);
    EXPECT_EQ(outcome(*deciders_, &Deciders::PollForDecisionTask, changed).reason, "INVALID_TOKEN");
  }
  v1::GetWorkflowExecutionHistoryRequest history;
  history.set_domain(kDomain);
  history.mutable_execution()->set_workflow_id("w");
  history.set_next_page_token(request.next_page_token());
  EXPECT_EQ(outcome(*workflows_, &Workflows::GetWorkflowExecutionHistory, history).reason, "INVALID_TOKEN");
}

TEST_F(LongPolls, end_with_their_caller_and_leave_the_task_to_others) {
  grpc::ClientContext context;
  v1::PollForActivityTaskResponse response;
  std::thread canceling([&context] { context.TryCancel(); });
  EXPECT_EQ(workers_->PollForActivityTask(&context, activity_poll(), &response).error_code(), grpc::StatusCode::CANCELLED);
  canceling.join();
  // The server has heard of it when the next poll of the same channel is answered.
  start("w");
  ASSERT_TRUE(decide(poll_decision(), {schedule_activity("a"), schedule_activity("b")}).ok());
  std::set<std::string> ids{poll_activity().activity_id()};
  EXPECT_EQ(ids.size(), 1U);
}

TEST_F(LongPolls, are_answered_empty_when_the_coordinator_stops) {
  constexpr int kPolls = 200;
  grpc::CompletionQueue queue;
  struct Parked {
    grpc::ClientContext context;
    v1::PollForActivityTaskResponse response;
    grpc::Status status;
    std::unique_ptr<grpc::ClientAsyncResponseReader<v1::PollForActivityTaskResponse>> reader;
  };
  std::vector<Parked> parked(kPolls);
  for (Parked& poll : parked) {
    poll.reader = workers_->AsyncPollForActivityTask(&poll.context, activity_poll(), &queue);
    poll.reader->Finish(&poll.response, &poll.status, &poll);
  }
  services_->end_polls();  // those on their way are answered as they come
  for (int i = 0; i < kPolls; ++i) {
    void* tag = nullptr;
    bool ok = false;
    ASSERT_EQ(queue.AsyncNext(&tag, &ok, std::chrono::system_clock::now() + std::chrono::seconds(10)), grpc::CompletionQueue::GOT_EVENT);
    EXPECT_TRUE(static_cast<Parked*>(tag)->status.ok());
    EXPECT_TRUE(static_cast<Parked*>(tag)->response.task().task_token().empty());
  }
}

// With commits that wait when the test says so.
class HeldLongPolls : protected HeldStore, public CoordinatorInProcess {
 protected:
  explicit HeldLongPolls(core::Limits limits = {}) : CoordinatorInProcess("", limits, HeldStore::store()) {
    set_up_types();
    start("w");
    EXPECT_TRUE(decide(poll_decision(), {schedule_activity("a")}).ok());
  }
  // A poll whose task is being committed.
  std::future<v1::ActivityTask> poll_at_gate() {
    faults.close_gate();
    auto polled = std::async(std::launch::async, [this] {
      v1::PollForActivityTaskRequest request;
      request.set_domain(kDomain);
      request.mutable_task_list()->set_name(kList);
      v1::PollForActivityTaskResponse response;
      EXPECT_TRUE(call(*workers_, &Workers::PollForActivityTask, request, &response).ok());
      return response.task();
    });
    faults.wait_at_gate();
    return polled;
  }
};

TEST_F(HeldLongPolls, WaitForATaskThatIsOnItsWayWhenTheCoordinatorStops) {
  auto polled = poll_at_gate();
  services_->end_polls();
  faults.open_gate();
  EXPECT_EQ(polled.get().activity_id(), "a");
}

TEST_F(HeldLongPolls, AreAnsweredEmptyWhenTheTaskOnItsWayComesToNothing) {
  auto polled = poll_at_gate();
  services_->end_polls();
  faults.fail_next_commit(store::CommitOutcome::kMaybe);
  faults.open_gate();
  EXPECT_EQ(polled.get().task_token(), "");
}

struct ShortLongPolls : HeldLongPolls {
  ShortLongPolls() : HeldLongPolls({.long_poll_ms = 300}) {}
};

TEST_F(ShortLongPolls, WaitForATaskThatIsOnItsWayAtTheirOwnEnd) {
  auto polled = poll_at_gate();
  // As long as the gate is closed the poll cannot end, however late the alarm comes.
  EXPECT_NE(polled.wait_for(std::chrono::milliseconds(700)), std::future_status::ready);
  faults.open_gate();
  EXPECT_EQ(polled.get().activity_id(), "a");
}

}  // namespace
}  // namespace baton::testing
