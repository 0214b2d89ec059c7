// The times of a schedule: a cron expression on the clock of a time zone, or a fixed rate. Pure: no clock; the time zones are those of the
// system's tzdata.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "baton/v1/schedule.pb.h"
#include "coordinator/schedule/cron.h"

namespace baton::schedule {

// All times are milliseconds since the Unix epoch, whole seconds. A plain value; thread-safe to read.
//
// What cron means on a clock that is changed: a time that the clock skips comes at the moment after the gap, and a time that it shows twice
// comes once, the first time. An expression of every hour goes on with the hours as they pass instead: what is skipped does not come, what is
// shown twice comes twice, so that "*/10 * * * *" is every ten minutes on every day.
class ScheduleTimes {
 public:
  // A refusal names the field, with `prefix` before it ("schedule.spec.").
  static absl::StatusOr<ScheduleTimes> make(const std::string& prefix, const v1::ScheduleSpec& spec);

  // The first time later than this, within start and end; nothing: there is none, before the year 10000.
  std::optional<int64_t> next_after(int64_t ms) const;
  // The same, whatever start and end are.
  std::optional<int64_t> next_of_all_after(int64_t ms) const;
  // How many of all times are later than `after_ms` and not later than `until_ms`; at most `at_most`.
  int64_t count(int64_t after_ms, int64_t until_ms, int64_t at_most) const;

 private:
  std::optional<int64_t> next_on_the_clock(int64_t ms) const;
  std::optional<int64_t> next_as_hours_pass(int64_t ms) const;

  std::optional<Cron> cron_;  // nothing: a fixed rate
  absl::TimeZone zone_ = absl::UTCTimeZone();
  int64_t interval_ms_ = 0, offset_ms_ = 0;
  int64_t start_ms_ = 0;  // the first that may come
  int64_t end_ms_ = 0;    // the last that may
};

// "2026-03-29T01:30:00Z", with three digits of the second's fraction if it has one.
std::string to_iso(int64_t ms);

}  // namespace baton::schedule
