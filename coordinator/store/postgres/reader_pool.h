// The connections of reads beside the lanes: a few, shared by all threads.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "coordinator/store/postgres/session.h"

namespace baton::store::postgres {

// Thread-safe. Waits for a free connection as long as a read may take in all.
class ReaderPool {
 public:
  explicit ReaderPool(std::vector<std::unique_ptr<Session>> sessions) : idle_(std::move(sessions)) {}

  // One statement that changes nothing, or does no harm when it is repeated.
  absl::StatusOr<Result> read(const Statement& statement, const Params& params);
  // `work` between `begin` and COMMIT, or ROLLBACK when it fails; called once, on a connection that has shown that it lives. UNAVAILABLE from
  // then on: maybe applied.
  absl::Status in_transaction(const char* begin, const std::function<absl::Status(Connection&)>& work);

 private:
  std::unique_ptr<Session> take();
  void give_back(std::unique_ptr<Session> session);

  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Session>> idle_;
};

}  // namespace baton::store::postgres
