// The random driver's callers: who starts, signals, cancels and terminates executions, and who looks at them.
#include <google/protobuf/util/message_differencer.h>

#include <utility>

#include "coordinator/core/decide.h"
#include "coordinator/core/describe.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "gtest/gtest.h"
#include "tests/random/random_driver.h"

namespace baton::testing {
namespace {

core::Caller caller() { return {"caller", "somewhere"}; }

std::vector<int64_t> decisions_of(const Witness::Run& run) {
  std::vector<int64_t> decisions;
  int64_t event_id = 0;
  for (const journal::v1::Event* event : run.stored.events()) {
    ++event_id;
    if (event->has_decision_task_completed()) decisions.push_back(event_id);
  }
  return decisions;
}

// It is a decision, and nothing was asked of other executions that was not answered before it.
bool may_be_reset_to(const Witness::Run& run, int64_t event_id) {
  core::ExecutionState state;
  for (const journal::v1::Record& record : run.stored.records) {
    if (record.has_event() && state.last_event_id + 1 == event_id) {
      return record.event().has_decision_task_completed() && state.children.empty() && state.external_requests.empty();
    }
    EXPECT_TRUE(core::apply(state, record).ok());
  }
  return false;
}

}  // namespace

void RandomDriver::start_something() {
  const std::string mark = fresh("start-");
  v1::StartWorkflowExecutionRequest request = start_request(some_workflow_id(), draws_.percent(85) ? fresh("request-") : "");
  request.mutable_input()->set_data(mark);
  request.mutable_task_start_to_close_timeout()->mutable_after()->set_seconds(static_cast<int64_t>(1 + draws_.below(6)));
  if (draws_.percent(20)) {
    request.mutable_execution_start_to_close_timeout()->mutable_after()->set_seconds(static_cast<int64_t>(5 + draws_.below(40)));
  }
  if (draws_.percent(30)) request.add_tag_list("tag");
  if (draws_.percent(15)) request.mutable_start_delay()->set_seconds(static_cast<int64_t>(1 + draws_.below(4)));
  if (draws_.percent(20)) (*request.mutable_search_attributes())["other"].set_text("value");
  Sent& sent = ledger_.add({.mark = mark, .workflow_id = request.workflow_id(), .repeatable = !request.request_id().empty()});
  sent.since = witness_->commits();
  sent.send = [this, &sent, request](size_t at, engine::PollerId) {
    engine(at).start_execution(caller(), request, [this, &sent](absl::StatusOr<core::RunId> run) { ledger_.reply(sent, std::move(run)); });
  };
  sent.judge = [this, &sent](const absl::StatusOr<core::RunId>& run) {
    if (run.ok()) {
      EXPECT_EQ(*run, sent.found_run) << sent.mark << " was told another run";
    } else if (core::fault_of(run.status()) == v1::WORKFLOW_EXECUTION_ALREADY_STARTED) {
      EXPECT_TRUE(witness_->was_open(sent.workflow_id, sent.since)) << sent.mark << " was refused, and no run was open";
    } else {
      judge_refusal(sent, run.status());
    }
  };
  ledger_.send(sent, some_side());
}

// Of a call on an execution: refused only if that was closed, or there was none, at some moment since it was sent.
void RandomDriver::judge_refusal(const Sent& sent, const absl::Status& why) {
  if (absl::IsUnavailable(why) || absl::IsInternal(why)) return;
  EXPECT_EQ(core::fault_of(why), v1::UNKNOWN_RESOURCE) << sent.mark << " was refused: " << why;
  const Witness::Run* open = sent.run.empty() ? witness_->open_run(sent.workflow_id) : witness_->find(sent.run);
  const bool was_open_all_the_time = open != nullptr && open->state.open() && open->opened_at <= sent.since;
  EXPECT_FALSE(was_open_all_the_time) << sent.mark << " was refused, and its run was open: " << why;
}

template <class Request>
Sent& RandomDriver::send_call(Request request, std::string mark, void (engine::Engine::*call)(core::Caller, Request, engine::DoneEmpty)) {
  request.set_domain(kDomain);
  if (request.workflow_id().empty()) request.set_workflow_id(some_workflow_id());
  if (draws_.percent(85)) request.set_request_id(fresh("request-"));
  Sent& sent = ledger_.add({.mark = std::move(mark), .workflow_id = request.workflow_id(), .repeatable = !request.request_id().empty()});
  if (const auto run = core::RunId::from_text(request.run_id())) sent.run = *run;
  sent.since = witness_->commits();
  sent.send = [this, &sent, request, call](size_t at, engine::PollerId) {
    (engine(at).*call)(caller(), request, [this, &sent](const absl::Status& outcome) {
      ledger_.reply(sent, outcome.ok() ? Ledger::Outcome(core::RunId{}) : Ledger::Outcome(outcome));
    });
  };
  sent.judge = [this, &sent](const absl::StatusOr<core::RunId>& outcome) {
    if (!outcome.ok()) judge_refusal(sent, outcome.status());
  };
  ledger_.send(sent, some_side());
  return sent;
}

void RandomDriver::signal(const std::string& workflow_id, bool by_run_id) {
  v1::SignalWorkflowExecutionRequest request;
  request.set_workflow_id(workflow_id);
  request.set_signal_name(fresh("signal-"));
  if (by_run_id && !witness_->in_order().empty()) {
    const Witness::Run& run = some_run();
    request.set_workflow_id(run.workflow_id());
    request.set_run_id(run.key().run_id.to_text());
  }
  const std::string mark = request.signal_name();
  send_call(std::move(request), mark, &engine::Engine::signal_execution);
}

void RandomDriver::signal_something() { signal(some_workflow_id(), draws_.percent(20)); }

// It waits for no answer, but is told one that was given already. A run that closed without one has it all the same.
void RandomDriver::update_something() {
  v1::UpdateWorkflowExecutionRequest request;
  request.set_domain(kDomain);
  request.set_workflow_id(some_workflow_id());
  request.set_update_name(fresh("update-"));
  request.set_request_id(request.update_name());
  Sent& sent = ledger_.add({.mark = request.update_name(), .workflow_id = request.workflow_id()});
  sent.since = witness_->commits();
  sent.send = [this, &sent, request](size_t at, engine::PollerId) {
    engine(at).update_execution(caller(), request, 0, [this, &sent](const absl::StatusOr<v1::UpdateWorkflowExecutionResponse>& response) {
      if (core::fault_of(response.status()) == v1::UPDATE_UNANSWERED) return ledger_.reply(sent, core::RunId{});
      if (!response.ok()) return ledger_.reply(sent, response.status());
      if (response->has_reply()) {
        const std::lock_guard lock(update_replies_mutex_);
        update_replies_[sent.mark] = response->reply().ShortDebugString();
      }
      ledger_.reply(sent, *core::RunId::from_text(response->run_id()));
    });
  };
  sent.judge = [this, &sent](const absl::StatusOr<core::RunId>& outcome) { judge_update(sent, outcome); };
  ledger_.send(sent, some_side());
}

void RandomDriver::judge_update(const Sent& sent, const absl::StatusOr<core::RunId>& outcome) {
  if (!outcome.ok()) return judge_refusal(sent, outcome.status());
  const Witness::Run* run = witness_->find(sent.found_run);
  ASSERT_NE(run, nullptr) << sent.mark;
  std::string answered;
  for (const journal::v1::Event* event : run->stored.events()) {
    if (event->workflow_execution_update_answered().update_id() != sent.mark) continue;
    v1::Reply reply;
    core::to_api(event->workflow_execution_update_answered().reply(), &reply);
    answered = reply.ShortDebugString();
  }
  if (outcome->empty()) {
    EXPECT_FALSE(run->state.open()) << sent.mark << " was told that its run has closed";
    EXPECT_EQ(answered, "") << sent.mark << " was told that nobody answered it";
    return;
  }
  EXPECT_EQ(*outcome, sent.found_run) << sent.mark << " was told another run";
  const std::lock_guard lock(update_replies_mutex_);
  const auto told = update_replies_.find(sent.mark);
  if (told != update_replies_.end()) {
    EXPECT_EQ(told->second, answered) << sent.mark << " was told another answer";
  }
}

void RandomDriver::request_cancel_of_something() {
  Sent& sent = send_call(v1::RequestCancelWorkflowExecutionRequest(), "", &engine::Engine::request_cancel_execution);
  cancels_[sent.workflow_id].push_back(&sent);
  sent.judge = [this, &sent](const absl::StatusOr<core::RunId>& outcome) {
    if (!outcome.ok()) judge_refusal(sent, outcome.status());
    check_cancel_requests(sent.workflow_id);
  };
}

void RandomDriver::terminate_something() {
  v1::TerminateWorkflowExecutionRequest request;
  request.set_reason(fresh("terminate-"));
  const std::string mark = request.reason();
  send_call(std::move(request), mark, &engine::Engine::terminate_execution);
}

// Refused, too, when it is paused already, or is not.
template <class Request>
void RandomDriver::pause_or_resume(Request request, const char* what, const std::string& workflow_id,
                                   void (engine::Engine::*call)(core::Caller, Request, engine::DoneEmpty)) {
  request.set_reason(fresh(what));
  request.set_workflow_id(workflow_id);
  const std::string mark = request.reason();
  Sent& sent = send_call(std::move(request), mark, call);
  sent.judge = [this, &sent](const absl::StatusOr<core::RunId>& outcome) {
    const v1::Fault fault = core::fault_of(outcome.status());
    if (!outcome.ok() && fault != v1::EXECUTION_PAUSED && fault != v1::EXECUTION_NOT_PAUSED) judge_refusal(sent, outcome.status());
  };
}

void RandomDriver::pause_execution() {
  pause_or_resume(v1::PauseWorkflowExecutionRequest(), "pause-", some_workflow_id(), &engine::Engine::pause_execution);
}

void RandomDriver::resume_execution(const std::string& workflow_id) {
  pause_or_resume(v1::ResumeWorkflowExecutionRequest(), "resume-", workflow_id, &engine::Engine::resume_execution);
}

// Mostly to a decision of the run, and mostly of the one that is open.
void RandomDriver::reset_something() {
  if (witness_->in_order().empty()) return start_something();
  const Witness::Run* open = witness_->open_run(some_workflow_id());
  const Witness::Run& base = open != nullptr && draws_.percent(70) ? *open : some_run();
  const std::vector<int64_t> decisions = decisions_of(base);
  const int64_t event_id = decisions.empty() || draws_.percent(10) ? static_cast<int64_t>(draws_.below(30)) : decisions[draws_.below(decisions.size())];
  v1::ResetWorkflowExecutionRequest request;
  request.set_domain(kDomain);
  request.set_workflow_id(base.workflow_id());
  request.set_run_id(base.key().run_id.to_text());
  request.set_decision_task_completed_event_id(event_id);
  request.set_reason(fresh("reset-"));
  if (draws_.percent(85)) request.set_request_id(fresh("request-"));
  Sent& sent = ledger_.add({.mark = request.reason(), .workflow_id = base.workflow_id(), .repeatable = !request.request_id().empty()});
  sent.since = witness_->commits();
  sent.send = [this, &sent, request](size_t at, engine::PollerId) {
    engine(at).reset_execution(caller(), request, [this, &sent](absl::StatusOr<core::RunId> run) { ledger_.reply(sent, std::move(run)); });
    sides_[at].host->flush();
  };
  sent.judge = [this, &sent, &base, event_id, was_there = event_id <= base.state.last_event_id](const absl::StatusOr<core::RunId>& outcome) {
    const bool may_be_invalid = !was_there || !may_be_reset_to(base, event_id);
    judge_reset(sent, may_be_invalid, outcome);
  };
  ledger_.send(sent, some_side());
}

void RandomDriver::judge_reset(const Sent& sent, bool may_be_invalid, const absl::StatusOr<core::RunId>& outcome) {
  if (outcome.ok()) {
    EXPECT_EQ(*outcome, sent.found_run) << sent.mark << " was told another run";
    return;
  }
  if (absl::IsUnavailable(outcome.status()) || absl::IsInternal(outcome.status())) return;
  switch (core::fault_of(outcome.status())) {
    case v1::WORKFLOW_EXECUTION_ALREADY_STARTED:
      EXPECT_TRUE(witness_->was_open(sent.workflow_id, sent.since)) << sent.mark << " was refused, and no run was open";
      return;
    case v1::VALIDATION:
      EXPECT_TRUE(may_be_invalid) << sent.mark << ": " << outcome.status();
      return;
    default:
      ADD_FAILURE() << sent.mark << ": " << outcome.status();
  }
}

void RandomDriver::send_again() {
  const std::vector<Sent*> doubtful = ledger_.in_doubt();
  if (doubtful.empty()) return start_something();
  Sent& sent = *doubtful[draws_.below(doubtful.size())];
  // Sometimes twice at once.
  for (uint64_t copies = draws_.percent(20) ? 2 : 1; copies > 0; --copies) ledger_.send(sent, some_side());
}

void RandomDriver::look_at_something() {
  if (witness_->in_order().empty() || anything_held()) return;
  const Witness::Run& run = some_run();
  Side& side = sides_[some_side()];
  read_history(run, side);
  describe(run, side);
}

// A history, as far as it is shown, is what the journal says.
void RandomDriver::read_history(const Witness::Run& run, Side& side) {
  engine::Engine::HistoryRead read;
  read.execution.set_workflow_id(run.workflow_id());
  read.execution.set_run_id(run.key().run_id.to_text());
  read.reverse = draws_.percent(20);
  if (draws_.percent(30)) read.limit = static_cast<int32_t>(1 + draws_.below(10));
  const auto page = side.coordinator->history(read);
  if (!page.ok()) {
    EXPECT_TRUE(absl::IsUnavailable(page.status())) << page.status();
    return;
  }
  int64_t event_id = read.reverse ? static_cast<int64_t>(run.events.size()) : 1;
  for (const v1::HistoryEvent& event : page->events) {
    ASSERT_LE(event_id, static_cast<int64_t>(run.events.size()));
    EXPECT_TRUE(bytes_of(event) == run.events[static_cast<size_t>(event_id) - 1]) << event.ShortDebugString();
    event_id += read.reverse ? -1 : 1;
  }
  const int64_t after_last = read.reverse ? 0 : static_cast<int64_t>(run.events.size()) + 1;
  EXPECT_EQ(page->next_event_id, event_id == after_last ? 0 : event_id);
}

// And so is a description.
void RandomDriver::describe(const Witness::Run& run, Side& side) {
  v1::DescribeWorkflowExecutionRequest request;
  request.set_domain(kDomain);
  request.mutable_execution()->set_workflow_id(run.workflow_id());
  request.mutable_execution()->set_run_id(run.key().run_id.to_text());
  absl::StatusOr<v1::DescribeWorkflowExecutionResponse> shown = absl::InternalError("no reply");
  side.coordinator->engine().describe_execution(caller(), request, [&](auto reply) { shown = std::move(reply); });
  side.host->flush();
  side.host->settle();
  if (!shown.ok()) {
    EXPECT_TRUE(absl::IsUnavailable(shown.status())) << shown.status();
    return;
  }
  const auto expected = core::describe(run.state);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*shown, expected))
      << run.stored.name() << " is live\n" << shown->DebugString() << "and in its journal\n" << expected.DebugString();
}

}  // namespace baton::testing
