#include "coordinator/api/unary_poll.h"

#include <chrono>

namespace baton::api {

void UnaryPoll::Shared::finish(const grpc::Status& status) {
  const std::lock_guard lock(mutex);
  if (finished || reactor == nullptr) return;
  finished = true;
  reactor->Finish(status);
}

bool UnaryPoll::Shared::is_finished() {
  const std::lock_guard lock(mutex);
  return finished;
}

bool UnaryPoll::Shared::finish_with(const engine::OfferedTask& task) {
  const std::lock_guard lock(mutex);
  // Too late for the task: the hand-out is final, as in SWF, and its timeout brings it back.
  if (finished || reactor == nullptr) return false;
  finished = true;
  fill(task);
  reactor->Finish(grpc::Status::OK);
  return true;
}

class UnaryPoll::Sink final : public engine::PollerSink {
 public:
  explicit Sink(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  bool offer(std::span<engine::OfferedTask> offered) override { return shared_->finish_with(offered.front()); }
  void cancel_requested(const journal::v1::TaskToken&) override {}
  void closed(const journal::v1::TaskToken&, const absl::Status&) override {}
  void draining() override { shared_->finish(grpc::Status::OK); }

 private:
  const std::shared_ptr<Shared> shared_;
};

UnaryPoll* UnaryPoll::start(const Backend& backend, engine::PollerSpec spec, Fill fill) {
  auto* poll = new UnaryPoll(backend);
  const std::shared_ptr<Shared> shared = poll->shared_;
  shared->reactor = poll;
  shared->fill = std::move(fill);
  poll->alarm_.Set(std::chrono::system_clock::now() + std::chrono::milliseconds(backend.limits.long_poll_ms), [shared](bool at_its_time) {
    if (at_its_time) shared->finish(grpc::Status::OK);
  });
  poll->polls_id_ = backend.polls.add([shared] { shared->finish(grpc::Status::OK); });
  if (shared->is_finished()) return poll;  // the coordinator stops: no task may come to it
  const auto poller = backend.engine.add_poller(std::move(spec), std::make_shared<Sink>(shared));
  if (!poller.ok()) {
    shared->finish(to_grpc(poller.status()));
    return poll;
  }
  bool over = false;
  {
    const std::lock_guard lock(shared->mutex);
    shared->poller = *poller;
    over = shared->over;
  }
  if (over) backend.engine.remove_poller(*poller);
  return poll;
}

void UnaryPoll::OnDone() {
  engine::PollerId poller = 0;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->reactor = nullptr;
    shared_->over = true;
    poller = shared_->poller;
  }
  alarm_.Cancel();
  backend_.polls.remove(polls_id_);
  if (poller != 0) backend_.engine.remove_poller(poller);
  delete this;
}

}  // namespace baton::api
