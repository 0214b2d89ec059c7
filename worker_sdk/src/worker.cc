#include "baton/worker.h"

#include <algorithm>
#include <atomic>

#include "activity_stream.h"
#include "baton/invoker.h"
#include "baton/log.h"
#include "executor_runner.h"
#include "handler_pool.h"
#include "perform.h"

namespace baton {
namespace detail {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr int kNoDescriptor = -1;
constexpr int kMostSlots = 100'000;
constexpr Duration kHangUpPatience = 2s;

TaskEnd end_of(const v1::ActivityTaskAnswer& answer) {
  if (answer.has_completed()) return TaskEnd::kCompleted;
  return answer.has_canceled() ? TaskEnd::kCanceled : TaskEnd::kFailed;
}

}  // namespace

// What a Worker or an Invoker is made of: the stream, and the threads that run what it brings.
class WorkerProcess final : private ActivitySink {
 public:
  WorkerProcess(const Client& client, std::string_view task_list, WorkerOptions options,
                bool functions = false)
      : client_(client), task_list_(task_list), options_(std::move(options)), functions_(functions) {
    options_.slots = std::clamp(options_.slots, 1, kMostSlots);
    if (options_.type_defaults.task_list.empty()) options_.type_defaults.task_list = task_list_;
  }

  void add(const TypeName& activity, Handler handler) {
    if (handlers_.try_emplace(activity, std::move(handler)).second) return;
    throw std::logic_error(functions_ ? "this invoker has a handler already"
                                      : "activity " + activity.name + " " + activity.version +
                                            " has a handler already: give this one another version");
  }
  void register_types();
  int run(int signal_descriptor);
  void stop() {
    stopping_ = true;
    wakeup_.notify();
  }

 private:
  void take(std::vector<std::shared_ptr<AttemptState>> attempts) override {
    runner_->push(std::move(attempts));
  }
  std::unique_ptr<HandlerRunner> make_runner(ActivityStream& stream);
  void work(ActivityStream& stream, const HandlerRunner::Job& attempt, bool more);
  void drop(ActivityStream& stream, const HandlerRunner::Job& attempt);
  bool drain(ActivityStream& stream);

  Client client_;
  const std::string task_list_;
  WorkerOptions options_;
  const bool functions_;  // the task list names the function whose calls it takes
  Handlers handlers_;
  Wakeup wakeup_;
  std::atomic<bool> stopping_ = false;
  std::unique_ptr<HandlerRunner> runner_;
};

void WorkerProcess::register_types() {
  for (const auto& [type, handler] : handlers_) {
    client_.ensure_activity_type(type, options_.type_defaults);
  }
}

int WorkerProcess::run(int signal_descriptor) {
  if (handlers_.empty()) {
    throw std::logic_error("this worker can do nothing: give it handlers before run()");
  }
  if (options_.register_types) register_types();
  ActivityStream stream(
      client_.connection(),
      {task_list_, options_.slots, functions_, options_.acknowledge_first, options_.more_tasks,
       options_.metrics}, *this,
      wakeup_);
  runner_ = make_runner(stream);
  while (!stopping_) {
    const Duration reopen = stream.keep_open();
    if (wakeup_.wait(signal_descriptor, std::min(reopen, stream.tick()))) break;
  }
  const bool recorded = drain(stream);
  runner_->stop();
  stream.hang_up(kHangUpPatience);
  return recorded ? 0 : 1;
}

std::unique_ptr<HandlerRunner> WorkerProcess::make_runner(ActivityStream& stream) {
  const auto run = [this, &stream](const HandlerRunner::Job& attempt, bool more) {
    work(stream, attempt, more);
  };
  if (options_.executor) {
    const auto drop = [this, &stream](const HandlerRunner::Job& attempt) {
      this->drop(stream, attempt);
    };
    return std::make_unique<ExecutorRunner>(options_.executor, run, drop);
  }
  return std::make_unique<HandlerPool>(static_cast<size_t>(options_.slots), run);
}

void WorkerProcess::work(ActivityStream& stream, const HandlerRunner::Job& attempt, bool more) {
  if (!stream.begin(attempt)) return;
  MetricsHooks* const hooks = options_.metrics.get();
  if (hooks == nullptr) return stream.answer(attempt, perform(handlers_, *attempt), more);
  const TaskFacts task = facts_of(*attempt, task_list_);
  hooks->task_started(task);
  const auto began = SteadyClock::now();
  auto answer = perform(handlers_, *attempt);
  const auto took = std::chrono::duration_cast<Duration>(SteadyClock::now() - began);
  hooks->task_ended(task, end_of(*answer), took);
  stream.answer(attempt, std::move(answer), more);
}

void WorkerProcess::drop(ActivityStream& stream, const HandlerRunner::Job& attempt) {
  if (!stream.begin(attempt)) return;
  auto answer =
      failed_answer(attempt->token(), kHandlerNotRun, "the executor did not run the handler");
  stream.answer(attempt, encoded_answer(std::move(answer), attempt->codec()), /*more=*/false);
}

// Twice as long as handlers may take: answers of those that are told to stop count too.
bool WorkerProcess::drain(ActivityStream& stream) {
  stream.drain();
  const auto abandon_at = SteadyClock::now() + options_.drain_for;
  const auto give_up = abandon_at + options_.drain_for;
  bool abandoned = false;
  while (!stream.holds_nothing()) {
    const auto now = SteadyClock::now();
    if (now >= abandon_at && !abandoned) {
      abandoned = true;
      log(LogLevel::kWarning, "handlers still run: they are told to stop");
      stream.abandon();
    }
    if (now >= give_up) return false;
    const auto next = std::chrono::ceil<Duration>((abandoned ? give_up : abandon_at) - now);
    const Duration reopen = stream.keep_open();
    wakeup_.wait(kNoDescriptor, std::min({reopen, stream.tick(), next}));
  }
  return true;
}

}  // namespace detail

Worker::Worker(const Client& client, std::string_view task_list, const WorkerOptions& options)
    : process_(std::make_unique<detail::WorkerProcess>(client, task_list, options)) {}

Worker::~Worker() = default;

void Worker::on_payload(const TypeName& activity, Handler handler) {
  process_->add(activity, std::move(handler));
}

void Worker::register_types() { process_->register_types(); }

int Worker::run(UntilSignal until) { return process_->run(until.descriptor()); }
int Worker::run() { return process_->run(detail::kNoDescriptor); }
void Worker::stop() { process_->stop(); }

Invoker::Invoker(const Client& client, std::string_view function, const WorkerOptions& options)
    : process_(std::make_unique<detail::WorkerProcess>(client, function, options, true)) {}

Invoker::~Invoker() = default;

// The call of a function has no activity type.
void Invoker::on_call(Handler handler) { process_->add({}, std::move(handler)); }

int Invoker::run(UntilSignal until) { return process_->run(until.descriptor()); }
int Invoker::run() { return process_->run(detail::kNoDescriptor); }
void Invoker::stop() { process_->stop(); }

}  // namespace baton
