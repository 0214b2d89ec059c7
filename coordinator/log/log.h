// Structured log: one JSON object per line and event, on standard error. Thread-safe; a line is written whole.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace baton {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarning, kError };

// "debug", "info", "warning", "error"; nothing for any other text.
std::optional<LogLevel> parse_log_level(std::string_view text);
// Events below it are not written. Default: kInfo.
void set_log_level(LogLevel least);

struct LogField {
  std::string_view key;
  std::variant<std::string_view, int64_t, double, bool> value;

  LogField(std::string_view key, std::string_view value) : key(key), value(value) {}
  LogField(std::string_view key, const std::string& value) : key(key), value(std::string_view(value)) {}
  LogField(std::string_view key, const char* value) : key(key), value(std::string_view(value)) {}
  LogField(std::string_view key, int value) : key(key), value(int64_t{value}) {}
  LogField(std::string_view key, int64_t value) : key(key), value(value) {}
  LogField(std::string_view key, double value) : key(key), value(value) {}
  LogField(std::string_view key, bool value) : key(key), value(value) {}
};

// Writes {"time":…,"level":…,"event":…, fields…}. `event` is a fixed name in snake_case; what varies goes into fields. Values need live
// only as long as the call; bytes that are not UTF-8 are replaced.
void log_event(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

}  // namespace baton
