#include "coordinator/api/unary_poll.h"

#include <chrono>
#include <mutex>
#include <utility>

namespace baton::api {

// The call as the engine, the alarm and the stopping coordinator know it: outlives the reactor.
class UnaryPoll::Call final : public std::enable_shared_from_this<UnaryPoll::Call> {
 public:
  Call(const Backend& backend, UnaryPoll* reactor, Fill fill, FillQuery fill_query)
      : backend_(backend), reactor_(reactor), fill_(std::move(fill)), fill_query_(std::move(fill_query)) {}

  void poll(engine::PollerSpec spec);
  void finish(const grpc::Status& status);
  // False: it was over.
  bool finish_with(const engine::OfferedTask& task);
  bool finish_with(v1::QueryTask query);
  // Ends it empty, unless a task is on its way: its hand-out is final, so the call waits for it, or until it comes to nothing.
  void end();
  // The reactor is about to be deleted.
  void over();

 private:
  enum class Stage { kOpening, kAdding, kPolling };

  void finish_locked(const grpc::Status& status);
  void drain(engine::PollerId poller) {
    backend_.engine.drain_poller(poller, [call = shared_from_this()] { call->finish(grpc::Status::OK); });
  }

  const Backend& backend_;
  std::mutex mutex_;
  UnaryPoll* reactor_;  // null once the call is over
  const Fill fill_;
  const FillQuery fill_query_;
  Stage stage_ = Stage::kOpening;
  engine::PollerId poller_ = 0;
  bool ending_ = false;
  bool finished_ = false;
};

class UnaryPoll::Sink final : public engine::PollerSink {
 public:
  explicit Sink(std::shared_ptr<Call> call) : call_(std::move(call)) {}
  bool offer(std::span<engine::OfferedTask> offered) override { return call_->finish_with(offered.front()); }
  bool query(v1::QueryTask task) override { return call_->finish_with(std::move(task)); }
  void cancel_requested(const journal::v1::TaskToken&) override {}
  void closed(const journal::v1::TaskToken&, const absl::Status&) override {}
  void draining() override { call_->end(); }

 private:
  const std::shared_ptr<Call> call_;
};

void UnaryPoll::Call::poll(engine::PollerSpec spec) {
  {
    const std::lock_guard lock(mutex_);
    if (finished_ || reactor_ == nullptr) return;  // the coordinator stops, or the client is gone: no task may come to it
    stage_ = Stage::kAdding;
  }
  const auto poller = backend_.engine.add_poller(std::move(spec), std::make_shared<Sink>(shared_from_this()));
  if (!poller.ok()) return finish(to_grpc(poller.status()));
  bool gone = false, ending = false;
  {
    const std::lock_guard lock(mutex_);
    stage_ = Stage::kPolling;
    poller_ = *poller;
    gone = reactor_ == nullptr;
    ending = ending_;
  }
  if (gone) return backend_.engine.remove_poller(*poller);
  if (ending) drain(*poller);
}

void UnaryPoll::Call::finish_locked(const grpc::Status& status) {
  if (finished_ || reactor_ == nullptr) return;
  finished_ = true;
  reactor_->Finish(status);
}

void UnaryPoll::Call::finish(const grpc::Status& status) {
  const std::lock_guard lock(mutex_);
  finish_locked(status);
}

bool UnaryPoll::Call::finish_with(const engine::OfferedTask& task) {
  const std::lock_guard lock(mutex_);
  // Too late for the task: the hand-out is final, as in SWF, and its timeout brings it back.
  if (finished_ || reactor_ == nullptr) return false;
  fill_(task);
  finish_locked(grpc::Status::OK);
  return true;
}

bool UnaryPoll::Call::finish_with(v1::QueryTask query) {
  const std::lock_guard lock(mutex_);
  if (finished_ || reactor_ == nullptr) return false;
  fill_query_(std::move(query));
  finish_locked(grpc::Status::OK);
  return true;
}

void UnaryPoll::Call::end() {
  engine::PollerId poller = 0;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    if (stage_ == Stage::kOpening) return finish_locked(grpc::Status::OK);
    if (stage_ == Stage::kAdding) return;  // poll() goes on
    poller = poller_;
  }
  drain(poller);
}

void UnaryPoll::Call::over() {
  engine::PollerId poller = 0;
  {
    const std::lock_guard lock(mutex_);
    reactor_ = nullptr;
    poller = poller_;
  }
  if (poller != 0) backend_.engine.remove_poller(poller);
}

UnaryPoll::UnaryPoll(const Backend& backend, Fill fill, FillQuery fill_query)
    : backend_(backend), call_(std::make_shared<Call>(backend, this, std::move(fill), std::move(fill_query))) {}

UnaryPoll* UnaryPoll::start(const Backend& backend, engine::PollerSpec spec, Fill fill, FillQuery fill_query) {
  auto* poll = new UnaryPoll(backend, std::move(fill), std::move(fill_query));
  const std::shared_ptr<Call> call = poll->call_;
  poll->alarm_.Set(std::chrono::system_clock::now() + std::chrono::milliseconds(backend.limits.long_poll_ms), [call](bool at_its_time) {
    if (at_its_time) call->end();
  });
  poll->polls_id_ = backend.polls.add([call] { call->end(); });
  const std::string domain = spec.domain;
  require_domain(backend, domain, [call, spec = std::move(spec)](const absl::Status& exists) {
    if (!exists.ok()) return call->finish(to_grpc(exists));
    call->poll(spec);
  });
  return poll;
}

void UnaryPoll::OnCancel() { call_->finish(grpc::Status(grpc::StatusCode::CANCELLED, "the client is gone")); }

void UnaryPoll::OnDone() {
  call_->over();
  alarm_.Cancel();
  backend_.polls.remove(polls_id_);
  delete this;
}

}  // namespace baton::api
