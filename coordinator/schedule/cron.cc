#include "coordinator/schedule/cron.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <string>

namespace baton::schedule {
namespace {

// 29 February meets a given weekday every 28 years, or every 40 when a century without a leap day lies between.
constexpr int kSearchDays = 41 * 366;

constexpr std::array<std::string_view, 12> kMonths = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeekdays = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

struct Field {
  std::string_view name;
  int first = 0, last = 0;
  std::span<const std::string_view> names;  // of `first` and those that follow
};
const Field kFields[] = {{"the minute", 0, 59, {}},
                         {"the hour", 0, 23, {}},
                         {"the day of the month", 1, 31, {}},
                         {"the month", 1, 12, kMonths},
                         {"the day of the week", 0, 7, kWeekdays}};
constexpr int kFieldCount = 5;
constexpr int kWeekdayField = 4;

struct Macro {
  std::string_view name, expression;
};
constexpr Macro kMacros[] = {{"@YEARLY", "0 0 1 1 *"}, {"@ANNUALLY", "0 0 1 1 *"}, {"@MONTHLY", "0 0 1 * *"}, {"@WEEKLY", "0 0 * * 0"},
                             {"@DAILY", "0 0 * * *"},  {"@MIDNIGHT", "0 0 * * *"}, {"@HOURLY", "0 * * * *"}};

bool is_space(char c) { return c == ' ' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
std::string upper(std::string_view text) {
  std::string up(text);
  for (char& c : up) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return up;
}

// Reads from left to right; the first complaint stays.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  absl::StatusOr<Cron> read() {
    std::array<uint64_t, kFieldCount> bits{};
    std::array<bool, kFieldCount> any{};
    for (int i = 0; i < kFieldCount && complaint_.empty(); ++i) {
      skip_spaces();
      any[i] = peek() == '*';
      bits[i] = read_field(kFields[i], i == kWeekdayField);
    }
    skip_spaces();
    if (complaint_.empty() && at_ < text_.size()) complain(at_, "there are five fields only: minute, hour, day of the month, month, day of the week");
    if (!complaint_.empty()) return absl::InvalidArgumentError(complaint_);
    // 7 is Sunday, too.
    const uint64_t weekdays = (bits[kWeekdayField] | bits[kWeekdayField] >> 7) & 0x7f;
    return Cron{.minutes = bits[0],
                .hours = static_cast<uint32_t>(bits[1]),
                .days = static_cast<uint32_t>(bits[2]),
                .months = static_cast<uint32_t>(bits[3]),
                .weekdays = static_cast<uint32_t>(weekdays),
                .any_day = any[2],
                .any_weekday = any[kWeekdayField]};
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool ends_here() const { return at_ >= text_.size() || is_space(text_[at_]); }
  void skip_spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  void complain(size_t where, const std::string& what) {
    if (complaint_.empty()) complaint_ = "at character " + std::to_string(where + 1) + ": " + what;
  }
  static std::string shown(char c) { return c > ' ' && c <= '~' ? "\"" + std::string(1, c) + "\"" : "this character"; }
  static std::string bounds(const Field& field) {
    return std::string(field.name) + " is " + std::to_string(field.first) + " to " + std::to_string(field.last) +
           (field.names.empty() ? "" : ", or a name such as " + std::string(field.names[1]));
  }

  uint64_t read_field(const Field& field, bool weekday) {
    if (at_ >= text_.size()) {
      complain(at_, std::string(field.name) + " is missing: give minute, hour, day of the month, month and day of the week");
      return 0;
    }
    uint64_t bits = read_item(field, weekday);
    while (complaint_.empty() && peek() == ',') {
      ++at_;
      bits |= read_item(field, weekday);
    }
    if (!ends_here()) complain(at_, shown(peek()) + " is not expected here, in " + std::string(field.name));
    return bits;
  }

  // "*", "5", "MON-FRI", "*/15", "9-17/2"
  uint64_t read_item(const Field& field, bool weekday) {
    const size_t began = at_;
    int first = field.first, last = field.last;
    bool is_range = true;
    if (peek() == '*') {
      ++at_;
      if (weekday) last = 6;
    } else {
      first = last = read_value(field);
      is_range = peek() == '-';
      if (is_range) {
        ++at_;
        last = read_value(field);
        if (weekday && last == 0 && first > 0) last = 7;
        if (last < first) complain(began, "the range goes backwards: write it as two, with a comma between them");
      }
    }
    int step = 1;
    if (complaint_.empty() && peek() == '/') {
      if (!is_range) complain(at_, "a step needs a range before it, or *");
      ++at_;
      step = read_step(last - first);
    }
    uint64_t bits = 0;
    if (!complaint_.empty()) return bits;
    for (int value = first; value <= last; value += step) bits |= uint64_t{1} << value;
    return bits;
  }

  int read_value(const Field& field) {
    const size_t began = at_;
    if (is_letter(peek()) && !field.names.empty()) {
      while (is_letter(peek())) ++at_;
      const std::string name = upper(text_.substr(began, at_ - began));
      for (size_t i = 0; i < field.names.size(); ++i) {
        if (field.names[i] == name) return field.first + static_cast<int>(i);
      }
      complain(began, "\"" + std::string(text_.substr(began, at_ - began)) + "\" is no name: " + bounds(field));
      return field.first;
    }
    const int value = read_number();
    if (value < field.first || value > field.last) complain(began, bounds(field));
    return value;
  }

  int read_step(int extent) {
    const size_t began = at_;
    const int step = read_number();
    if (step < 1 || step > extent) {
      complain(began, extent < 1 ? "a range of one value has no steps"
                                 : "the step is 1 to " + std::to_string(extent) + ", or it is only ever the first value of its range");
      return 1;
    }
    return step;
  }

  // -1: there is none.
  int read_number() {
    constexpr int kTooLarge = 1000;
    if (!is_digit(peek())) return -1;
    int value = 0;
    for (; is_digit(peek()); ++at_) value = std::min(kTooLarge, value * 10 + (peek() - '0'));
    return value;
  }

  const std::string_view text_;
  size_t at_ = 0;
  std::string complaint_;
};

absl::StatusOr<Cron> read_macro(std::string_view text) {
  const std::string name = upper(text);
  for (const Macro& macro : kMacros) {
    if (macro.name == name) return Reader(macro.expression).read();
  }
  return absl::InvalidArgumentError("at character 1: \"" + std::string(text) + "\" is not one of @yearly, @monthly, @weekly, @daily, @hourly");
}

std::string_view without_spaces_around(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return text;
}

bool has(uint64_t bits, int value) { return (bits >> value & 1) != 0; }
// The first value that is not below this; -1: there is none.
int first_of(uint64_t bits, int from) {
  const uint64_t rest = from > 63 ? 0 : bits >> from << from;
  return rest == 0 ? -1 : std::countr_zero(rest);
}

}  // namespace

bool Cron::has_day(absl::CivilDay day) const {
  if (!has(months, day.month())) return false;
  const bool date_fits = has(days, day.day());
  // absl::Weekday begins with Monday.
  const bool weekday_fits = has(weekdays, (static_cast<int>(absl::GetWeekday(day)) + 1) % 7);
  return any_day || any_weekday ? date_fits && weekday_fits : date_fits || weekday_fits;
}

std::optional<absl::CivilDay> Cron::first_day(absl::CivilDay from) const {
  for (absl::CivilDay day = from; day - from <= kSearchDays;) {
    if (has_day(day)) return day;
    day = has(months, day.month()) ? day + 1 : absl::CivilDay(absl::CivilMonth(day) + 1);
  }
  return std::nullopt;
}

std::optional<absl::CivilMinute> Cron::first_minute(absl::CivilMinute from) const {
  const absl::CivilDay today(from);
  for (auto day = first_day(today); day; day = first_day(*day + 1)) {
    const bool later_day = *day != today;
    for (int hour = first_of(hours, later_day ? 0 : from.hour()); hour >= 0; hour = first_of(hours, hour + 1)) {
      const bool later_hour = later_day || hour != from.hour();
      const int minute = first_of(minutes, later_hour ? 0 : from.minute());
      if (minute >= 0) return absl::CivilMinute(day->year(), day->month(), day->day(), hour, minute);
    }
  }
  return std::nullopt;
}

absl::StatusOr<Cron> parse_cron(std::string_view text) {
  const std::string_view trimmed = without_spaces_around(text);
  auto cron = trimmed.substr(0, 1) == "@" ? read_macro(trimmed) : Reader(text).read();
  if (cron.ok() && !cron->first_day(absl::CivilDay(2000, 1, 1))) {
    return absl::InvalidArgumentError("no month that it names has such a day: it never comes");
  }
  return cron;
}

}  // namespace baton::schedule
