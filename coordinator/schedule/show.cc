#include "coordinator/schedule/show.h"

#include <algorithm>

#include "coordinator/core/journal_values.h"
#include "coordinator/schedule/bounds.h"

namespace baton::schedule {
namespace {

void show(const journal::v1::SettledTime& settled, v1::ScheduleRun* run) {
  core::set_timestamp(settled.nominal_ms(), run->mutable_nominal_time());
  run->set_source(static_cast<v1::RunSource>(settled.source()));
  core::set_timestamp(settled.settled_ms(), run->mutable_action_time());
  switch (settled.outcome_case()) {
    case journal::v1::SettledTime::kStarted:
      core::to_api(settled.started(), run->mutable_started());
      break;
    case journal::v1::SettledTime::kNotStarted:
      run->set_not_started(static_cast<v1::NotStartedReason>(settled.not_started()));
      break;
    case journal::v1::SettledTime::kRefused:
      run->mutable_refused()->set_fault(static_cast<v1::Fault>(settled.refused().fault()));
      run->mutable_refused()->set_message(settled.refused().message());
      break;
    case journal::v1::SettledTime::OUTCOME_NOT_SET:
      break;
  }
  run->set_missed_count(settled.missed_count());
}

// The next time that is not settled. One that has come is about to start.
std::optional<int64_t> next_time(const Contents& contents, int64_t after_ms) {
  return contents.state.paused() ? std::nullopt : contents.times.next_after(after_ms);
}

}  // namespace

void show(const Name& name, const Contents& contents, int64_t now_ms, v1::DescribeScheduleResponse* response) {
  const State& state = contents.state;
  response->set_schedule_id(name.id);
  *response->mutable_schedule() = contents.schedule;
  response->set_paused(state.paused());
  response->set_reason(state.reason());
  core::set_timestamp(state.created_ms(), response->mutable_create_time());
  core::set_timestamp(state.updated_ms(), response->mutable_update_time());
  for (int i = state.recent_size() - 1; i >= 0; --i) show(state.recent(i), response->add_recent_runs());
  auto next = next_time(contents, std::max(now_ms, state.settled_ms()));
  for (; next && response->next_times_size() < kNextTimes; next = next_time(contents, *next)) {
    core::set_timestamp(*next, response->add_next_times());
  }
  response->set_waiting_starts(state.waiting_size());
  response->set_backfills(state.backfills_size());
}

void show(const Name& name, const Contents& contents, int64_t now_ms, v1::ScheduleInfo* info) {
  const State& state = contents.state;
  info->set_schedule_id(name.id);
  *info->mutable_spec() = contents.schedule.spec();
  *info->mutable_workflow_type() = contents.schedule.start().workflow_type();
  info->set_paused(state.paused());
  info->set_reason(state.reason());
  if (const auto next = next_time(contents, std::max(now_ms, state.settled_ms()))) core::set_timestamp(*next, info->mutable_next_time());
  if (state.recent_size() > 0) show(state.recent(state.recent_size() - 1), info->mutable_last_run());
}

}  // namespace baton::schedule
