// What baton::Workflow and the handles ask of a run: the seam between public templates and replay.
#include "replay/run.h"

namespace baton {
namespace detail {
namespace {

const ActivityMachine* activity_of(const Waitable* waitable) {
  return static_cast<const ActivityMachine*>(waitable);
}
const TimerMachine* timer_of(const Waitable* waitable) {
  return static_cast<const TimerMachine*>(waitable);
}

const ChildMachine* child_of(const Waitable* waitable) {
  return static_cast<const ChildMachine*>(waitable);
}
const FunctionMachine* function_of(const Waitable* waitable) {
  return static_cast<const FunctionMachine*>(waitable);
}
const DeliveryMachine* delivery_of(const Waitable* waitable) {
  return static_cast<const DeliveryMachine*>(waitable);
}

}  // namespace

bool ActivityKind::failed(const Waitable* activity) { return activity_of(activity)->failed(); }
const Payload* ActivityKind::result(const Waitable* activity) {
  return activity_of(activity)->result();
}
ActivityFailed ActivityKind::failure(const Waitable* activity) {
  return activity_of(activity)->failure();
}
void ActivityKind::throw_failure(const Waitable* activity) {
  const ActivityFailed failed = failure(activity);
  if (failed.kind() == ActivityFailure::kCanceled && activity->scope_canceled()) {
    throw Canceled(failed.details());
  }
  throw failed;
}
void ActivityKind::release(Run* run, Waitable* activity) {
  run->release(static_cast<ActivityMachine*>(activity));
}

bool DeliveryKind::failed(const Waitable* delivery) { return delivery_of(delivery)->failed(); }
DeliveryFailed DeliveryKind::failure(const Waitable* delivery) {
  return delivery_of(delivery)->failure();
}

bool FunctionKind::failed(const Waitable* call) { return function_of(call)->failed(); }
const Payload* FunctionKind::result(const Waitable* call) { return function_of(call)->result(); }
FunctionFailed FunctionKind::failure(const Waitable* call) { return function_of(call)->failure(); }

bool ChildKind::failed(const Waitable* child) { return child_of(child)->failed(); }
const Payload* ChildKind::result(const Waitable* child) { return child_of(child)->result(); }
ChildFailed ChildKind::failure(const Waitable* child) { return child_of(child)->failure(); }
void ChildKind::throw_failure(const Waitable* child) {
  const ChildFailed failed = failure(child);
  if (failed.kind() == ChildFailure::kCanceled && child->scope_canceled()) {
    throw Canceled(failed.details());
  }
  throw failed;
}
const Execution& child_execution(const Waitable* child) { return child_of(child)->execution(); }
Waitable* child_start(Waitable* child) { return static_cast<ChildMachine*>(child)->start(); }
const Execution& started_child(const Waitable* start) {
  const ChildMachine& child = static_cast<const ChildMachine::Start*>(start)->child();
  if (child.refused()) throw child.failure();
  return child.execution();
}

bool fired(const Waitable* timer) { return timer_of(timer)->fired(); }
void throw_timer_failure(const Waitable* timer) {
  if (timer_of(timer)->canceled() && timer->scope_canceled()) throw Canceled();
  throw TimerFailed(timer_of(timer)->failure());
}

CancelScope* make_scope(Run* run, CancelScope* parent, const std::source_location& where) {
  run->refuse_in_query("cancel_scope()", where);
  return run->cancel_scopes().make(parent, where);
}
CancelScope* shield(Run* run) { return run->cancel_scopes().shield(); }
void cancel_scope(Run* run, CancelScope* scope, const std::source_location& where) {
  run->refuse_in_query("cancel()", where);
  run->cancel(scope, where);
}
bool is_canceled(const CancelScope* scope) { return scope != nullptr && scope->canceled(); }
void check_scope(const CancelScope* scope) {
  if (is_canceled(scope)) throw Canceled();
}
void join_scope(CancelScope* scope, Waitable* waitable, Member member) {
  if (scope != nullptr) scope->join(waitable, member);
}
void begin_wait(CancelScope* scope, ScopedWaiter* waiter) {
  if (scope != nullptr) scope->add(waiter);
}
void end_wait(CancelScope* scope, ScopedWaiter* waiter) {
  if (scope != nullptr) scope->remove(waiter);
}

void cancel_activity(Run* run, Waitable* activity, const std::source_location& where) {
  run->refuse_in_query("cancel()", where);
  run->cancel(static_cast<ActivityMachine*>(activity), where);
}
void cancel_timer(Run* run, Waitable* timer, const std::source_location& where) {
  run->refuse_in_query("cancel()", where);
  run->cancel(static_cast<TimerMachine*>(timer), where);
}
void release_timer(Run* run, Waitable* timer) { run->release(static_cast<TimerMachine*>(timer)); }

std::optional<Payload> pop(Waitable* channel, bool reserved) {
  return static_cast<SignalChannel*>(channel)->pop(reserved);
}
const Headers& last_headers(const Waitable* channel) {
  return static_cast<const MessageChannel*>(channel)->last_headers();
}

std::shared_ptr<UpdateMachine> pop_update(Waitable* channel, bool reserved) {
  return static_cast<UpdateChannel*>(channel)->pop(reserved);
}
const std::string& update_id(const UpdateMachine& update) { return update.id(); }
const std::optional<Payload>& update_input(const UpdateMachine& update) { return update.input(); }
bool is_answered(const UpdateMachine& update) { return update.answered(); }
void answer_update(UpdateMachine& update, Reply reply, const std::source_location& where) {
  Run& run = update.run();
  run.refuse_in_query("an answer to an update", where);
  if (!run.closing_down()) run.updates().answer(update, std::move(reply), where);
}

Group* make_group(Run* run, CancelScope* scope, bool any, const Handle* members, size_t count) {
  run->refuse_in_query(any ? "any()" : "all()", {});
  return run->make_group(scope, any, members, count);
}
void release_group(Run* run, Group* group) { run->release_group(group); }

Waitable* schedule(Run* run, std::string_view name, std::string_view version,
                   std::optional<Payload> input, const ActivityOptions& options,
                   const Where& where) {
  run->refuse_in_query("schedule()", where);
  return run->schedule(name, version, std::move(input), options, where);
}
Waitable* sleep(Run* run, Duration duration, const Where& where) {
  run->refuse_in_query("sleep()", where);
  return run->sleep(duration, where);
}
Waitable* start_child(Run* run, std::string_view name, std::string_view version,
                      std::optional<Payload> input, const ChildOptions& options,
                      const Where& where) {
  run->refuse_in_query("start_child()", where);
  return run->start_child(name, version, std::move(input), options, where);
}
Waitable* signal(Run* run, const Target& target, std::string_view signal,
                 std::optional<Payload> input, const Where& where) {
  run->refuse_in_query("signal()", where);
  Deliveries& deliveries = run->deliveries();
  return target.child != nullptr
             ? deliveries.signal(*child_of(target.child), signal, std::move(input), where)
             : deliveries.signal(*target.execution, signal, std::move(input), where);
}
Waitable* request_cancel(Run* run, const Target& target, const Where& where) {
  run->refuse_in_query("request_cancel()", where);
  Deliveries& deliveries = run->deliveries();
  return target.child != nullptr ? deliveries.request_cancel(*child_of(target.child), where)
                                 : deliveries.request_cancel(*target.execution, where);
}
ContinueAsNew continue_as_new(const Run* run, std::string_view name, std::string_view version,
                              std::optional<Payload> input, const ContinueOptions& options,
                              const Where& where) {
  return run->continue_as_new(name, version, std::move(input), options, where);
}
Waitable* call_function(Run* run, std::string_view name, std::optional<Payload> input,
                        const FunctionOptions& options, const Where& where) {
  run->refuse_in_query("call_function()", where);
  return run->functions().call(name, std::move(input), options, where);
}
Waitable* channel(Run* run, std::string_view signal) { return run->channel(signal); }
Waitable* update_channel(Run* run, std::string_view update, ArgumentCheck check,
                         const Where& where) {
  run->refuse_in_query("receive()", where);
  if (run->closing_down()) throw ReplayAborted{};
  return run->updates().receive(update, check, where);
}
std::shared_ptr<void> add_query_handler(Run* run, std::string_view query, QueryHandler handler) {
  run->refuse_in_query("answer()", {});
  return run->query_handlers().add(query, std::move(handler));
}
Waitable* cancellation(Run* run) { return run->cancel_request(); }

void record_marker(Run* run, std::string_view name, std::optional<Payload> details,
                   const Where& where) {
  run->refuse_in_query("record_marker()", where);
  run->record_marker(name, std::move(details), where);
}
std::optional<std::optional<Payload>> recorded_side_effect(Run* run, std::string_view name,
                                                           const Where& where) {
  run->refuse_in_query("side_effect()", where);
  return run->recorded_side_effect(name, where);
}
void fail_side_effect(Run* run, std::string_view name, const char* what, const Where& where) {
  run->abort("SIDE_EFFECT_FAILED", "side_effect(\"" + std::string(name) + "\") at " +
                                       to_string(where) + " threw: " + what);
}

Scheduler& scheduler(Run* run) {
  run->refuse_in_query("spawn()", {});
  return run->scheduler();
}
void own(Run* run, std::shared_ptr<void> state) { run->own(std::move(state)); }

}  // namespace detail

TimePoint Workflow::now() const { return run_->now(); }

int Workflow::version(std::string_view change, int oldest, int newest, Where where) {
  run_->refuse_in_query("version()", where);
  return run_->version(change, oldest, newest, where);
}

void Workflow::set_search_attribute(std::string_view name, const SearchAttribute& value,
                                    Where where) {
  run_->refuse_in_query("set_search_attribute()", where);
  run_->search_attributes().set(name, value, where);
}

void Workflow::remove_search_attribute(std::string_view name, Where where) {
  run_->refuse_in_query("remove_search_attribute()", where);
  run_->search_attributes().remove(name, where);
}

uint64_t Workflow::random() {
  run_->refuse_in_query("random()", {});
  return run_->random();
}

// A version 4 UUID.
std::string Workflow::uuid() {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  uint64_t bits = random();
  int left = 16;
  for (char& c : text) {
    if (c != 'x' && c != 'y') continue;
    if (left-- == 0) {
      bits = run_->random();
      left = 15;
    }
    c = kDigits[c == 'y' ? 8 + (bits & 3) : bits & 15];
    bits >>= 4;
  }
  return text;
}

void Workflow::set_execution_context(std::string text) {
  run_->refuse_in_query("set_execution_context()", {});
  run_->set_execution_context(std::move(text));
}

void Workflow::log(std::string_view message, LogLevel level) const {
  if (run_->replaying()) return;
  const AllowNondeterminism for_time_stamps;
  baton::log(level,
             run_->type().name + " " + run_->execution().workflow_id + ": " + std::string(message));
}

bool Workflow::replaying() const { return run_->replaying(); }
const std::string& Workflow::workflow_id() const { return run_->execution().workflow_id; }
const std::string& Workflow::run_id() const { return run_->execution().run_id; }
const TypeName& Workflow::type() const { return run_->type(); }
const Headers& Workflow::headers() const { return run_->headers(); }
std::optional<Payload> Workflow::header(const std::string& key) const {
  const auto found = run_->headers().find(key);
  if (found == run_->headers().end()) return std::nullopt;
  return found->second;
}

}  // namespace baton
