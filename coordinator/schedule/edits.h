// The calls that change a schedule: each looks at it as it is and says what it becomes, or why not. Pure; the engine keeps it by compare and
// set. What depends on the request alone is checked by check(), before anything is looked at.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "coordinator/core/limits.h"
#include "coordinator/schedule/contents.h"

namespace baton::schedule {

absl::Status check(const v1::CreateScheduleRequest& request);
absl::Status check(const v1::UpdateScheduleRequest& request);
absl::Status check(const v1::DeleteScheduleRequest& request);
absl::Status check(const v1::PauseScheduleRequest& request);
absl::Status check(const v1::ResumeScheduleRequest& request);
absl::Status check(const v1::BackfillScheduleRequest& request);
absl::Status check(const v1::TriggerScheduleRequest& request);
absl::Status check(const v1::DescribeScheduleRequest& request);

struct EditContext {
  int64_t now_ms = 0;
  const core::Limits& limits;  // of the domain
};

// `current`: nothing when there is none of that name. The result: nothing to delete it.
using Current = std::optional<Contents>;
using Edited = absl::StatusOr<std::optional<Contents>>;
Edited edit(const Current& current, const v1::CreateScheduleRequest& request, const EditContext& context);
Edited edit(const Current& current, const v1::UpdateScheduleRequest& request, const EditContext& context);
Edited edit(const Current& current, const v1::DeleteScheduleRequest& request, const EditContext& context);
Edited edit(const Current& current, const v1::PauseScheduleRequest& request, const EditContext& context);
Edited edit(const Current& current, const v1::ResumeScheduleRequest& request, const EditContext& context);
Edited edit(const Current& current, const v1::BackfillScheduleRequest& request, const EditContext& context);
Edited edit(const Current& current, const v1::TriggerScheduleRequest& request, const EditContext& context);

absl::Status unknown_schedule(const std::string& domain, const std::string& schedule_id);

}  // namespace baton::schedule
