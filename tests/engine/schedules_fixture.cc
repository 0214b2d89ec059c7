#include "tests/engine/schedules_fixture.h"

#include <chrono>
#include <thread>

#include "baton/journal/v1/schedule.pb.h"
#include "coordinator/core/journal_values.h"

namespace baton::testing {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

store::ScheduleKey key_of_nightly(const store::Store& store) { return {store::shard_of(kDomain, "nightly", store.shard_count()), kDomain, "nightly"}; }

journal::v1::ScheduleState state_of(store::Store& store) {
  journal::v1::ScheduleState state;
  const auto row = store.find_schedule(key_of_nightly(store));
  EXPECT_TRUE(row.ok() && *row);
  if (row.ok() && *row) state.ParseFromString((*row)->state);
  return state;
}

}  // namespace

HeldRead::HeldRead(TestCoordinator& coordinator, std::string call) {
  coordinator.faults().set_before_read([shared = shared_, call = std::move(call)](std::string_view name) {
    std::unique_lock lock(shared->mutex);
    if (name != call || shared->came) return absl::OkStatus();
    shared->came = true;
    shared->changed.notify_all();
    shared->changed.wait(lock, [&] { return shared->may_go; });
    return absl::OkStatus();
  });
}

void HeldRead::await() {
  std::unique_lock lock(shared_->mutex);
  ASSERT_TRUE(shared_->changed.wait_for(lock, kPatience, [&] { return shared_->came; })) << "nobody reads";
}

void HeldRead::let_go() {
  const std::lock_guard lock(shared_->mutex);
  shared_->may_go = true;
  shared_->changed.notify_all();
}

v1::Schedule SchedulesFixture::every_minute(v1::OverlapPolicy policy) {
  v1::Schedule schedule;
  schedule.mutable_spec()->set_cron("* * * * *");
  schedule.mutable_start()->mutable_workflow_type()->set_name("process");
  schedule.mutable_start()->mutable_workflow_type()->set_version("1");
  schedule.set_overlap_policy(policy);
  return schedule;
}

v1::Schedule SchedulesFixture::daily_in_a_minute() {
  v1::Schedule schedule = every_minute();
  schedule.mutable_spec()->set_cron("14 22 * * *");
  return schedule;
}

v1::Schedule SchedulesFixture::with_one_id(v1::Schedule schedule) {
  schedule.mutable_start()->set_workflow_id("the-one");
  schedule.mutable_start()->set_fixed_workflow_id(true);
  return schedule;
}

v1::BackfillScheduleRequest SchedulesFixture::backfill(int64_t from_ms, int64_t until_ms) {
  v1::BackfillScheduleRequest request;
  core::set_timestamp(ManualTime::kStartMs + from_ms, request.mutable_start_time());
  core::set_timestamp(ManualTime::kStartMs + until_ms, request.mutable_end_time());
  return request;
}

std::future<absl::Status> SchedulesFixture::change_later(TestCoordinator& coordinator, engine::Engine::ScheduleCall call) {
  std::visit(
      [](auto& request) {
        request.set_domain(kDomain);
        if (request.schedule_id().empty()) request.set_schedule_id("nightly");
      },
      call);
  const auto answer = std::make_shared<std::promise<absl::Status>>();
  coordinator.engine().change_schedule(std::move(call), [answer](const absl::Status& status) { answer->set_value(status); });
  return answer->get_future();
}

std::future<absl::Status> SchedulesFixture::create_later(TestCoordinator& coordinator, const v1::Schedule& schedule, const std::string& id) {
  v1::CreateScheduleRequest request;
  request.set_schedule_id(id);
  *request.mutable_schedule() = schedule;
  return change_later(coordinator, std::move(request));
}

v1::DescribeScheduleResponse SchedulesFixture::describe(TestCoordinator& coordinator) {
  std::promise<absl::StatusOr<v1::DescribeScheduleResponse>> answer;
  v1::DescribeScheduleRequest request;
  request.set_domain(kDomain);
  request.set_schedule_id("nightly");
  coordinator.engine().describe_schedule(request, [&](auto description) { answer.set_value(std::move(description)); });
  const auto description = answer.get_future().get();
  EXPECT_TRUE(description.ok()) << description.status();
  return description.ok() ? *description : v1::DescribeScheduleResponse();
}

void SchedulesFixture::complete_all(TestCoordinator& coordinator) {
  const auto open = [&] {
    store::ExecutionQuery query{.domain = kDomain};
    return data_->count_executions(query, 1'000'000).value_or(-1);
  };
  const auto decider = coordinator.decider({.slots = 1'000});
  while (open() > 0) {
    const absl::Status decided = coordinator.decide(decider.get(), decider->next_offer().token, {complete_execution()});
    ASSERT_TRUE(decided.ok()) << decided;
  }
  coordinator.remove(*decider);
}

void SchedulesFixture::keep_nothing(TestCoordinator& coordinator) {
  coordinator.faults().set_before_read(
      [](std::string_view call) { return call == "move_schedules" ? absl::UnavailableError("as the test wants it") : absl::OkStatus(); });
}

absl::Status SchedulesFixture::refuse_to_look(std::string_view call) {
  return call == "due_schedules" ? absl::UnavailableError("as the test wants it") : absl::OkStatus();
}

std::vector<std::string> SchedulesFixture::started() {
  std::vector<std::string> ids;
  for (const bool open : {true, false}) {
    const store::ExecutionQuery query{.domain = kDomain, .open = open, .oldest_first = true, .limit = 1'000'000};
    const auto records = data_->list_executions(query);
    EXPECT_TRUE(records.ok());
    for (const auto& record : *records) ids.push_back(record.workflow_id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::string SchedulesFixture::only_run_id() {
  const std::vector<std::string> ids = started();
  EXPECT_EQ(ids.size(), 1U);
  return ids.empty() ? "" : stored(ids[0]).execution.run.run_id.to_text();
}

int SchedulesFixture::count_notes() { return state_of(*data_).recent_size(); }

bool SchedulesFixture::has_looked(TestCoordinator& coordinator) {
  if (!coordinator.faults().wait_for_read("due_schedules", time_.boot_ms())) return false;
  // What it found then is done when it looks again, which a change that it makes itself causes.
  const int64_t looks = coordinator.faults().reads("due_schedules");
  v1::CreateScheduleRequest create;
  create.set_schedule_id("another");
  *create.mutable_schedule() = every_minute();
  create.set_paused(true);
  v1::DeleteScheduleRequest remove;
  remove.set_schedule_id("another");
  EXPECT_TRUE(change(coordinator, create).ok());
  EXPECT_TRUE(change(coordinator, remove).ok());
  await([&] { return coordinator.faults().reads("due_schedules") > looks; }, "another look");
  coordinator.settle();
  return true;
}

void SchedulesFixture::await(const std::function<bool()>& condition, const std::string& what) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    ASSERT_LT(std::chrono::steady_clock::now(), until) << what << " did not come about";
    std::this_thread::yield();
  }
}

void SchedulesFixture::await_recent(TestCoordinator& coordinator, int count) {
  await([&] { return describe(coordinator).recent_runs_size() >= count; }, std::to_string(count) + " recent runs");
}

void SchedulesFixture::await_started(size_t count) {
  await([&] { return started().size() >= count; }, std::to_string(count) + " executions");
}

void SchedulesFixture::await_failing(TestCoordinator&) {
  await([&] { return state_of(*data_).failing_since_ms() != 0; }, "a failed start");
}

}  // namespace baton::testing
