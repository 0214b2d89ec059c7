// The times of a schedule on clocks that are changed and in months that are short.
#include "coordinator/core/fault.h"
#include "coordinator/schedule/schedule_times.h"
#include "gmock/gmock.h"
#include "tests/schedule/schedule_story.h"

namespace baton::schedule {
namespace {

using ::testing::HasSubstr;

// The first times later than `after`, as many as are expected.
std::string times_of(const v1::ScheduleSpec& spec, const std::string& after, const std::string& expected) {
  const auto times = ScheduleTimes::make("spec.", spec);
  EXPECT_TRUE(times.ok()) << times.status();
  if (!times.ok()) return "";
  std::vector<int64_t> found;
  int64_t last = at(after);
  for (size_t i = 0; i <= expected.size() / 21; ++i) {
    const auto next = times->next_after(last);
    if (!next) break;
    found.push_back(last = *next);
  }
  return iso_of(found);
}

struct Case {
  const char* cron;
  const char* zone;
  const char* after;
  const char* times;
};

void expect_all(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    EXPECT_EQ(times_of(cron(one.cron, one.zone), one.after, one.times), one.times) << one.cron << " in " << one.zone << " after " << one.after;
  }
}

TEST(ScheduleTimes, ATimeThatTheClockSkipsComesAtTheMomentAfterTheGap) {
  expect_all({
      // Berlin, 29 March 2026: from 02:00 to 03:00, at 01:00 UTC.
      {"0 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", "2026-03-28T01:00:00Z 2026-03-29T01:00:00Z 2026-03-30T00:00:00Z"},
      {"30 2 * * *", "Europe/Berlin", "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z 2026-03-30T00:30:00Z"},
      {"0 3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z 2026-03-30T01:00:00Z"},
      // Several of them once, also together with the one that is there anyway.
      {"*/20 2 * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z 2026-03-30T00:00:00Z 2026-03-30T00:20:00Z"},
      {"0 2,3 * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z 2026-03-30T00:00:00Z"},
      // New York, 8 March 2026: from 02:00 to 03:00, at 07:00 UTC.
      {"30 2 * * *", "America/New_York", "2026-03-07T00:00:00Z", "2026-03-07T07:30:00Z 2026-03-08T07:00:00Z 2026-03-09T06:30:00Z"},
      {"30 2 8 3 *", "America/New_York", "2026-03-07T00:00:00Z", "2026-03-08T07:00:00Z 2027-03-08T07:30:00Z"},
      // Santiago, 6 September 2026: no midnight. Lord Howe, 4 October: half an hour.
      {"0 0 * * *", "America/Santiago", "2026-09-05T12:00:00Z", "2026-09-06T04:00:00Z 2026-09-07T03:00:00Z"},
      {"15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", "2026-10-03T15:30:00Z 2026-10-04T15:15:00Z"},
      // Apia had no 30 December 2011.
      {"0 12 30 12 *", "Pacific/Apia", "2011-12-29T00:00:00Z", "2011-12-30T10:00:00Z 2012-12-29T22:00:00Z"},
  });
}

TEST(ScheduleTimes, ATimeThatTheClockShowsTwiceComesOnceTheFirstTime) {
  expect_all({
      // Berlin, 25 October 2026: from 03:00 to 02:00, at 01:00 UTC.
      {"30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z"},
      {"30 2 * * *", "Europe/Berlin", "2026-10-25T01:10:00Z", "2026-10-26T01:30:00Z"},
      {"*/30 2-3 * * *", "Europe/Berlin", "2026-10-25T00:00:00Z",
       "2026-10-25T00:30:00Z 2026-10-25T02:00:00Z 2026-10-25T02:30:00Z 2026-10-26T01:00:00Z"},
      // New York, 1 November 2026: from 02:00 to 01:00, at 06:00 UTC.
      {"0 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", "2026-11-01T05:00:00Z 2026-11-02T06:00:00Z"},
      {"0 2 * * *", "America/New_York", "2026-10-31T12:00:00Z", "2026-11-01T07:00:00Z 2026-11-02T07:00:00Z"},
      {"45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z", "2026-04-04T14:45:00Z 2026-04-05T15:15:00Z"},
      // Saint John's showed midnight of 7 November 2010 twice: from 00:01 back to 23:01.
      {"0 0 7 11 *", "America/St_Johns", "2010-11-06T00:00:00Z", "2010-11-07T02:30:00Z 2011-11-07T03:30:00Z"},
  });
}

TEST(ScheduleTimes, AnExpressionOfEveryHourGoesByTheHoursAsTheyPass) {
  expect_all({
      {"30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T00:30:00Z 2026-03-29T01:30:00Z 2026-03-29T02:30:00Z"},
      {"*/30 * * * *", "Europe/Berlin", "2026-10-25T00:15:00Z",
       "2026-10-25T00:30:00Z 2026-10-25T01:00:00Z 2026-10-25T01:30:00Z 2026-10-25T02:00:00Z"},
      {"0 * * * *", "America/New_York", "2026-11-01T04:30:00Z", "2026-11-01T05:00:00Z 2026-11-01T06:00:00Z 2026-11-01T07:00:00Z"},
      {"0 0-23 * * *", "America/New_York", "2026-03-08T05:30:00Z", "2026-03-08T06:00:00Z 2026-03-08T07:00:00Z 2026-03-08T08:00:00Z"},
      {"45 * * * *", "Australia/Lord_Howe", "2026-04-04T14:00:00Z", "2026-04-04T14:45:00Z 2026-04-04T15:15:00Z 2026-04-04T16:15:00Z"},
      // Days begin where the clock says so: without an hour, or twice.
      {"0 * * * SUN", "Asia/Beirut", "2026-03-28T20:30:00Z", "2026-03-28T22:00:00Z 2026-03-28T23:00:00Z"},
      {"0 * 7 11 *", "America/St_Johns", "2010-11-07T02:00:00Z", "2010-11-07T02:30:00Z 2010-11-07T03:30:00Z 2010-11-07T04:30:00Z"},
      {"30 * 7 11 *", "America/St_Johns", "2010-11-07T02:00:00Z", "2010-11-07T04:00:00Z 2010-11-07T05:00:00Z"},
      {"59 * 29 2 *", "", "2026-01-01T00:00:00Z", "2028-02-29T00:59:00Z 2028-02-29T01:59:00Z"},
      {"* * * * *", "Asia/Kathmandu", "2026-01-01T00:00:00.001Z", "2026-01-01T00:01:00Z 2026-01-01T00:02:00Z"},
  });
}

TEST(ScheduleTimes, DaysAreThoseOfTheCalendar) {
  expect_all({
      {"0 0 31 * *", "", "2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z 2026-05-31T00:00:00Z 2026-07-31T00:00:00Z 2026-08-31T00:00:00Z"},
      {"0 0 30 * *", "", "2026-01-30T00:00:00Z", "2026-03-30T00:00:00Z 2026-04-30T00:00:00Z"},
      {"0 0 29 2 *", "", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z 2032-02-29T00:00:00Z"},
      {"0 0 29 2 *", "", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"},
      // A field begins with a star, so both count: 29 February on a weekend.
      {"0 0 29 2 */6", "", "2032-03-01T00:00:00Z", "2048-02-29T00:00:00Z 2060-02-29T00:00:00Z 2076-02-29T00:00:00Z"},
      {"@yearly", "", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"},
      {"@weekly", "", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z 2026-01-11T00:00:00Z"},
      {"0 9-17/4 * JAN,JUL MON-FRI", "", "2026-01-30T14:00:00Z", "2026-01-30T17:00:00Z 2026-07-01T09:00:00Z"},
      {"59 23 31 12 *", "", "2026-12-31T23:58:59.999Z", "2026-12-31T23:59:00Z 2027-12-31T23:59:00Z"},
  });
}

TEST(ScheduleTimes, OfBothFieldsOfDaysOneIsEnoughUnlessOneBeginsWithAStar) {
  expect_all({
      {"0 0 13 * FRI", "", "2026-01-31T00:00:00Z", "2026-02-06T00:00:00Z 2026-02-13T00:00:00Z 2026-02-20T00:00:00Z"},
      {"0 0 12 * FRI", "", "2026-02-11T00:00:00Z", "2026-02-12T00:00:00Z 2026-02-13T00:00:00Z"},
      {"0 0 */2 * MON", "", "2026-02-01T00:00:00Z", "2026-02-09T00:00:00Z 2026-02-23T00:00:00Z"},
      {"0 0 1-7 * */6", "", "2026-02-01T00:00:00Z", "2026-02-07T00:00:00Z 2026-03-01T00:00:00Z"},
  });
}

TEST(ScheduleTimes, AFixedRateCountsFromTheEpoch) {
  const std::string minutes = "2026-01-01T00:00:00Z 2026-01-01T00:15:00Z";
  EXPECT_EQ(times_of(every(900), "2025-12-31T23:59:59.999Z", minutes), minutes);
  const std::string days = "2026-01-01T01:00:00Z 2026-01-02T01:00:00Z";
  EXPECT_EQ(times_of(every(86'400, 3'600), "2026-01-01T00:59:59Z", days), days);
  EXPECT_EQ(times_of(every(1), "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"), "2026-01-01T00:00:01Z");
  // Two that are longer than the time since the epoch.
  EXPECT_EQ(times_of(every(366 * 86'400), "1970-01-01T00:00:00Z", "1971-01-02T00:00:00Z"), "1971-01-02T00:00:00Z");
  EXPECT_EQ(times_of(every(366 * 86'400, 86'400), "1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z"), "1970-01-02T00:00:00Z");
}

TEST(ScheduleTimes, StartAndEndBelongToThem) {
  v1::ScheduleSpec spec = cron("*/10 * * * *");
  spec.mutable_start_time()->set_seconds(at("2026-01-01T00:10:00Z") / 1000);
  spec.mutable_end_time()->set_seconds(at("2026-01-01T00:30:00Z") / 1000);
  EXPECT_EQ(times_of(spec, "2025-01-01T00:00:00Z", std::string(100, ' ')), "2026-01-01T00:10:00Z 2026-01-01T00:20:00Z 2026-01-01T00:30:00Z");
  const auto times = ScheduleTimes::make("", spec);
  EXPECT_EQ(times->next_of_all_after(at("2026-01-01T00:30:00Z")), at("2026-01-01T00:40:00Z"));
  EXPECT_EQ(times->count(at("2026-01-01T00:00:00Z"), at("2026-01-01T02:00:00Z"), 100), 12);
  EXPECT_EQ(times->count(at("2026-01-01T00:00:00Z"), at("2026-01-01T02:00:00Z"), 7), 7);
}

TEST(ScheduleTimes, ThereIsNoTimeAfterTheYear9999) {
  const auto times = ScheduleTimes::make("", cron("0 0 1 1 *"));
  EXPECT_EQ(times->next_after(at("9998-06-01T00:00:00Z")), at("9999-01-01T00:00:00Z"));
  EXPECT_EQ(times->next_after(at("9999-06-01T00:00:00Z")), std::nullopt);
}

std::string refusal(const v1::ScheduleSpec& spec) {
  const auto times = ScheduleTimes::make("schedule.spec.", spec);
  EXPECT_EQ(core::fault_of(times.status()), v1::VALIDATION);
  return core::subject_of(times.status());
}

TEST(ScheduleTimes, WhatIsNoSpecIsRefusedByField) {
  EXPECT_EQ(refusal({}), "schedule.spec.cron");
  EXPECT_EQ(refusal(cron("0 0 30 2 *")), "schedule.spec.cron");
  EXPECT_EQ(refusal(cron(std::string(257, '*'))), "schedule.spec.cron");
  EXPECT_EQ(refusal(every(0)), "schedule.spec.fixed_rate.interval");
  EXPECT_EQ(refusal(every(-5)), "schedule.spec.fixed_rate.interval");
  EXPECT_EQ(refusal(every(366 * 86'400 + 1)), "schedule.spec.fixed_rate.interval");
  EXPECT_EQ(refusal(every(10, 10)), "schedule.spec.fixed_rate.offset");
  EXPECT_EQ(refusal(every(10, -1)), "schedule.spec.fixed_rate.offset");
  v1::ScheduleSpec spec = every(10);
  spec.mutable_fixed_rate()->mutable_interval()->set_nanos(1);
  EXPECT_EQ(refusal(spec), "schedule.spec.fixed_rate.interval");
  spec = every(10);
  spec.set_time_zone("Europe/Berlin");
  EXPECT_EQ(refusal(spec), "schedule.spec.time_zone");
  spec = every(10);
  spec.mutable_start_time()->set_seconds(-1);
  EXPECT_EQ(refusal(spec), "schedule.spec.start_time");
  spec.mutable_start_time()->set_seconds(10);
  spec.mutable_end_time()->set_seconds(9);
  EXPECT_EQ(refusal(spec), "schedule.spec.end_time");
  spec.mutable_end_time()->set_seconds(10);
  EXPECT_TRUE(ScheduleTimes::make("", spec).ok());
}

TEST(ScheduleTimes, AZoneIsAnIanaNameAndNoPathOfThisHost) {
  for (const char* zone : {"Europe/Berlin", "America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+5", "CET"}) {
    EXPECT_TRUE(ScheduleTimes::make("", cron("@daily", zone)).ok()) << zone;
  }
  for (const char* zone : {"Nowhere/City", "europe/berlin", "/etc/localtime", "/usr/share/zoneinfo/Europe/Berlin", "../zoneinfo/Europe/Berlin",
                           "Europe/../Europe/Berlin", "localtime", "posixrules", "right/Europe/Berlin", "libc:localtime", "file:Europe/Berlin",
                           "Fixed/UTC+01:00:00", "zone.tab", " ", "Europe/Berlin "}) {
    EXPECT_EQ(refusal(cron("@daily", zone)), "schedule.spec.time_zone") << zone;
  }
  EXPECT_EQ(refusal(cron("@daily", std::string(65, 'A'))), "schedule.spec.time_zone");
}

TEST(ScheduleTimes, ATimeIsShownWithItsFractionOnlyIfItHasOne) {
  EXPECT_EQ(to_iso(at("2026-03-29T01:30:00Z")), "2026-03-29T01:30:00Z");
  EXPECT_EQ(to_iso(at("2026-03-29T01:30:00.007Z")), "2026-03-29T01:30:00.007Z");
}

}  // namespace
}  // namespace baton::schedule
