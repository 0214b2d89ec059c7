#include "tests/core/live_run.h"

#include <google/protobuf/util/message_differencer.h>

#include "coordinator/core/journal_values.h"
#include "coordinator/core/snapshot.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace baton::core {
namespace {

constexpr char kDomain[] = "orders";

void set_ms(int64_t ms, baton::v1::Timeout* timeout) { set_timeout(ms, timeout); }

RunId run_id() {
  RunId id;
  id.bytes.fill(7);
  return id;
}

}  // namespace

FixedRegistry::FixedRegistry() {
  retired_domain_.deprecated = true;
  workflow_types_["process"];
  workflow_types_["old"].deprecated = true;
  WorkflowTypeRecord& workflow = workflow_types_["ready"];
  workflow.default_task_start_to_close_ms = 30'000;
  workflow.default_execution_start_to_close_ms = 3'600'000;
  workflow.default_task_list = "ready-decisions";
  workflow.default_task_priority = 3;
  workflow.default_child_policy = baton::v1::CHILD_POLICY_REQUEST_CANCEL;
  workflow.default_lambda_role = "ready-role";
  activity_types_["charge"];
  activity_types_["old"].deprecated = true;
  ActivityTypeRecord& activity = activity_types_["ready"];
  activity.default_task_start_to_close_ms = 10'000;
  activity.default_task_heartbeat_ms = 4'000;
  activity.default_task_schedule_to_start_ms = 20'000;
  activity.default_task_schedule_to_close_ms = 60'000;
  activity.default_task_list = "ready-activities";
  activity.default_task_priority = 7;
}

const DomainRecord* FixedRegistry::find_domain(std::string_view domain) const {
  if (domain == "retired") return &retired_domain_;
  return domain == kDomain ? &domain_ : nullptr;
}

const WorkflowTypeRecord* FixedRegistry::find_workflow_type(std::string_view domain, std::string_view name,
                                                            std::string_view version) const {
  if (version == "0") return &workflow_types_.at("old");  // there once was one of every type
  const auto found = workflow_types_.find(name);
  return find_domain(domain) == nullptr || found == workflow_types_.end() || version != "1" ? nullptr : &found->second;
}

const ActivityTypeRecord* FixedRegistry::find_activity_type(std::string_view domain, std::string_view name,
                                                            std::string_view version) const {
  const auto found = activity_types_.find(name);
  return find_domain(domain) == nullptr || found == activity_types_.end() || version != "1" ? nullptr : &found->second;
}

baton::v1::Decision schedule_activity(const std::string& activity_id, const ActivityTimeouts& timeouts) {
  baton::v1::Decision decision;
  auto& activity = *decision.mutable_schedule_activity_task();
  activity.set_activity_id(activity_id);
  activity.mutable_activity_type()->set_name("charge");
  activity.mutable_activity_type()->set_version("1");
  activity.mutable_task_list()->set_name("charges");
  (*activity.mutable_headers())["trace"].set_data("1");
  (*activity.mutable_headers())["baggage"].set_data("2");
  set_ms(timeouts.schedule_to_start_ms, activity.mutable_schedule_to_start_timeout());
  set_ms(timeouts.schedule_to_close_ms, activity.mutable_schedule_to_close_timeout());
  set_ms(timeouts.start_to_close_ms, activity.mutable_start_to_close_timeout());
  set_ms(timeouts.heartbeat_ms, activity.mutable_heartbeat_timeout());
  return decision;
}

baton::v1::Decision start_timer(const std::string& timer_id, int64_t start_to_fire_ms) {
  baton::v1::Decision decision;
  auto& timer = *decision.mutable_start_timer();
  timer.set_timer_id(timer_id);
  set_duration(start_to_fire_ms, timer.mutable_start_to_fire_timeout());
  return decision;
}

baton::v1::Decision cancel_activity(const std::string& activity_id) {
  baton::v1::Decision decision;
  decision.mutable_request_cancel_activity_task()->set_activity_id(activity_id);
  return decision;
}

baton::v1::Decision complete_execution() {
  baton::v1::Decision decision;
  decision.mutable_complete_workflow_execution();
  return decision;
}

baton::v1::ActivityTaskAnswer completed_with(const std::string& result) {
  baton::v1::ActivityTaskAnswer answer;
  answer.mutable_completed()->mutable_result()->set_data(result);
  return answer;
}

baton::v1::ActivityTaskAnswer failed_with(const std::string& reason) {
  baton::v1::ActivityTaskAnswer answer;
  answer.mutable_failed()->set_reason(reason);
  return answer;
}

baton::v1::ActivityTaskAnswer canceled() {
  baton::v1::ActivityTaskAnswer answer;
  answer.mutable_canceled();
  return answer;
}

const journal::Event& LiveRun::last_event() const { return records_.at(events_.back()).event(); }
const journal::Event& LiveRun::event(int64_t event_id) const { return records_.at(events_.at(event_id - 1)).event(); }

absl::StatusOr<Commit> LiveRun::decide_command(Command command) {
  const Context context{now_ms, registry_, limits_, authorizer, arena_, &rates};
  const ExecutionState before = state_;
  absl::StatusOr<Commit> commit = core::decide(state_, command, context);
  written_.clear();
  EXPECT_EQ(to_snapshot(before), to_snapshot(state_)) << "decide() changed what it was given";
  const absl::StatusOr<Commit> again = core::decide(rebuilt_.restored(), command, context);
  EXPECT_EQ(again.ok(), commit.ok()) << again.status() << " | " << commit.status();
  if (const auto* fire = std::get_if<FireDeadlines>(&command.body)) clients_have_until_ms_ = fire->clients_have_until_ms;
  if (!commit.ok() || commit->runs.empty()) return commit;
  const bool as_many_runs = again.ok() && again->runs.size() == commit->runs.size();
  EXPECT_TRUE(as_many_runs) << "a state taken from a snapshot decides otherwise";
  for (size_t i = 0; as_many_runs && i < commit->runs.size(); ++i) expect_alike(again->runs[i], commit->runs[i]);
  keep(commit->runs[0]);
  for (size_t i = 1; i < commit->runs.size(); ++i) check_new_run(commit->runs[i]);
  return commit;
}

void LiveRun::expect_alike(const RunCommit& again, const RunCommit& run) {
  EXPECT_EQ(again.records.size(), run.records.size()) << "a state taken from a snapshot decides otherwise";
  for (size_t i = 0; i < std::min(again.records.size(), run.records.size()); ++i) {
    const journal::Record& other = *again.records[i];
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(other, *run.records[i])) << other.ShortDebugString();
  }
}

void LiveRun::check_new_run(const RunCommit& commit) {
  ExecutionState folded;
  for (const journal::Record* record : commit.records) EXPECT_TRUE(apply(folded, *record).ok()) << record->ShortDebugString();
  EXPECT_EQ(to_snapshot(folded), to_snapshot(commit.after)) << "rebuilt is not live";
  EXPECT_TRUE(commit.visibility.opened);
}

void LiveRun::keep(const RunCommit& commit) {
  for (const journal::Record* record : commit.records) {
    journal::Record stored;
    EXPECT_TRUE(stored.ParseFromString(record->SerializeAsString()));
    EXPECT_TRUE(rebuilt_.add(stored)) << "after " << text_of(stored);
    if (stored.has_event()) events_.push_back(records_.size());
    written_ += (written_.empty() ? "" : ", ") + text_of(stored);
    records_.push_back(std::move(stored));
  }
  state_ = commit.after;
  EXPECT_EQ(to_snapshot(rebuilt_.folded()), to_snapshot(state_)) << "rebuilt is not live, after " << written_;
}

void LiveRun::start(int64_t execution_ms, int64_t task_ms) {
  StartWorkflowExecution command;
  command.run_id = run_id();
  auto& request = command.request;
  request.set_domain(kDomain);
  request.set_workflow_id("order-1");
  request.mutable_workflow_type()->set_name("process");
  request.mutable_workflow_type()->set_version("1");
  request.mutable_task_list()->set_name("decisions");
  set_ms(execution_ms, request.mutable_execution_start_to_close_timeout());
  set_ms(task_ms, request.mutable_task_start_to_close_timeout());
  request.set_child_policy(baton::v1::CHILD_POLICY_TERMINATE);
  const auto commit = decide(std::move(command));
  ASSERT_TRUE(commit.ok()) << commit.status();
}

TaskRef LiveRun::offer(int64_t scheduled_event_id, bool unary, const std::string& identity) {
  const auto commit = decide(OfferTask{scheduled_event_id, identity, "instance-of-" + identity, unary});
  EXPECT_TRUE(commit.ok()) << commit.status();
  const auto* reply = commit.ok() ? std::get_if<OfferReply>(&commit->reply) : nullptr;
  EXPECT_NE(reply, nullptr);
  if (reply == nullptr) return {};
  const bool is_decision = reply->kind == TaskKind::kDecision;
  return {reply->scheduled_event_id, is_decision ? reply->started_event_id : 0, reply->attempt, reply->delivery};
}

void LiveRun::decide_on(const std::vector<baton::v1::Decision>& decisions) {
  ASSERT_TRUE(state_.decision.has_value());
  RespondDecisionTaskCompleted answer;
  answer.task = offer(state_.decision->scheduled_event_id);
  for (const auto& decision : decisions) *answer.request.add_decisions() = decision;
  const auto commit = decide(std::move(answer));
  ASSERT_TRUE(commit.ok()) << commit.status();
}

int64_t LiveRun::start_with_activity(const ActivityTimeouts& timeouts) {
  start();
  decide_on({schedule_activity("a", timeouts)});
  const int64_t* scheduled_event_id = state_.activity_ids.get("a");
  EXPECT_NE(scheduled_event_id, nullptr);
  return scheduled_event_id == nullptr ? 0 : *scheduled_event_id;
}

void LiveRun::acknowledge(const TaskRef& task, int64_t time_ms) {
  const auto commit = decide(AcknowledgeTask{task, "poller", time_ms});
  ASSERT_TRUE(commit.ok()) << commit.status();
}

void LiveRun::fire(int64_t clients_have_until_ms, std::vector<HeldHeartbeat> heartbeats) {
  const auto commit = decide(FireDeadlines{clients_have_until_ms, std::move(heartbeats)});
  ASSERT_TRUE(commit.ok()) << commit.status();
}

std::string text_of(const journal::Record& record) {
  const google::protobuf::Message* named = &record;
  const auto set_one = [](const google::protobuf::Message& message, int oneof) {
    const auto* field = message.GetReflection()->GetOneofFieldDescriptor(message, message.GetDescriptor()->oneof_decl(oneof));
    return field == nullptr ? nullptr : &message.GetReflection()->GetMessage(message, field);
  };
  named = set_one(record, 0);
  if (named != nullptr && record.has_event()) named = set_one(record.event(), 0);
  if (named == nullptr) return "?";
  std::string name = named->GetDescriptor()->name();
  const std::string tail = "Attributes";
  if (name.ends_with(tail)) name.resize(name.size() - tail.size());
  const auto handed_out = [&](const auto& record) {
    return name + " " + std::to_string(record.scheduled_event_id()) + "." + std::to_string(record.delivery());
  };
  if (record.has_offer_made()) return handed_out(record.offer_made());
  if (record.has_offer_acknowledged()) return handed_out(record.offer_acknowledged());
  if (record.has_offer_withdrawn()) return handed_out(record.offer_withdrawn());
  if (record.has_activity_answered()) return handed_out(record.activity_answered());
  return name;
}

baton::v1::Fault fault_in(const absl::StatusOr<Commit>& commit) {
  EXPECT_FALSE(commit.ok()) << "was accepted";
  return commit.ok() ? baton::v1::FAULT_UNSPECIFIED : fault_of(commit.status());
}

}  // namespace baton::core
