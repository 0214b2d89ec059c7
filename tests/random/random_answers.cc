// The random driver's deciders and workers: what they answer, and whether they may be told what they are told.
#include <algorithm>
#include <utility>

#include "coordinator/core/fault.h"
#include "gtest/gtest.h"
#include "tests/random/random_driver.h"

namespace baton::testing {
namespace {

using v1::ActivityTaskAnswer;

core::Caller caller() { return {"client", "somewhere"}; }

const core::ActivityTask* activity_in_state(const Witness::Run& run, const TaskToken& token) {
  const core::ActivityTask* open = run.state.activities.get(token.scheduled_event_id());
  return open != nullptr && open->attempt == std::max(1, token.attempt()) ? open : nullptr;
}

const core::DecisionTask* decision_in_state(const Witness::Run& run, const TaskToken& token) {
  const auto& open = run.state.decision;
  const bool is_it = open && open->scheduled_event_id == token.scheduled_event_id() &&
                     open->started_event_id == token.started_event_id() && open->given_up_delivery < token.delivery();
  return is_it ? &*open : nullptr;
}

}  // namespace

// The attempt is closed, so that nothing more can be made of any delivery of it.
bool RandomDriver::is_over(const Task& task) const {
  const Witness::Run* run = witness_->find(std::get<core::RunId>(key_of(task.token)));
  if (run == nullptr || !run->state.open()) return true;
  return task.kind == core::TaskKind::kDecision ? decision_in_state(*run, task.token) == nullptr
                                                : activity_in_state(*run, task.token) == nullptr;
}

// Another delivery of the attempt counts.
bool RandomDriver::is_superseded(const Task& task) const {
  const Witness::Run* run = witness_->find(std::get<core::RunId>(key_of(task.token)));
  if (run == nullptr || is_over(task)) return false;
  const auto& acknowledged = task.kind == core::TaskKind::kDecision ? decision_in_state(*run, task.token)->acknowledged
                                                                    : activity_in_state(*run, task.token)->acknowledged;
  return acknowledged && acknowledged->delivery != task.token.delivery();
}

void RandomDriver::answer_something() {
  const core::TaskKind kind = draws_.percent(50) ? core::TaskKind::kDecision : core::TaskKind::kActivity;
  Client* client = some_client_with_tasks(kind);
  if (client == nullptr) return open_a_client();
  answer(client->tasks[draws_.below(client->tasks.size())], client);
}

// Of a task that was answered before, given back, or whose stream is gone.
void RandomDriver::answer_late() {
  if (!lost_tasks_.empty()) answer(lost_tasks_[draws_.below(lost_tasks_.size())], nullptr);
}

void RandomDriver::answer(TaskKey key, Client* client) {
  Task& task = task_of(key);
  if (client != nullptr && client->deaf) return;
  tell("  " + (client == nullptr ? "somebody" : client->identity) + " answers " + text_of(key));
  if (client != nullptr) drop(*client, key);
  if (task.kind == core::TaskKind::kDecision) {
    if (draws_.percent(15)) return give_up(task, client);
    DrawnDecisions drawn = draw_decisions(draws_);
    answer_updates(task, drawn);
    return answer_decision(task, client, drawn, draws_.percent(50));
  }
  constexpr std::array kOutcomes = {ActivityTaskAnswer::kCompleted, ActivityTaskAnswer::kCompleted, ActivityTaskAnswer::kFailed,
                                    ActivityTaskAnswer::kCanceled};
  answer_activity(task, client, draws_.one_of(kOutcomes));
}

// Some of those that wait.
void RandomDriver::answer_updates(const Task& task, DrawnDecisions& drawn) {
  const Witness::Run* run = witness_->find(std::get<core::RunId>(key_of(task.token)));
  if (run == nullptr) return;
  for (const auto& [update_id, update] : run->state.updates) {
    if (draws_.percent(40)) continue;
    v1::Decision decision;
    decision.mutable_answer_update()->set_update_id(update_id);
    decision.mutable_answer_update()->mutable_reply()->mutable_completed()->mutable_result()->set_data(fresh("reply-"));
    drawn.decisions.insert(drawn.decisions.begin(), decision);
  }
}

// Whoever answers a decision task again says the same, unless it was surely not applied.
void RandomDriver::answer_decision(Task& task, Client* client, const DrawnDecisions& drawn, bool all_or_nothing) {
  const size_t at = client != nullptr ? client->at : some_side();
  const engine::PollerId over = client != nullptr ? client->sink->id : 0;
  if (!task.answers.empty() && task.answers.back()->told != Told::kNo) return ledger_.send(*task.answers.back(), at, over);
  const TaskKey key = key_of(task.token);
  const std::string mark = fresh("answer-");
  v1::RespondDecisionTaskCompletedRequest request;
  for (const v1::Decision& decision : drawn.decisions) *request.add_decisions() = decision;
  request.set_execution_context(mark);
  request.set_all_or_nothing_close(all_or_nothing);
  request.set_run_cached(client != nullptr && !client->unary && draws_.percent(70));
  answers_[mark] = {
      .task = key, .decisions = drawn.decisions, .all_or_nothing = all_or_nothing, .closes = drawn.closes, .legal = drawn.legal};
  const core::RunId run_id = std::get<core::RunId>(key);
  Sent& sent = ledger_.add({.mark = mark, .workflow_id = witness_->find(run_id)->workflow_id(), .run = run_id});
  const std::string instance = client != nullptr ? client->instance : "";
  sent.send = [this, &sent, token = task.token, request](size_t to, engine::PollerId poller) {
    engine(to).respond_decision(caller(), token, request, poller, [this, &sent](const absl::Status& outcome) {
      ledger_.reply(sent, outcome.ok() ? Ledger::Outcome(core::RunId{}) : Ledger::Outcome(outcome));
    });
  };
  sent.judge = [this, mark, key, instance, cached = request.run_cached()](const absl::StatusOr<core::RunId>& outcome) {
    judge_answer(mark, outcome.status());
    if (cached && outcome.ok()) kept_.insert({instance, std::get<core::RunId>(key)});
  };
  task.answers.push_back(&sent);
  ledger_.send(sent, at, over);
}

// That nothing can be decided; also said again by whoever answered before.
void RandomDriver::give_up(Task& task, Client* client) {
  const size_t at = client != nullptr ? client->at : some_side();
  const engine::PollerId over = client != nullptr ? client->sink->id : 0;
  if (!task.answers.empty() && task.answers.back()->told != Told::kNo) return ledger_.send(*task.answers.back(), at, over);
  const TaskKey key = key_of(task.token);
  const std::string mark = fresh("answer-");
  v1::RespondDecisionTaskFailedRequest request;
  request.set_reason(mark);
  answers_[mark] = {.task = key};
  const core::RunId run_id = std::get<core::RunId>(key);
  Sent& sent = ledger_.add({.mark = mark, .workflow_id = witness_->find(run_id)->workflow_id(), .run = run_id});
  sent.send = [this, &sent, token = task.token, request](size_t to, engine::PollerId poller) {
    engine(to).respond_decision_failed(caller(), token, request, poller, [this, &sent](const absl::Status& outcome) {
      ledger_.reply(sent, outcome.ok() ? Ledger::Outcome(core::RunId{}) : Ledger::Outcome(outcome));
    });
  };
  sent.judge = [this, mark](const absl::StatusOr<core::RunId>& outcome) { judge_answer(mark, outcome.status()); };
  task.answers.push_back(&sent);
  ledger_.send(sent, at, over);
}

// Another outcome is another answer; the same outcome is the same one once more.
void RandomDriver::answer_activity(Task& task, Client* client, ActivityTaskAnswer::OutcomeCase outcome) {
  const size_t at = client != nullptr ? client->at : some_side();
  const engine::PollerId over = client != nullptr ? client->sink->id : 0;
  for (Sent* before : task.answers) {
    if (answers_[before->mark].outcome == outcome && before->told != Told::kNo) return ledger_.send(*before, at, over);
  }
  const TaskKey key = key_of(task.token);
  const std::string mark = fresh("answer-");
  ActivityTaskAnswer answer;
  if (outcome == ActivityTaskAnswer::kCompleted) {
    answer.mutable_completed()->mutable_result()->set_data(mark);
  } else if (outcome == ActivityTaskAnswer::kFailed) {
    answer.mutable_failed()->set_reason(mark);
  } else {
    answer.mutable_canceled()->mutable_details()->set_data(mark);
  }
  const core::RunId run_id = std::get<core::RunId>(key);
  const core::ActivityTask* open = activity_in_state(*witness_->find(run_id), task.token);
  answers_[mark] = {.task = key, .cancel_was_requested = open != nullptr && open->cancel_requested_event_id != 0, .outcome = outcome};
  Sent& sent = ledger_.add({.mark = mark, .workflow_id = witness_->find(run_id)->workflow_id(), .run = run_id});
  sent.send = [this, &sent, token = task.token, answer](size_t to, engine::PollerId poller) {
    engine(to).respond_activity(caller(), token, answer, poller, [this, &sent](const absl::Status& told) {
      ledger_.reply(sent, told.ok() ? Ledger::Outcome(core::RunId{}) : Ledger::Outcome(told));
    });
  };
  sent.judge = [this, mark](const absl::StatusOr<core::RunId>& told) { judge_answer(mark, told.status()); };
  task.answers.push_back(&sent);
  ledger_.send(sent, at, over);
}

// A refusal must be true: what it says holds for ever once it holds.
void RandomDriver::judge_answer(const std::string& mark, const absl::Status& outcome) {
  const Answer& answer = answers_.at(mark);
  const Task& task = task_of(answer.task);
  if (outcome.ok()) {
    EXPECT_TRUE(answer.legal) << mark << " was accepted";
    return;
  }
  if (absl::IsUnavailable(outcome) || absl::IsInternal(outcome)) return;
  SCOPED_TRACE(mark + ", to " + task.token.ShortDebugString() + ": " + outcome.ToString());
  const Witness::Run& run = *witness_->find(std::get<core::RunId>(answer.task));
  switch (core::fault_of(outcome)) {
    case v1::UNKNOWN_RESOURCE:
      EXPECT_TRUE(is_over(task)) << "refused, and the task is open";
      return;
    case v1::SUPERSEDED:
      EXPECT_TRUE(is_over(task) || is_superseded(task)) << "refused, and no other delivery counts";
      return;
    case v1::VALIDATION:
      EXPECT_FALSE(answer.legal);
      return;
    case v1::UNHANDLED_DECISION: {
      // It, or the one before it under this token.
      EXPECT_TRUE(std::any_of(task.answers.begin(), task.answers.end(), [&](const Sent* sent) {
        return answers_.at(sent->mark).closes && answers_.at(sent->mark).all_or_nothing;
      }));
      const auto& records = run.stored.records;
      EXPECT_TRUE(std::any_of(records.begin(), records.end(), [&](const journal::v1::Record& record) {
        return record.has_decision_abandoned() && record.decision_abandoned().started_event_id() == task.token.started_event_id() &&
               record.decision_abandoned().delivery() == task.token.delivery();
      })) << "refused, and the journal does not say so";
      return;
    }
    case v1::CANCEL_NOT_REQUESTED:
      EXPECT_TRUE(answer.outcome == ActivityTaskAnswer::kCanceled && !answer.cancel_was_requested);
      return;
    default:
      ADD_FAILURE() << "no way to refuse an answer";
  }
}

void RandomDriver::beat_something() {
  if (!lost_tasks_.empty() && draws_.percent(20)) {
    const TaskKey key = lost_tasks_[draws_.below(lost_tasks_.size())];
    if (task_of(key).kind == core::TaskKind::kActivity) heartbeat(key, nullptr);
    return;
  }
  if (Client* client = some_client_with_tasks(core::TaskKind::kActivity)) beat(*client);
}

// Of every task that it has.
void RandomDriver::beat(Client& client) {
  if (client.kind != core::TaskKind::kActivity || client.deaf) return;
  for (const TaskKey& key : client.tasks) heartbeat(key, &client);
}

void RandomDriver::heartbeat(const TaskKey& key, Client* client) {
  tell("  " + (client == nullptr ? "somebody" : client->identity) + " is alive with " + text_of(key));
  Sent& sent = ledger_.add({.mark = "", .repeatable = false});
  sent.send = [this, &sent, token = task_of(key).token](size_t at, engine::PollerId poller) {
    engine(at).heartbeat(caller(), token, {}, poller, [this, &sent](const absl::StatusOr<bool>& told) {
      ledger_.reply(sent, told.ok() ? Ledger::Outcome(core::RunId{}) : Ledger::Outcome(told.status()));
    });
  };
  sent.judge = [this, key, sent_ms = now_ms_.load()](const absl::StatusOr<core::RunId>& outcome) {
    Task& task = task_of(key);
    SCOPED_TRACE("heartbeat of " + task.token.ShortDebugString() + ": " + outcome.status().ToString());
    if (outcome.ok()) {
      task.heartbeat_ms = std::max(task.heartbeat_ms, sent_ms);
      EXPECT_FALSE(is_superseded(task)) << "accepted, and another delivery counts";
      return;
    }
    if (absl::IsUnavailable(outcome.status()) || absl::IsInternal(outcome.status())) return;
    const v1::Fault fault = core::fault_of(outcome.status());
    EXPECT_TRUE(fault == v1::UNKNOWN_RESOURCE || fault == v1::SUPERSEDED);
    EXPECT_TRUE(is_over(task) || is_superseded(task)) << "refused, and the delivery counts";
  };
  ledger_.send(sent, client != nullptr ? client->at : some_side(), client != nullptr ? client->sink->id : 0);
}

}  // namespace baton::testing
