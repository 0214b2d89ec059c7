#include "cli/table.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "wire.h"

namespace baton::cli {
namespace {

size_t width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

bool is_text(const Payload& payload) {
  if (!payload.encoding.empty()) return false;
  if (payload.content_type.starts_with("text/") || payload.content_type.starts_with("application/json")) return true;
  return payload.content_type.empty() && cut(payload.data, payload.data.size()) == payload.data;
}

}  // namespace

void Table::print(std::ostream& out) const {
  std::vector<size_t> widths(rows_[0].size());
  auto rows = rows_;
  for (auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      row[i] = printable(row[i]);
      widths[i] = std::max(widths[i], width(row[i]));
    }
  }
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - width(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

std::string time_text(TimePoint time) {
  const auto count = time.time_since_epoch().count();
  const std::time_t seconds = count / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%F %T", &utc);
  std::array<char, 40> whole{};
  std::snprintf(whole.data(), whole.size(), "%s.%03d", text.data(), static_cast<int>(count % 1000));
  return whole.data();
}

std::string time_text(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0 && time.nanos() == 0) return "";
  return time_text(from_wire(time));
}

std::string duration_text(Duration duration) {
  auto left = duration.count();
  if (left < 60'000) {
    std::string text = std::to_string(left / 1000);
    if (left % 1000 != 0) {
      std::string fraction = std::to_string(1000 + left % 1000).substr(1);
      fraction.erase(fraction.find_last_not_of('0') + 1);
      text += "." + fraction;
    }
    return text + "s";
  }
  std::string text;
  for (const auto& [unit_ms, name] : {std::pair{86'400'000LL, "d"}, {3'600'000LL, "h"}, {60'000LL, "m"}, {1'000LL, "s"}}) {
    if (left < unit_ms) continue;
    text += (text.empty() ? "" : " ") + std::to_string(left / unit_ms) + name;
    left %= unit_ms;
  }
  return text;
}

std::string timeout_text(const v1::Timeout& timeout) {
  if (timeout.has_after()) return duration_text(to_duration(timeout.after()));
  return timeout.has_none() ? "none" : "";
}

std::string payload_text(const Payload& payload, size_t limit) {
  if (!is_text(payload)) {
    return std::to_string(payload.data.size()) + " bytes" + (payload.content_type.empty() ? "" : " of " + payload.content_type);
  }
  std::string text = cut(payload.data, limit);
  if (text.size() < payload.data.size()) text += "…";
  return text;
}

std::string printable(std::string_view text) {
  std::string result = cut(text, text.size());
  for (size_t i = 0; i < result.size(); ++i) {
    const auto byte = static_cast<unsigned char>(result[i]);
    const bool c1 = byte == 0xC2 && i + 1 < result.size() && static_cast<unsigned char>(result[i + 1]) < 0xA0;
    if (byte < 0x20 || byte == 0x7F) result[i] = '?';
    if (c1) result.replace(i, 2, "?");
  }
  return result;
}

}  // namespace baton::cli
