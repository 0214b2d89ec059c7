#include "coordinator/schedule/edits.h"

#include <algorithm>

#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"
#include "coordinator/core/run_settings.h"
#include "coordinator/core/search_attributes.h"
#include "coordinator/schedule/bounds.h"
#include "coordinator/schedule/round.h"
#include "coordinator/schedule/time_fields.h"

namespace baton::schedule {
namespace {

template <class Request>
absl::Status check_address(const Request& request) {
  if (absl::Status s = core::check_name("domain", request.domain()); !s.ok()) return s;
  if (absl::Status s = core::check_workflow_id("schedule_id", request.schedule_id()); !s.ok()) return s;
  if constexpr (requires { request.request_id(); }) return core::check_request_id("request_id", request.request_id());
  return absl::OkStatus();
}

template <class Request>
absl::Status check_reason(const Request& request) {
  if (absl::Status s = check_address(request); !s.ok()) return s;
  return core::check_text("reason", request.reason(), core::kMaxReasonChars);
}

absl::Status check_workflow_id(const std::string& schedule_id, const v1::ScheduledStart& start) {
  constexpr std::string_view kField = "schedule.start.workflow_id";
  const std::string& id = start.workflow_id().empty() ? schedule_id : start.workflow_id();
  if (absl::Status s = core::check_workflow_id(kField, id); !s.ok()) return s;
  if (start.fixed_workflow_id() || core::count_chars(id) <= core::kMaxNameChars - kTimeInWorkflowIdChars) return absl::OkStatus();
  return core::invalid_field(kField, "has no room for the time of a run: give at most " +
                                         std::to_string(core::kMaxNameChars - kTimeInWorkflowIdChars) + " characters, or fixed_workflow_id");
}

absl::Status check_start(const std::string& schedule_id, const v1::ScheduledStart& start, const core::Limits& limits) {
  const std::string prefix = "schedule.start.";
  if (absl::Status s = check_workflow_id(schedule_id, start); !s.ok()) return s;
  if (absl::Status s = core::check_name(prefix + "workflow_type.name", start.workflow_type().name()); !s.ok()) return s;
  if (absl::Status s = core::check_version(prefix + "workflow_type.version", start.workflow_type().version()); !s.ok()) return s;
  if (absl::Status s = core::check_settings(prefix, start, limits); !s.ok()) return s;
  if (absl::Status s = core::check_headers(prefix + "headers", start.headers(), limits.headers_bytes); !s.ok()) return s;
  return core::check_search_attributes(prefix + "search_attributes", start.search_attributes());
}

absl::Status check_catch_up(const v1::Schedule& schedule) {
  constexpr std::string_view kField = "schedule.catch_up_window";
  const auto& window = schedule.catch_up_window();
  if (!schedule.has_catch_up_window()) return absl::OkStatus();
  const bool legal = window.nanos() >= 0 && window.nanos() <= 999'999'999 && core::duration_ms(window) >= kMinCatchUpMs &&
                     core::duration_ms(window) <= core::kMaxTimeoutMs;
  return legal ? absl::OkStatus() : core::invalid_field(kField, "must be 10 s to 366 days, or be left out for 1 hour");
}

absl::StatusOr<Contents> contents_of(const std::string& schedule_id, const v1::Schedule& schedule, const core::Limits& limits) {
  auto times = ScheduleTimes::make("schedule.spec.", schedule.spec());
  if (!times.ok()) return times.status();
  if (absl::Status s = check_start(schedule_id, schedule.start(), limits); !s.ok()) return s;
  if (!v1::OverlapPolicy_IsValid(schedule.overlap_policy())) {
    return core::invalid_field("schedule.overlap_policy", "is not one of OverlapPolicy");
  }
  if (schedule.start().fixed_workflow_id() && policy_of(schedule) == v1::OVERLAP_POLICY_ALLOW_ALL) {
    return core::invalid_field("schedule.start.fixed_workflow_id", "allows one run at a time, and overlap_policy ALLOW_ALL more: choose one");
  }
  if (absl::Status s = check_catch_up(schedule); !s.ok()) return s;
  return Contents{schedule, *std::move(times), {}};
}

template <class Request>
absl::Status unknown(const Request& request) {
  return unknown_schedule(request.domain(), request.schedule_id());
}

absl::Status too_many(const std::string& schedule_id, int count, const char* what) {
  return core::fault(v1::LIMIT_EXCEEDED, "schedule " + schedule_id,
                     "schedule " + schedule_id + " has " + std::to_string(count) + " " + what + " already, which is its limit: wait for some of them");
}

}  // namespace

absl::Status unknown_schedule(const std::string& domain, const std::string& schedule_id) {
  return core::fault(v1::UNKNOWN_RESOURCE, "schedule " + schedule_id, "schedule " + schedule_id + " does not exist in domain " + domain);
}

absl::Status check(const v1::CreateScheduleRequest& request) { return check_address(request); }
absl::Status check(const v1::UpdateScheduleRequest& request) { return check_address(request); }
absl::Status check(const v1::DeleteScheduleRequest& request) { return check_address(request); }
absl::Status check(const v1::PauseScheduleRequest& request) { return check_reason(request); }
absl::Status check(const v1::ResumeScheduleRequest& request) { return check_reason(request); }
absl::Status check(const v1::DescribeScheduleRequest& request) { return check_address(request); }
absl::Status check(const v1::TriggerScheduleRequest& request) {
  if (absl::Status s = check_address(request); !s.ok()) return s;
  if (v1::OverlapPolicy_IsValid(request.overlap_policy())) return absl::OkStatus();
  return core::invalid_field("overlap_policy", "is not one of OverlapPolicy");
}
absl::Status check(const v1::BackfillScheduleRequest& request) {
  if (absl::Status s = check_address(request); !s.ok()) return s;
  if (!request.has_start_time()) return core::invalid_field("start_time", "is required");
  if (!request.has_end_time()) return core::invalid_field("end_time", "is required");
  const auto start = time_field("start_time", true, request.start_time(), 0);
  if (!start.ok()) return start.status();
  const auto end = time_field("end_time", true, request.end_time(), 0);
  if (!end.ok()) return end.status();
  return *end < *start ? core::invalid_field("end_time", "is before start_time") : absl::OkStatus();
}

Edited edit(const Current& current, const v1::CreateScheduleRequest& request, const EditContext& context) {
  if (current) {
    return core::fault(v1::SCHEDULE_ALREADY_EXISTS, "schedule " + request.schedule_id(),
                       "schedule " + request.schedule_id() + " exists already in domain " + request.domain() + ": update it, or choose another id");
  }
  auto contents = contents_of(request.schedule_id(), request.schedule(), context.limits);
  if (!contents.ok()) return contents.status();
  State& state = contents->state;
  state.set_created_ms(context.now_ms);
  state.set_updated_ms(context.now_ms);
  state.set_settled_ms(context.now_ms);
  state.set_paused(request.paused());
  return *std::move(contents);
}

Edited edit(const Current& current, const v1::UpdateScheduleRequest& request, const EditContext& context) {
  if (!current) return unknown(request);
  auto contents = contents_of(request.schedule_id(), request.schedule(), context.limits);
  if (!contents.ok()) return contents.status();
  Contents before = *current;
  take_due_times(before, context.now_ms);
  contents->state = std::move(before.state);
  keep_workflow_ids({request.domain(), request.schedule_id()}, before.schedule, *contents);
  contents->state.set_updated_ms(context.now_ms);
  contents->state.set_settled_ms(std::max(context.now_ms, contents->state.settled_ms()));
  return *std::move(contents);
}

Edited edit(const Current& current, const v1::DeleteScheduleRequest& request, const EditContext&) {
  if (!current) return unknown(request);
  return std::nullopt;
}

Edited edit(const Current& current, const v1::PauseScheduleRequest& request, const EditContext& context) {
  if (!current) return unknown(request);
  Contents contents = *current;
  take_due_times(contents, context.now_ms);  // the next round looks whether they were started, and drops the others
  contents.state.set_paused(true);
  contents.state.set_reason(request.reason());
  return contents;
}

Edited edit(const Current& current, const v1::ResumeScheduleRequest& request, const EditContext& context) {
  if (!current) return unknown(request);
  Contents contents = *current;
  if (contents.state.paused()) contents.state.set_settled_ms(std::max(context.now_ms, contents.state.settled_ms()));
  contents.state.set_paused(false);
  contents.state.set_reason(request.reason());
  return contents;
}

Edited edit(const Current& current, const v1::BackfillScheduleRequest& request, const EditContext& context) {
  if (!current) return unknown(request);
  Contents contents = *current;
  State& state = contents.state;
  const int64_t from_ms = *time_field("start_time", true, request.start_time(), 0);
  const int64_t until_ms = *time_field("end_time", true, request.end_time(), 0);
  if (until_ms > context.now_ms) return core::invalid_field("end_time", "is in the future: those times will come by themselves");
  const int64_t times = contents.times.count(from_ms - 1, until_ms, kMaxBackfillTimes + 1);
  if (times == 0) return core::invalid_field("start_time", "no time of the schedule lies between it and end_time");
  if (times > kMaxBackfillTimes) {
    return core::invalid_field("end_time", "more than " + std::to_string(kMaxBackfillTimes) +
                                               " times of the schedule lie between start_time and it: fill up a part of them first");
  }
  if (state.backfills_size() >= kMaxBackfills) return too_many(request.schedule_id(), state.backfills_size(), "backfills");
  auto& backfill = *state.add_backfills();
  state.set_last_serial(state.last_serial() + 1);
  backfill.set_serial(state.last_serial());
  backfill.set_since_ms(context.now_ms);
  backfill.set_settled_ms(from_ms - 1);
  backfill.set_until_ms(until_ms);
  return contents;
}

Edited edit(const Current& current, const v1::TriggerScheduleRequest& request, const EditContext& context) {
  if (!current) return unknown(request);
  Contents contents = *current;
  State& state = contents.state;
  if (request.overlap_policy() == v1::OVERLAP_POLICY_ALLOW_ALL && contents.schedule.start().fixed_workflow_id()) {
    return core::invalid_field("overlap_policy", "ALLOW_ALL is not for a schedule with fixed_workflow_id: its runs cannot be open together");
  }
  if (state.waiting_size() >= kMaxWaiting) return too_many(request.schedule_id(), state.waiting_size(), "starts that wait");
  // Never a whole second, as the times of a spec are: its workflow id is not one of theirs.
  int64_t nominal_ms = std::max(context.now_ms, state.last_trigger_ms() + 1);
  if (nominal_ms % 1000 == 0) ++nominal_ms;
  state.set_last_trigger_ms(nominal_ms);
  state.set_last_serial(state.last_serial() + 1);
  ScheduledTime& time = *state.add_waiting();
  time.set_nominal_ms(nominal_ms);
  time.set_source(journal::v1::SCHEDULED_SOURCE_TRIGGER);
  time.set_serial(state.last_serial());
  time.set_since_ms(context.now_ms);
  time.set_overlap_policy(request.overlap_policy());
  return contents;
}

}  // namespace baton::schedule
