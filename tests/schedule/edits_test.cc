// What calls make of a schedule, and what they refuse: one error for each field.
#include "coordinator/schedule/edits.h"

#include "coordinator/core/fault.h"
#include "coordinator/schedule/bounds.h"
#include "coordinator/schedule/show.h"
#include "gmock/gmock.h"
#include "tests/schedule/schedule_story.h"

namespace baton::schedule {
namespace {

const int64_t kNow = at("2026-05-04T12:00:00Z");

class EditsTest : public ::testing::Test {
 protected:
  EditsTest() {
    create_.set_domain("orders");
    create_.set_schedule_id("nightly");
    *create_.mutable_schedule() = process_every_ten_minutes();
  }
  template <class Request>
  Edited apply(Request request, const Current& current, int64_t now_ms = kNow) {
    request.set_domain("orders");
    request.set_schedule_id("nightly");
    if (absl::Status s = check(request); !s.ok()) return s;
    return edit(current, request, {now_ms, limits_});
  }
  Contents created() { return **apply(create_, std::nullopt); }
  // The field that the creation of `create_` is refused for.
  std::string refused_for() { return subject(apply(create_, std::nullopt)); }
  static std::string subject(const Edited& edited) {
    EXPECT_EQ(core::fault_of(edited.status()), v1::VALIDATION) << edited.status();
    return core::subject_of(edited.status());
  }
  v1::ScheduledStart& start() { return *create_.mutable_schedule()->mutable_start(); }
  template <class Request>
  static Request addressed(const std::string& domain, const std::string& id) {
    Request request;
    request.set_domain(domain);
    request.set_schedule_id(id);
    return request;
  }

  core::Limits limits_;
  v1::CreateScheduleRequest create_;
};

TEST_F(EditsTest, AScheduleBeginsWithTheNextTimeAfterItsCreation) {
  const Contents contents = created();
  v1::DescribeScheduleResponse shown;
  show(nightly(), contents, kNow, &shown);
  EXPECT_EQ(shown.schedule_id(), "nightly");
  EXPECT_EQ(shown.create_time().seconds() * 1000, kNow);
  EXPECT_EQ(shown.update_time().seconds() * 1000, kNow);
  ASSERT_EQ(shown.next_times_size(), kNextTimes);
  EXPECT_EQ(to_iso(shown.next_times(0).seconds() * 1000), "2026-05-04T12:10:00Z");
  EXPECT_EQ(to_iso(shown.next_times(4).seconds() * 1000), "2026-05-04T12:50:00Z");
  EXPECT_EQ(shown.recent_runs_size(), 0);
}

TEST_F(EditsTest, WhatIsPausedHasNoNextTimes) {
  create_.set_paused(true);
  const Contents contents = created();
  v1::DescribeScheduleResponse shown;
  v1::ScheduleInfo info;
  show(nightly(), contents, kNow, &shown);
  show(nightly(), contents, kNow, &info);
  EXPECT_TRUE(shown.paused());
  EXPECT_EQ(shown.next_times_size(), 0);
  EXPECT_TRUE(info.paused());
  EXPECT_FALSE(info.has_next_time());
}

TEST_F(EditsTest, ReasonsOfPauseAndResumeAreShown) {
  v1::PauseScheduleRequest pause;
  pause.set_reason("the warehouse moves");
  auto paused = apply(pause, created());
  ASSERT_TRUE(paused.ok());
  EXPECT_EQ((*paused)->state.reason(), "the warehouse moves");
  pause.set_reason("still moves");
  paused = apply(pause, *paused, kNow + 5);
  EXPECT_EQ((*paused)->state.reason(), "still moves");
  v1::ResumeScheduleRequest resume;
  resume.set_reason("moved");
  const auto resumed = apply(resume, *paused, kNow + 10);
  EXPECT_FALSE((*resumed)->state.paused());
  EXPECT_EQ((*resumed)->state.reason(), "moved");
  EXPECT_EQ((*resumed)->state.settled_ms(), kNow + 10);
  EXPECT_EQ((*apply(resume, *resumed, kNow + 20))->state.settled_ms(), kNow + 10) << "of one that is not paused nothing is passed over";
}

TEST_F(EditsTest, WhatIsNotThereIsUnknownAndWhatIsThereIsNotMadeAgain) {
  EXPECT_EQ(core::fault_of(apply(v1::UpdateScheduleRequest{}, std::nullopt).status()), v1::UNKNOWN_RESOURCE);
  EXPECT_EQ(core::fault_of(apply(v1::DeleteScheduleRequest{}, std::nullopt).status()), v1::UNKNOWN_RESOURCE);
  EXPECT_EQ(core::fault_of(apply(v1::PauseScheduleRequest{}, std::nullopt).status()), v1::UNKNOWN_RESOURCE);
  EXPECT_EQ(core::fault_of(apply(v1::ResumeScheduleRequest{}, std::nullopt).status()), v1::UNKNOWN_RESOURCE);
  EXPECT_EQ(core::fault_of(apply(v1::TriggerScheduleRequest{}, std::nullopt).status()), v1::UNKNOWN_RESOURCE);
  EXPECT_EQ(core::fault_of(apply(create_, created()).status()), v1::SCHEDULE_ALREADY_EXISTS);
  const auto deleted = apply(v1::DeleteScheduleRequest{}, created());
  ASSERT_TRUE(deleted.ok());
  EXPECT_FALSE(deleted->has_value());
}

TEST_F(EditsTest, EachFieldOfAScheduleHasItsBounds) {
  create_.mutable_schedule()->mutable_spec()->set_cron("* * *");
  EXPECT_EQ(refused_for(), "schedule.spec.cron");
  *create_.mutable_schedule() = process_every_ten_minutes();
  start().clear_workflow_type();
  EXPECT_EQ(refused_for(), "schedule.start.workflow_type.name");
  start().mutable_workflow_type()->set_name("process");
  EXPECT_EQ(refused_for(), "schedule.start.workflow_type.version");
  start().mutable_workflow_type()->set_version("1");
  start().mutable_task_list()->set_name("a:b");
  EXPECT_EQ(refused_for(), "schedule.start.task_list.name");
  start().clear_task_list();
  start().mutable_input()->set_data(std::string(limits_.payload_bytes + 1, 'x'));
  EXPECT_EQ(refused_for(), "schedule.start.input");
  start().clear_input();
  start().mutable_execution_start_to_close_timeout()->set_none(true);
  EXPECT_EQ(refused_for(), "schedule.start.execution_start_to_close_timeout");
  start().clear_execution_start_to_close_timeout();
  for (int i = 0; i < 6; ++i) start().add_tag_list("tag");
  EXPECT_EQ(refused_for(), "schedule.start.tag_list");
  start().clear_tag_list();
  (*start().mutable_headers())["a:b"];
  EXPECT_EQ(refused_for(), "schedule.start.headers key");
  start().clear_headers();
  (*start().mutable_search_attributes())["a:b"].set_integer(1);
  EXPECT_EQ(refused_for(), "schedule.start.search_attributes key");
  start().clear_search_attributes();
  create_.mutable_schedule()->set_overlap_policy(static_cast<v1::OverlapPolicy>(17));
  EXPECT_EQ(refused_for(), "schedule.overlap_policy");
  create_.mutable_schedule()->clear_overlap_policy();
  for (const int64_t seconds : {int64_t{-1}, int64_t{9}, int64_t{366 * 86'400 + 1}}) {
    create_.mutable_schedule()->mutable_catch_up_window()->set_seconds(seconds);
    EXPECT_EQ(refused_for(), "schedule.catch_up_window") << seconds;
  }
  create_.mutable_schedule()->mutable_catch_up_window()->set_seconds(10);
  EXPECT_TRUE(apply(create_, std::nullopt).ok());
  // An update is held to the same.
  v1::UpdateScheduleRequest update;
  EXPECT_EQ(subject(apply(update, created())), "schedule.spec.cron");
}

TEST_F(EditsTest, TheWorkflowIdLeavesRoomForATimeUnlessItIsFixed) {
  start().set_workflow_id(std::string(231, 'w'));
  EXPECT_TRUE(apply(create_, std::nullopt).ok());
  ScheduledTime time;
  time.set_nominal_ms(kNow + 1);
  EXPECT_LE(start_request(nightly(), created(), time).workflow_id().size(), 256U);
  start().set_workflow_id(std::string(232, 'w'));
  EXPECT_EQ(refused_for(), "schedule.start.workflow_id");
  start().set_fixed_workflow_id(true);
  EXPECT_TRUE(apply(create_, std::nullopt).ok());
  EXPECT_EQ(start_request(nightly(), created(), time).workflow_id(), std::string(232, 'w'));
  start().set_workflow_id(std::string(257, 'w'));
  EXPECT_EQ(refused_for(), "schedule.start.workflow_id");
  start().clear_workflow_id();
  EXPECT_EQ(start_request(nightly(), created(), time).workflow_id(), "nightly");
}

TEST_F(EditsTest, AFixedWorkflowIdDoesNotGoWithRunsThatOverlap) {
  start().set_fixed_workflow_id(true);
  const Contents contents = created();
  v1::TriggerScheduleRequest trigger;
  trigger.set_overlap_policy(v1::OVERLAP_POLICY_ALLOW_ALL);
  EXPECT_EQ(subject(apply(trigger, contents)), "overlap_policy");
  create_.mutable_schedule()->set_overlap_policy(v1::OVERLAP_POLICY_ALLOW_ALL);
  EXPECT_EQ(refused_for(), "schedule.start.fixed_workflow_id");
}

TEST_F(EditsTest, EveryCallNamesItsScheduleWell) {
  EXPECT_EQ(core::subject_of(check(addressed<v1::DeleteScheduleRequest>("", "nightly"))), "domain");
  EXPECT_EQ(core::subject_of(check(addressed<v1::CreateScheduleRequest>("orders", ""))), "schedule_id");
  EXPECT_EQ(core::subject_of(check(addressed<v1::UpdateScheduleRequest>("orders", std::string(257, 'x')))), "schedule_id");
  EXPECT_EQ(core::subject_of(check(addressed<v1::DescribeScheduleRequest>("orders", " x"))), "schedule_id");
  auto trigger = addressed<v1::TriggerScheduleRequest>("orders", "eu/nightly");
  EXPECT_TRUE(check(trigger).ok());
  trigger.set_request_id(std::string(65, 'x'));
  EXPECT_EQ(core::subject_of(check(trigger)), "request_id");
  trigger.clear_request_id();
  trigger.set_overlap_policy(static_cast<v1::OverlapPolicy>(-1));
  EXPECT_EQ(core::subject_of(check(trigger)), "overlap_policy");
  auto pause = addressed<v1::PauseScheduleRequest>("orders", "nightly");
  pause.set_reason(std::string(257, 'x'));
  EXPECT_EQ(core::subject_of(check(pause)), "reason");
  auto resume = addressed<v1::ResumeScheduleRequest>("orders", "nightly");
  resume.set_reason(std::string("\0", 1));
  EXPECT_EQ(core::subject_of(check(resume)), "reason");
}

TEST_F(EditsTest, ABackfillHasTimesAndNoneInTheFuture) {
  v1::BackfillScheduleRequest request;
  const auto between = [&](int64_t from_ms, int64_t until_ms) {
    request.mutable_start_time()->set_seconds(from_ms / 1000);
    request.mutable_end_time()->set_seconds(until_ms / 1000);
    return apply(request, created());
  };
  EXPECT_EQ(subject(apply(request, created())), "start_time");
  request.mutable_start_time();
  EXPECT_EQ(subject(apply(request, created())), "end_time");
  EXPECT_EQ(subject(between(kNow - 1'000, kNow - 2'000)), "end_time");
  EXPECT_EQ(subject(between(-1'000, kNow)), "start_time");
  EXPECT_EQ(subject(between(kNow - 60'000, kNow + 1'000)), "end_time");
  EXPECT_EQ(subject(between(kNow - 60'000, kNow - 1'000)), "start_time") << "no time between them";
  EXPECT_EQ(subject(between(kNow - (kMaxBackfillTimes + 1) * 600'000, kNow)), "end_time") << "too many";
  EXPECT_TRUE(between(kNow - (kMaxBackfillTimes - 1) * 600'000, kNow).ok());
  EXPECT_TRUE(between(kNow, kNow).ok()) << "both ends belong to it";
  Current current = created();
  for (int i = 0; i < kMaxBackfills; ++i) {
    auto edited = apply(request, current);
    ASSERT_TRUE(edited.ok()) << i;
    current = *edited;
  }
  EXPECT_EQ(core::fault_of(apply(request, current).status()), v1::LIMIT_EXCEEDED);
}

TEST_F(EditsTest, WhatWasKeptIsReadAgainAndWhatCannotBeReadIsSaid) {
  const Contents contents = created();
  const auto read = read_contents(contents.schedule.SerializeAsString(), contents.state.SerializeAsString());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->state.SerializeAsString(), contents.state.SerializeAsString());
  EXPECT_EQ(read->times.next_after(kNow), contents.times.next_after(kNow));
  EXPECT_EQ(read_contents("\xff", "").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(read_contents("", contents.state.SerializeAsString()).status().code(), absl::StatusCode::kDataLoss) << "without a spec";
}

}  // namespace
}  // namespace baton::schedule
