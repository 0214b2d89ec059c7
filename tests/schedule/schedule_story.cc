#include "tests/schedule/schedule_story.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace baton::schedule {

int64_t at(const std::string& iso) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, iso, &time, &error)) << iso << ": " << error;
  return absl::ToUnixMillis(time);
}

std::string iso_of(const std::vector<int64_t>& times) {
  std::string text;
  for (const int64_t time : times) text += (text.empty() ? "" : " ") + to_iso(time);
  return text;
}

v1::ScheduleSpec cron(const std::string& expression, const std::string& zone) {
  v1::ScheduleSpec spec;
  spec.set_cron(expression);
  spec.set_time_zone(zone);
  return spec;
}

v1::ScheduleSpec every(int64_t interval_s, int64_t offset_s) {
  v1::ScheduleSpec spec;
  spec.mutable_fixed_rate()->mutable_interval()->set_seconds(interval_s);
  spec.mutable_fixed_rate()->mutable_offset()->set_seconds(offset_s);
  return spec;
}

Name nightly() { return {"orders", "nightly"}; }

v1::Schedule process_every_ten_minutes(v1::OverlapPolicy policy) {
  v1::Schedule schedule;
  *schedule.mutable_spec() = cron("*/10 * * * *");
  schedule.mutable_start()->mutable_workflow_type()->set_name("process");
  schedule.mutable_start()->mutable_workflow_type()->set_version("1");
  schedule.set_overlap_policy(policy);
  return schedule;
}

Contents contents_of(const v1::Schedule& schedule, const std::string& settled) {
  auto times = ScheduleTimes::make("spec.", schedule.spec());
  EXPECT_TRUE(times.ok()) << times.status();
  Contents contents{schedule, *times, {}};
  contents.state.set_created_ms(at(settled));
  contents.state.set_settled_ms(at(settled));
  return contents;
}

journal::v1::ExecutionRef run(const std::string& workflow_id) {
  journal::v1::ExecutionRef execution;
  execution.set_workflow_id(workflow_id);
  execution.set_run_id(std::string(16, workflow_id[0]));
  return execution;
}

std::string recent(const State& state) {
  std::string text;
  for (const auto& settled : state.recent()) {
    if (!text.empty()) text += ", ";
    text += to_iso(settled.nominal_ms()).substr(11, 5) + " ";
    if (settled.has_started()) text += settled.started().workflow_id();
    if (settled.has_refused()) text += "refused: " + settled.refused().message();
    if (settled.not_started() == v1::NOT_STARTED_REASON_OVERLAP) text += "overlap";
    if (settled.not_started() == v1::NOT_STARTED_REASON_REPLACED) text += "replaced";
    if (settled.not_started() == v1::NOT_STARTED_REASON_PAUSED) text += "paused";
    if (settled.not_started() == v1::NOT_STARTED_REASON_MISSED) text += "missed " + std::to_string(settled.missed_count());
  }
  return text;
}

}  // namespace baton::schedule
