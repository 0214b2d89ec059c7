#include "replay/run.h"

#include <mutex>

#include "decisions.h"
#include "replay/workflow_code.h"
#include "wire.h"

namespace baton::detail {
namespace {

// Coroutines that the compiler made wrong: destroying one may crash, so they stay.
void keep_for_ever(std::unique_ptr<Root> root, std::vector<std::shared_ptr<void>> owned) {
  static std::mutex mutex;
  static std::vector<std::shared_ptr<void>>& kept = *new std::vector<std::shared_ptr<void>>();
  std::lock_guard lock(mutex);
  kept.push_back(std::move(root));
  kept.insert(kept.end(), owned.begin(), owned.end());
}

}  // namespace

uint64_t Run::hash(std::string_view text) {
  uint64_t value = 14695981039346656037u;  // FNV-1a
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return value;
}

Run::Run(WorkflowFunction function, Execution execution, TypeName type)
    : function_(std::move(function)),
      execution_(std::move(execution)),
      type_(std::move(type)),
      random_state_(hash(execution_.run_id)) {}

// Destructors of the code's own objects may call cancel() and the like: that must do nothing now.
Run::~Run() {
  closing_down_ = true;
  root_.reset();
  owned_.clear();
}

void Run::fail(std::string reason, std::string message) {
  if (!failure_) failure_ = DecisionFailure{std::move(reason), std::move(message)};
  scheduler_.stop();
}

void Run::abort(std::string reason, std::string message) {
  fail(std::move(reason), std::move(message));
  throw ReplayAborted{};
}

void Run::expect_all_matched(int64_t completed_event_id) {
  if (!log_.all_matched()) fail("NONDETERMINISM", log_.missing(completed_event_id));
}

void Run::execute(bool replaying, TimePoint now, WireDecisions* out) {
  replaying_ = replaying;
  now_ = now;
  context_.reset();
  log_.begin(out);
  if (completion_.decided()) {
    if (auto failure = completion_.decide_again(replaying)) {
      fail(std::move(failure->reason), std::move(failure->message));
    }
    return;
  }
  deliveries_.decide_waiting();
  updates_.reject_unfit();
  if (cancel_request_.ready()) cancel_scopes_.cancel_all();
  const WorkflowCode code(log_);
  if (root_ == nullptr) start();
  scheduler_.run();
  // What else came of such a call, an exception because there was no thread, does not count.
  if (auto failure = code.failure()) failure_ = std::move(failure);
  if (!scheduler_.balanced()) {
    keep_for_ever(std::move(root_), std::exchange(owned_, {}));
    fail("MISCOMPILED",
         "a coroutine of this workflow returned without running: g++ 12 makes wrong code of a body "
         "that has co_await in the condition of if, while or switch and no local variable; declare "
         "one (see baton/task.h)");
  }
}

void Run::start() {
  if (!started_event_seen_) {
    return fail("INCOMPLETE_HISTORY", "the history does not begin with WorkflowExecutionStarted");
  }
  try {
    root_ = function_(Workflow(this), input_);
    input_.reset();
  } catch (...) {
    if (auto failure = completion_.failed_to_start(std::current_exception())) {
      fail(std::move(failure->reason), std::move(failure->message));
    }
    return;
  }
  root_->start(scheduler_, [](void* run) { static_cast<Run*>(run)->ended_body(); }, this);
}

void Run::ended_body() {
  if (failure_) return;
  if (auto failure = completion_.body_ended(*root_)) {
    fail(std::move(failure->reason), std::move(failure->message));
  }
  scheduler_.stop();
}

ActivityMachine* Run::schedule(std::string_view name, std::string_view version,
                               std::optional<Payload> input, const ActivityOptions& options,
                               const std::source_location& where) {
  if (closing_down_) throw ReplayAborted{};
  return activities_.schedule(name, version, std::move(input), options, where);
}

TimerMachine* Run::sleep(Duration duration, const std::source_location& where) {
  if (closing_down_) throw ReplayAborted{};
  return timers_.start(duration, where);
}

ChildMachine* Run::start_child(std::string_view name, std::string_view version,
                               std::optional<Payload> input, const ChildOptions& options,
                               const std::source_location& where) {
  if (closing_down_) throw ReplayAborted{};
  return children_.start(name, version, std::move(input), options, where);
}

Deliveries& Run::deliveries() {
  if (closing_down_) throw ReplayAborted{};
  return deliveries_;
}

Functions& Run::functions() {
  if (closing_down_) throw ReplayAborted{};
  return functions_;
}

SearchAttributes& Run::search_attributes() {
  if (closing_down_) throw ReplayAborted{};
  return search_attributes_;
}

ContinueAsNew Run::continue_as_new(std::string_view name, std::string_view version,
                                   std::optional<Payload> input, const ContinueOptions& options,
                                   const std::source_location& where) const {
  if (name != type_.name) {
    throw std::logic_error("continue_as_new() at " + to_string(where) + ": a " + type_.name +
                           " cannot continue as a " + std::string(name));
  }
  auto facts = std::make_shared<ContinueAsNew::Facts>();
  facts->where = where;
  if (input) to_wire(*std::move(input), facts->attributes.mutable_input());
  facts->attributes.set_workflow_type_version(std::string(version));
  set_options(options, &facts->attributes);
  return ContinueAsNew(std::move(facts));
}

void Run::cancel(ActivityMachine* activity, const std::source_location& where) {
  if (!closing_down_) activities_.cancel(activity, where);
}
void Run::cancel(TimerMachine* timer, const std::source_location& where) {
  if (!closing_down_) timers_.cancel(timer, where);
}
void Run::cancel(CancelScope* scope, const std::source_location& where) {
  if (!closing_down_) cancel_scopes_.cancel(scope, &where);
}
void Run::release(ActivityMachine* activity) { activities_.release(activity); }
void Run::release(TimerMachine* timer) { timers_.release(timer); }

void Run::record_marker(std::string_view name, std::optional<Payload> details,
                        const std::source_location& where) {
  if (!closing_down_) markers_.record(name, std::move(details), replaying_, where);
}

std::optional<std::optional<Payload>> Run::recorded_side_effect(std::string_view name,
                                                                const std::source_location& where) {
  if (closing_down_) throw ReplayAborted{};
  if (!replaying_) return std::nullopt;
  std::string error;
  auto value = markers_.next_value(name, &error);
  if (!value) {
    abort("NONDETERMINISM", error + ", the code called side_effect(\"" + std::string(name) +
                                "\") at " + to_string(where));
  }
  return value;
}

int Run::version(std::string_view change, int oldest, int newest,
                 const std::source_location& where) {
  if (closing_down_) throw ReplayAborted{};
  std::string error;
  const auto version = versions_.reach(change, oldest, newest, replaying_, where, &error);
  if (!version) abort("UNSUPPORTED_VERSION", std::move(error));
  return *version;
}

Group* Run::make_group(CancelScope* scope, bool any, const Handle* members, size_t count) {
  if (any && count == 0) throw std::logic_error("any() of nothing would wait for ever");
  if (free_groups_.empty()) {
    groups_.push_back(std::make_unique<Group>());
    free_groups_.push_back(groups_.back().get());
  }
  Group* const group = free_groups_.back();
  free_groups_.pop_back();
  group->begin(any, members, count);
  group->set_scope(scope);
  if (scope != nullptr) scope->add(group);
  return group;
}

void Run::release_group(Group* group) {
  if (group->scope() != nullptr) group->scope()->remove(group);
  group->end();
  free_groups_.push_back(group);
}

// SplitMix64.
uint64_t Run::random() {
  uint64_t z = (random_state_ += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

}  // namespace baton::detail
