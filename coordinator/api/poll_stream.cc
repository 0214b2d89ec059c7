#include "coordinator/api/poll_stream.h"

namespace baton::api {

absl::Status check_opening(const Backend& backend, const core::Caller& caller, const engine::PollerSpec& spec, bool holds_tasks) {
  const bool decisions = spec.kind == core::TaskKind::kDecision;
  const auto may = holds_tasks ? authorize : admit;
  if (absl::Status s = may(backend, caller, decisions ? "PollForDecisionTask" : "PollForActivityTask", spec.domain); !s.ok()) return s;
  if (absl::Status s = core::check_name("open.domain", spec.domain); !s.ok()) return s;
  if (absl::Status s = core::check_name("open.task_list.name", spec.task_list); !s.ok()) return s;
  if (absl::Status s = core::check_text("open.identity", spec.identity, core::kMaxIdentityChars); !s.ok()) return s;
  if (spec.instance_id.empty()) {
    return core::invalid_field("open.instance_id", "is empty: give a random name that stays the same across reconnections");
  }
  if (absl::Status s = core::check_text("open.instance_id", spec.instance_id, core::kMaxInstanceIdChars); !s.ok()) return s;
  if (spec.slots < 1 || spec.slots > core::kMaxSlots) {
    return core::invalid_field("open.slots", "is " + std::to_string(spec.slots) + ": give 1 to " + std::to_string(core::kMaxSlots));
  }
  return absl::OkStatus();
}

absl::StatusOr<journal::v1::TaskToken> open_stream_token(const Backend& backend, const engine::PollerSpec& spec, std::string_view field,
                                                         const std::string& token) {
  const auto kind = spec.kind == core::TaskKind::kDecision ? journal::v1::TaskToken::DECISION : journal::v1::TaskToken::ACTIVITY;
  auto opened = backend.tokens.verify_task(kind, field, token);
  if (!opened.ok() || opened->domain() == spec.domain) return opened;
  return core::fault(v1::INVALID_TOKEN, field, std::string(field) + ": is of a task in another domain than the stream's");
}

}  // namespace baton::api
