// A decider of one workflow type against the other end of its stream, which the test speaks for.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "baton/decider.h"
#include "scripted_coordinator.h"
#include "story.h"

namespace baton::testing {

using namespace std::chrono_literals;
using Frame = ScriptedCoordinator::Frame;

inline constexpr Activity<int(int)> square{"square", "1"};
inline constexpr TypeName kType() { return {"squares", "1"}; }

inline constexpr Query<int()> sum_so_far{"sum_so_far"};

inline Task<int> squares(Workflow wf) {
  int sum = 0;
  auto answering = wf.answer(sum_so_far, [&] { return sum; });
  for (int i = 1; i <= 3; ++i) {
    const int value = co_await wf.schedule(square, i);
    sum += value;
  }
  co_return sum;
}

inline std::set<std::string> answered(const Frame& said) {
  std::set<std::string> tokens;
  for (const auto& answer : said.answers()) {
    tokens.insert(answer.has_completed() ? answer.completed().task_token() : answer.failed().task_token());
  }
  return tokens;
}

inline auto has_answers(int count) {
  return [count](const Frame& said) { return said.answers_size() >= count; };
}

inline auto has_replies(int count) {
  return [count](const Frame& said) { return said.query_answers_size() >= count; };
}

class DeciderTest : public ::testing::Test {
 protected:
  ~DeciderTest() override { EXPECT_EQ(finish(), 0); }

  void begin(DeciderOptions options = {}) {
    options.threads = options.threads == 0 ? 2 : options.threads;
    decider_ = std::make_unique<Decider>(Client(coordinator_.address(), "shop", {.identity = "me"}), "decisions", options);
    decider_->on(kType(), squares);
    decider_->on_decision_task({"slow", "1"}, [this](const DecisionTask&) {
      released_.wait();
      Decisions decisions;
      decisions.complete();
      return decisions;
    });
    running_ = std::async(std::launch::async, [this] { return decider_->run(); });
  }
  // What run() returned.
  int finish() {
    if (decider_ == nullptr) return 0;
    decider_->stop();
    const int result = running_.get();
    decider_.reset();
    return result;
  }

  v1::DecisionTask* add_task(v1::PollDecisionTasksResponse& frame, const std::string& run_id, const std::string& token) {
    HistoryBuilder& history = runs_[run_id];
    if (history.last_id() == 0) {
      history.started();
      history.decision_started();
    }
    v1::DecisionTask* const task = frame.add_tasks();
    task->set_task_token(token);
    task->mutable_workflow_execution()->set_workflow_id("work-" + run_id);
    task->mutable_workflow_execution()->set_run_id(run_id);
    to_wire(kType(), task->mutable_workflow_type());
    task->set_started_event_id(history.last_id());
    task->set_delivery(1);
    *task->mutable_events() = history.events();
    return task;
  }
  void send_task(const std::string& run_id, const std::string& token) {
    v1::PollDecisionTasksResponse frame;
    add_task(frame, run_id, token);
    coordinator_.send(frame);
  }
  // The next task of a run, as a delta on what was decided at `base`.
  void send_delta(const std::string& run_id, const std::string& token, int64_t base) {
    v1::PollDecisionTasksResponse frame;
    v1::DecisionTask* const task = add_task(frame, run_id, token);
    task->mutable_events()->DeleteSubrange(0, static_cast<int>(base));
    task->mutable_delta_base()->set_started_event_id(base);
    task->mutable_delta_base()->set_delivery(1);
    coordinator_.send(frame);
  }
  // About a run of which the task with DecisionTaskStarted `state` was decided last.
  void add_query(v1::PollDecisionTasksResponse& frame, const std::string& run_id, const std::string& token, int64_t state) {
    v1::QueryTask* const task = frame.add_queries();
    task->set_query_token(token);
    task->mutable_workflow_execution()->set_workflow_id("work-" + run_id);
    task->mutable_workflow_execution()->set_run_id(run_id);
    to_wire(kType(), task->mutable_workflow_type());
    task->mutable_state()->set_started_event_id(state);
    task->mutable_state()->set_delivery(1);
    task->set_last_event_id(runs_[run_id].last_id());
    task->set_query_name("sum_so_far");
  }
  // What follows the first decision of a run, up to the next DecisionTaskStarted.
  void first_square_done(const std::string& run_id) {
    HistoryBuilder& history = runs_[run_id];
    history.decided(nullptr);
    history.activity_scheduled("1", {"square", "1"});
    history.activity_completed("1", payload(1));
    history.decision_started();
    coordinator_.histories[run_id] = history.events();
  }

  ScriptedCoordinator coordinator_;
  std::map<std::string, HistoryBuilder> runs_;
  std::latch released_{1};
  std::unique_ptr<Decider> decider_;
  std::future<int> running_;
};

}  // namespace baton::testing
