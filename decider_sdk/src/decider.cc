#include "baton/decider.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "baton/log.h"
#include "task_stream.h"
#include "wire.h"

namespace baton {
namespace detail {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr Duration kTick = 250ms;
constexpr int kMostThreads = 4;
constexpr int kNoDescriptor = -1;

size_t thread_count(int wanted) {
  if (wanted > 0) return static_cast<size_t>(wanted);
  const int processors = static_cast<int>(std::thread::hardware_concurrency());
  return static_cast<size_t>(std::clamp(processors, 1, kMostThreads));
}

}  // namespace

// What a Decider is made of: the stream, and the shards that decide what it brings.
class DeciderProcess final : private TaskSink {
 public:
  DeciderProcess(const Client& client, std::string_view task_list, const DeciderOptions& options)
      : client_(client), task_list_(task_list), options_(options) {}

  Workflows& workflows() { return workflows_; }
  void register_types();

  int run(int signal_descriptor);
  void stop() {
    stopping_ = true;
    wakeup_.notify();
  }

 private:
  bool read_history(const Execution& execution, int64_t last_event_id, const OnPage& on_page,
                    std::string* why);
  void take(std::vector<Work> work) override;
  bool drain(TaskStream& stream);

  Client client_;
  const std::string task_list_;
  const DeciderOptions options_;
  Workflows workflows_;
  Wakeup wakeup_;
  std::atomic<bool> stopping_ = false;
  std::vector<std::unique_ptr<Shard>> shards_;
};

int DeciderProcess::run(int signal_descriptor) {
  if (workflows_.all().empty()) {
    throw std::logic_error("this decider has nothing to decide with: give it code before run()");
  }
  if (options_.register_types) register_types();
  TaskStream stream(client_.connection(), {task_list_, options_.slots, options_.metrics}, *this,
                    wakeup_);
  const size_t threads = thread_count(options_.threads);
  const size_t cached = (static_cast<size_t>(options_.cached_runs) + threads - 1) / threads;
  for (size_t i = 0; i < threads; ++i) {
    const auto read = [this](const auto&... arguments) { return read_history(arguments...); };
    shards_.push_back(std::make_unique<Shard>(
        Deciding(workflows_, read, cached, client_.connection()->codec()), stream,
        Shard::Hooks{options_.metrics, task_list_}));
    shards_.back()->start();
  }
  while (!stopping_) {
    const Duration next = stream.keep_open();
    if (wakeup_.wait(signal_descriptor, std::min(next, kTick))) break;
    stream.tick();
  }
  const bool finished = drain(stream);
  for (auto& shard : shards_) shard->stop();
  return finished ? 0 : 1;
}

bool DeciderProcess::drain(TaskStream& stream) {
  stream.drain();
  const auto give_up = SteadyClock::now() + options_.drain_for;
  while (!stream.holds_nothing()) {
    if (SteadyClock::now() >= give_up) return false;
    const Duration next = std::min(stream.keep_open(), kTick);
    wakeup_.wait(kNoDescriptor, std::min(next, options_.drain_for));
    stream.tick();
  }
  return true;
}

void DeciderProcess::register_types() {
  for (const auto& [type, function] : workflows_.all()) {
    client_.ensure_workflow_type(type, {.task_list = task_list_});
  }
}

bool DeciderProcess::read_history(const Execution& execution, int64_t last_event_id,
                                  const OnPage& on_page, std::string* why) {
  v1::GetWorkflowExecutionHistoryRequest request;
  request.set_domain(client_.domain());
  request.mutable_execution()->set_workflow_id(execution.workflow_id);
  request.mutable_execution()->set_run_id(execution.run_id);
  int64_t seen = 0;
  do {
    v1::GetWorkflowExecutionHistoryResponse response;
    if (const auto error = client_.connection()->try_call(
            &v1::WorkflowService::Stub::GetWorkflowExecutionHistory, request, &response)) {
      *why = error->what();
      return false;
    }
    if (!response.events().empty()) seen = response.events().rbegin()->event_id();
    request.set_next_page_token(response.next_page_token());
    auto page = std::make_shared<HistoryPage>();
    page->Swap(response.mutable_events());
    on_page(std::move(page));
  } while (seen < last_event_id && !request.next_page_token().empty());
  return true;
}

// From the stream: to the shards of the runs, one push for each.
void DeciderProcess::take(std::vector<Work> work) {
  if (shards_.size() == 1) return shards_[0]->push(std::move(work));
  std::vector<std::vector<Work>> by_shard(shards_.size());
  for (auto& one : work) {
    const size_t shard = std::hash<std::string>{}(run_id_of(one)) % shards_.size();
    by_shard[shard].push_back(std::move(one));
  }
  for (size_t i = 0; i < shards_.size(); ++i) {
    if (!by_shard[i].empty()) shards_[i]->push(std::move(by_shard[i]));
  }
}

}  // namespace detail

Decider::Decider(const Client& client, std::string_view task_list, const DeciderOptions& options)
    : process_(std::make_unique<detail::DeciderProcess>(client, task_list, options)) {}

Decider::~Decider() = default;

void Decider::add(const TypeName& type, detail::WorkflowFunction function) {
  process_->workflows().add(type, std::move(function));
}

void Decider::on_decision_task(const TypeName& type,
                               std::function<Decisions(const DecisionTask&)> function) {
  process_->workflows().add(type, std::move(function));
}

void Decider::on_query(
    const TypeName& type,
    std::function<std::optional<Payload>(const DecisionTask&, std::string_view,
                                         const std::optional<Payload>&)>
        function) {
  process_->workflows().add_answers(type, std::move(function));
}

void Decider::register_types() { process_->register_types(); }

int Decider::run(UntilSignal until) { return process_->run(until.descriptor()); }
int Decider::run() { return process_->run(detail::kNoDescriptor); }
void Decider::stop() { process_->stop(); }

}  // namespace baton
