#include "task_stream.h"

#include <algorithm>

#include "baton/conversion.h"
#include "baton/log.h"
#include "in_arena.h"
#include "wire.h"

namespace baton::detail {
namespace {

using namespace std::chrono_literals;

constexpr auto kAnswerInTime = 500ms;  // later, a task gets an acknowledgement of its own
constexpr Duration kFirstReopen = 50ms;
constexpr Duration kLastReopen = 2s;
constexpr Duration kUntilItBreaks = Duration::max();
constexpr auto kShortestRetry = 100ms;

// Is it the content of the answer that was refused, so that another answer may still be given?
bool leaves_token_usable(const v1::Refusal& refusal) {
  return refusal.fault() == v1::VALIDATION || refusal.fault() == v1::DEFAULT_UNDEFINED ||
         refusal.fault() == v1::LIMIT_EXCEEDED || refusal.fault() == v1::NOT_IMPLEMENTED;
}

}  // namespace

// One call of PollDecisionTasks. Never destroyed by one of gRPC's threads: it may hold the last
// reference to the channel, which waits for those.
class TaskStream::Call : public grpc::ClientBidiReactor<v1::PollDecisionTasksRequest,
                                                        v1::PollDecisionTasksResponse> {
 public:
  Call(TaskStream& owner, std::shared_ptr<const Endpoint> endpoint)
      : owner_(owner), endpoint_(std::move(endpoint)) {
    context_.set_wait_for_ready(false);
    endpoint_->stub<v1::DeciderService::Stub>().async()->PollDecisionTasks(&context_, this);
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
    owner_.received(std::move(incoming_));
    read_next();
  }
  void OnWriteDone(bool) override { owner_.written(); }
  void OnDone(const grpc::Status& status) override { owner_.ended(status); }

 private:
  void read_next() {
    incoming_ = make_in_arena<v1::PollDecisionTasksResponse>();
    StartRead(incoming_.get());
  }

  TaskStream& owner_;
  const std::shared_ptr<const Endpoint> endpoint_;
  grpc::ClientContext context_;
  std::shared_ptr<v1::PollDecisionTasksResponse> incoming_;
};

TaskStream::TaskStream(std::shared_ptr<Connection> connection, Options options, TaskSink& sink,
                       const Wakeup& wakeup)
    : connection_(std::move(connection)),
      options_(std::move(options)),
      sink_(sink),
      wakeup_(wakeup),
      hooks_(options_.metrics, options_.task_list, options_.slots),
      backoff_(kFirstReopen, kLastReopen) {}

TaskStream::~TaskStream() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  if (call_ != nullptr) call_->cancel();
  call_ended_.wait(lock, [this] { return call_ == nullptr; });
}

Duration TaskStream::keep_open() {
  std::unique_ptr<Call> over;
  Call* call = nullptr;  // only this thread ends its life
  {
    const HookedLock lock(mutex_, hooks_);
    over = std::move(ended_);
    if (call_ != nullptr) return kUntilItBreaks;
    const auto now = Clock::now();
    if (now < reopen_at_) return std::chrono::ceil<Duration>(reopen_at_ - now);
    call_ = std::make_unique<Call>(*this, connection_->endpoint());
    call = call_.get();
    reads_ended_ = false;
    name_held();
  }
  call->begin();
  const HookedLock lock(mutex_, hooks_);
  if (call_ != nullptr && !reads_ended_) {
    usable_ = true;
    write();
  }
  return kUntilItBreaks;
}

// The first frame of a new call says what is still held; unconfirmed answers follow.
void TaskStream::name_held() {
  open_frame_due_ = true;
  drain_due_ = draining_;
  answered_.clear();
  acknowledged_.clear();
  to_name_.clear();
  for (auto& [token, held] : held_) {
    held.acknowledged = true;
    to_name_.push_back(token);
    if (held.answer == nullptr || held.send_again) continue;
    answered_.push_back(held.answer);
    if (held.reported) tell(&MetricsHooks::report_retried, held);
  }
}

void TaskStream::received(std::shared_ptr<v1::PollDecisionTasksResponse> frame) {
  std::vector<Work> work;
  work.reserve(static_cast<size_t>(frame->tasks_size() + frame->queries_size()));
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
      log(LogLevel::kInfo, "stream of decision tasks of list " + options_.task_list + " is back");
    }
    for (const auto& confirmation : frame->confirmations()) confirm(confirmation, false, &work);
    for (const auto& confirmation : frame->closed_tasks()) confirm(confirmation, true, &work);
    for (const auto& task : frame->tasks()) {
      if (hold(task)) work.push_back(Delivery{&task, frame});
    }
    for (const auto& query : frame->queries()) work.push_back(Question{&query, frame});
    write();  // what confirm() may have added
  }
  if (!work.empty()) sink_.take(std::move(work));
}

// False: it is held already.
bool TaskStream::hold(const v1::DecisionTask& task) {
  const auto [place, is_new] = held_.try_emplace(task.task_token());
  if (!is_new) return false;
  place->second.run_id = task.workflow_execution().run_id();
  place->second.taken = Clock::now();
  hooks_.slots_in_use(held_.size());
  if (hooks_.any()) {
    place->second.facts = std::make_shared<TaskFacts>(facts_of(task, options_.task_list));
    tell(&MetricsHooks::task_offered, place->second);
  }
  return true;
}

void TaskStream::confirm(const v1::DecisionConfirmation& confirmation, bool closed,
                         std::vector<Work>* work) {
  const auto place = held_.find(confirmation.task_token());
  if (place == held_.end()) return;
  Held& held = place->second;
  const bool refused = confirmation.has_refused() && !closed;
  if (refused && confirmation.refused().retryable()) {
    held.send_again = Clock::now() + std::max<Clock::duration>(
                                         to_duration(confirmation.refused().retry_after()),
                                         kShortestRetry);
    return;
  }
  if (closed || refused) work->push_back(Dropped{held.run_id});
  if (closed) tell(&MetricsHooks::task_lost, held);
  if (refused && held.facts != nullptr) {
    hooks_.add([task = held.facts, why = confirmation.refused().message()](MetricsHooks& hooks) {
      hooks.report_refused(*task, why);
    });
  }
  if (refused && leaves_token_usable(confirmation.refused()) && !held.given_up) {
    give_up(confirmation, &held);
    return;
  }
  if (refused) {
    const bool expected = confirmation.refused().fault() == v1::UNHANDLED_DECISION;
    log(expected ? LogLevel::kDebug : LogLevel::kInfo,
        "an answer for run " + held.run_id +
            " was not taken: " + confirmation.refused().message());
  }
  erase(place);
}

void TaskStream::erase(HeldTasks::iterator place) {
  held_.erase(place);
  hooks_.slots_in_use(held_.size());
  if (held_.empty() && draining_) wakeup_.notify();
}

// The answer can never be taken, but the task is still ours: say so, instead of nothing until the
// task times out.
void TaskStream::give_up(const v1::DecisionConfirmation& confirmation, Held* held) {
  const std::string& why = confirmation.refused().message();
  log(LogLevel::kError, "the decisions for run " + held->run_id + " are not valid: " + why);
  held->given_up = true;
  held->answer = std::make_shared<Answer>();
  auto* const failed = held->answer->mutable_failed();
  failed->set_task_token(confirmation.task_token());
  failed->set_reason("INVALID_DECISIONS");
  to_wire(Payload{why, std::string(kTextType), {}, {}}, failed->mutable_details());
  answered_.push_back(held->answer);
}

void TaskStream::answer(std::shared_ptr<Answers> answers, std::vector<Execution> evicted) {
  const HookedLock lock(mutex_, hooks_);
  for (auto& answer : *answers) {
    const auto place = held_.find(token_of(answer));
    if (place == held_.end()) continue;  // closed meanwhile
    place->second.answer = {answers, &answer};
    answered_.push_back(place->second.answer);
  }
  evicted_.insert(evicted_.end(), std::make_move_iterator(evicted.begin()),
                  std::make_move_iterator(evicted.end()));
  write();
}

void TaskStream::answer(v1::QueryAnswer answer) {
  const HookedLock lock(mutex_, hooks_);
  replies_.push_back(std::move(answer));
  write();
}

void TaskStream::tick() {
  const HookedLock lock(mutex_, hooks_);
  const auto now = Clock::now();
  for (auto& [token, held] : held_) {
    if (held.send_again && *held.send_again <= now && held.answer != nullptr) {
      held.send_again.reset();
      answered_.push_back(held.answer);
      tell(&MetricsHooks::report_retried, held);
    } else if (held.answer == nullptr && !held.acknowledged && now - held.taken >= kAnswerInTime) {
      held.acknowledged = true;
      acknowledged_.push_back(token);
      tell(&MetricsHooks::task_acknowledged, held);
    }
  }
  write();
}

void TaskStream::drain() {
  const HookedLock lock(mutex_, hooks_);
  draining_ = drain_due_ = true;
  write();
}

bool TaskStream::holds_nothing() {
  const HookedLock lock(mutex_, hooks_);
  return held_.empty();
}

void TaskStream::write() {
  if (!usable_ || writing_ || !fill_frame()) return;
  writing_ = true;
  call_->StartWrite(&frame_);
}

const std::string& TaskStream::token_of(const Answer& answer) {
  return answer.has_completed() ? answer.completed().task_token() : answer.failed().task_token();
}

// The frame is out, or the call is broken. Its answers were never its own.
void TaskStream::written() {
  const HookedLock lock(mutex_, hooks_);
  while (!frame_.answers().empty()) frame_.mutable_answers()->UnsafeArenaReleaseLast();
  in_frame_.clear();
  frame_.Clear();
  writing_ = false;
  write();
}

void TaskStream::reads_ended() {
  const HookedLock lock(mutex_, hooks_);
  usable_ = false;
  reads_ended_ = true;
}

void TaskStream::ended(const grpc::Status& status) {
  const HookedLock lock(mutex_, hooks_);
  if (!stopping_) broken(status);
  connection_->avoid(call_->endpoint());
  ended_ = std::move(call_);
  usable_ = false;
  reopen_at_ = Clock::now() + backoff_.next();
  wakeup_.notify();
  call_ended_.notify_all();
}

// Logged once for each new complaint, since reconnection goes on for ever.
void TaskStream::broken(const grpc::Status& status) {
  const std::string what = status.ok() ? "the coordinator ended it" : status.error_message();
  broken_ = true;
  hooks_.add([list = options_.task_list, address = call_->endpoint().address,
              what](MetricsHooks& hooks) { hooks.stream_broken(list, address, what); });
  if (what == last_complaint_) return;
  last_complaint_ = what;
  log(LogLevel::kWarning, "stream of decision tasks of list " + options_.task_list + " at " +
                              call_->endpoint().address + ": " + what + "; opening it again");
}

void TaskStream::tell(void (MetricsHooks::*event)(const TaskFacts&), const Held& held) {
  if (held.facts == nullptr) return;
  hooks_.add([event, task = held.facts](MetricsHooks& hooks) { (hooks.*event)(*task); });
}

}  // namespace baton::detail
