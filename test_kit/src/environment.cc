#include "environment.h"

#include "baton/log.h"
#include "coordinator/core/fault.h"
#include "coordinator/engine/offered_task.h"
#include "start_request.h"
#include "wire.h"

namespace baton::testing::detail {
namespace {

constexpr int64_t kStartMs = 1'767'225'600'000;  // 2026-01-01T00:00:00Z
constexpr int kMostSteps = 1'000'000;
constexpr size_t kCachedRuns = 10'000;
// A longer history is decided from its start at every hundredth of its decisions only.
constexpr int kAlwaysCheckedEvents = 1'000;

core::Caller caller() { return {"test", ""}; }

// As a call over the wire would have failed.
[[noreturn]] void throw_error(const absl::Status& status) {
  throw Error(static_cast<Code>(status.code()), v1::Fault_Name(core::fault_of(status)), std::string(status.message()))
      .about(core::subject_of(status), "");
}

std::string token_text(const SimulatedCoordinator::Waiting& waiting, int32_t attempt) {
  return waiting.run.to_text() + "/" + std::to_string(waiting.scheduled_event_id) + "/" + std::to_string(attempt);
}

v1::StartWorkflowExecutionRequest to_request(const StartRequest& start) {
  v1::StartWorkflowExecutionRequest request;
  request.set_domain(kDomain);
  to_wire(start, &request);
  return request;
}

}  // namespace

Environment::Environment() {
  coordinator_.now_ms = kStartMs;
  crash();
}

void Environment::miss(const std::string& what) const { throw std::runtime_error("the test environment has no " + what); }

void Environment::add(const TypeName& type, sdk::Workflows::Function function) {
  types_.add_workflow(type);
  workflows_.add(type, std::move(function));
}

void Environment::add(const TypeName& activity, Handler handler, const Conduct& conduct) {
  types_.add_activity(activity, conduct.type);
  handlers_[activity] = std::move(handler);
  conducts_[activity] = conduct;
}

int Environment::attempts(const TypeName& activity) const {
  const auto found = attempts_.find(activity);
  return found == attempts_.end() ? 0 : found->second;
}

Execution Environment::start(const StartRequest& request) {
  if (workflows_.find(request.type) == nullptr) miss("code for workflow type " + request.type.name + " " + request.type.version + ": give it with on()");
  const auto run_id = coordinator_.start(to_request(request));
  if (!run_id.ok()) throw_error(run_id.status());
  return {request.workflow_id, run_id->to_text()};
}

const SimulatedCoordinator::Run& Environment::find(const Execution& execution) const {
  const auto* run = coordinator_.find(execution.workflow_id, execution.run_id);
  if (run != nullptr) return *run;
  throw Error(Code::kNotFound, "UNKNOWN_RESOURCE", "there is no execution " + execution.workflow_id + " " + execution.run_id);
}

template <class Command, class Request>
core::Reply Environment::tell(const Execution& execution, Request request) {
  request.set_domain(kDomain);
  request.set_workflow_id(execution.workflow_id);
  request.set_run_id(execution.run_id);
  const auto reply = coordinator_.on_execution(execution.workflow_id, execution.run_id, {caller(), Command{std::move(request)}});
  if (!reply.ok()) throw_error(reply.status());
  return *reply;
}
template core::Reply Environment::tell<core::SignalWorkflowExecution>(const Execution&, v1::SignalWorkflowExecutionRequest);
template core::Reply Environment::tell<core::UpdateWorkflowExecution>(const Execution&, v1::UpdateWorkflowExecutionRequest);
template core::Reply Environment::tell<core::RequestCancelWorkflowExecution>(const Execution&, v1::RequestCancelWorkflowExecutionRequest);
template core::Reply Environment::tell<core::TerminateWorkflowExecution>(const Execution&, v1::TerminateWorkflowExecutionRequest);

// --- time ---

void Environment::after(Duration delay, std::function<void()> action) {
  agenda_.emplace(coordinator_.now_ms + delay.count(), std::move(action));
}

std::optional<int64_t> Environment::next_ms(bool with_execution_timeouts) const {
  std::optional<int64_t> next = coordinator_.next_deadline_ms(with_execution_timeouts);
  if (!agenda_.empty()) next = std::min(next.value_or(INT64_MAX), agenda_.begin()->first);
  return next;
}

void Environment::run(std::optional<int64_t> until_ms) {
  for (int steps = 0; steps < kMostSteps; ++steps) {
    if (step()) continue;
    const auto next = next_ms(until_ms.has_value());
    if (!next || (until_ms && *next > *until_ms)) {
      if (until_ms) coordinator_.now_ms = *until_ms;
      return;
    }
    pass_time(*next);
  }
  throw std::runtime_error("no end after " + std::to_string(kMostSteps) + " steps: take run_for() for executions that go on for ever");
}

// What there is to do at this moment. False: nothing.
bool Environment::step() {
  if (coordinator_.deliver_message()) return true;
  if (const auto task = coordinator_.next_task()) {
    task->kind == core::TaskKind::kDecision ? decide(*task) : begin(*task);
    return true;
  }
  return false;
}

void Environment::pass_time(int64_t to_ms) {
  coordinator_.now_ms = std::max(coordinator_.now_ms, to_ms);
  if (!agenda_.empty() && agenda_.begin()->first <= coordinator_.now_ms) {
    const auto action = std::move(agenda_.begin()->second);
    agenda_.erase(agenda_.begin());
    return action();
  }
  coordinator_.fire_deadlines(heartbeats());
}

// --- deciding ---

bool Environment::has_fault(Fault fault) const { return faults_.contains({decisions_, fault}); }

// Whoever decides next knows nothing.
void Environment::crash() {
  ++decider_;
  deciding_ = std::make_unique<sdk::Deciding>(workflows_, read_history(), kCachedRuns);
}

sdk::ReadHistory Environment::read_history() const {
  return [this](const Execution& execution, int64_t last_event_id, const sdk::OnPage& on_page, std::string*) {
    auto page = std::make_shared<sdk::HistoryPage>(find(execution).events);
    page->DeleteSubrange(static_cast<int>(last_event_id), page->size() - static_cast<int>(last_event_id));
    on_page(std::move(page));
    return true;
  };
}

std::optional<engine::OfferedTask> Environment::offer(const SimulatedCoordinator::Waiting& waiting) {
  core::OfferTask offer{waiting.scheduled_event_id, "test", "decider-" + std::to_string(decider_), true};
  const auto reply = coordinator_.on_run(waiting.run, {caller(), std::move(offer)});
  const auto* made = reply.ok() ? std::get_if<core::OfferReply>(&*reply) : nullptr;
  if (made == nullptr) return std::nullopt;  // its history is full
  auto arena = std::make_shared<google::protobuf::Arena>();
  const engine::CachedRun& run = coordinator_.run(waiting.run).known;
  return waiting.kind == core::TaskKind::kDecision ? engine::offered_decision(run, *made, 0, std::move(arena))
                                                   : engine::offered_activity(run, *made, 0, std::move(arena));
}

// All of it, or what is new to a decider that keeps the run.
void Environment::add_history(const SimulatedCoordinator::Run& run, bool from_start, v1::DecisionTask* task) const {
  const auto& answer = run.state().last_answer;
  const bool keeps_it = answer && answer->run_cached && !answer->abandoned && answer->instance_id == "decider-" + std::to_string(decider_);
  int64_t known = 0;
  if (keeps_it && !from_start) {
    known = answer->started_event_id;
    task->mutable_delta_base()->set_started_event_id(known);
    task->mutable_delta_base()->set_delivery(answer->delivery);
  }
  for (int64_t id = known + 1; id <= task->started_event_id(); ++id) *task->add_events() = run.events.Get(static_cast<int>(id) - 1);
}

void Environment::decide(const SimulatedCoordinator::Waiting& waiting) {
  ++decisions_;
  if (has_fault(Fault::kDeciderCrash)) crash();
  const auto offered = offer(waiting);
  if (!offered) return;
  const SimulatedCoordinator::Run& run = coordinator_.run(waiting.run);
  v1::DecisionTask& task = *std::get<v1::DecisionTask*>(offered->task);
  task.set_task_token(token_text(waiting, 1));
  add_history(run, false, &task);
  v1::DecisionTaskAnswer answer;
  deciding_->decide({&task, offered->arena}, &answer);
  if (answer.has_failed()) throw DecisionFailed(answer.failed().reason(), answer.failed().details().data());
  const bool checked = run.events.size() <= kAlwaysCheckedEvents || decisions_ % 100 == 0;
  if (task.has_delta_base() && checked) check_from_start(run, task, answer.completed());
  if (has_fault(Fault::kAnswerLost)) return crash();
  const core::TaskRef ref = engine::task_ref(offered->token);
  respond(waiting, ref, answer.completed());
  if (has_fault(Fault::kReplyLost)) respond(waiting, ref, answer.completed());
}

void Environment::check_from_start(const SimulatedCoordinator::Run& run, v1::DecisionTask task,
                                   const v1::RespondDecisionTaskCompletedRequest& answer) const {
  task.clear_delta_base();
  task.clear_events();
  add_history(run, true, &task);
  sdk::Deciding afresh(workflows_, read_history(), kCachedRuns);
  v1::DecisionTaskAnswer again;
  afresh.decide({&task, nullptr}, &again);
  if (again.has_failed()) throw DecisionFailed(again.failed().reason(), again.failed().details().data());
  if (again.completed().SerializeAsString() == answer.SerializeAsString()) return;
  throw DecisionFailed("NONDETERMINISM", "after event " + std::to_string(task.started_event_id()) + " of " + run.known.workflow.workflow_id +
                                             " the code, run from the start, decides\n" + again.completed().DebugString() +
                                             "and a run that was kept decided\n" + answer.DebugString());
}

void Environment::respond(const SimulatedCoordinator::Waiting& waiting, const core::TaskRef& task,
                          const v1::RespondDecisionTaskCompletedRequest& answer) {
  core::RespondDecisionTaskCompleted respond{task, answer, "test", "decider-" + std::to_string(decider_), coordinator_.new_run_id()};
  const auto reply = coordinator_.on_run(waiting.run, {caller(), std::move(respond)});
  if (!reply.ok()) throw DecisionFailed("INVALID_DECISIONS", std::string(reply.status().message()));
}

// --- activities ---

void Environment::begin(const SimulatedCoordinator::Waiting& waiting) {
  const auto offered = offer(waiting);
  if (!offered) return;
  v1::ActivityTask& task = *std::get<v1::ActivityTask*>(offered->task);
  if (task.has_function()) miss("invoker for function " + task.function().name());
  const TypeName type{task.activity_type().name(), task.activity_type().version()};
  const auto conduct = conducts_.find(type);
  if (conduct == conducts_.end()) miss("handler for activity " + type.name + " " + type.version + ": give it with on_activity()");
  const int attempt = ++attempts_[type];
  Work work{waiting.run, engine::task_ref(offered->token), attempt <= conduct->second.lost_attempts, offered->arena, nullptr};
  task.set_task_token(token_text(waiting, work.task.attempt));
  work.state = std::make_unique<sdk::AttemptState>(&task, *this);
  works_.push_back(std::move(work));
  if (works_.back().lost) return;
  const auto place = std::prev(works_.end());
  if (conduct->second.takes == Duration::zero()) return finish(place);
  agenda_.emplace(coordinator_.now_ms + conduct->second.takes.count(), [this, place] { finish(place); });
}

bool Environment::is_open(const Work& work) const {
  const core::ActivityTask* open = coordinator_.run(work.run).state().activities.get(work.task.scheduled_event_id);
  return open != nullptr && open->attempt == work.task.attempt;
}

void Environment::finish(Works::iterator work) {
  if (is_open(*work)) {
    const core::ActivityTask& open = *coordinator_.run(work->run).state().activities.get(work->task.scheduled_event_id);
    if (open.cancel_requested_event_id != 0) work->state->request_cancel();
    const auto answer = sdk::perform(handlers_, *work->state);
    core::RespondActivityTask respond{work->task, *answer, "test"};
    const auto reply = coordinator_.on_run(work->run, {caller(), respond});
    if (!reply.ok()) {  // as the worker does it: what is not accepted fails the activity
      respond.answer = *sdk::failed_answer(work->state->token(), sdk::kAnswerRefused, std::string(reply.status().message()));
      (void)coordinator_.on_run(work->run, {caller(), respond});
    }
  }
  works_.erase(work);
}

void Environment::beat(const std::string& token, const Payload& details) {
  for (const Work& work : works_) {
    if (work.state->token() != token || !is_open(work)) continue;
    core::RecordActivityTaskHeartbeat heartbeat{work.task, {}, "test"};
    to_wire(details, heartbeat.heartbeat.mutable_details());
    const auto reply = coordinator_.on_run(work.run, {caller(), heartbeat});
    const auto* said = reply.ok() ? std::get_if<core::HeartbeatReply>(&*reply) : nullptr;
    if (said != nullptr && said->cancel_requested) work.state->request_cancel();
  }
}

// Workers that have not been lost say by themselves that they are alive.
std::map<core::RunId, std::vector<core::HeldHeartbeat>> Environment::heartbeats() const {
  std::map<core::RunId, std::vector<core::HeldHeartbeat>> heartbeats;
  for (const Work& work : works_) {
    if (work.lost) continue;
    core::HeldHeartbeat heartbeat;
    heartbeat.scheduled_event_id = work.task.scheduled_event_id;
    heartbeat.attempt = work.task.attempt;
    heartbeat.time_ms = coordinator_.now_ms;
    heartbeats[work.run].push_back(std::move(heartbeat));
  }
  return heartbeats;
}

}  // namespace baton::testing::detail
