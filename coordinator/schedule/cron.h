// Cron expressions of five fields: minute, hour, day of the month, month, day of the week. Pure; what they mean on a clock of some place is
// in schedule_times.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"

namespace baton::schedule {

// The times that an expression names. Of each field one bit per value. A plain value.
struct Cron {
  uint64_t minutes = 0;  // bits 0 to 59
  uint32_t hours = 0;    // bits 0 to 23
  uint32_t days = 0;     // of the month; bits 1 to 31
  uint32_t months = 0;   // bits 1 to 12
  uint32_t weekdays = 0;  // bits 0 to 6, from Sunday
  // The field begins with '*'. If neither of the two does, a day need fit only one of them, as in every cron (crontab(5)); else both.
  bool any_day = false, any_weekday = false;

  bool every_hour() const { return hours == (1U << 24) - 1; }
  bool has_day(absl::CivilDay day) const;
  // The first day that fits, from this one on; nothing within the 40 years in which every date meets every weekday: it never comes.
  std::optional<absl::CivilDay> first_day(absl::CivilDay from) const;
  // The first minute that fits, from this one on.
  std::optional<absl::CivilMinute> first_minute(absl::CivilMinute from) const;
};

// Each field has numbers, ranges "9-17", lists "0,30" and steps "*/15", "9-17/2"; months and days of the week also have English names of
// three letters, in any case. Sunday is 0 and 7. Fields are apart by spaces. Also "@yearly" (or "@annually"), "@monthly", "@weekly",
// "@daily" (or "@midnight") and "@hourly". INVALID_ARGUMENT says at which character, counted from 1, what is wrong; also for one that fits
// no day there is, as 30 February.
absl::StatusOr<Cron> parse_cron(std::string_view text);

}  // namespace baton::schedule
