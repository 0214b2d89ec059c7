#include "coordinator/engine/verdict.h"

#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"

namespace baton::engine {

// Between a run id and the event of an update in it.
constexpr char kEventMark = '/';

using StoredVerdict = v1::StartWorkflowExecutionsResponse::Verdict;

std::string to_verdict(const absl::StatusOr<LaneReply>& reply) {
  StoredVerdict verdict;
  if (!reply.ok()) {
    verdict.mutable_refused()->set_fault(core::fault_of(reply.status()));
    verdict.mutable_refused()->set_message(std::string(reply.status().message()));
  } else if (const auto* started = std::get_if<core::StartReply>(&reply->reply)) {
    const std::string event = started->signaled_event_id == 0 ? "" : kEventMark + std::to_string(started->signaled_event_id);
    verdict.set_run_id(started->run_id.to_text() + event);
  } else {
    verdict.set_run_id("");
  }
  return verdict.SerializeAsString();
}

absl::StatusOr<LaneReply> from_verdict(const std::string& bytes) {
  StoredVerdict verdict;
  if (!verdict.ParseFromString(bytes)) return absl::DataLossError("a recorded verdict cannot be read");
  if (verdict.has_refused()) return core::fault(verdict.refused().fault(), "", verdict.refused().message());
  const size_t mark = verdict.run_id().find(kEventMark);
  if (const auto run_id = core::RunId::from_text(verdict.run_id().substr(0, mark))) {
    core::StartReply started{*run_id};
    if (mark != std::string::npos) started.signaled_event_id = std::stoll(verdict.run_id().substr(mark + 1));
    return LaneReply{started, nullptr};
  }
  return LaneReply{core::RepeatReply{}, nullptr};
}

store::ReceivedKey reply_key(const store::WorkflowKey& workflow, const core::RunId& run_id, int64_t signaled_event_id) {
  return {workflow, "AnswerUpdate", run_id.to_text() + kEventMark + std::to_string(signaled_event_id)};
}

std::string to_reply(const journal::v1::Reply& reply) {
  v1::Reply shown;
  core::to_api(reply, &shown);
  return shown.SerializeAsString();
}

absl::StatusOr<v1::Reply> from_reply(const std::string& bytes) {
  v1::Reply reply;
  if (!reply.ParseFromString(bytes)) return absl::DataLossError("the recorded answer to an update cannot be read");
  return reply;
}

}  // namespace baton::engine
