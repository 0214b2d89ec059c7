// Beyond SWF: schedules. What takes a whole day or a changed clock is in tests/schedule; who starts a run once is in tests/engine.
#include <chrono>
#include <set>

#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kProcess = " start { workflow_type { name: 'process' version: '1' } } ";
// From the year 2100 on: no test meets such a time.
const std::string kFromThen = " start_time { seconds: 4102444800 } ";
const std::string kNightly = "spec { cron: '0 3 * * *'" + kFromThen + "}" + kProcess;
const std::string kOften = "spec { fixed_rate { interval { seconds: 1 } } }" + kProcess;
constexpr int64_t kDayMs = 24 * 3600 * 1000;

class BeyondSchedules : public SpecTest {
 protected:
  using SpecTest::SpecTest;

  template <class Request>
  static Request of(const std::string& id, const std::string& fields) {
    Request request;
    request.set_domain(kDomain);
    request.set_schedule_id(id);
    merge(fields, &request);
    return request;
  }
  Outcome try_create(const std::string& id, const std::string& schedule, const std::string& fields = "") {
    return outcome(*workflows_, &Workflows::CreateSchedule, of<v1::CreateScheduleRequest>(id, "schedule { " + schedule + " } " + fields));
  }
  void create(const std::string& id, const std::string& schedule, const std::string& fields = "") {
    const Outcome created = try_create(id, schedule, fields);
    EXPECT_EQ(created.reason, "OK") << created.message;
  }
  Outcome try_update(const std::string& id, const std::string& schedule) {
    return outcome(*workflows_, &Workflows::UpdateSchedule, of<v1::UpdateScheduleRequest>(id, "schedule { " + schedule + " }"));
  }
  Outcome try_delete(const std::string& id) {
    return outcome(*workflows_, &Workflows::DeleteSchedule, of<v1::DeleteScheduleRequest>(id, ""));
  }
  Outcome try_pause(const std::string& id, const std::string& fields = "") {
    return outcome(*workflows_, &Workflows::PauseSchedule, of<v1::PauseScheduleRequest>(id, fields));
  }
  Outcome try_resume(const std::string& id, const std::string& fields = "") {
    return outcome(*workflows_, &Workflows::ResumeSchedule, of<v1::ResumeScheduleRequest>(id, fields));
  }
  Outcome try_trigger(const std::string& id, const std::string& fields = "") {
    return outcome(*workflows_, &Workflows::TriggerSchedule, of<v1::TriggerScheduleRequest>(id, fields));
  }
  void trigger(const std::string& id, const std::string& fields = "") { EXPECT_EQ(try_trigger(id, fields).reason, "OK"); }
  Outcome try_backfill(const std::string& id, const std::string& from, const std::string& until) {
    return outcome(*workflows_, &Workflows::BackfillSchedule,
                   of<v1::BackfillScheduleRequest>(id, "start_time { " + from + " } end_time { " + until + " }"));
  }
  Outcome try_describe(const std::string& id) {
    return outcome(*workflows_, &Workflows::DescribeSchedule, of<v1::DescribeScheduleRequest>(id, ""));
  }
  v1::DescribeScheduleResponse shown(const std::string& id) {
    v1::DescribeScheduleResponse response;
    const grpc::Status status = call(*workflows_, &Workflows::DescribeSchedule, of<v1::DescribeScheduleRequest>(id, ""), &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  // Newest first; waits until there are so many.
  std::vector<v1::ScheduleRun> recent(const std::string& id, int count) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (true) {
      const auto response = shown(id);
      if (response.recent_runs_size() >= count) return {response.recent_runs().begin(), response.recent_runs().end()};
      if (std::chrono::steady_clock::now() > until) break;
    }
    ADD_FAILURE() << id << " has not " << count << " recent runs";
    return std::vector<v1::ScheduleRun>(count);
  }
  v1::ListSchedulesResponse list(const std::string& fields = "") {
    v1::ListSchedulesRequest request;
    v1::ListSchedulesResponse response;
    merge("domain: 'orders' " + fields, &request);
    const grpc::Status status = call(*workflows_, &Workflows::ListSchedules, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  // "seconds: N", so many days before now.
  std::string days_ago(int days) { return "seconds: " + std::to_string(engine_->now_ms() / 1000 - days * 86400); }
};

TEST_F(BeyondSchedules, AFixedRateStartsRunsAtItsTimesAndNoneBefore) {
  create("often", kOften + " overlap_policy: OVERLAP_POLICY_ALLOW_ALL");
  std::set<std::string> ids;
  for (const v1::ScheduleRun& run : recent("often", 3)) {
    ASSERT_TRUE(run.has_started());
    EXPECT_EQ(run.source(), v1::RUN_SOURCE_SPEC);
    const int64_t nominal_ms = milliseconds_of(run.nominal_time());
    EXPECT_EQ(nominal_ms % 1000, 0);
    EXPECT_GE(time_ms(run.started().workflow_id(), 1), nominal_ms);
    ids.insert(run.started().workflow_id());
  }
  EXPECT_GE(ids.size(), 3U);
  EXPECT_THAT(*ids.begin(), HasSubstr("often/20"));
  EXPECT_EQ(try_delete("often").reason, "OK");
}

TEST_F(BeyondSchedules, ACronExpressionGoesByTheClockOfItsZone) {
  create("utc", kNightly);
  create("kathmandu", "spec { cron: '0 3 * * *' time_zone: 'Asia/Kathmandu'" + kFromThen + "}" + kProcess);
  const auto utc = shown("utc"), kathmandu = shown("kathmandu");
  ASSERT_EQ(utc.next_times_size(), 5);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(milliseconds_of(utc.next_times(i)) % kDayMs, 3 * 3600 * 1000);
    EXPECT_EQ(milliseconds_of(kathmandu.next_times(i)) % kDayMs, (21 * 60 + 15) * 60 * 1000) << "5:45 before it is 3:00 in UTC";
  }
  EXPECT_EQ(milliseconds_of(utc.next_times(0)), 4102444800'000 + 3 * 3600 * 1000);
  EXPECT_EQ(kathmandu.schedule().spec().time_zone(), "Asia/Kathmandu");
}

TEST_F(BeyondSchedules, ARunBeginsAsTheScheduleSays) {
  create("nightly",
         "spec { cron: '@daily'" + kFromThen +
             "} start { workflow_id: 'checks' workflow_type { name: 'process' version: 'bare' } task_list { name: 'night' } "
         "task_priority: 7 input { data: '42' } execution_start_to_close_timeout { after { seconds: 60 } } "
         "task_start_to_close_timeout { none: true } child_policy: CHILD_POLICY_ABANDON tag_list: 'eu' lambda_role: 'r' "
         "headers { key: 'trace' value { data: 't' } } search_attributes { key: 'region' value { text: 'eu' } } }");
  trigger("nightly");
  const std::string id = recent("nightly", 1)[0].started().workflow_id();
  EXPECT_THAT(id, ::testing::StartsWith("checks/20"));
  EXPECT_EQ(attributes(id, 1),
            "workflow_type { name: \"process\" version: \"bare\" } task_list { name: \"night\" } input { data: \"42\" } "
            "execution_start_to_close_timeout { after { seconds: 60 } } task_start_to_close_timeout { none: true } "
            "child_policy: CHILD_POLICY_ABANDON task_priority: 7 tag_list: \"eu\" lambda_role: \"r\" headers { key: \"trace\" value { data: \"t\" } } "
            "search_attributes { key: \"region\" value { text: \"eu\" } }");
}

TEST_F(BeyondSchedules, SkipIsTheDefaultWhileARunIsOpen) {
  create("nightly", kNightly);
  trigger("nightly");
  trigger("nightly");
  const auto runs = recent("nightly", 2);
  EXPECT_TRUE(runs[1].has_started());
  EXPECT_EQ(runs[0].not_started(), v1::NOT_STARTED_REASON_OVERLAP);
  EXPECT_EQ(runs[0].source(), v1::RUN_SOURCE_TRIGGER);
}

TEST_F(BeyondSchedules, BufferOneWaitsForTheEnd) {
  create("nightly", kNightly + " overlap_policy: OVERLAP_POLICY_BUFFER_ONE");
  trigger("nightly");
  const std::string first = recent("nightly", 1)[0].started().workflow_id();
  trigger("nightly");
  trigger("nightly");
  EXPECT_EQ(recent("nightly", 2)[0].not_started(), v1::NOT_STARTED_REASON_OVERLAP) << "one waits already";
  EXPECT_EQ(shown("nightly").waiting_starts(), 1);
  terminate(first);
  EXPECT_TRUE(recent("nightly", 3)[0].has_started());
  EXPECT_EQ(shown("nightly").waiting_starts(), 0);
}

TEST_F(BeyondSchedules, CancelOtherAsksTheRunToCancel) {
  create("nightly", kNightly + " overlap_policy: OVERLAP_POLICY_CANCEL_OTHER");
  trigger("nightly");
  const std::string first = recent("nightly", 1)[0].started().workflow_id();
  trigger("nightly");
  wait_for(first, "WorkflowExecutionCancelRequested");
  decide({cancel()});
  EXPECT_TRUE(recent("nightly", 2)[0].has_started());
  EXPECT_EQ(describe(first).execution_info().close_status(), v1::CLOSE_STATUS_CANCELED);
}

TEST_F(BeyondSchedules, TerminateOtherTerminatesTheRun) {
  create("nightly", kNightly + " overlap_policy: OVERLAP_POLICY_TERMINATE_OTHER");
  trigger("nightly");
  const std::string first = recent("nightly", 1)[0].started().workflow_id();
  trigger("nightly");
  EXPECT_TRUE(recent("nightly", 2)[0].has_started());
  EXPECT_EQ(describe(first).execution_info().close_status(), v1::CLOSE_STATUS_TERMINATED);
  EXPECT_THAT(attributes(first, 3), HasSubstr("reason: \"the next run of its schedule\""));
}

TEST_F(BeyondSchedules, ATriggerMaySayItsOwnOverlapPolicy) {
  create("nightly", kNightly);
  trigger("nightly");
  trigger("nightly", "overlap_policy: OVERLAP_POLICY_ALLOW_ALL");
  const auto runs = recent("nightly", 2);
  for (const auto& run : runs) EXPECT_EQ(describe(run.started().workflow_id()).execution_info().execution_status(), v1::EXECUTION_STATUS_OPEN);
}

TEST_F(BeyondSchedules, APausedScheduleSaysWhyAndStartsOnlyWhatIsTriggered) {
  create("often", kOften, "paused: true");
  EXPECT_TRUE(shown("often").paused());
  EXPECT_EQ(try_pause("often", "reason: 'the warehouse moves'").reason, "OK");
  EXPECT_EQ(shown("often").reason(), "the warehouse moves");
  EXPECT_EQ(shown("often").next_times_size(), 0);
  trigger("often");
  EXPECT_EQ(recent("often", 1)[0].source(), v1::RUN_SOURCE_TRIGGER);
  EXPECT_EQ(try_resume("often", "reason: 'it has moved'").reason, "OK");
  EXPECT_EQ(shown("often").reason(), "it has moved");
  EXPECT_FALSE(shown("often").paused());
  EXPECT_EQ(recent("often", 2)[0].source(), v1::RUN_SOURCE_SPEC);
}

TEST_F(BeyondSchedules, ABackfillStartsTheTimesOfARange) {
  create("nightly", kNightly + " overlap_policy: OVERLAP_POLICY_ALLOW_ALL");
  EXPECT_EQ(try_backfill("nightly", days_ago(3), days_ago(0)).reason, "OK");
  const auto runs = recent("nightly", 3);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(runs[i].source(), v1::RUN_SOURCE_BACKFILL);
    EXPECT_EQ(milliseconds_of(runs[i].nominal_time()) % kDayMs, 3 * 3600 * 1000);
    EXPECT_THAT(runs[i].started().workflow_id(), ::testing::EndsWith("T03:00:00Z"));
  }
  EXPECT_EQ(shown("nightly").backfills(), 0);
  EXPECT_EQ(try_backfill("nightly", days_ago(0), days_ago(1)).subject, "end_time");
  EXPECT_EQ(try_backfill("nightly", days_ago(1), days_ago(-1)).subject, "end_time") << "in the future";
  EXPECT_EQ(try_backfill("nightly", "seconds: 7200", "seconds: 7201").subject, "start_time") << "no time between them";
  EXPECT_EQ(try_backfill("nightly", "", days_ago(1)).subject, "end_time") << "more than 10,000 times";
}

TEST_F(BeyondSchedules, AnUpdateTakesTheWholePlace) {
  create("nightly", kNightly);
  const std::string renamed = " start { workflow_id: 'renamed' workflow_type { name: 'process' version: '1' } }";
  EXPECT_EQ(try_update("nightly", "spec { cron: '30 4 * * *'" + kFromThen + "}" + renamed).reason, "OK");
  const auto response = shown("nightly");
  EXPECT_EQ(milliseconds_of(response.next_times(0)) % kDayMs, (4 * 60 + 30) * 60 * 1000);
  EXPECT_GE(milliseconds_of(response.update_time()), milliseconds_of(response.create_time()));
  trigger("nightly");
  EXPECT_THAT(recent("nightly", 1)[0].started().workflow_id(), ::testing::StartsWith("renamed/"));
}

TEST_F(BeyondSchedules, ADeletedScheduleIsGoneAndItsRunsGoOn) {
  create("nightly", kNightly);
  trigger("nightly");
  const std::string run = recent("nightly", 1)[0].started().workflow_id();
  EXPECT_EQ(try_delete("nightly").reason, "OK");
  EXPECT_EQ(try_describe("nightly").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(describe(run).execution_info().execution_status(), v1::EXECUTION_STATUS_OPEN);
  create("nightly", kNightly);
  EXPECT_EQ(shown("nightly").recent_runs_size(), 0);
}

TEST_F(BeyondSchedules, WhatIsNotThereIsUnknownAndAnIdIsUsedOnce) {
  create("nightly", kNightly);
  const Outcome again = try_create("nightly", kNightly);
  EXPECT_EQ(again.code, grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(again.reason, "SCHEDULE_ALREADY_EXISTS");
  for (const Outcome& unknown : {try_describe("none"), try_update("none", kNightly), try_delete("none"), try_pause("none"), try_resume("none"),
                                 try_trigger("none"), try_backfill("none", days_ago(1), days_ago(0))}) {
    EXPECT_EQ(unknown.code, grpc::StatusCode::NOT_FOUND);
    EXPECT_EQ(unknown.reason, "UNKNOWN_RESOURCE");
    EXPECT_EQ(unknown.subject, "schedule none");
  }
  EXPECT_EQ(try_create("nightly", kNightly, "domain: 'none'").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_trigger("nightly", "domain: 'none'").reason, "UNKNOWN_RESOURCE");
}

TEST_F(BeyondSchedules, WhatCouldNotBeStartedNowIsRefused) {
  EXPECT_EQ(try_create("a", "spec { cron: '@daily' } start { workflow_type { name: 'none' version: '1' } }").reason, "UNKNOWN_RESOURCE");
  const Outcome bare = try_create("a", "spec { cron: '@daily' } start { workflow_type { name: 'process' version: 'bare' } }");
  EXPECT_EQ(bare.reason, "DEFAULT_UNDEFINED");
  EXPECT_EQ(bare.subject, "execution_start_to_close_timeout");
  create("nightly", kNightly);
  EXPECT_EQ(on_type(&Registry::DeprecateWorkflowType, "process", "1").reason, "OK");
  EXPECT_EQ(try_create("a", kNightly).reason, "TYPE_DEPRECATED");
  EXPECT_EQ(try_update("nightly", kNightly).reason, "TYPE_DEPRECATED");
  trigger("nightly");
  EXPECT_EQ(recent("nightly", 1)[0].refused().fault(), v1::TYPE_DEPRECATED);
  deprecate_domain(kDomain);
  EXPECT_EQ(try_create("a", kNightly).reason, "DOMAIN_DEPRECATED");
  trigger("nightly");
  EXPECT_EQ(recent("nightly", 2)[0].refused().fault(), v1::DOMAIN_DEPRECATED);
}

TEST_F(BeyondSchedules, AMalformedFieldIsNamed) {
  const std::string& start = kProcess;
  const auto subject = [&](const std::string& schedule) {
    const Outcome refused = try_create("a", schedule);
    EXPECT_EQ(refused.reason, "VALIDATION") << schedule;
    EXPECT_EQ(refused.code, grpc::StatusCode::INVALID_ARGUMENT) << schedule;
    return refused.subject;
  };
  EXPECT_EQ(subject(start), "schedule.spec.cron");
  EXPECT_EQ(subject("spec { cron: '0 25 * * *' }" + start), "schedule.spec.cron");
  EXPECT_THAT(try_create("a", "spec { cron: '0 25 * * *' }" + start).message, HasSubstr("at character 3: the hour is 0 to 23"));
  EXPECT_EQ(subject("spec { cron: '@daily' time_zone: 'Middle/Earth' }" + start), "schedule.spec.time_zone");
  EXPECT_EQ(subject("spec { fixed_rate { } }" + start), "schedule.spec.fixed_rate.interval");
  EXPECT_EQ(subject("spec { fixed_rate { interval { seconds: 5 } offset { seconds: 5 } } }" + start), "schedule.spec.fixed_rate.offset");
  EXPECT_EQ(subject("spec { cron: '@daily' start_time { seconds: 5 } end_time { seconds: 4 } }" + start), "schedule.spec.end_time");
  EXPECT_EQ(subject("spec { cron: '@daily' }"), "schedule.start.workflow_type.name");
  EXPECT_EQ(subject("spec { cron: '@daily' } catch_up_window { seconds: 9 }" + start), "schedule.catch_up_window");
  EXPECT_EQ(try_create("", kNightly).subject, "schedule_id");
  EXPECT_EQ(try_create("a", kNightly, "request_id: '" + std::string(65, 'x') + "'").subject, "request_id");
  EXPECT_EQ(try_pause("a", "reason: '" + std::string(257, 'x') + "'").subject, "reason");
  EXPECT_EQ(list().schedule_infos_size(), 0) << "nothing was made";
}

TEST_F(BeyondSchedules, AListIsByIdPageByPage) {
  for (const char* id : {"b", "c", "a"}) create(id, kNightly);
  EXPECT_EQ(try_pause("c", "reason: 'why'").reason, "OK");
  trigger("b");
  recent("b", 1);
  const auto ids = [](const v1::ListSchedulesResponse& page) {
    std::vector<std::string> ids;
    for (const auto& info : page.schedule_infos()) ids.push_back(info.schedule_id());
    return ids;
  };
  const auto all = list();
  EXPECT_THAT(ids(all), ElementsAre("a", "b", "c"));
  EXPECT_EQ(all.next_page_token(), "");
  EXPECT_EQ(all.schedule_infos(0).spec().cron(), "0 3 * * *");
  EXPECT_EQ(all.schedule_infos(0).workflow_type().name(), "process");
  EXPECT_EQ(milliseconds_of(all.schedule_infos(0).next_time()) % kDayMs, 3 * 3600 * 1000);
  EXPECT_FALSE(all.schedule_infos(0).has_last_run());
  EXPECT_TRUE(all.schedule_infos(1).last_run().has_started());
  EXPECT_TRUE(all.schedule_infos(2).paused());
  EXPECT_EQ(all.schedule_infos(2).reason(), "why");
  EXPECT_FALSE(all.schedule_infos(2).has_next_time());

  const auto first = list("maximum_page_size: 2");
  EXPECT_THAT(ids(first), ElementsAre("a", "b"));
  const auto second = list("maximum_page_size: 2 next_page_token: '" + first.next_page_token() + "'");
  EXPECT_THAT(ids(second), ElementsAre("c"));
  EXPECT_EQ(second.next_page_token(), "");
  v1::ListSchedulesRequest request;
  merge("domain: 'orders' maximum_page_size: 1 next_page_token: '" + first.next_page_token() + "'", &request);
  EXPECT_EQ(outcome(*workflows_, &Workflows::ListSchedules, request).reason, "INVALID_TOKEN");
  request.clear_next_page_token();
  request.set_maximum_page_size(1001);
  EXPECT_EQ(outcome(*workflows_, &Workflows::ListSchedules, request).subject, "maximum_page_size");
  request.set_maximum_page_size(1);
  request.set_domain("none");
  EXPECT_EQ(outcome(*workflows_, &Workflows::ListSchedules, request).reason, "UNKNOWN_RESOURCE");
}

TEST_F(BeyondSchedules, ACallSentTwiceIsDoneOnce) {
  for (int i = 0; i < 2; ++i) create("nightly", kNightly + " overlap_policy: OVERLAP_POLICY_ALLOW_ALL", "request_id: 'a'");
  for (int i = 0; i < 2; ++i) trigger("nightly", "request_id: 'b'");
  recent("nightly", 1);
  trigger("nightly", "request_id: 'c'");
  recent("nightly", 2);
  EXPECT_EQ(shown("nightly").recent_runs_size(), 2);
  EXPECT_EQ(shown("nightly").waiting_starts(), 0);
}

class SchedulesDenied : public BeyondSchedules {
 protected:
  SchedulesDenied() : BeyondSchedules("deny * TerminateWorkflowExecution *\ndeny * PauseSchedule *\ndefault allow") {}
};
TEST_F(SchedulesDenied, WhoMayNotTerminateMakesNoScheduleThatDoes) {
  create("nightly", kNightly);
  EXPECT_EQ(try_create("a", kNightly + " overlap_policy: OVERLAP_POLICY_TERMINATE_OTHER").reason, "OPERATION_NOT_PERMITTED");
  EXPECT_EQ(try_update("nightly", kNightly + " overlap_policy: OVERLAP_POLICY_TERMINATE_OTHER").reason, "OPERATION_NOT_PERMITTED");
  EXPECT_EQ(try_trigger("nightly", "overlap_policy: OVERLAP_POLICY_TERMINATE_OTHER").reason, "OPERATION_NOT_PERMITTED");
  EXPECT_EQ(try_pause("nightly").reason, "OPERATION_NOT_PERMITTED");
}

class StartsDenied : public BeyondSchedules {
 protected:
  StartsDenied() : BeyondSchedules("deny * StartWorkflowExecution *\ndefault allow") {}
};
TEST_F(StartsDenied, WhoMayNotStartMakesNoScheduleThatDoes) {
  EXPECT_EQ(try_create("a", kNightly).reason, "OPERATION_NOT_PERMITTED");
  EXPECT_EQ(try_backfill("a", days_ago(1), days_ago(0)).reason, "OPERATION_NOT_PERMITTED");
  EXPECT_EQ(try_delete("a").reason, "UNKNOWN_RESOURCE");
}

class FewSchedules : public BeyondSchedules {
 protected:
  static core::Limits few() {
    core::Limits limits;
    limits.schedules = 1;
    return limits;
  }
  FewSchedules() : BeyondSchedules("", few()) {}
};
TEST_F(FewSchedules, ADomainHasABoundOfThem) {
  create("a", kNightly);
  const Outcome refused = try_create("b", kNightly);
  EXPECT_EQ(refused.code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(refused.reason, "LIMIT_EXCEEDED");
}

}  // namespace
}  // namespace baton::testing
