#include "baton/log.h"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <mutex>
#include <string>

namespace baton {
namespace {

struct Sink {
  std::mutex mutex;
  LogSink write;
};
Sink& sink() {
  static auto* instance = new Sink;  // outlives every thread that may still log
  return *instance;
}

void write_line(LogLevel level, std::string_view message) {
  static constexpr const char* kNames[] = {"debug", "info", "warning", "error"};
  if (level < LogLevel::kInfo) return;
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char stamp[32];
  std::strftime(stamp, sizeof stamp, "%FT%TZ", &utc);
  std::fprintf(stderr, "%s %s %.*s\n", stamp, kNames[static_cast<int>(level)],
               static_cast<int>(message.size()), message.data());
}

}  // namespace

void set_log_sink(LogSink replacement) {
  std::lock_guard lock(sink().mutex);
  sink().write = std::move(replacement);
}

void log(LogLevel level, std::string_view message) {
  std::lock_guard lock(sink().mutex);
  if (sink().write) {
    sink().write(level, message);
  } else {
    write_line(level, message);
  }
}

}  // namespace baton
