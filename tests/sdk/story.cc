#include "story.h"

#include "decisions.h"
#include "failure_envelope.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <map>

namespace baton::testing {
namespace {

std::string text_of(bool present, const v1::Payload& payload) { return present ? payload.data() : ""; }

// "UpsertSearchAttributes(customer=text: \"eu\" -region)".
std::string describe(const v1::UpsertSearchAttributesAttributes& attributes) {
  std::map<std::string, std::string> parts;
  for (const auto& [name, value] : attributes.search_attributes()) parts[name] = "=" + value.ShortDebugString();
  for (const auto& name : attributes.removed()) parts["-" + name];
  std::string text;
  for (const auto& [name, value] : parts) text += (text.empty() ? "" : " ") + name + value;
  return "UpsertSearchAttributes(" + text + ")";
}

// With maps in order, so that equal answers have equal bytes.
std::string bytes_of(const Answer& answer) {
  std::string bytes;
  google::protobuf::io::StringOutputStream out(&bytes);
  google::protobuf::io::CodedOutputStream coded(&out);
  coded.SetSerializationDeterministic(true);
  answer.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

std::string describe(const v1::Decision& decision) {
  if (decision.has_schedule_activity_task()) {
    const auto& in = decision.schedule_activity_task();
    const std::string input = text_of(in.has_input(), in.input());
    return "ScheduleActivityTask(" + in.activity_id() + " " + in.activity_type().name() + (input.empty() ? "" : " " + input) + ")";
  }
  if (decision.has_request_cancel_activity_task()) {
    return "RequestCancelActivityTask(" + decision.request_cancel_activity_task().activity_id() + ")";
  }
  if (decision.has_start_timer()) {
    return "StartTimer(" + decision.start_timer().timer_id() + " " +
           std::to_string(to_duration(decision.start_timer().start_to_fire_timeout()).count()) + "ms)";
  }
  if (decision.has_cancel_timer()) return "CancelTimer(" + decision.cancel_timer().timer_id() + ")";
  if (decision.has_record_marker()) {
    const auto& in = decision.record_marker();
    return "RecordMarker(" + in.marker_name() + " " + text_of(in.has_details(), in.details()) + ")";
  }
  if (decision.has_start_child_workflow_execution()) {
    const auto& in = decision.start_child_workflow_execution();
    const std::string input = text_of(in.has_input(), in.input());
    return "StartChildWorkflowExecution(" + in.workflow_id() + " " + in.workflow_type().name() + (input.empty() ? "" : " " + input) + ")";
  }
  if (decision.has_signal_external_workflow_execution()) {
    const auto& in = decision.signal_external_workflow_execution();
    const std::string run = in.has_run_id() ? "/" + in.run_id() : "";
    return "SignalExternalWorkflowExecution(" + in.workflow_id() + run + " " + in.signal_name() + " " + text_of(in.has_input(), in.input()) + ")";
  }
  if (decision.has_request_cancel_external_workflow_execution()) {
    const auto& in = decision.request_cancel_external_workflow_execution();
    return "RequestCancelExternalWorkflowExecution(" + in.workflow_id() + (in.has_run_id() ? "/" + in.run_id() : "") + ")";
  }
  if (decision.has_continue_as_new_workflow_execution()) {
    const auto& in = decision.continue_as_new_workflow_execution();
    return "ContinueAsNew(" + in.workflow_type_version() + " " + text_of(in.has_input(), in.input()) + ")";
  }
  if (decision.has_schedule_lambda_function()) {
    const auto& in = decision.schedule_lambda_function();
    return "ScheduleLambdaFunction(" + in.id() + " " + in.name() + " " + text_of(in.has_input(), in.input()) + ")";
  }
  if (decision.has_answer_update()) {
    const auto& in = decision.answer_update();
    return "AnswerUpdate(" + in.update_id() + " " + testing::describe(from_wire(in.reply())) + ")";
  }
  if (decision.has_upsert_search_attributes()) return describe(decision.upsert_search_attributes());
  if (decision.has_complete_workflow_execution()) {
    const auto& in = decision.complete_workflow_execution();
    return "Complete(" + text_of(in.has_result(), in.result()) + ")";
  }
  if (decision.has_fail_workflow_execution()) {
    const auto& in = decision.fail_workflow_execution();
    const FailureFacts facts = from_details(detail::payload_of(in.has_details(), in.details()));
    return "Fail(" + with_causes(in.reason() + ": " + (facts.details ? facts.details->data : ""), facts.causes) + ")";
  }
  if (decision.has_cancel_workflow_execution()) {
    const auto& in = decision.cancel_workflow_execution();
    return "Cancel(" + text_of(in.has_details(), in.details()) + ")";
  }
  return "?";
}

}  // namespace

std::string describe(const Answer& answer) {
  std::string text;
  for (const auto& decision : answer.decisions()) text += (text.empty() ? "" : "\n") + describe(decision);
  return text;
}

std::string describe(const Reply& reply) {
  const std::string payload = reply.payload ? reply.payload->data : "";
  if (!reply.failed) return payload.empty() ? "completed" : "completed " + payload;
  return (reply.rejected ? "rejected " : "failed ") + reply.reason + (payload.empty() ? "" : ": " + payload);
}

Reply Story::query(const std::string& name, const std::optional<Payload>& input) {
  detail::Replayer fresh(function_, execution, kType);
  fresh.stop_after(cached_.back().seen);
  fresh.add(events());
  const auto failure = fresh.catch_up();
  EXPECT_FALSE(failure) << failure->reason << ": " << failure->message;
  const Reply reply = fresh.query(name, input);
  for (Cached& cached : cached_) EXPECT_EQ(describe(cached.replayer->query(name, input)), describe(reply));
  return reply;
}

Events Story::events_after(int64_t id) const {
  Events later;
  for (const auto& event : this->events()) {
    if (event.event_id() > id) *later.Add() = event;
  }
  return later;
}

std::optional<detail::DecisionFailure> Story::ask(detail::Replayer& replayer, int64_t base, Answer* answer) {
  // Not kept by anyone else: what the replayer still needs must be held by the owner it was given.
  auto delta = std::make_shared<Events>(events_after(base));
  replayer.add(*delta, delta);
  delta.reset();
  return replayer.decide(last_id(), answer);
}

const Answer& Story::decide() {
  const int64_t started = decision_started();
  answer_.Clear();
  cached_.push_back({std::make_unique<detail::Replayer>(function_, execution, kType), 0});
  for (size_t i = cached_.size(); i-- > 0;) {
    Answer answer;
    const auto failure = ask(*cached_[i].replayer, cached_[i].seen, &answer);
    EXPECT_FALSE(failure) << failure->reason << ": " << failure->message;
    cached_[i].seen = started;
    if (i + 1 == cached_.size()) {
      answer_ = answer;
    } else {
      EXPECT_EQ(bytes_of(answer), bytes_of(answer_))
          << "a run cached since its decision " << i + 1 << " decided\n"
          << describe(answer) << "\nand a replay\n"
          << describe(answer_);
    }
  }
  decided(&answer_);
  return answer_;
}

detail::DecisionFailure Story::decide_and_fail() {
  decision_started();
  detail::Replayer fresh(function_, execution, kType);
  Answer answer;
  const auto by_replay = ask(fresh, 0, &answer);
  for (Cached& cached : cached_) {
    answer.Clear();
    const auto failure = ask(*cached.replayer, cached.seen, &answer);
    EXPECT_TRUE(failure.has_value());
    if (failure && by_replay) {
      EXPECT_EQ(failure->message, by_replay->message);
    }
  }
  cached_.clear();
  EXPECT_TRUE(by_replay.has_value()) << "decided: " << describe(answer);
  decision_timed_out();
  return by_replay.value_or(detail::DecisionFailure{});
}

void Story::decide_in_vain() {
  decision_started();
  detail::Replayer fresh(function_, execution, kType);
  Answer answer;
  const auto failure = ask(fresh, 0, &answer);
  EXPECT_FALSE(failure) << failure->message;
  decision_timed_out();
}

}  // namespace baton::testing
