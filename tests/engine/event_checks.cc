// The invariants of one history by itself, from its events alone.
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "gtest/gtest.h"
#include "tests/engine/history_checks.h"

namespace baton::testing {
namespace {

using journal::v1::Event;

bool is_close(const Event& event) {
  switch (event.attributes_case()) {
    case Event::kWorkflowExecutionCompleted:
    case Event::kWorkflowExecutionFailed:
    case Event::kWorkflowExecutionCanceled:
    case Event::kWorkflowExecutionTimedOut:
    case Event::kWorkflowExecutionTerminated:
    case Event::kWorkflowExecutionContinuedAsNew:
      return true;
    default:
      return false;
  }
}

// Reads a history once, from its first event to its last.
class EventReader {
 public:
  void read(const journal::v1::Record& record) {
    if (record.has_event()) return read(record.event());
    if (record.has_decision_abandoned()) return read_abandoned(record.decision_abandoned());
    if (record.has_offer_made() && given_up_scheduled_ != 0 && record.offer_made().scheduled_event_id() == given_up_scheduled_) {
      decision_scheduled_ = std::exchange(given_up_scheduled_, 0);
      decision_started_ = given_up_started_;
    }
  }

  void end() const {
    if (closed_) return;
    // What happened last was seen by a decider, or one will be asked.
    const bool will_be_seen = decision_started_ > last_news_ || given_up_started_ > last_news_;
    EXPECT_TRUE(last_news_ == 0 || last_seen_ > last_news_ || will_be_seen || !decisions_waiting_.empty())
        << "nobody will hear of event " << last_news_;
  }

 private:
  void read(const Event& event) {
    ++id_;
    EXPECT_FALSE(closed_) << "event " << id_ << " after the close";
    EXPECT_GE(event.time_ms(), last_ms_) << "time runs backwards at event " << id_;
    last_ms_ = event.time_ms();
    EXPECT_EQ(event.has_workflow_execution_started(), id_ == 1) << "event " << id_;
    closed_ = is_close(event);
    read_decision(event);
    read_activity(event);
    read_function(event);
    read_timer(event);
    read_news(event);
  }

  void read_decision(const Event& event) {
    if (event.has_decision_task_scheduled()) {
      EXPECT_TRUE(decisions_waiting_.empty()) << "two decision tasks wait at event " << id_;
      decisions_waiting_.insert(id_);
      given_up_scheduled_ = given_up_started_ = 0;  // it takes the place of that one
    } else if (event.has_decision_task_started()) {
      EXPECT_EQ(decision_started_, 0) << "two decision tasks are started at event " << id_;
      EXPECT_EQ(decisions_waiting_.erase(event.decision_task_started().scheduled_event_id()), 1u) << "event " << id_;
      decision_started_ = id_;
      decision_scheduled_ = event.decision_task_started().scheduled_event_id();
    } else if (event.has_decision_task_completed()) {
      end_decision(event.decision_task_completed().scheduled_event_id(), event.decision_task_completed().started_event_id());
      last_seen_ = event.decision_task_completed().started_event_id();
      last_completed_ = id_;
    } else if (event.has_decision_task_timed_out()) {
      const auto& timed_out = event.decision_task_timed_out();
      if (timed_out.started_event_id() != 0) return end_decision(timed_out.scheduled_event_id(), timed_out.started_event_id());
      EXPECT_EQ(decisions_waiting_.erase(timed_out.scheduled_event_id()), 1u) << "event " << id_;
    } else if (event.has_workflow_execution_reset()) {
      // What its base's deciders had.
      decisions_waiting_.clear();
      decision_started_ = decision_scheduled_ = given_up_scheduled_ = given_up_started_ = 0;
    }
  }

  // The only end of a started decision task that is no event: it decided nothing. One that was given up is handed out again, unless another
  // waits.
  void read_abandoned(const journal::v1::DecisionAbandoned& abandoned) {
    if (abandoned.reason() == journal::v1::DecisionAbandoned::DECIDER_FAILED && decisions_waiting_.empty()) {
      given_up_scheduled_ = decision_scheduled_;
      given_up_started_ = decision_started_;
    }
    end_decision(decision_scheduled_, abandoned.started_event_id());
  }

  void end_decision(int64_t scheduled_event_id, int64_t started_event_id) {
    EXPECT_EQ(decision_scheduled_, scheduled_event_id) << "event " << id_;
    EXPECT_EQ(decision_started_, started_event_id) << "event " << id_;
    decision_started_ = decision_scheduled_ = 0;
  }

  void read_activity(const Event& event) {
    if (event.has_activity_task_scheduled()) {
      EXPECT_TRUE(open_ids_.insert(event.activity_task_scheduled().activity_id()).second) << "event " << id_;
      EXPECT_EQ(event.activity_task_scheduled().decision_task_completed_event_id(), last_completed_) << "event " << id_;
      activities_[id_] = {event.activity_task_scheduled().activity_id(), 0};
    } else if (event.has_activity_task_started()) {
      const auto open = activities_.find(event.activity_task_started().scheduled_event_id());
      ASSERT_NE(open, activities_.end()) << "event " << id_ << " starts what is not open";
      EXPECT_EQ(open->second.started, 0) << "event " << id_ << " is a second start";
      open->second.started = id_;
    } else if (event.has_activity_task_completed()) {
      end_activity(event.activity_task_completed());
    } else if (event.has_activity_task_failed()) {
      end_activity(event.activity_task_failed());
    } else if (event.has_activity_task_timed_out()) {
      end_activity(event.activity_task_timed_out());
    } else if (event.has_activity_task_canceled()) {
      end_activity(event.activity_task_canceled());
    } else if (event.has_activity_task_cancel_requested()) {
      EXPECT_TRUE(open_ids_.contains(event.activity_task_cancel_requested().activity_id())) << "event " << id_;
    }
  }

  void read_function(const Event& event) {
    if (event.has_lambda_function_scheduled()) {
      EXPECT_TRUE(open_functions_.insert(event.lambda_function_scheduled().id()).second) << "event " << id_;
      EXPECT_EQ(event.lambda_function_scheduled().decision_task_completed_event_id(), last_completed_) << "event " << id_;
      functions_[id_] = {event.lambda_function_scheduled().id(), 0};
    } else if (event.has_lambda_function_started()) {
      const auto open = functions_.find(event.lambda_function_started().scheduled_event_id());
      ASSERT_NE(open, functions_.end()) << "event " << id_ << " starts what is not open";
      EXPECT_EQ(open->second.started, 0) << "event " << id_ << " is a second start";
      open->second.started = id_;
    } else if (event.has_lambda_function_completed()) {
      end_function(event.lambda_function_completed().scheduled_event_id(), event.lambda_function_completed().started_event_id());
    } else if (event.has_lambda_function_failed()) {
      end_function(event.lambda_function_failed().scheduled_event_id(), event.lambda_function_failed().started_event_id());
    } else if (event.has_lambda_function_timed_out()) {
      end_function(event.lambda_function_timed_out().scheduled_event_id(), event.lambda_function_timed_out().started_event_id());
    } else if (event.has_start_lambda_function_failed()) {
      end_function(event.start_lambda_function_failed().scheduled_event_id(), 0);
    }
  }

  void end_function(int64_t scheduled_event_id, int64_t started_event_id) {
    const auto open = functions_.find(scheduled_event_id);
    ASSERT_NE(open, functions_.end()) << "event " << id_ << " ends what is not open";
    EXPECT_EQ(open->second.started, started_event_id) << "event " << id_;
    open_functions_.erase(open->second.activity_id);
    functions_.erase(open);
  }

  template <class Closed>
  void end_activity(const Closed& closed) {
    const auto open = activities_.find(closed.scheduled_event_id());
    ASSERT_NE(open, activities_.end()) << "event " << id_ << " ends what is not open";
    EXPECT_EQ(open->second.started, closed.started_event_id()) << "event " << id_;
    open_ids_.erase(open->second.activity_id);
    activities_.erase(open);
  }

  void read_timer(const Event& event) {
    if (event.has_timer_started()) {
      EXPECT_TRUE(timers_.emplace(event.timer_started().timer_id(), id_).second) << "event " << id_;
      timer_due_ms_[id_] = event.time_ms() + event.timer_started().start_to_fire_timeout_ms();
    } else if (event.has_timer_fired()) {
      EXPECT_EQ(timers_[event.timer_fired().timer_id()], event.timer_fired().started_event_id()) << "event " << id_;
      EXPECT_GE(event.time_ms(), timer_due_ms_[event.timer_fired().started_event_id()]) << "fired early: event " << id_;
      timers_.erase(event.timer_fired().timer_id());
    } else if (event.has_timer_canceled()) {
      EXPECT_EQ(timers_[event.timer_canceled().timer_id()], event.timer_canceled().started_event_id()) << "event " << id_;
      timers_.erase(event.timer_canceled().timer_id());
    }
  }

  // What a decider must hear of (facts.md §6).
  void read_news(const Event& event) {
    switch (event.attributes_case()) {
      case Event::kWorkflowExecutionReset:
      case Event::kWorkflowExecutionSignaled:
      case Event::kWorkflowExecutionCancelRequested:
      case Event::kActivityTaskCompleted:
      case Event::kActivityTaskFailed:
      case Event::kActivityTaskTimedOut:
      case Event::kActivityTaskCanceled:
      case Event::kLambdaFunctionCompleted:
      case Event::kLambdaFunctionFailed:
      case Event::kLambdaFunctionTimedOut:
      case Event::kStartLambdaFunctionFailed:
      case Event::kTimerFired:
      case Event::kDecisionTaskTimedOut:
        last_news_ = id_;
        return;
      default:
        return;
    }
  }

  struct Activity {
    std::string activity_id;
    int64_t started = 0;
  };

  int64_t id_ = 0, last_ms_ = 0;
  bool closed_ = false;
  std::set<int64_t> decisions_waiting_;
  int64_t decision_scheduled_ = 0, decision_started_ = 0, last_completed_ = 0, last_news_ = 0;
  int64_t last_seen_ = 0;  // the newest DecisionTaskStarted of a task that was completed
  int64_t given_up_scheduled_ = 0, given_up_started_ = 0;
  std::map<int64_t, Activity> activities_, functions_;
  std::set<std::string> open_functions_;
  std::set<std::string> open_ids_;
  std::map<std::string, int64_t> timers_;
  std::map<int64_t, int64_t> timer_due_ms_;
};

// One acknowledgement and one answer of each attempt, by deliveries that were made. Of a decision task that was given up the deliveries
// count on, and another one may be acknowledged. A reset begins anew.
void check_hand_outs(const StoredRun& run) {
  using Attempt = std::pair<int64_t, int32_t>;
  const auto attempt_of = [](const auto& record) { return Attempt{record.scheduled_event_id(), std::max(1, record.attempt())}; };
  std::map<Attempt, int32_t> deliveries;
  std::map<Attempt, int32_t> acknowledged, answered;
  std::map<Attempt, int32_t> given_up;             // the last delivery when that was
  std::map<int64_t, int64_t> scheduled_decisions;  // by DecisionTaskStarted
  int64_t id = 0;
  for (const journal::v1::Record& record : run.records) {
    if (record.has_event()) {
      ++id;
      if (record.event().has_workflow_execution_reset()) {
        for (auto* hand_outs : {&deliveries, &acknowledged, &answered, &given_up}) hand_outs->clear();
      }
      if (record.event().has_decision_task_started()) scheduled_decisions[id] = record.event().decision_task_started().scheduled_event_id();
    } else if (record.has_offer_made()) {
      EXPECT_EQ(record.offer_made().delivery(), ++deliveries[attempt_of(record.offer_made())]) << record.ShortDebugString();
    } else if (record.has_offer_acknowledged()) {
      const Attempt attempt = attempt_of(record.offer_acknowledged());
      EXPECT_LE(record.offer_acknowledged().delivery(), deliveries[attempt]) << record.ShortDebugString();
      EXPECT_TRUE(acknowledged.emplace(attempt, record.offer_acknowledged().delivery()).second) << record.ShortDebugString();
      EXPECT_GT(record.offer_acknowledged().delivery(), given_up[attempt]) << record.ShortDebugString();
    } else if (record.has_decision_abandoned()) {
      const Attempt attempt{scheduled_decisions[record.decision_abandoned().started_event_id()], 1};
      EXPECT_GT(record.decision_abandoned().delivery(), given_up[attempt]) << record.ShortDebugString();
      given_up[attempt] = deliveries[attempt];
      acknowledged.erase(attempt);
    } else if (record.has_activity_answered()) {
      const Attempt attempt = attempt_of(record.activity_answered());
      EXPECT_EQ(record.activity_answered().delivery(), acknowledged[attempt]) << record.ShortDebugString();
      EXPECT_TRUE(answered.emplace(attempt, record.activity_answered().delivery()).second) << record.ShortDebugString();
    }
  }
}

}  // namespace

void check_events(const StoredRun& run) {
  EventReader reader;
  const std::vector<const Event*> events = run.events();
  ASSERT_FALSE(events.empty());
  for (const journal::v1::Record& record : run.records) reader.read(record);
  reader.end();
  EXPECT_EQ(is_close(*events.back()), run.execution.close_status != 0) << "the row and the last event disagree on the close";
  check_hand_outs(run);
}

}  // namespace baton::testing
