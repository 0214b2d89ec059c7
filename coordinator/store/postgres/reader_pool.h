// The connections of reads beside the lanes: a few, shared by all threads.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "coordinator/store/postgres/session.h"

namespace baton::store::postgres {

// Thread-safe. UNAVAILABLE when no connection is free within `patience`.
class ReaderPool {
 public:
  ReaderPool(std::vector<std::unique_ptr<Session>> sessions, std::chrono::milliseconds patience)
      : idle_(std::move(sessions)), patience_(patience) {}

  // One statement that changes nothing, or does no harm when it is repeated.
  absl::StatusOr<Result> read(const Statement& statement, const Params& params);
  // `work` between `begin` and COMMIT, or ROLLBACK when it fails; called once, on a connection that has shown that it lives. UNAVAILABLE from
  // then on: maybe applied.
  absl::Status in_transaction(const char* begin, const std::function<absl::Status(Connection&)>& work);

 private:
  absl::StatusOr<std::unique_ptr<Session>> take();
  void give_back(std::unique_ptr<Session> session);

  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Session>> idle_;
  const std::chrono::milliseconds patience_;
};

}  // namespace baton::store::postgres
