// What comes into the journals, against what the random driver's clients have done.
#include <algorithm>

#include "gtest/gtest.h"
#include "coordinator/core/limits.h"
#include "tests/random/random_driver.h"

namespace baton::testing {
namespace {

using journal::v1::Event;
using journal::v1::Record;

// Another execution caused it, or the reset that began the next run.
bool is_of_another(const Event& event) {
  using journal::v1::WORKFLOW_EXECUTION_TERMINATED_CAUSE_CHILD_POLICY_APPLIED;
  return event.workflow_execution_terminated().has_details() || event.workflow_execution_signaled().has_external_workflow_execution() ||
         event.workflow_execution_cancel_requested().has_external_workflow_execution() ||
         event.workflow_execution_terminated().cause() == WORKFLOW_EXECUTION_TERMINATED_CAUSE_CHILD_POLICY_APPLIED;
}

// What tells who caused the event; empty: nobody's call did.
std::string mark_of(const Event& event) {
  switch (event.attributes_case()) {
    case Event::kWorkflowExecutionStarted:
      return event.workflow_execution_started().input().data();
    case Event::kWorkflowExecutionSignaled:
      return is_of_another(event) ? "" : event.workflow_execution_signaled().signal_name();
    case Event::kWorkflowExecutionTerminated:
      return is_of_another(event) ? "" : event.workflow_execution_terminated().reason();
    case Event::kWorkflowExecutionReset:
      return event.workflow_execution_reset().reason();
    case Event::kWorkflowExecutionPaused:
      return event.workflow_execution_paused().reason();
    case Event::kWorkflowExecutionResumed:
      return event.workflow_execution_resumed().reason();
    case Event::kDecisionTaskCompleted:
      return event.decision_task_completed().execution_context();
    case Event::kActivityTaskCompleted:
      return event.activity_task_completed().result().data();
    case Event::kActivityTaskFailed:
      return event.activity_task_failed().reason();
    case Event::kActivityTaskCanceled:
      return event.activity_task_canceled().details().data();
    default:
      return "";
  }
}

// The events that nothing but a call with a mark can lead to.
bool needs_mark(const Event& event) {
  if (is_of_another(event)) return false;
  return event.has_workflow_execution_signaled() || event.has_decision_task_completed() || event.has_activity_task_completed() ||
         event.has_activity_task_failed() || event.has_workflow_execution_terminated() || event.has_workflow_execution_paused() ||
         event.has_workflow_execution_resumed() || event.has_workflow_execution_reset();
}

}  // namespace

void RandomDriver::read_records(const std::vector<Witness::Fresh>& fresh) {
  for (const Witness::Fresh& one : fresh) {
    int64_t event_id = one.first_event_id;
    const auto& records = one.run->stored.records;
    for (size_t i = one.first_record; i < one.end_record; ++i) {
      const Record& record = records[i];
      if (record.has_offer_withdrawn()) check_withdrawal(*one.run, record.offer_withdrawn());
      tell("  " + one.run->workflow_id() + " " + (record.has_event() ? std::to_string(event_id) : "-") + " " + record.ShortDebugString() + " by " +
           std::to_string(one.writer));
      const Record* const before = i == 0 ? nullptr : &records[i - 1];
      if (one.run->is_copied(i)) {
        event_id += record.has_event();
        continue;
      }
      if (record.has_event()) {
        read_event(*one.run, event_id++, record.event(), before);
      } else {
        read_internal(*one.run, event_id, record, before);
      }
    }
  }
}

// Answers that are no events: an attempt that failed and is not the last, a decision task that was given up.
void RandomDriver::read_internal(const Witness::Run& run, int64_t next_event_id, const Record& record, const Record* before) {
  if (record.has_attempt_ended()) {
    const auto& ended = record.attempt_ended();
    if (ended.timeout_type() == journal::v1::ACTIVITY_TASK_TIMEOUT_TYPE_HEARTBEAT) check_heartbeat_timeout(run, ended.scheduled_event_id());
    if (ended.timeout_type() != journal::v1::ACTIVITY_TASK_TIMEOUT_TYPE_UNSPECIFIED) return;
    ledger_.found(ended.failure_reason(), run.key().run_id, next_event_id, run.workflow_id());
    check_answer(run, ended.failure_reason(), before);
  }
  if (record.decision_abandoned().reason() != journal::v1::DecisionAbandoned::DECIDER_FAILED) return;
  const auto& abandoned = record.decision_abandoned();
  ledger_.found(abandoned.failure_reason(), run.key().run_id, next_event_id, run.workflow_id());
  const Task& task = task_of(answers_.at(abandoned.failure_reason()).task);
  EXPECT_EQ(abandoned.started_event_id(), task.token.started_event_id()) << abandoned.failure_reason();
  EXPECT_EQ(abandoned.delivery(), task.token.delivery()) << abandoned.failure_reason();
}

void RandomDriver::read_event(const Witness::Run& run, int64_t event_id, const Event& event, const Record* before) {
  const std::string mark = mark_of(event);
  if (mark.empty()) {
    EXPECT_FALSE(needs_mark(event)) << "nobody caused it: " << event.ShortDebugString();
  } else {
    ledger_.found(mark, run.key().run_id, event_id, run.workflow_id());
    if (answers_.contains(mark)) check_answer(run, mark, before);
  }
  if (event.has_decision_task_completed() && answers_.contains(mark)) check_decided(run, event_id, answers_.at(mark));
  if (event.has_workflow_execution_cancel_requested() && !is_of_another(event)) check_cancel_requests(run.workflow_id());
  const auto& timed_out = event.activity_task_timed_out();
  if (timed_out.timeout_type() == journal::v1::ACTIVITY_TASK_TIMEOUT_TYPE_HEARTBEAT) check_heartbeat_timeout(run, timed_out.scheduled_event_id());
}

// The record before the event says whose answer it is.
void RandomDriver::check_answer(const Witness::Run&, const std::string& mark, const Record* before) {
  const Answer& answer = answers_.at(mark);
  const Task& task = task_of(answer.task);
  ASSERT_NE(before, nullptr) << mark;
  if (task.kind == core::TaskKind::kDecision) {
    EXPECT_EQ(before->decision_answered().started_event_id(), task.token.started_event_id()) << mark;
    EXPECT_EQ(before->decision_answered().delivery(), task.token.delivery()) << mark;
  } else {
    EXPECT_EQ(before->activity_answered().scheduled_event_id(), task.token.scheduled_event_id()) << mark;
    EXPECT_EQ(std::max(1, before->activity_answered().attempt()), std::max(1, task.token.attempt())) << mark;
    EXPECT_EQ(before->activity_answered().delivery(), task.token.delivery()) << mark;
  }
}

// Every decision became one event, and a run closed only if there was nothing that its decider had not seen.
void RandomDriver::check_decided(const Witness::Run& run, int64_t completed_event_id, const Answer& answer) {
  const std::vector<const Event*> events = run.stored.events();
  std::map<Event::AttributesCase, int> became;
  for (size_t i = static_cast<size_t>(completed_event_id); i < events.size(); ++i) {
    if (completed_event_id_of(*events[i]) == completed_event_id) ++became[events[i]->attributes_case()];
  }
  std::map<const DecisionKind*, int> decided;
  for (const v1::Decision& decision : answer.decisions) ++decided[kind_of(decision)];
  for (const auto& [kind, count] : decided) {
    int found = 0;
    for (const auto event : kind->becomes) found += became[event];
    EXPECT_EQ(found, count) << "decisions of kind " << kind->attributes << " after event " << completed_event_id << " of " << event_names(run.stored);
  }
  // Not closed, or by somebody else since.
  if (!answer.closes || run.state.open() || completed_event_id_of(*events.back()) != completed_event_id) return;
  const auto& completed = events[static_cast<size_t>(completed_event_id) - 1]->decision_task_completed();
  for (int64_t id = completed.started_event_id(); id < completed_event_id; ++id) {
    EXPECT_FALSE(events[static_cast<size_t>(id) - 1]->has_decision_task_scheduled()) << "closed, with events that no decider had seen";
  }
}

// What was acknowledged in time is not taken away, as long as its coordinator lives and can write.
void RandomDriver::check_withdrawal(const Witness::Run& run, const journal::v1::OfferWithdrawn& withdrawn) {
  const auto found =
      tasks_.find({run.key().run_id, withdrawn.scheduled_event_id(), std::max(1, withdrawn.attempt()), withdrawn.delivery()});
  if (found == tasks_.end() || found->second.acknowledged_at < 0) return;
  const Task& task = found->second;
  const Side& side = sides_[static_cast<size_t>(task.acknowledged_at)];
  if (task.life != side.life || !undisturbed_since(side, task.acknowledged_ms) || withdrawn.time_ms() <= task.acknowledged_ms) return;
  ADD_FAILURE() << "withdrawn from the client that had acknowledged it: " << withdrawn.ShortDebugString() << " of " << run.stored.name();
}

// Whoever says that it is alive has a whole interval from then.
void RandomDriver::check_heartbeat_timeout(const Witness::Run& run, int64_t scheduled_event_id) {
  const Event& scheduled = *run.stored.events()[static_cast<size_t>(scheduled_event_id) - 1];
  const int64_t interval_ms = scheduled.activity_task_scheduled().heartbeat_timeout_ms();
  for (const auto& [key, task] : tasks_) {
    if (std::get<0>(key) != run.key().run_id || std::get<1>(key) != scheduled_event_id || task.heartbeat_ms == 0) continue;
    EXPECT_GE(now_ms_, task.heartbeat_ms + interval_ms)
        << "timed out " << now_ms_ - task.heartbeat_ms << " ms after a heartbeat that was accepted: task " << scheduled_event_id << " of "
        << run.stored.name();
  }
}

// These bear no marks: there are as many as were acknowledged, and no more than may have been applied.
void RandomDriver::check_cancel_requests(const std::string& workflow_id) {
  int least = 0, most = 0, found = 0;
  for (const Sent* sent : cancels_[workflow_id]) {
    least += sent->told == Told::kYes;
    most += sent->told != Told::kNo;
  }
  for (const auto& [run_id, run] : witness_->runs()) {
    if (run.workflow_id() != workflow_id) continue;
    for (size_t i = run.own_from; i < run.stored.records.size(); ++i) {
      const Event& event = run.stored.records[i].event();
      found += event.has_workflow_execution_cancel_requested() && !is_of_another(event);
    }
  }
  EXPECT_GE(found, least) << "an acknowledged cancel request of " << workflow_id << " is not recorded";
  EXPECT_LE(found, most) << "more cancel requests of " << workflow_id << " are recorded than were sent";
}

// A second after it came, an acknowledgement that counts is in the journal.
void RandomDriver::check_acknowledgements() {
  for (const auto& [key, task] : tasks_) {
    if (task.acknowledged_at < 0) continue;
    const Side& side = sides_[static_cast<size_t>(task.acknowledged_at)];
    const int64_t since_ms = std::max({task.acknowledged_ms, side.plan->last_fault_ms(), side.stalled_ms});
    const bool due = task.life == side.life && now_ms_ - since_ms >= core::kLazyAcknowledgementMs;
    if (!due || is_over(task) || is_superseded(task)) continue;
    const Witness::Run& run = *witness_->find(std::get<core::RunId>(key));
    const core::ActivityTask* activity = run.state.activities.get(task.token.scheduled_event_id());
    const bool recorded = task.kind == core::TaskKind::kDecision ? run.state.decision->acknowledged.has_value()
                                                                 : activity->acknowledged.has_value();
    EXPECT_TRUE(recorded) << "acknowledged " << now_ms_ - task.acknowledged_ms << " ms ago, and not recorded: "
                          << task.token.ShortDebugString() << " of " << run.stored.name();
  }
}

}  // namespace baton::testing
