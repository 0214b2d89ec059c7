#include "coordinator/api/poll_stream.h"

namespace baton::api {

absl::Status check_opening(const Backend& backend, const core::Caller& caller, const StreamOpening& opening) {
  const engine::PollerSpec& spec = opening.spec;
  if (absl::Status s = core::check_name("open.domain", spec.domain); !s.ok()) return s;
  if (absl::Status s = authorize(backend, caller, opening.action, spec.domain); !s.ok()) return s;
  if (absl::Status s = core::check_name("open.task_list.name", spec.task_list); !s.ok()) return s;
  if (absl::Status s = core::check_text("open.identity", spec.identity, core::kMaxIdentityChars); !s.ok()) return s;
  if (spec.instance_id.empty()) {
    return core::invalid_field("open.instance_id", "is empty: give a random name that stays the same across reconnections");
  }
  if (absl::Status s = core::check_text("open.instance_id", spec.instance_id, core::kMaxInstanceIdChars); !s.ok()) return s;
  if (spec.slots < 1 || spec.slots > core::kMaxSlots) {
    return core::invalid_field("open.slots", "is " + std::to_string(spec.slots) + ": give 1 to " + std::to_string(core::kMaxSlots));
  }
  if (spec.held.size() > static_cast<size_t>(spec.slots)) {
    return core::invalid_field("open.held_task_tokens", "are more than the stream has slots");
  }
  return absl::OkStatus();
}

}  // namespace baton::api
