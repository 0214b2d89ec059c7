// The times of random expressions around changed clocks, against what the words say of them, minute by minute.
#include <random>
#include <set>

#include "coordinator/schedule/schedule_times.h"
#include "gtest/gtest.h"
#include "tests/schedule/schedule_story.h"

namespace baton::schedule {
namespace {

constexpr int64_t kMinuteMs = 60'000, kDayMs = 24 * 60 * kMinuteMs;
constexpr int kExpressions = 300;

// Whether a date and time that a clock shows is one of the expression's.
bool fits(const Cron& cron, absl::CivilMinute shown) {
  return (cron.minutes >> shown.minute() & 1) != 0 && (cron.hours >> shown.hour() & 1) != 0 && cron.has_day(absl::CivilDay(shown));
}

// Every moment within three days of `around`: by what the clock shows at each minute, or, of a fixed time of day, by each minute of the day.
std::set<int64_t> moments(const Cron& cron, const absl::TimeZone& zone, int64_t around_ms) {
  std::set<int64_t> moments;
  if (cron.every_hour()) {
    for (int64_t ms = around_ms - 2 * kDayMs; ms <= around_ms + 2 * kDayMs; ms += kMinuteMs) {
      if (fits(cron, absl::CivilMinute(zone.At(absl::FromUnixMillis(ms)).cs))) moments.insert(ms);
    }
    return moments;
  }
  const absl::CivilMinute first(zone.At(absl::FromUnixMillis(around_ms - 2 * kDayMs)).cs);
  const absl::CivilMinute last(zone.At(absl::FromUnixMillis(around_ms + 2 * kDayMs)).cs);
  for (absl::CivilMinute shown = first; shown <= last; ++shown) {
    if (!fits(cron, shown)) continue;
    const auto info = zone.At(absl::CivilSecond(shown));
    const bool skipped = info.kind == absl::TimeZone::TimeInfo::SKIPPED;
    moments.insert(absl::ToUnixMillis(skipped ? info.trans : info.pre));
  }
  return moments;
}

TEST(TimesByDefinition, RandomExpressionsAroundChangedClocks) {
  struct Change {
    const char* zone;
    const char* around;
  };
  constexpr Change kChanges[] = {{"Europe/Berlin", "2026-03-29T01:00:00Z"},      {"Europe/Berlin", "2026-10-25T01:00:00Z"},
                                 {"America/New_York", "2026-03-08T07:00:00Z"},   {"America/New_York", "2026-11-01T06:00:00Z"},
                                 {"Australia/Lord_Howe", "2026-04-04T15:00:00Z"}, {"Australia/Lord_Howe", "2026-10-03T15:30:00Z"},
                                 {"America/St_Johns", "2010-11-07T02:31:00Z"},   {"America/St_Johns", "2010-03-14T03:31:00Z"},
                                 {"Asia/Beirut", "2026-03-28T22:00:00Z"},        {"Pacific/Apia", "2011-12-30T10:00:00Z"}};
  constexpr const char* kMinutes[] = {"0", "*", "*/20", "1,31,59", "30", "15-45/7"};
  constexpr const char* kHours[] = {"*", "*", "0", "2", "1-3", "*/2", "0,23", "*/3", "3"};
  constexpr const char* kDays[] = {"* * *", "* * *", "* * SUN", "*/2 * *", "7,29 * SAT", "* 3,10-12 *", "1-14 * MON"};
  std::mt19937 random(20260329);
  const auto draw = [&](const auto& words) { return std::string(words[random() % std::size(words)]); };
  for (int i = 0; i < kExpressions; ++i) {
    const Change& change = kChanges[random() % std::size(kChanges)];
    const std::string expression = draw(kMinutes) + " " + draw(kHours) + " " + draw(kDays);
    absl::TimeZone zone;
    ASSERT_TRUE(absl::LoadTimeZone(change.zone, &zone));
    const std::set<int64_t> expected = moments(*parse_cron(expression), zone, at(change.around));
    const auto times = ScheduleTimes::make("", cron(expression, change.zone));
    ASSERT_TRUE(times.ok());
    const int64_t until_ms = at(change.around) + kDayMs;
    int64_t ms = at(change.around) - kDayMs - 1;
    for (auto next = expected.upper_bound(ms); next != expected.end() && *next <= until_ms; ++next) {
      const auto found = times->next_after(ms);
      ASSERT_TRUE(found) << expression << " in " << change.zone << " after " << to_iso(ms);
      ASSERT_EQ(to_iso(*found), to_iso(*next)) << expression << " in " << change.zone << " after " << to_iso(ms);
      ms = *found;
    }
    const auto after = times->next_after(ms);
    ASSERT_TRUE(!after || *after > until_ms) << expression << " in " << change.zone << " gives " << to_iso(*after) << " too";
  }
}

}  // namespace
}  // namespace baton::schedule
