// Schedules and times in few words, for tests.
#pragma once

#include <string>
#include <vector>

#include "coordinator/schedule/contents.h"

namespace baton::schedule {

// "2026-03-29T01:30:00Z"
int64_t at(const std::string& iso);
// Of several times, apart by spaces.
std::string iso_of(const std::vector<int64_t>& times);

v1::ScheduleSpec cron(const std::string& expression, const std::string& zone = "");
v1::ScheduleSpec every(int64_t interval_s, int64_t offset_s = 0);

// "nightly" of domain "orders": starts type process:1 every ten minutes from `settled` on.
Name nightly();
v1::Schedule process_every_ten_minutes(v1::OverlapPolicy policy = v1::OVERLAP_POLICY_UNSPECIFIED);
Contents contents_of(const v1::Schedule& schedule, const std::string& settled);

journal::v1::ExecutionRef run(const std::string& workflow_id);
// "nightly/…": what came of the last times, oldest first, as "01:10 started a, 01:20 overlap".
std::string recent(const State& state);

}  // namespace baton::schedule
