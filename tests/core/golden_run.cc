#include "tests/core/golden_run.h"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "gtest/gtest.h"
#include "tests/core/golden_text.h"

namespace baton::core {

// The words of a line: a verb, arguments, and options as name=value.
struct GoldenRun::Words {
  std::string verb;
  std::vector<std::string> arguments;
  std::map<std::string, std::string> options;

  explicit Words(const std::string& line) {
    std::istringstream in(line);
    in >> verb;
    for (std::string word; in >> word;) {
      const size_t equals = word.find('=');
      if (equals == std::string::npos) {
        arguments.push_back(word);
      } else {
        options[word.substr(0, equals)] = word.substr(equals + 1);
      }
    }
  }
  std::string argument(size_t i) const { return i < arguments.size() ? arguments[i] : ""; }
  std::string option(const std::string& name, const std::string& otherwise = "") const {
    const auto found = options.find(name);
    return found == options.end() ? otherwise : found->second;
  }
  bool has(const std::string& argument) const { return std::count(arguments.begin(), arguments.end(), argument) > 0; }
};

namespace {

int64_t number(const std::string& text) {
  char* end = nullptr;
  const int64_t value = std::strtoll(text.c_str(), &end, 10);
  EXPECT_TRUE(!text.empty() && *end == '\0') << "not a number: '" << text << "'";
  return value;
}

void merge(const std::vector<std::string>& fields, google::protobuf::Message& message) {
  for (const std::string& field : fields) {
    const bool is_field = google::protobuf::TextFormat::MergeFromString(field, &message);
    EXPECT_TRUE(is_field) << "not a field of " << message.GetTypeName() << ": " << field;
  }
}

// A line that begins like a decision is one more decision; any other is a field of the answer.
void merge_answer(const std::vector<std::string>& fields, baton::v1::RespondDecisionTaskCompletedRequest& request) {
  for (const std::string& field : fields) {
    const std::string name = field.substr(0, field.find_first_of(" :{"));
    const bool is_decision = baton::v1::Decision::descriptor()->FindFieldByName(name) != nullptr;
    merge({is_decision ? "decisions { " + field + " }" : field}, request);
  }
}

// The scheduled event id of the task that `event` ends; 0: none.
int64_t ended_task(const journal::Event& event) {
  if (event.has_decision_task_completed()) return event.decision_task_completed().scheduled_event_id();
  if (event.has_decision_task_timed_out()) return event.decision_task_timed_out().scheduled_event_id();
  if (event.has_activity_task_completed()) return event.activity_task_completed().scheduled_event_id();
  if (event.has_activity_task_failed()) return event.activity_task_failed().scheduled_event_id();
  if (event.has_activity_task_canceled()) return event.activity_task_canceled().scheduled_event_id();
  if (event.has_lambda_function_completed()) return event.lambda_function_completed().scheduled_event_id();
  if (event.has_lambda_function_failed()) return event.lambda_function_failed().scheduled_event_id();
  if (event.has_start_lambda_function_failed()) return event.start_lambda_function_failed().scheduled_event_id();
  if (event.has_lambda_function_timed_out()) return event.lambda_function_timed_out().scheduled_event_id();
  return event.activity_task_timed_out().scheduled_event_id();
}

template <class Request>
void name_run(Request& request) {
  request.set_domain("orders");
  request.set_workflow_id("order-1");
}

void set_limit(Limits& limits, const std::string& name, int64_t value) {
  const std::map<std::string, int32_t*> counts{{"open_activities", &limits.open_activities}, {"open_timers", &limits.open_timers},
                                               {"open_children", &limits.open_children},
                                               {"open_lambda_functions", &limits.open_lambda_functions}};
  if (name == "history_events") {
    limits.history_events = value;
  } else if (const auto found = counts.find(name); found != counts.end()) {
    *found->second = static_cast<int32_t>(value);
  } else {
    ADD_FAILURE() << "no such limit: " << name;
  }
}

RunId run_id(char letter) {
  RunId id;
  id.bytes.fill(static_cast<uint8_t>(letter));
  return id;
}

}  // namespace

LiveRun& GoldenRun::run() {
  if (run_ == nullptr) run_ = std::make_unique<LiveRun>(limits_);
  return *run_;
}

bool GoldenRun::take_setting(const Words& words) {
  if (words.verb == "wait") {
    run().now_ms += number(words.argument(0));
  } else if (words.verb == "deny") {
    run().authorizer.denied.insert(words.argument(0));
  } else if (words.verb == "allow") {
    run().authorizer.denied.erase(words.argument(0));
  } else if (words.verb == "too_fast") {
    run().rates.exhausted.insert(words.argument(0));
  } else if (words.verb == "limit") {
    EXPECT_EQ(run_, nullptr) << "limits come first";
    set_limit(limits_, words.argument(0), number(words.argument(1)));
  } else {
    return false;
  }
  return true;
}

TaskRef GoldenRun::task_named(const std::string& text) {
  const size_t dot = text.find('.');
  EXPECT_NE(dot, std::string::npos) << "not a task (SCHEDULED.DELIVERY): " << text;
  if (dot == std::string::npos) return {};
  const int64_t scheduled_event_id = number(text.substr(0, dot));
  const auto delivery = static_cast<int32_t>(number(text.substr(dot + 1)));
  const auto found = hand_outs_.find({scheduled_event_id, delivery});
  return found != hand_outs_.end() ? found->second : TaskRef{scheduled_event_id, 0, 1, delivery};
}

TaskRef GoldenRun::task_of(const Words& words) {
  TaskRef task = task_named(words.argument(0));
  if (words.options.contains("started")) task.started_event_id = number(words.option("started"));
  if (words.options.contains("attempt")) task.attempt = static_cast<int32_t>(number(words.option("attempt")));
  return task;
}

void GoldenRun::remember_hand_out(const Commit& commit) {
  const auto* offer = std::get_if<OfferReply>(&commit.reply);
  if (offer == nullptr) return;
  const int64_t started_event_id = offer->kind == TaskKind::kDecision ? offer->started_event_id : 0;
  hand_outs_[{offer->scheduled_event_id, offer->delivery}] = {offer->scheduled_event_id, started_event_id, offer->attempt, offer->delivery};
}

absl::StatusOr<Commit> GoldenRun::decide_call(const Words& words, const std::vector<std::string>& fields) {
  if (words.verb == "start") {
    StartWorkflowExecution command;
    command.run_id = run_id('r');
    name_run(command.request);
    command.request.mutable_workflow_type()->set_name("ready");
    command.request.mutable_workflow_type()->set_version("1");
    merge(fields, command.request);
    if (words.options.contains("signal")) command.signal.emplace().set_signal_name(words.option("signal"));
    return run().decide(std::move(command));
  }
  if (words.verb == "signal") {
    SignalWorkflowExecution command;
    name_run(command.request);
    command.request.set_signal_name(words.argument(0));
    merge(fields, command.request);
    return run().decide(std::move(command));
  }
  if (words.verb == "update") {
    UpdateWorkflowExecution command;
    name_run(command.request);
    command.request.set_update_name(words.argument(0));
    command.request.set_request_id(words.argument(1));
    merge(fields, command.request);
    return run().decide(std::move(command));
  }
  if (words.verb == "request_cancel") {
    RequestCancelWorkflowExecution command;
    name_run(command.request);
    merge(fields, command.request);
    return run().decide(std::move(command));
  }
  if (words.verb == "pause") {
    PauseWorkflowExecution command;
    name_run(command.request);
    merge(fields, command.request);
    return run().decide(std::move(command));
  }
  if (words.verb == "resume") {
    ResumeWorkflowExecution command;
    name_run(command.request);
    merge(fields, command.request);
    return run().decide(std::move(command));
  }
  if (words.verb == "reset") {
    auto journal = std::make_shared<ResetJournal>(number(words.argument(0)));
    for (const journal::Record& record : run().records()) journal->add(record);
    ResetWorkflowExecution command{{}, run_id('n'), std::move(journal)};
    name_run(command.request);
    command.request.set_decision_task_completed_event_id(number(words.argument(0)));
    merge(fields, command.request);
    return run().decide(std::move(command));
  }
  TerminateWorkflowExecution command;
  EXPECT_EQ(words.verb, "terminate") << "no such command";
  name_run(command.request);
  merge(fields, command.request);
  return run().decide(std::move(command));
}

absl::StatusOr<Commit> GoldenRun::decide_answer(const Words& words, const std::vector<std::string>& fields) {
  const std::string identity = words.option("by", "poller");
  if (words.verb == "decide") {
    RespondDecisionTaskCompleted command{task_of(words), {}, identity, "instance-of-" + identity, run_id('s')};
    merge_answer(fields, command.request);
    return run().decide(std::move(command));
  }
  if (words.verb == "give_up") {
    RespondDecisionTaskFailed command{task_of(words), {}};
    merge(fields, command.request);
    return run().decide(std::move(command));
  }
  if (words.verb == "heartbeat") {
    RecordActivityTaskHeartbeat command{task_of(words), {}, identity};
    merge(fields, command.heartbeat);
    return run().decide(std::move(command));
  }
  RespondActivityTask command{task_of(words), {}, identity};
  if (words.verb == "complete") merge(fields, *command.answer.mutable_completed());
  if (words.verb == "fail") merge(fields, *command.answer.mutable_failed());
  if (words.verb == "canceled") merge(fields, *command.answer.mutable_canceled());
  return run().decide(std::move(command));
}

absl::StatusOr<Commit> GoldenRun::decide_hand_out(const Words& words) {
  const auto moment = [&](const std::string& name, int64_t otherwise_ms) {
    return words.options.contains(name) ? LiveRun::kStartMs + number(words.option(name)) : otherwise_ms;
  };
  if (words.verb == "offer") {
    const std::string identity = words.option("to", "poller");
    return run().decide(OfferTask{number(words.argument(0)), identity, "instance-of-" + identity, words.has("unary")});
  }
  if (words.verb == "acknowledge") {
    return run().decide(AcknowledgeTask{task_of(words), words.option("by", "poller"), moment("at", run().now_ms)});
  }
  if (words.verb == "withdraw") {
    journal::OfferWithdrawn::Reason reason = journal::OfferWithdrawn::REASON_UNSPECIFIED;
    EXPECT_TRUE(journal::OfferWithdrawn::Reason_Parse(words.option("for", "DELIVERY_TIMEOUT"), &reason));
    return run().decide(WithdrawOffer{task_of(words), reason});
  }
  FireDeadlines command{moment("clients_have_until", 0), {}};
  if (words.options.contains("heard")) {
    const TaskRef task = task_named(words.option("heard"));
    command.heartbeats.push_back({task.scheduled_event_id, task.attempt, moment("heard_at", run().now_ms), nullptr});
  }
  return run().decide(std::move(command));
}

absl::StatusOr<Commit> GoldenRun::decide_message(const Words& words, const std::vector<std::string>& fields) {
  if (words.verb == "receive") {
    auto message = std::make_shared<journal::Message>();
    message->set_domain("orders");
    message->mutable_target()->set_workflow_id("order-1");
    merge(fields, *message);
    return run().decide(ReceiveMessage{std::move(message)});
  }
  EXPECT_TRUE(fields.empty()) << words.verb << " has no fields";
  static const std::map<std::string, MessageKind> kinds{{"signal", MessageKind::kSignal},
                                                        {"request_cancel", MessageKind::kRequestCancel},
                                                        {"start_child", MessageKind::kStartChild},
                                                        {"child_ended", MessageKind::kChildEnded},
                                                        {"apply_child_policy", MessageKind::kApplyChildPolicy}};
  const auto kind = kinds.find(words.argument(0));
  if (kind == kinds.end()) return absl::InternalError("no such kind of message: " + words.argument(0));
  SettleMessage command{{kind->second, number(words.argument(1))}, run_id('t')};
  if (words.options.contains("refused")) {
    baton::v1::Fault why = baton::v1::FAULT_UNSPECIFIED;
    EXPECT_TRUE(baton::v1::Fault_Parse(words.option("refused"), &why));
    command.outcome = fault(why, "target", "refused");
  }
  return run().decide(std::move(command));
}

absl::StatusOr<Commit> GoldenRun::decide(const Words& words, const std::vector<std::string>& fields) {
  static const std::set<std::string> answers{"decide", "give_up", "heartbeat", "complete", "fail", "canceled"};
  if (words.verb == "receive" || words.verb == "settle") return decide_message(words, fields);
  static const std::set<std::string> hand_out{"offer", "acknowledge", "withdraw", "fire"};
  if (answers.contains(words.verb)) return decide_answer(words, fields);
  if (!hand_out.contains(words.verb)) return decide_call(words, fields);
  EXPECT_TRUE(fields.empty()) << words.verb << " has no fields";
  return decide_hand_out(words);
}

std::string GoldenRun::step(const std::vector<std::string>& lines) {
  std::string text;
  for (size_t i = 0; i < lines.size();) {
    const Words words(lines[i++]);
    std::vector<std::string> fields;
    for (; i < lines.size() && lines[i].starts_with(" "); ++i) fields.push_back(lines[i].substr(lines[i].find_first_not_of(' ')));
    if (take_setting(words)) continue;
    EXPECT_TRUE(text.empty()) << "a second command in one step: " << words.verb;
    const int64_t first_event_id = run().state().last_event_id + 1;
    const auto commit = decide(words, fields);
    text = told(commit, first_event_id);
    if (!commit.ok()) continue;
    remember_hand_out(*commit);
    if (!commit->runs.empty()) check(commit->runs[0]);
  }
  return text;
}

std::string GoldenRun::told(const absl::StatusOr<Commit>& commit, int64_t first_event_id) const {
  if (!commit.ok()) return text_of_refusal(commit.status());
  return text_of_commit(*commit, first_event_id, LiveRun::kStartMs);
}

void GoldenRun::check(const RunCommit& commit) {
  if (commit.records.empty()) return;
  check_waiting(commit);
  check_history();
  const ExecutionState& state = run_->state();
  if (const auto due_ms = earliest_deadline_ms(state); due_ms && run_->clients_have_until_ms() == 0) {
    EXPECT_NE(state.armed_deadline_ms, 0);
    EXPECT_LE(state.armed_deadline_ms, *due_ms) << "armed too late";
  }
  if (commit.deadline_ms) {
    EXPECT_EQ(*commit.deadline_ms, state.armed_deadline_ms);
  }
}

void GoldenRun::check_waiting(const RunCommit& commit) {
  for (const journal::Record* record : commit.records) {
    if (!record->has_offer_made()) continue;
    waiting_.erase({TaskKind::kDecision, record->offer_made().scheduled_event_id()});
    waiting_.erase({TaskKind::kActivity, record->offer_made().scheduled_event_id()});
    waiting_.erase({TaskKind::kFunction, record->offer_made().scheduled_event_id()});
  }
  for (const EndedTask& ended : commit.ended) {
    EXPECT_EQ(waiting_.erase({ended.kind, ended.scheduled_event_id}), ended.was_waiting ? 1u : 0u) << "ended " << ended.scheduled_event_id;
  }
  for (const WaitingTask& waiting : commit.waiting) {
    EXPECT_TRUE(waiting_.insert({waiting.kind, waiting.scheduled_event_id}).second) << "waits twice: " << waiting.scheduled_event_id;
  }
  std::set<std::pair<TaskKind, int64_t>> expected;
  const ExecutionState& state = run_->state();
  if (state.decision && state.can_be_offered(*state.decision)) expected.insert({TaskKind::kDecision, state.decision->scheduled_event_id});
  for (const auto& [id, task] : state.activities) {
    if (state.can_be_offered(task)) expected.insert({task.kind(), id});
  }
  EXPECT_EQ(waiting_, expected) << "what commits say of waiting tasks is not what the state has";
}

void GoldenRun::check_history() {
  std::set<int64_t> open;  // scheduled tasks without an end
  int64_t before_ms = 0;
  const int64_t last = run_->state().last_event_id;
  for (int64_t id = 1; id <= last; ++id) {
    const journal::Event& event = run_->event(id);
    EXPECT_GE(event.time_ms(), before_ms) << "event " << id << " is earlier than the one before";
    before_ms = event.time_ms();
    const bool schedules =
        event.has_decision_task_scheduled() || event.has_activity_task_scheduled() || event.has_lambda_function_scheduled();
    if (schedules) open.insert(id);
    const int64_t ended = ended_task(event);
    EXPECT_EQ(open.erase(ended), ended == 0 ? 0u : 1u) << "event " << id << " ends what is not open";
  }
  if (!run_->state().open()) return;
  for (const auto& [id, task] : run_->state().activities) EXPECT_EQ(open.erase(id), 1u) << "no such activity: " << id;
  // Refused all-or-nothing closes leave their decision task without an end in the history.
  for (const int64_t id : open) EXPECT_TRUE(run_->event(id).has_decision_task_scheduled()) << "no end of activity " << id;
}

}  // namespace baton::core
