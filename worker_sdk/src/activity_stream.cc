#include "activity_stream.h"

#include <algorithm>

#include "baton/log.h"
#include "coded_payloads.h"
#include "in_arena.h"
#include "perform.h"
#include "wire.h"

namespace baton::detail {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstReopen = 50ms;
constexpr Duration kLastReopen = 2s;
constexpr Duration kUntilItBreaks = Duration::max();
constexpr auto kShortestRetry = 100ms;

// Is it the content of the answer that was refused, so that another answer may still be given?
bool leaves_token_usable(const v1::Refusal& refusal) {
  return refusal.fault() == v1::VALIDATION || refusal.fault() == v1::LIMIT_EXCEEDED ||
         refusal.fault() == v1::CANCEL_NOT_REQUESTED;
}

}  // namespace

TaskFacts facts_of(const AttemptState& attempt, const std::string& task_list) {
  return {task_list, attempt.type(), attempt.execution(), attempt.activity_id(), attempt.number()};
}

// One call of PollActivityTasks. Never destroyed by one of gRPC's threads: it may hold the last
// reference to the channel, which waits for those.
class ActivityStream::Call
    : public grpc::ClientBidiReactor<v1::PollActivityTasksRequest, v1::PollActivityTasksResponse> {
 public:
  Call(ActivityStream& owner, std::shared_ptr<const Endpoint> endpoint)
      : owner_(owner), endpoint_(std::move(endpoint)) {
    context_.set_wait_for_ready(false);
    endpoint_->stub<v1::WorkerService::Stub>().async()->PollActivityTasks(&context_, this);
    AddHold();  // writes begin outside of reactions
    read_next();
  }
  void begin() { StartCall(); }
  void cancel() { context_.TryCancel(); }
  const Endpoint& endpoint() const { return *endpoint_; }

  void OnReadDone(bool ok) override {
    if (!ok) {
      owner_.reads_ended();
      RemoveHold();
      return;
    }
    owner_.received(incoming_.get());
    read_next();
  }
  void OnWriteDone(bool ok) override { owner_.written(ok); }
  void OnDone(const grpc::Status& status) override { owner_.ended(status); }

 private:
  void read_next() {
    incoming_ = make_in_arena<v1::PollActivityTasksResponse>();
    StartRead(incoming_.get());
  }

  ActivityStream& owner_;
  const std::shared_ptr<const Endpoint> endpoint_;
  grpc::ClientContext context_;
  std::shared_ptr<v1::PollActivityTasksResponse> incoming_;
};

ActivityStream::ActivityStream(std::shared_ptr<Connection> connection, Options options,
                               ActivitySink& sink, const Wakeup& wakeup)
    : connection_(std::move(connection)),
      options_(std::move(options)),
      sink_(sink),
      wakeup_(wakeup),
      hooks_(options_.metrics, options_.task_list, options_.slots),
      backoff_(kFirstReopen, kLastReopen) {}

ActivityStream::~ActivityStream() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  cancel_call();
  call_ended_.wait(lock, [this] { return call_ == nullptr; });
}

Duration ActivityStream::keep_open() {
  std::unique_ptr<Call> over;
  Call* call = nullptr;  // only this thread ends its life
  {
    const std::lock_guard lock(mutex_);
    over = std::move(ended_);
    if (call_ != nullptr) return kUntilItBreaks;
    const auto now = Clock::now();
    if (now < reopen_at_) return std::chrono::ceil<Duration>(reopen_at_ - now);
  }
  const int room = this->room();
  {
    const HookedLock lock(mutex_, hooks_);
    if (room <= 0 && held_.empty() && !draining_) return kLookForRoom;
    set_slots(room);
    call_ = std::make_unique<Call>(*this, connection_->endpoint());
    call = call_.get();
    reads_ended_ = no_room_ = false;
    reopen_by_.reset();
    name_held(Clock::now());
  }
  call->begin();
  const HookedLock lock(mutex_, hooks_);
  if (call_ != nullptr && !reads_ended_) {
    usable_ = true;
    write();
  }
  return kUntilItBreaks;
}

// The first frame of a new call says what is still held; unconfirmed answers and a sign of life of
// everything that runs follow.
void ActivityStream::name_held(Clock::time_point now) {
  open_frame_due_ = true;
  drain_due_ = draining_;
  to_name_.clear();
  to_acknowledge_.clear();
  answered_.clear();
  beats_.clear();
  returned_.clear();
  unacknowledged_.clear();
  acknowledge_due_ = Clock::time_point::max();
  for (const auto& [token, held] : held_) {
    held->acknowledged = true;
    held->sent = false;
    to_name_.emplace_back(token);
    if (held->answer != nullptr && !held->send_again) {
      answered_.push_back(held);
      if (held->reported) tell(&MetricsHooks::report_retried, *held);
    }
    if (!held->finished && !held->closed && held->beat_every > 0s) beat_now(held.get(), now);
  }
}

// --- what the coordinator says ---

void ActivityStream::received(v1::PollActivityTasksResponse* frame) {
  Attempts offered, closed, canceled;
  int room = frame->tasks().empty() ? 0 : this->room();
  {
    const HookedLock lock(mutex_, hooks_);
    backoff_.reset();
    if (std::exchange(broken_, false)) {
      hooks_.add([list = options_.task_list,
                  address = call_->endpoint().address](MetricsHooks& hooks) {
        hooks.stream_back(list, address);
      });
    }
    if (!last_complaint_.empty()) {
      last_complaint_.clear();
      log(LogLevel::kInfo, "stream of activities of list " + options_.task_list + " is back");
    }
    for (const auto& confirmation : frame->confirmations()) confirm(confirmation);
    for (const auto& confirmation : frame->closed_tasks()) close(confirmation, &closed);
    find_canceled(*frame, &canceled);
    const auto now = Clock::now();
    for (auto& task : *frame->mutable_tasks()) hold(&task, now, &room, &offered);
    if (frame->draining()) connection_->avoid(call_->endpoint());
    write();
  }
  for (const auto& attempt : closed) attempt->close();
  for (const auto& attempt : canceled) attempt->request_cancel();
  if (!offered.empty()) sink_.take(std::move(offered));
}

void ActivityStream::hold(v1::ActivityTask* task, Clock::time_point now, int* room,
                          Attempts* attempts) {
  if (reopen_by_ && !usable_) return;  // the call has ended for us: it will be offered again
  if (draining_) {
    returned_.push_back(task->task_token());
    return;
  }
  if (held_.contains(task->task_token())) return;
  if (*room <= 0) {
    returned_.push_back(task->task_token());
    return no_more_on_this_call();
  }
  --*room;
  const auto held = std::make_shared<Held>(task, *this, connection_->codec());
  held_.emplace(held->token(), held);
  ++in_hand_;
  hooks_.slots_in_use(held_.size());
  tell(&MetricsHooks::task_offered, *held);
  if (task->has_heartbeat_timeout()) {
    held->beat_every = std::max<Clock::duration>(to_duration(task->heartbeat_timeout()) / 3, 1ms);
    held->next_beat = now + held->beat_every;
    scan_at(*held->next_beat);
  }
  if (options_.acknowledge_first) {
    to_begin_.push_back(held);
    return acknowledge(held);
  }
  attempts->push_back(held);
  unacknowledged_.push_back(held);
  if (acknowledge_due_ == Clock::time_point::max()) tick_at(acknowledge_due_ = now + kAnswerInTime);
}

void ActivityStream::acknowledge(const std::shared_ptr<Held>& held) {
  held->acknowledged = true;
  to_acknowledge_.push_back(held->token());
  tell(&MetricsHooks::task_acknowledged, *held);
}

void ActivityStream::confirm(const v1::TaskConfirmation& confirmation) {
  const auto place = held_.find(confirmation.task_token());
  if (place == held_.end()) return;
  Held& held = *place->second;
  if (!held.sent) return;  // of a heartbeat: the next one may do better
  if (!confirmation.has_refused()) return erase(place);
  const v1::Refusal& refusal = confirmation.refused();
  if (refusal.retryable()) {
    held.send_again = Clock::now() +
                      std::max<Clock::duration>(to_duration(refusal.retry_after()), kShortestRetry);
    return scan_at(*held.send_again);
  }
  if (leaves_token_usable(refusal) && !held.given_up) {
    return give_up(place->second, refusal.message());
  }
  log(LogLevel::kInfo, "the answer for activity " + held.activity_id() + " of run " +
                           held.execution().run_id + " was not taken: " + refusal.message());
  tell_refused(held, refusal.message());
  erase(place);
}

// The answer can never be taken, but the task is still ours: say so, instead of nothing until the
// task times out.
void ActivityStream::give_up(const std::shared_ptr<Held>& held, const std::string& why) {
  log(LogLevel::kError, "the answer for activity " + held->activity_id() +
                            " is not acceptable, so it fails: " + why);
  tell_refused(*held, why);
  held->given_up = true;
  held->answer =
      encoded_answer(failed_answer(held->token(), kAnswerRefused, why), connection_->codec());
  answered_.push_back(held);
}

// Our slot is free again when the handler has ended and the coordinator knows.
void ActivityStream::close(const v1::TaskConfirmation& confirmation, Attempts* closed) {
  const auto place = held_.find(confirmation.task_token());
  if (place == held_.end()) return;
  Held& held = *place->second;
  if (!std::exchange(held.closed, true)) tell(&MetricsHooks::task_lost, held);
  if (!held.finished) {
    log(LogLevel::kInfo, "activity " + held.activity_id() + " of run " + held.execution().run_id +
                             " is over without its answer: " + confirmation.refused().message());
    closed->push_back(place->second);
  } else if (held.sent) {
    erase(place);
  } else {
    give_back(held);
  }
}

void ActivityStream::find_canceled(const v1::PollActivityTasksResponse& frame, Attempts* canceled) {
  const auto find = [&](const std::string& token) {
    const auto place = held_.find(token);
    if (place == held_.end() || place->second->finished) return;
    if (!place->second->canceled()) canceled->push_back(place->second);
  };
  for (const auto& token : frame.cancel_requested_task_tokens()) find(token);
  for (const auto& status : frame.heartbeat_statuses()) {
    if (status.cancel_requested()) find(status.task_token());
  }
}

void ActivityStream::give_back(const Held& held) {
  if (!held.begun) tell(&MetricsHooks::task_returned, held);
  returned_.push_back(held.token());
  erase(held_.find(held.token()));
}

void ActivityStream::erase(HeldTasks::iterator place) {
  place->second->over = true;
  if (!place->second->finished) --in_hand_;
  held_.erase(place);
  hooks_.slots_in_use(held_.size());
  if (held_.empty() && draining_) wakeup_.notify();
}

// --- the end ---

void ActivityStream::drain() {
  const HookedLock lock(mutex_, hooks_);
  draining_ = drain_due_ = true;
  for (auto place = held_.begin(); place != held_.end();) {
    const auto next = std::next(place);
    if (!place->second->begun && !place->second->acknowledged) give_back(*place->second);
    place = next;
  }
  write();
}

bool ActivityStream::holds_nothing() {
  const std::lock_guard lock(mutex_);
  return held_.empty();
}

void ActivityStream::abandon() {
  Attempts running;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [token, held] : held_) {
      if (!held->finished) running.push_back(held);
    }
  }
  for (const auto& attempt : running) attempt->abandon();
}

void ActivityStream::hang_up(Duration patience) {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  const auto until = Clock::now() + patience;
  call_ended_.wait_until(lock, until, [this] { return !usable_ || !writing_; });
  if (usable_ && !writing_) {
    usable_ = false;
    call_->StartWritesDone();
  }
  call_ended_.wait_until(lock, until, [this] { return call_ == nullptr; });
}

void ActivityStream::write() {
  if (!usable_ || writing_) return;
  if (fill_frame()) {
    writing_ = true;
    call_->StartWrite(&frame_);
  } else if (reopen_by_ && unacknowledged_.empty()) {
    usable_ = false;
    call_->StartWritesDone();
  }
}

void ActivityStream::cancel_call() {
  if (call_ != nullptr) call_->cancel();
}

void ActivityStream::reads_ended() {
  const std::lock_guard lock(mutex_);
  usable_ = false;
  reads_ended_ = true;
}

void ActivityStream::ended(const grpc::Status& status) {
  const HookedLock lock(mutex_, hooks_);
  if (reopen_by_) {
    reopen_at_ = Clock::now();
  } else {
    if (!stopping_) broken(status);
    connection_->avoid(call_->endpoint());
    reopen_at_ = Clock::now() + backoff_.next();
  }
  ended_ = std::move(call_);
  usable_ = false;
  wakeup_.notify();
  call_ended_.notify_all();
}

// Logged once for each new complaint, since reconnection goes on for ever.
void ActivityStream::broken(const grpc::Status& status) {
  const std::string what = status.ok() ? "the coordinator ended it" : status.error_message();
  broken_ = true;
  hooks_.add([list = options_.task_list, address = call_->endpoint().address,
              what](MetricsHooks& hooks) { hooks.stream_broken(list, address, what); });
  if (what == last_complaint_) return;
  last_complaint_ = what;
  log(LogLevel::kWarning, "stream of activities of list " + options_.task_list + " at " +
                              call_->endpoint().address + ": " + what + "; opening it again");
}

// --- what hooks are told ---

void ActivityStream::tell(void (MetricsHooks::*event)(const TaskFacts&), const Held& held) {
  if (!hooks_.any()) return;
  hooks_.add([event, task = facts_of(held, options_.task_list)](MetricsHooks& hooks) {
    (hooks.*event)(task);
  });
}

void ActivityStream::tell_refused(const Held& held, const std::string& why) {
  if (!hooks_.any()) return;
  hooks_.add([why, task = facts_of(held, options_.task_list)](MetricsHooks& hooks) {
    hooks.report_refused(task, why);
  });
}

}  // namespace baton::detail
