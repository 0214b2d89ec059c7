#include "replay/run.h"

#include <mutex>

#include "symbol.h"
#include "wire.h"

namespace baton::detail {
namespace {

using Event = v1::HistoryEvent;

uint64_t hash(std::string_view text) {
  uint64_t value = 14695981039346656037u;  // FNV-1a
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return value;
}

// Coroutines that the compiler made wrong: destroying one may crash, so they stay.
void keep_for_ever(std::unique_ptr<Root> root, std::vector<std::shared_ptr<void>> owned) {
  static std::mutex mutex;
  static std::vector<std::shared_ptr<void>>& kept = *new std::vector<std::shared_ptr<void>>();
  std::lock_guard lock(mutex);
  kept.push_back(std::move(root));
  kept.insert(kept.end(), owned.begin(), owned.end());
}

}  // namespace

Run::Run(WorkflowFunction function, Execution execution, TypeName type)
    : function_(std::move(function)),
      execution_(std::move(execution)),
      type_(std::move(type)),
      random_state_(hash(execution_.run_id)) {}

// Destructors of the code's own objects may call cancel() and the like: that must do nothing now.
Run::~Run() {
  closing_down_ = true;
  root_.reset();
  owned_.clear();
}

void Run::fail(std::string reason, std::string message) {
  if (!failure_) failure_ = DecisionFailure{std::move(reason), std::move(message)};
  scheduler_.stop();
}

void Run::abort(std::string reason, std::string message) {
  fail(std::move(reason), std::move(message));
  throw ReplayAborted{};
}

void Run::apply(const Event& event) {
  switch (event.attributes_case()) {
    case Event::kWorkflowExecutionStarted:
      started_event_seen_ = true;
      if (const auto& original = event.workflow_execution_started().original_run_id(); !original.empty()) {
        random_state_ = hash(original);
      }
      if (event.workflow_execution_started().has_input()) {
        input_ = from_wire(event.workflow_execution_started().input());
      }
      break;
    case Event::kWorkflowExecutionSignaled:
      channels_.signaled(event);
      break;
    case Event::kWorkflowExecutionCancelRequested:
      cancel_request_.requested();
      break;
    case Event::kDecisionTaskScheduled:
    case Event::kDecisionTaskStarted:
    case Event::kDecisionTaskCompleted:
    case Event::kDecisionTaskTimedOut:
    case Event::kActivityTaskStarted:
    case Event::kWorkflowExecutionTimedOut:
    case Event::kWorkflowExecutionTerminated:
    case Event::kWorkflowExecutionPaused:
    case Event::kWorkflowExecutionResumed:
    case Event::kWorkflowExecutionHistoryLimitNeared:
    case Event::kWorkflowExecutionReset:
      random_state_ ^= hash(event.workflow_execution_reset().new_run_id());
      break;
    case Event::kSearchAttributesUpserted:
    case Event::kUpsertSearchAttributesFailed:
      break;
    case Event::kActivityTaskCompleted:
    case Event::kActivityTaskFailed:
    case Event::kActivityTaskTimedOut:
    case Event::kActivityTaskCanceled:
    case Event::kTimerFired:
      apply_outcome(event);
      break;
    case Event::ATTRIBUTES_NOT_SET:
      fail("UNKNOWN_EVENT", "event " + std::to_string(event.event_id()) +
                                ": written by a newer coordinator, this decider does not know it");
      break;
    default:
      apply_decision_event(event);
  }
}

// What became of something that an earlier event started.
void Run::apply_outcome(const Event& event) {
  const bool known = event.has_activity_task_completed()   ? activities_.completed(event)
                     : event.has_activity_task_failed()    ? activities_.failed(event)
                     : event.has_activity_task_timed_out() ? activities_.timed_out(event)
                     : event.has_activity_task_canceled()  ? activities_.canceled(event)
                                                           : timers_.fired(event);
  if (!known) {
    fail("NONDETERMINISM",
         log_.mismatch(event, "which refers to nothing that is open in the replayed code"));
  }
}

// The answer to a decision: it must be the next one that the code made.
void Run::apply_decision_event(const Event& event) {
  std::string why;
  bool fits = false;
  switch (event.attributes_case()) {
    case Event::kActivityTaskScheduled:
      fits = activities_.scheduled(event, &why);
      break;
    case Event::kScheduleActivityTaskFailed:
      fits = activities_.schedule_failed(event, &why);
      break;
    case Event::kActivityTaskCancelRequested:
      fits = activities_.cancel_requested(event.activity_task_cancel_requested().activity_id());
      break;
    case Event::kRequestCancelActivityTaskFailed:
      fits =
          activities_.cancel_requested(event.request_cancel_activity_task_failed().activity_id());
      break;
    case Event::kTimerStarted:
      fits = timers_.started(event);
      break;
    case Event::kStartTimerFailed:
      fits = timers_.start_failed(event);
      break;
    case Event::kTimerCanceled:
      fits = timers_.canceled(event);
      break;
    case Event::kCancelTimerFailed:
      fits = timers_.cancel_failed(event);
      break;
    case Event::kMarkerRecorded:
      fits = markers_.recorded(event.marker_recorded().marker_name());
      break;
    case Event::kRecordMarkerFailed:
      fits = markers_.recorded(event.record_marker_failed().marker_name());
      break;
    default:
      fits = apply_closing(event);
  }
  if (!fits) fail("NONDETERMINISM", log_.mismatch(event, why));
}

bool Run::apply_closing(const Event& event) {
  switch (event.attributes_case()) {
    case Event::kWorkflowExecutionCompleted:
      return completion_.accepted(DecisionKind::kCompleteWorkflowExecution);
    case Event::kWorkflowExecutionFailed:
      return completion_.accepted(DecisionKind::kFailWorkflowExecution);
    case Event::kWorkflowExecutionCanceled:
      return completion_.accepted(DecisionKind::kCancelWorkflowExecution);
    case Event::kCompleteWorkflowExecutionFailed:
      return completion_.refused(DecisionKind::kCompleteWorkflowExecution,
                                 symbol(event.complete_workflow_execution_failed().cause()));
    case Event::kFailWorkflowExecutionFailed:
      return completion_.refused(DecisionKind::kFailWorkflowExecution,
                                 symbol(event.fail_workflow_execution_failed().cause()));
    case Event::kCancelWorkflowExecutionFailed:
      return completion_.refused(DecisionKind::kCancelWorkflowExecution,
                                 symbol(event.cancel_workflow_execution_failed().cause()));
    default:
      return false;
  }
}

void Run::expect_all_matched(int64_t completed_event_id) {
  if (!log_.all_matched()) fail("NONDETERMINISM", log_.missing(completed_event_id));
}

void Run::execute(bool replaying, TimePoint now, WireDecisions* out) {
  replaying_ = replaying;
  now_ = now;
  context_.reset();
  log_.begin(out);
  if (completion_.decided()) {
    if (completion_.refused_cause() == "OPERATION_NOT_PERMITTED" && !replaying) {
      fail("OPERATION_NOT_PERMITTED",
           "this decider may not close the execution: its closing decision was refused");
    } else if (!completion_.refused_cause().empty()) {
      completion_.decide_again();
    }
    return;
  }
  if (root_ == nullptr) start();
  scheduler_.run();
  if (!scheduler_.balanced()) {
    keep_for_ever(std::move(root_), std::exchange(owned_, {}));
    fail("MISCOMPILED",
         "a coroutine of this workflow returned without running: g++ 12 makes wrong code of a body "
         "that has co_await in the condition of if, while or switch and no local variable; declare "
         "one (see baton/task.h)");
  }
}

void Run::start() {
  if (!started_event_seen_) {
    return fail("INCOMPLETE_HISTORY", "the history does not begin with WorkflowExecutionStarted");
  }
  try {
    root_ = function_(Workflow(this), input_);
    input_.reset();
  } catch (...) {
    if (auto failure = completion_.failed_to_start(std::current_exception())) {
      fail(std::move(failure->reason), std::move(failure->message));
    }
    return;
  }
  root_->start(scheduler_, [](void* run) { static_cast<Run*>(run)->ended_body(); }, this);
}

void Run::ended_body() {
  if (failure_) return;
  if (auto failure = completion_.body_ended(*root_)) {
    fail(std::move(failure->reason), std::move(failure->message));
  }
  scheduler_.stop();
}

ActivityMachine* Run::schedule(std::string_view name, std::string_view version,
                               std::optional<Payload> input, const ActivityOptions& options,
                               const std::source_location& where) {
  if (closing_down_) throw ReplayAborted{};
  return activities_.schedule(name, version, std::move(input), options, where);
}

TimerMachine* Run::sleep(Duration duration, const std::source_location& where) {
  if (closing_down_) throw ReplayAborted{};
  return timers_.start(duration, where);
}

void Run::cancel(ActivityMachine* activity, const std::source_location& where) {
  if (!closing_down_) activities_.cancel(activity, where);
}
void Run::cancel(TimerMachine* timer, const std::source_location& where) {
  if (!closing_down_) timers_.cancel(timer, where);
}
void Run::release(ActivityMachine* activity) { activities_.release(activity); }
void Run::release(TimerMachine* timer) { timers_.release(timer); }

void Run::record_marker(std::string_view name, std::optional<Payload> details,
                        const std::source_location& where) {
  if (!closing_down_) markers_.record(name, std::move(details), replaying_, where);
}

std::optional<std::optional<Payload>> Run::recorded_side_effect(std::string_view name,
                                                                const std::source_location& where) {
  if (closing_down_) throw ReplayAborted{};
  if (!replaying_) return std::nullopt;
  std::string error;
  auto value = markers_.next_value(name, &error);
  if (!value) {
    abort("NONDETERMINISM", error + ", the code called side_effect(\"" + std::string(name) +
                                "\") at " + to_string(where));
  }
  return value;
}

Group* Run::make_group(bool any, const Handle* members, size_t count) {
  if (any && count == 0) throw std::logic_error("any() of nothing would wait for ever");
  if (free_groups_.empty()) {
    groups_.push_back(std::make_unique<Group>());
    free_groups_.push_back(groups_.back().get());
  }
  Group* const group = free_groups_.back();
  free_groups_.pop_back();
  group->begin(any, members, count);
  return group;
}

void Run::release_group(Group* group) {
  group->end();
  free_groups_.push_back(group);
}

// SplitMix64.
uint64_t Run::random() {
  uint64_t z = (random_state_ += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

}  // namespace baton::detail
