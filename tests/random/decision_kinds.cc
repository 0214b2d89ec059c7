#include "tests/random/decision_kinds.h"

#include <algorithm>
#include <array>
#include <string>

#include "tests/engine/test_coordinator.h"

namespace baton::testing {
namespace {

using journal::v1::Event;
using v1::Decision;

std::string activity_id(Draws& draws) { return "activity-" + std::to_string(draws.below(4)); }
std::string timer_id(Draws& draws) { return "timer-" + std::to_string(draws.below(3)); }

// Whatever it says, nothing waits longer than the end of a story lasts.
void fill_retry(Draws& draws, v1::RetryPolicy& policy) {
  constexpr std::array<double, 4> kCoefficients = {0, 1, 1.5, 4};
  const uint64_t initial_ms = draws.percent(20) ? 1 : 1 + draws.below(3'000);
  policy.mutable_initial_interval()->set_seconds(static_cast<int64_t>(initial_ms / 1'000));
  policy.mutable_initial_interval()->set_nanos(static_cast<int32_t>(initial_ms % 1'000) * 1'000'000);
  policy.set_backoff_coefficient(draws.one_of(kCoefficients));
  policy.mutable_maximum_interval()->set_seconds(5);
  policy.set_maximum_attempts(static_cast<int32_t>(draws.below(4)));
}

void fill_activity(Draws& draws, Decision& decision) {
  constexpr std::array<int64_t, 5> kTimeouts = {-1, -1, 900, 4'000, 15'000};
  constexpr std::array<int64_t, 5> kHeartbeats = {-1, -1, 2'000, 6'000, 40'000};
  const int64_t to_start = draws.one_of(kTimeouts), to_close = draws.one_of(kTimeouts);
  decision = schedule_activity(activity_id(draws), {to_start, to_close, draws.one_of(kHeartbeats)});
  auto& schedule = *decision.mutable_schedule_activity_task();
  const int64_t until_closed_s = static_cast<int64_t>(draws.below(20));
  if (draws.percent(15)) schedule.mutable_schedule_to_close_timeout()->mutable_after()->set_seconds(until_closed_s);
  if (draws.percent(15)) schedule.set_task_priority(static_cast<int32_t>(draws.below(3)));
  if (draws.percent(50)) fill_retry(draws, *schedule.mutable_retry_policy());
  if (draws.percent(5)) schedule.mutable_activity_type()->set_version("unknown");
}

void fill_activity_cancel(Draws& draws, Decision& decision) { decision = cancel_activity(activity_id(draws)); }

void fill_timer(Draws& draws, Decision& decision) {
  decision = start_timer(timer_id(draws), static_cast<int64_t>(draws.below(5) * draws.below(3'000)));
}

void fill_timer_cancel(Draws& draws, Decision& decision) { decision.mutable_cancel_timer()->set_timer_id(timer_id(draws)); }

// One of the workflow ids of clients, perhaps of nobody.
std::string other_workflow_id(Draws& draws) { return "order-" + std::to_string(draws.below(4)); }

void fill_external_signal(Draws& draws, Decision& decision) {
  auto& signal = *decision.mutable_signal_external_workflow_execution();
  signal.set_workflow_id(other_workflow_id(draws));
  signal.set_signal_name("from another");
  if (draws.percent(5)) signal.set_run_id("no run");
}

void fill_external_cancel(Draws& draws, Decision& decision) {
  decision.mutable_request_cancel_external_workflow_execution()->set_workflow_id(other_workflow_id(draws));
}

// Its decisions time out, as those of a run that a client starts.
void fill_child(Draws& draws, Decision& decision) {
  constexpr std::array<v1::ChildPolicy, 3> kPolicies = {v1::CHILD_POLICY_TERMINATE, v1::CHILD_POLICY_REQUEST_CANCEL, v1::CHILD_POLICY_ABANDON};
  auto& child = *decision.mutable_start_child_workflow_execution();
  child.set_workflow_id(draws.percent(30) ? other_workflow_id(draws) : "child-" + std::to_string(draws.below(5)));
  child.mutable_workflow_type()->set_name("process");
  child.mutable_workflow_type()->set_version(draws.percent(5) ? "unknown" : "1");
  child.mutable_task_start_to_close_timeout()->mutable_after()->set_seconds(static_cast<int64_t>(1 + draws.below(6)));
  child.set_child_policy(draws.one_of(kPolicies));
  if (draws.percent(20)) child.mutable_execution_start_to_close_timeout()->mutable_after()->set_seconds(static_cast<int64_t>(5 + draws.below(20)));
}

void fill_attributes(Draws& draws, Decision& decision) {
  auto& upsert = *decision.mutable_upsert_search_attributes();
  (*upsert.mutable_search_attributes())["step"].set_integer(static_cast<int64_t>(draws.below(5)));
  if (draws.percent(30)) upsert.add_removed("other");
}

// Mostly of an update that never was; see RandomDriver::answer_updates.
void fill_update(Draws& draws, Decision& decision) {
  auto& answer = *decision.mutable_answer_update();
  answer.set_update_id("update-" + std::to_string(draws.below(50)));
  answer.mutable_reply()->mutable_failed()->set_reason("guessed");
}

void fill_marker(Draws&, Decision& decision) { decision.mutable_record_marker()->set_marker_name("here"); }

void fill_complete(Draws&, Decision& decision) { decision = complete_execution(); }

void fill_fail(Draws&, Decision& decision) { decision.mutable_fail_workflow_execution()->set_reason("why not"); }

void fill_cancel(Draws&, Decision& decision) { decision.mutable_cancel_workflow_execution(); }

// The successor's decisions time out too, so that a decider that is lost does not stop it.
void fill_continue(Draws& draws, Decision& decision) {
  auto& next = *decision.mutable_continue_as_new_workflow_execution();
  next.mutable_task_start_to_close_timeout()->mutable_after()->set_seconds(static_cast<int64_t>(1 + draws.below(6)));
  if (draws.percent(10)) next.set_workflow_type_version("unknown");
}

}  // namespace

std::span<const DecisionKind> decision_kinds() {
  static const std::vector<DecisionKind> kinds = {
      {Decision::kScheduleActivityTask, 8, false, fill_activity, {Event::kActivityTaskScheduled, Event::kScheduleActivityTaskFailed}},
      {Decision::kRequestCancelActivityTask, 2, false, fill_activity_cancel,
       {Event::kActivityTaskCancelRequested, Event::kRequestCancelActivityTaskFailed}},
      {Decision::kStartTimer, 3, false, fill_timer, {Event::kTimerStarted, Event::kStartTimerFailed}},
      {Decision::kCancelTimer, 1, false, fill_timer_cancel, {Event::kTimerCanceled, Event::kCancelTimerFailed}},
      {Decision::kRecordMarker, 1, false, fill_marker, {Event::kMarkerRecorded, Event::kRecordMarkerFailed}},
      {Decision::kStartChildWorkflowExecution, 3, false, fill_child,
       {Event::kStartChildWorkflowExecutionInitiated, Event::kStartChildWorkflowExecutionFailed}},
      {Decision::kSignalExternalWorkflowExecution, 2, false, fill_external_signal, {Event::kSignalExternalWorkflowExecutionInitiated}},
      {Decision::kRequestCancelExternalWorkflowExecution, 1, false, fill_external_cancel,
       {Event::kRequestCancelExternalWorkflowExecutionInitiated}},
      {Decision::kUpsertSearchAttributes, 1, false, fill_attributes,
       {Event::kSearchAttributesUpserted, Event::kUpsertSearchAttributesFailed}},
      {Decision::kAnswerUpdate, 1, false, fill_update, {Event::kWorkflowExecutionUpdateAnswered, Event::kAnswerUpdateFailed}},
      {Decision::kCompleteWorkflowExecution, 3, true, fill_complete,
       {Event::kWorkflowExecutionCompleted, Event::kCompleteWorkflowExecutionFailed}},
      {Decision::kFailWorkflowExecution, 1, true, fill_fail, {Event::kWorkflowExecutionFailed, Event::kFailWorkflowExecutionFailed}},
      {Decision::kCancelWorkflowExecution, 1, true, fill_cancel,
       {Event::kWorkflowExecutionCanceled, Event::kCancelWorkflowExecutionFailed}},
      {Decision::kContinueAsNewWorkflowExecution, 3, true, fill_continue,
       {Event::kWorkflowExecutionContinuedAsNew, Event::kContinueAsNewWorkflowExecutionFailed}},
  };
  return kinds;
}

const DecisionKind* kind_of(const Decision& decision) {
  const auto kinds = decision_kinds();
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const DecisionKind& kind) { return kind.attributes == decision.attributes_case(); });
  return found == kinds.end() ? nullptr : &*found;
}

DrawnDecisions draw_decisions(Draws& draws) {
  DrawnDecisions drawn;
  const auto add = [&](bool closing) {
    const auto kinds = decision_kinds();
    const auto& kind = draws.weighted(kinds, [&](const DecisionKind& k) { return k.closes == closing ? k.weight : 0; });
    kind.fill(draws, drawn.decisions.emplace_back());
  };
  for (uint64_t i = draws.below(4); i > 0; --i) add(false);
  if (draws.percent(18)) {
    add(true);
    drawn.closes = true;
  }
  if (draws.percent(6)) {
    // A closing decision that is not the last, or a name that is missing: nothing of the answer may be applied.
    drawn.legal = false;
    if (drawn.closes) {
      add(draws.percent(50));
    } else {
      drawn.decisions.push_back(schedule_activity(""));
    }
  }
  return drawn;
}

int64_t completed_event_id_of(const Event& event) {
  // What came of its message is another event about the same decision.
  if (event.start_child_workflow_execution_failed().initiated_event_id() != 0) return 0;
  const auto* oneof = event.GetDescriptor()->oneof_decl(0);
  const auto* attributes = event.GetReflection()->GetOneofFieldDescriptor(event, oneof);
  if (attributes == nullptr) return 0;
  const auto* field = attributes->message_type()->FindFieldByName("decision_task_completed_event_id");
  if (field == nullptr) return 0;
  const google::protobuf::Message& message = event.GetReflection()->GetMessage(event, attributes);
  return message.GetReflection()->GetInt64(message, field);
}

}  // namespace baton::testing
