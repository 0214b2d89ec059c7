#include "cli/arguments.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "baton/conversion.h"

namespace baton::cli {
namespace {

constexpr double kMostDays = 366;

std::optional<Duration> parse_duration(const std::string& text) {
  char* unit = nullptr;
  const double number = std::strtod(text.c_str(), &unit);
  if (unit == text.c_str() || !std::isfinite(number) || number < 0) return std::nullopt;
  for (const auto& [name, ms] : {std::pair{"ms", 1.0}, {"s", 1e3}, {"m", 6e4}, {"h", 36e5}, {"d", 864e5}}) {
    if (std::string_view(unit) != name) continue;
    if (number * ms > kMostDays * 864e5) return std::nullopt;
    return Duration(std::llround(number * ms));
  }
  return std::nullopt;
}

// One of the names, in any case and with '-' for '_'.
template <class E>
E parse_name(const std::string& option, const std::string& text, std::initializer_list<std::pair<const char*, E>> names) {
  std::string wanted, all;
  for (const char c : text) wanted += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (const auto& [name, value] : names) {
    if (wanted == name) return value;
    all += std::string(all.empty() ? "" : ", ") + name;
  }
  throw CLI::ValidationError(option, "\"" + text + "\" is not one of " + all);
}

std::optional<TimePoint> parse_date(const std::string& text) {
  for (const char* form : {"%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"}) {
    std::tm utc{};
    const char* const end = strptime(text.c_str(), form, &utc);
    if (end != nullptr && *end == '\0') return TimePoint(std::chrono::seconds(timegm(&utc)));
  }
  return std::nullopt;
}

// A number, true or false, or a text in quotes, as JSON; a time; any other text as it is.
SearchAttribute parse_attribute(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  if (const auto time = parse_date(text)) return *time;
  return text;
}

std::string read_all(std::istream& in) { return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()}; }

}  // namespace

Timeout parse_timeout(const std::string& option, const std::string& text) {
  if (text == "none" || text == "NONE") return Timeout::none();
  if (const auto duration = parse_duration(text)) return *duration;
  throw CLI::ValidationError(option, "\"" + text + "\" is not a duration: write 500ms, 30s, 5m, 1h, 7d (at most 366d), or none");
}

TypeName parse_type(const std::string& text) {
  const size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    throw CLI::ValidationError("--type", "\"" + text + "\" is not NAME:VERSION, for example process_order:1");
  }
  return {text.substr(0, colon), text.substr(colon + 1)};
}

ChildPolicy parse_child_policy(const std::string& text) {
  return parse_name<ChildPolicy>(
      "--child-policy", text,
      {{"TERMINATE", ChildPolicy::kTerminate}, {"REQUEST_CANCEL", ChildPolicy::kRequestCancel}, {"ABANDON", ChildPolicy::kAbandon}});
}

CloseStatus parse_close_status(const std::string& text) {
  return parse_name<CloseStatus>("--status", text,
                                 {{"COMPLETED", CloseStatus::kCompleted},
                                  {"FAILED", CloseStatus::kFailed},
                                  {"CANCELED", CloseStatus::kCanceled},
                                  {"TERMINATED", CloseStatus::kTerminated},
                                  {"CONTINUED_AS_NEW", CloseStatus::kContinuedAsNew},
                                  {"TIMED_OUT", CloseStatus::kTimedOut}});
}

TimePoint parse_time(const std::string& option, const std::string& text) {
  if (const auto ago = parse_duration(text)) return std::chrono::time_point_cast<Duration>(Clock::now()) - *ago;
  if (const auto time = parse_date(text)) return *time;
  throw CLI::ValidationError(option, "\"" + text + "\" is not a time: write 2026-01-31, 2026-01-31T09:15:00Z (UTC), or 24h (ago)");
}

void add_attribute_filter(const std::string& text, ListFilter& filter) {
  const size_t equals = text.find('=');
  const bool bound = equals != std::string::npos && equals > 0 && (text[equals - 1] == '>' || text[equals - 1] == '<');
  const std::string name = text.substr(0, bound ? equals - 1 : equals);
  if (equals == std::string::npos || name.empty()) {
    throw CLI::ValidationError("--attribute", "\"" + text + "\" is not NAME=VALUE, NAME>=VALUE or NAME<=VALUE, for example customer=eu");
  }
  if (!filter.search_attribute.empty() && filter.search_attribute != name) {
    throw CLI::ValidationError("--attribute", "lists are filtered by one search attribute, and \"" + name + "\" is another than \"" +
                                                  filter.search_attribute + "\"");
  }
  filter.search_attribute = name;
  auto& place = !bound ? filter.equal_to : text[equals - 1] == '>' ? filter.least : filter.most;
  place = parse_attribute(text.substr(equals + 1));
}

Payload read_payload(const std::string& from) {
  std::string data = from;
  if (from == "-") {
    data = read_all(std::cin);
  } else if (from.starts_with('@')) {
    std::ifstream file(from.substr(1), std::ios::binary);
    if (!file) throw CLI::ValidationError("--input", "cannot read " + from.substr(1));
    data = read_all(file);
  }
  const bool json = nlohmann::json::accept(data);
  return {std::move(data), std::string(json ? kJsonType : kTextType), {}, {}};
}

}  // namespace baton::cli
