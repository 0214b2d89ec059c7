#include "tests/engine/engine_fixture.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <thread>

#include "coordinator/core/decide.h"
#include "coordinator/core/describe.h"
#include "coordinator/core/journal_values.h"
#include "tests/engine/history_checks.h"

namespace baton::testing {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);
constexpr int64_t kDayMs = int64_t{24} * 3600 * 1000;

// The live state of every run is the one that its journal gives.
void check_live(TestCoordinator& coordinator, const std::vector<StoredRun>& runs, const std::set<core::RunId>& unreadable) {
  for (const StoredRun& run : runs) {
    if (unreadable.contains(run.execution.run.run_id)) continue;
    core::ExecutionState state;
    for (const auto& record : run.records) ASSERT_TRUE(core::apply(state, record).ok()) << record.ShortDebugString();
    const auto shown = coordinator.describe(run.execution.workflow_id, run.execution.run.run_id.to_text());
    ASSERT_TRUE(shown.ok()) << shown.status();
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*shown, core::describe(state)))
        << run.name() << " is live\n" << shown->DebugString() << "and in its journal\n" << core::describe(state).DebugString();
  }
}

}  // namespace

void register_types(store::Store& data) {
  store::Store::RegistryChange change;
  change.put_domains.push_back({.name = kDomain, .description = "", .retention_ms = kDayMs, .tags = {}});
  v1::RegisterWorkflowTypeRequest workflow;
  workflow.set_domain(kDomain);
  workflow.mutable_workflow_type()->set_name("process");
  workflow.mutable_workflow_type()->set_version("1");
  auto& defaults = *workflow.mutable_configuration();
  core::set_timeout(kDayMs, defaults.mutable_default_execution_start_to_close_timeout());
  core::set_timeout(-1, defaults.mutable_default_task_start_to_close_timeout());
  defaults.mutable_default_task_list()->set_name(kDecisions);
  defaults.set_default_child_policy(v1::CHILD_POLICY_TERMINATE);
  store::TypeRow row{.kind = store::TypeKind::kWorkflow, .domain = kDomain, .name = "process", .version = "1", .created_ms = 1,
                     .configuration = workflow.SerializeAsString()};
  change.put_types.push_back(row);
  v1::RegisterActivityTypeRequest activity;
  activity.set_domain(kDomain);
  activity.mutable_activity_type()->set_name("charge");
  activity.mutable_activity_type()->set_version("1");
  activity.mutable_configuration()->mutable_default_task_list()->set_name(kActivities);
  row.kind = store::TypeKind::kActivity;
  row.name = "charge";
  row.configuration = activity.SerializeAsString();
  change.put_types.push_back(row);
  ASSERT_TRUE(data.change_registry(change).ok());
}

EngineFixture::EngineFixture() {
  store::MemoryOptions options;
  options.clock = [this] { return time_.boot_ms(); };
  data_ = store::MemoryStore::make(options);
  register_types(*data_);
}

void EngineFixture::TearDown() {
  for (TestCoordinator& coordinator : coordinators_) {
    if (stopped_.contains(&coordinator)) continue;
    coordinator.faults().clear();
    coordinator.settle();
  }
  const std::vector<StoredRun> runs = read_runs(*data_);
  for (TestCoordinator& coordinator : coordinators_) {
    if (stopped_.contains(&coordinator)) continue;
    check_live(coordinator, runs, unreadable_);
    coordinator.stop();
  }
  check_histories(*data_, unreadable_);
}

TestCoordinator& EngineFixture::coordinator(CoordinatorOptions options) {
  return coordinators_.emplace_back(*data_, time_, std::move(options));
}

void EngineFixture::stop(TestCoordinator& coordinator) {
  coordinator.stop();
  stopped_.insert(&coordinator);
}

void EngineFixture::sweep(TestCoordinator& coordinator) {
  // When the second one begins, the first one is over.
  for (int i = 0; i < 2; ++i) {
    advance(1'000);
    ASSERT_TRUE(coordinator.faults().wait_for_read("due_deadlines", time_.boot_ms()));
  }
  coordinator.settle();
}

void EngineFixture::start_with(TestCoordinator& coordinator, const std::string& workflow_id, std::vector<v1::Decision> decisions) {
  const auto started = coordinator.start(workflow_id);
  ASSERT_TRUE(started.ok()) << started.status();
  const auto decider = coordinator.decider({.unary = true});
  const absl::Status decided = coordinator.decide(nullptr, decider->next_offer().token, std::move(decisions));
  ASSERT_TRUE(decided.ok()) << decided;
  coordinator.remove(*decider);
}

StoredRun EngineFixture::stored(const std::string& workflow_id) {
  StoredRun found;
  for (StoredRun& run : read_runs(*data_)) {
    const bool known = !found.rows.empty();  // of the same millisecond, perhaps
    if (run.execution.workflow_id == workflow_id && (!known || found.execution.close_status != 0)) found = std::move(run);
  }
  EXPECT_FALSE(found.rows.empty()) << workflow_id << " has no run";
  return found;
}

int EngineFixture::count_events(const std::string& workflow_id, journal::v1::Event::AttributesCase kind) {
  const StoredRun run = stored(workflow_id);
  const auto events = run.events();
  return static_cast<int>(std::count_if(events.begin(), events.end(), [&](const auto* event) { return event->attributes_case() == kind; }));
}

void EngineFixture::wait_for(const std::string& workflow_id, journal::v1::Event::AttributesCase kind, int count) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (count_events(workflow_id, kind) < count) {
    ASSERT_LT(std::chrono::steady_clock::now(), until) << "event " << kind << " did not come: " << events(workflow_id);
    std::this_thread::yield();
  }
}

int64_t EngineFixture::backlog(core::TaskKind kind, const std::string& list) {
  const auto count = data_->count_backlog({kind, kDomain, list}, 1'000'000);
  EXPECT_TRUE(count.ok()) << count.status();
  return count.value_or(-1);
}

}  // namespace baton::testing
