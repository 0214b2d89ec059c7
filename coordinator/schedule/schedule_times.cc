#include "coordinator/schedule/schedule_times.h"

#include <algorithm>
#include <bit>

#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"
#include "coordinator/core/shortened.h"
#include "coordinator/schedule/bounds.h"
#include "coordinator/schedule/time_fields.h"

namespace baton::schedule {
namespace {

constexpr int64_t kMsPerSecond = 1'000;

// Nothing that leads out of tzdata's own folder, no link to whatever this host goes by, and no times that count leap seconds.
bool is_zone_name(const std::string& name) {
  if (name.size() > kMaxTimeZoneChars || name.front() == '/' || name.find("..") != std::string::npos) return false;
  if (name == "localtime" || name == "posixrules" || name.starts_with("right/")) return false;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '/' && c != '_' && c != '-' && c != '+') return false;
  }
  return true;
}

absl::StatusOr<absl::TimeZone> find_zone(const std::string& field, const std::string& name) {
  absl::TimeZone zone = absl::UTCTimeZone();
  if (name.empty()) return zone;
  if (is_zone_name(name) && absl::LoadTimeZone(name, &zone)) return zone;
  return core::invalid_field(field, "\"" + core::shortened(name, kMaxTimeZoneChars) + "\" is not a time zone that this coordinator knows: give an " +
                                        "IANA name such as Europe/Berlin, or leave it out for UTC");
}

absl::StatusOr<int64_t> whole_seconds(const std::string& field, const google::protobuf::Duration& duration, int64_t at_least_ms) {
  const int64_t ms = core::duration_ms(duration);
  if (duration.nanos() == 0 && ms >= at_least_ms && ms <= core::kMaxTimeoutMs) return ms;
  return core::invalid_field(field, "must be whole seconds, " + std::to_string(at_least_ms / kMsPerSecond) + " s to 366 days");
}

int64_t floor_to_second(int64_t ms) { return (ms >= 0 ? ms : ms - (kMsPerSecond - 1)) / kMsPerSecond * kMsPerSecond; }

// The moment of a time that the clock shows; the first of two, or the one after the gap.
absl::Time moment_of(absl::CivilSecond shown, const absl::TimeZone& zone) {
  const absl::TimeZone::TimeInfo info = zone.At(shown);
  return info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre;
}

}  // namespace

absl::StatusOr<ScheduleTimes> ScheduleTimes::make(const std::string& prefix, const v1::ScheduleSpec& spec) {
  ScheduleTimes times;
  switch (spec.when_case()) {
    case v1::ScheduleSpec::kCron: {
      if (absl::Status s = core::check_text(prefix + "cron", spec.cron(), kMaxCronChars); !s.ok()) return s;
      auto cron = parse_cron(spec.cron());
      if (!cron.ok()) return core::invalid_field(prefix + "cron", std::string(cron.status().message()));
      times.cron_ = *cron;
      auto zone = find_zone(prefix + "time_zone", spec.time_zone());
      if (!zone.ok()) return zone.status();
      times.zone_ = *zone;
      break;
    }
    case v1::ScheduleSpec::kFixedRate: {
      if (!spec.time_zone().empty()) {
        return core::invalid_field(prefix + "time_zone", "is for cron expressions: a fixed rate counts from 1970-01-01T00:00:00Z, give an offset");
      }
      const auto interval = whole_seconds(prefix + "fixed_rate.interval", spec.fixed_rate().interval(), kMinIntervalMs);
      if (!interval.ok()) return interval.status();
      const auto offset = whole_seconds(prefix + "fixed_rate.offset", spec.fixed_rate().offset(), 0);
      if (!offset.ok()) return offset.status();
      if (*offset >= *interval) return core::invalid_field(prefix + "fixed_rate.offset", "must be shorter than the interval");
      times.interval_ms_ = *interval;
      times.offset_ms_ = *offset;
      break;
    }
    case v1::ScheduleSpec::WHEN_NOT_SET:
      return core::invalid_field(prefix + "cron", "is required, or a fixed_rate");
  }
  const auto start = time_field(prefix + "start_time", spec.has_start_time(), spec.start_time(), kFirstTimeMs);
  if (!start.ok()) return start.status();
  const auto end = time_field(prefix + "end_time", spec.has_end_time(), spec.end_time(), kLastTimeMs);
  if (!end.ok()) return end.status();
  if (*end < *start) return core::invalid_field(prefix + "end_time", "is before start_time");
  times.start_ms_ = *start;
  times.end_ms_ = *end;
  return times;
}

std::optional<int64_t> ScheduleTimes::next_after(int64_t ms) const {
  const auto next = next_of_all_after(std::max(ms, start_ms_ - 1));
  return next && *next <= end_ms_ ? next : std::nullopt;
}

std::optional<int64_t> ScheduleTimes::next_of_all_after(int64_t ms) const {
  std::optional<int64_t> next;
  if (!cron_) {
    const int64_t since = ms - offset_ms_;
    const int64_t intervals = since >= 0 ? since / interval_ms_ : -((-since + interval_ms_ - 1) / interval_ms_);
    next = offset_ms_ + (intervals + 1) * interval_ms_;
  } else {
    next = cron_->every_hour() ? next_as_hours_pass(ms) : next_on_the_clock(ms);
  }
  return next && *next <= kLastTimeMs ? next : std::nullopt;
}

std::optional<int64_t> ScheduleTimes::next_on_the_clock(int64_t ms) const {
  // What the clock showed before it shows this has come.
  absl::CivilMinute from(zone_.At(absl::FromUnixMillis(ms)).cs);
  while (const auto shown = cron_->first_minute(from)) {
    const int64_t moment = absl::ToUnixMillis(moment_of(absl::CivilSecond(*shown), zone_));
    if (moment > ms) return moment;
    from = *shown + 1;
  }
  return std::nullopt;
}

// Goes from moment to moment and looks at the clock at each.
std::optional<int64_t> ScheduleTimes::next_as_hours_pass(int64_t ms) const {
  absl::Time moment = absl::FromUnixMillis(floor_to_second(ms) + kMsPerSecond);
  while (true) {
    const absl::CivilSecond shown = zone_.At(moment).cs;
    if (shown.second() != 0) {
      moment += absl::Seconds(60 - shown.second());
      continue;
    }
    const absl::CivilDay today(shown);
    if (!cron_->has_day(today)) {
      const auto day = cron_->first_day(today + 1);
      if (!day) return std::nullopt;
      // A clock may be set back over midnight, and show the day's beginning twice.
      const absl::Time begins = moment_of(absl::CivilSecond(*day), zone_);
      moment = begins > moment ? begins : moment + absl::Minutes(1);
      continue;
    }
    const uint64_t rest = cron_->minutes >> shown.minute();
    const int wait = rest == 0 ? 60 - shown.minute() : std::countr_zero(rest);
    if (zone_.At(moment + absl::Minutes(wait)).cs != shown + wait * 60) {  // the clock is changed on the way
      moment += absl::Minutes(1);
      continue;
    }
    moment += absl::Minutes(wait);
    if (rest != 0) return absl::ToUnixMillis(moment);
  }
}

int64_t ScheduleTimes::count(int64_t after_ms, int64_t until_ms, int64_t at_most) const {
  int64_t count = 0;
  for (auto next = next_of_all_after(after_ms); next && *next <= until_ms && count < at_most; next = next_of_all_after(*next)) ++count;
  return count;
}

std::string to_iso(int64_t ms) {
  const char* const form = ms % kMsPerSecond == 0 ? "%Y-%m-%dT%H:%M:%SZ" : "%Y-%m-%dT%H:%M:%E3SZ";
  return absl::FormatTime(form, absl::FromUnixMillis(ms), absl::UTCTimeZone());
}

}  // namespace baton::schedule
