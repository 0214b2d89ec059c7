#include "coordinator/store/postgres/session.h"

#include <algorithm>
#include <thread>

namespace baton::store::postgres {
namespace {

using namespace std::chrono_literals;

constexpr auto kFirstPause = 10ms;
constexpr auto kLongestPause = 1000ms;

}  // namespace

Session::Session(std::string url, SessionSettings settings, std::chrono::milliseconds patience)
    : url_(std::move(url)), settings_(std::move(settings)), patience_(patience) {}

absl::StatusOr<Connection*> Session::connect(SteadyTime until) {
  if (connection_ && connection_->lost()) connection_.reset();
  absl::Status why = absl::UnavailableError("the database could not be reached a moment ago");
  while (!connection_) {
    const SteadyTime now = std::chrono::steady_clock::now();
    if (next_attempt_ > now) {
      if (next_attempt_ >= until) return why;
      std::this_thread::sleep_for(next_attempt_ - now);
    }
    absl::StatusOr<std::unique_ptr<Connection>> opened = Connection::open(url_, settings_);
    if (opened.ok()) {
      connection_ = *std::move(opened);
      pause_ = 0ms;
      break;
    }
    why = opened.status();
    pause_ = std::clamp<std::chrono::milliseconds>(2 * pause_, kFirstPause, kLongestPause);
    next_attempt_ = std::chrono::steady_clock::now() + pause_;
  }
  return connection_.get();
}

template <typename Run>
absl::StatusOr<Result> Session::repeated(Run run) {
  const SteadyTime until = std::chrono::steady_clock::now() + patience_;
  for (;;) {
    const absl::StatusOr<Connection*> connection = connect(until);
    if (!connection.ok()) return connection.status();
    Answer answer = run(**connection);
    if (answer.ok()) return std::move(answer.result);
    if (!answer.error->lost || std::chrono::steady_clock::now() >= until) return to_status(*answer.error);
  }
}

absl::StatusOr<Result> Session::read(const Statement& statement, const Params& params) {
  return repeated([&](Connection& connection) { return connection.run(statement, params); });
}

absl::StatusOr<Connection*> Session::begin(const char* begin) {
  const absl::StatusOr<Result> begun = repeated([&](Connection& connection) { return connection.run_text(begin); });
  if (!begun.ok()) return begun.status();
  return connection_.get();
}

}  // namespace baton::store::postgres
