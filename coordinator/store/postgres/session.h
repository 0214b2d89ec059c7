// A connection that comes back: opened at first use, and again, with a growing pause, after it was lost.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/store/postgres/connection.h"

namespace baton::store::postgres {

using SteadyTime = std::chrono::steady_clock::time_point;

// Used by one thread at a time.
class Session {
 public:
  // `patience`: how long a read may look for a connection.
  Session(std::string url, SessionSettings settings, std::chrono::milliseconds patience);

  // A live connection, or UNAVAILABLE when there is none by `until`. At least one attempt, unless the pause after the last one goes on.
  absl::StatusOr<Connection*> connect(SteadyTime until);
  // A statement that changes nothing: repeated on a new connection when the old one turns out to be dead.
  absl::StatusOr<Result> read(const Statement& statement, const Params& params);
  // A connection on which a transaction was just begun: like `read`, on a new one when the old one turns out to be dead.
  absl::StatusOr<Connection*> begin(const char* begin);
  void drop() { connection_.reset(); }
  std::chrono::milliseconds patience() const { return patience_; }

 private:
  // Runs what does no harm when it is repeated.
  template <typename Run>
  absl::StatusOr<Result> repeated(Run run);

  const std::string url_;
  const SessionSettings settings_;
  const std::chrono::milliseconds patience_;
  std::unique_ptr<Connection> connection_;
  std::chrono::milliseconds pause_{0};
  SteadyTime next_attempt_{};
};

}  // namespace baton::store::postgres
