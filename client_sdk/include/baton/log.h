// Where the SDKs' own messages go: reconnections, refused answers, workflow code that changed.
#pragma once

#include <functional>
#include <string_view>

namespace baton {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

using LogSink = std::function<void(LogLevel level, std::string_view message)>;

// Replaces the sink of this process; called from any thread, one message at a time. The default
// writes one line to stderr, from kInfo up. An empty sink restores it.
void set_log_sink(LogSink sink);

// Gives a message to the sink.
void log(LogLevel level, std::string_view message);

}  // namespace baton
