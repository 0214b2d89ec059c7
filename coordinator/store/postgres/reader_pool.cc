#include "coordinator/store/postgres/reader_pool.h"

namespace baton::store::postgres {

absl::StatusOr<std::unique_ptr<Session>> ReaderPool::take() {
  std::unique_lock lock(mutex_);
  if (!returned_.wait_for(lock, patience_, [&] { return !idle_.empty(); })) {
    return absl::UnavailableError("every connection for reads was busy with slow ones");
  }
  // The one used last: its server process has the warmest caches.
  std::unique_ptr<Session> session = std::move(idle_.back());
  idle_.pop_back();
  return session;
}

void ReaderPool::give_back(std::unique_ptr<Session> session) {
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(session));
  }
  returned_.notify_one();
}

absl::StatusOr<Result> ReaderPool::read(const Statement& statement, const Params& params) {
  absl::StatusOr<std::unique_ptr<Session>> session = take();
  if (!session.ok()) return session.status();
  absl::StatusOr<Result> result = (*session)->read(statement, params);
  give_back(*std::move(session));
  return result;
}

absl::Status ReaderPool::in_transaction(const char* begin, const std::function<absl::Status(Connection&)>& work) {
  absl::StatusOr<std::unique_ptr<Session>> session = take();
  if (!session.ok()) return session.status();
  const absl::StatusOr<Connection*> connection = (*session)->begin(begin);
  absl::Status status = connection.status();
  if (status.ok()) status = work(**connection);
  if (status.ok()) {
    const Answer answer = (*connection)->run_text("COMMIT");
    if (!answer.ok()) status = to_status(*answer.error);
  } else if (connection.ok() && !(*connection)->lost()) {
    (*connection)->run_text("ROLLBACK");
  }
  give_back(*std::move(session));
  return status;
}

}  // namespace baton::store::postgres
