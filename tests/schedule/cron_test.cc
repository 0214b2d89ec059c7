// Cron expressions: what is refused, and at which character.
#include "coordinator/schedule/cron.h"

#include <string>

#include "gmock/gmock.h"

namespace baton::schedule {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Bad {
  const char* text;
  const char* where;  // "at character 3: "; empty: of the whole
  const char* what;
};

constexpr Bad kBad[] = {
    {"", "at character 1: ", "the minute is missing"},
    {"   ", "at character 4: ", "the minute is missing"},
    {"* * * *", "at character 8: ", "the day of the week is missing"},
    {"* * * * * *", "at character 11: ", "five fields only"},
    {"60 * * * *", "at character 1: ", "the minute is 0 to 59"},
    {"-1 * * * *", "at character 1: ", "the minute is 0 to 59"},
    {"a * * * *", "at character 1: ", "the minute is 0 to 59"},
    {"99999999999999999999 * * * *", "at character 1: ", "the minute is 0 to 59"},
    {"0 24 * * *", "at character 3: ", "the hour is 0 to 23"},
    {"0 0 0 * *", "at character 5: ", "the day of the month is 1 to 31"},
    {"0 0 32 * *", "at character 5: ", "the day of the month is 1 to 31"},
    {"0 0 L * *", "at character 5: ", "the day of the month is 1 to 31"},
    {"0 0 * 0 *", "at character 7: ", "the month is 1 to 12, or a name such as FEB"},
    {"0 0 * 13 *", "at character 7: ", "the month is 1 to 12"},
    {"0 0 * FEBR *", "at character 7: ", "\"FEBR\" is no name"},
    {"0 0 * * 8", "at character 9: ", "the day of the week is 0 to 7, or a name such as MON"},
    {"0 0 * * XXX", "at character 9: ", "\"XXX\" is no name"},
    {"0 0 * * MON#2", "at character 12: ", "\"#\" is not expected here"},
    {"0 0 * * MON,,FRI", "at character 13: ", "the day of the week is 0 to 7"},
    {"1- * * * *", "at character 3: ", "the minute is 0 to 59"},
    {"1,2x * * * *", "at character 4: ", "\"x\" is not expected here"},
    {"** * * * *", "at character 2: ", "\"*\" is not expected here"},
    {"0\xc3\xa9 * * * *", "at character 2: ", "this character is not expected here"},
    {"30-10 * * * *", "at character 1: ", "goes backwards"},
    {"0 22-2 * * *", "at character 3: ", "goes backwards"},
    {"0 0 * * FRI-MON", "at character 9: ", "goes backwards"},
    {"*/0 * * * *", "at character 3: ", "the step is 1 to 59"},
    {"*/60 * * * *", "at character 3: ", "the step is 1 to 59"},
    {"0 */24 * * *", "at character 5: ", "the step is 1 to 23"},
    {"10-20/11 * * * *", "at character 7: ", "the step is 1 to 10"},
    {"5-5/1 * * * *", "at character 5: ", "has no steps"},
    {"*/ * * * *", "at character 3: ", "the step is 1 to 59"},
    {"5/10 * * * *", "at character 2: ", "a step needs a range"},
    {"@every 5m", "at character 1: ", "is not one of @yearly"},
    {"@", "at character 1: ", "is not one of @yearly"},
    {"0 0 30 2 *", "", "it never comes"},
    {"0 0 30,31 FEB *", "", "it never comes"},
    {"0 0 31 4,6,9,11 *", "", "it never comes"},
    {"0 0 31 4 */2", "", "it never comes"},
};

TEST(Cron, WhatIsWrongIsToldWithItsPlace) {
  for (const Bad& bad : kBad) {
    const auto cron = parse_cron(bad.text);
    ASSERT_FALSE(cron.ok()) << bad.text;
    EXPECT_EQ(cron.status().code(), absl::StatusCode::kInvalidArgument) << bad.text;
    EXPECT_THAT(std::string(cron.status().message()), StartsWith(bad.where)) << bad.text;
    EXPECT_THAT(std::string(cron.status().message()), HasSubstr(bad.what)) << bad.text;
  }
}

TEST(Cron, DifferentWordsForTheSameTimesAreTheSame) {
  const std::pair<const char*, const char*> kSame[] = {
      {"@yearly", "0 0 1 1 *"},
      {"@annually", "0 0 1 JAN *"},
      {"@Monthly", "0 0 1 * *"},
      {"@weekly", "0 0 * * SUN"},
      {"  @daily ", "0 0 * * *"},
      {"@midnight", "00 00 * * *"},
      {"@hourly", "0 */1 * * *"},
      {"  0\t0  * * *  ", "0 0 * * *"},
      {"*/15 * * * *", "0,15,30,45 * * * *"},
      {"10-30/10,5 * * * *", "5,10,20,30 * * * *"},
      {"0 9-17/4 * * *", "0 9,13,17 * * *"},
      {"0 0 * jan,Jul MON-Fri", "0 0 * 1,7 1-5"},
      {"0 0 * * 7", "0 0 * * 0"},
      {"0 0 * * SAT-SUN", "0 0 * * 6,0"},
      {"0 0 * * 5-7", "0 0 * * FRI,SAT,SUN"},
      {"0 0 * * 0-6", "0 0 * * 1-7"},
  };
  const auto bits = [](const Cron& cron) { return std::tuple(cron.minutes, cron.hours, cron.days, cron.months, cron.weekdays); };
  for (const auto& [one, other] : kSame) {
    const auto a = parse_cron(one), b = parse_cron(other);
    ASSERT_TRUE(a.ok() && b.ok()) << one << ": " << a.status() << b.status();
    EXPECT_EQ(bits(*a), bits(*b)) << one;
  }
}

TEST(Cron, AFieldThatBeginsWithAStarDoesNotNarrowTheDaysOfTheOther) {
  EXPECT_TRUE(parse_cron("0 0 */2 * MON")->any_day);
  EXPECT_FALSE(parse_cron("0 0 */2 * MON")->any_weekday);
  EXPECT_TRUE(parse_cron("0 0 1 * *")->any_weekday);
  EXPECT_FALSE(parse_cron("0 0 1 * 1")->any_day);
}

}  // namespace
}  // namespace baton::schedule
