// `baton schedule` as a person uses it, against a coordinator that answers what the test says.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <nlohmann/json.hpp>

#include "baton/v1/workflow_service.grpc.pb.h"
#include "program.h"

namespace baton::testing {
namespace {

using ::testing::HasSubstr;

// Remembers the last request of each kind.
class Answering : public v1::WorkflowService::Service {
 public:
  Answering() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~Answering() override { server_->Shutdown(std::chrono::system_clock::now()); }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  v1::CreateScheduleRequest created;
  v1::UpdateScheduleRequest updated;
  v1::PauseScheduleRequest paused;
  v1::ResumeScheduleRequest resumed;
  v1::BackfillScheduleRequest filled;
  v1::TriggerScheduleRequest triggered;
  v1::DeleteScheduleRequest deleted;
  v1::DescribeScheduleResponse described;

 private:
  using Context = grpc::ServerContext*;
  template <class Request>
  static grpc::Status keep(Request& kept, const Request& request) {
    kept = request;
    return grpc::Status::OK;
  }
  grpc::Status CreateSchedule(Context, const v1::CreateScheduleRequest* request, v1::CreateScheduleResponse*) override {
    return keep(created, *request);
  }
  grpc::Status UpdateSchedule(Context, const v1::UpdateScheduleRequest* request, v1::UpdateScheduleResponse*) override {
    return keep(updated, *request);
  }
  grpc::Status PauseSchedule(Context, const v1::PauseScheduleRequest* request, v1::PauseScheduleResponse*) override {
    return keep(paused, *request);
  }
  grpc::Status ResumeSchedule(Context, const v1::ResumeScheduleRequest* request, v1::ResumeScheduleResponse*) override {
    return keep(resumed, *request);
  }
  grpc::Status BackfillSchedule(Context, const v1::BackfillScheduleRequest* request, v1::BackfillScheduleResponse*) override {
    return keep(filled, *request);
  }
  grpc::Status TriggerSchedule(Context, const v1::TriggerScheduleRequest* request, v1::TriggerScheduleResponse*) override {
    return keep(triggered, *request);
  }
  grpc::Status DeleteSchedule(Context, const v1::DeleteScheduleRequest* request, v1::DeleteScheduleResponse*) override {
    return keep(deleted, *request);
  }
  grpc::Status DescribeSchedule(Context, const v1::DescribeScheduleRequest*, v1::DescribeScheduleResponse* response) override {
    *response = described;
    return grpc::Status::OK;
  }
  grpc::Status ListSchedules(Context, const v1::ListSchedulesRequest* request, v1::ListSchedulesResponse* response) override {
    // Two pages.
    const bool first = request->next_page_token().empty();
    v1::ScheduleInfo& info = *response->add_schedule_infos();
    info.set_schedule_id(first ? "hourly" : "nightly");
    info.mutable_workflow_type()->set_name("check");
    info.mutable_workflow_type()->set_version("1");
    if (first) {
      info.mutable_spec()->mutable_fixed_rate()->mutable_interval()->set_seconds(3600);
      info.mutable_next_time()->set_seconds(1'780'000'200);
      info.mutable_last_run()->mutable_started()->set_workflow_id("hourly/2026-05-28T19:30:00Z");
      response->set_next_page_token("more");
    } else {
      info.mutable_spec()->set_cron("0 2 * * *");
      info.mutable_spec()->set_time_zone("Europe/Berlin");
      info.set_paused(true);
    }
    return grpc::Status::OK;
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

class CliSchedule : public ::testing::Test {
 protected:
  Ended schedule(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {BATON_PROGRAM, "--address", coordinator_.address(), "--timeout", "2", "schedule"});
    return run_program(arguments, {"BATON_DOMAIN=shop"});
  }
  void expect_says(const Ended& ended, const std::string& words) {
    EXPECT_EQ(ended.exit_code, 0) << ended.err;
    EXPECT_EQ(ended.out, words + "\n");
  }
  Answering coordinator_;
};

TEST_F(CliSchedule, IsCreatedWithAllThatIsGiven) {
  expect_says(schedule({"create",     "nightly",        "--cron",        "0 2 * * *", "--time-zone",   "Europe/Berlin", "--type",
                        "check:1",    "--input",        "{\"a\":1}",     "--overlap", "buffer-one",    "--catch-up",    "2h",
                        "--from",     "2026-05-04",     "--until",       "2026-06-04", "--workflow-id", "checks",        "--task-list",
                        "night",      "--tag",          "eu",            "--tag",      "big",           "--priority",    "3",
                        "--paused",   "--execution-timeout", "1h",       "--task-timeout", "none",      "--child-policy", "abandon"}),
              "schedule nightly is created");
  const v1::CreateScheduleRequest& request = coordinator_.created;
  EXPECT_EQ(request.domain(), "shop");
  EXPECT_EQ(request.schedule_id(), "nightly");
  EXPECT_FALSE(request.request_id().empty());
  EXPECT_TRUE(request.paused());
  const v1::Schedule& given = request.schedule();
  EXPECT_EQ(given.spec().cron(), "0 2 * * *");
  EXPECT_EQ(given.spec().time_zone(), "Europe/Berlin");
  EXPECT_EQ(given.spec().start_time().seconds(), 1'777'852'800);
  EXPECT_EQ(given.spec().end_time().seconds(), 1'780'531'200);
  EXPECT_EQ(given.overlap_policy(), v1::OVERLAP_POLICY_BUFFER_ONE);
  EXPECT_EQ(given.catch_up_window().seconds(), 7200);
  EXPECT_EQ(given.start().workflow_type().name(), "check");
  EXPECT_EQ(given.start().workflow_id(), "checks");
  EXPECT_EQ(given.start().input().data(), "{\"a\":1}");
  EXPECT_EQ(given.start().task_list().name(), "night");
  EXPECT_EQ(given.start().execution_start_to_close_timeout().after().seconds(), 3600);
  EXPECT_TRUE(given.start().task_start_to_close_timeout().none());
  EXPECT_EQ(given.start().child_policy(), v1::CHILD_POLICY_ABANDON);
  EXPECT_EQ(given.start().task_priority(), 3);
  EXPECT_EQ(given.start().tag_list_size(), 2);
}

TEST_F(CliSchedule, WhatIsNotGivenIsNotSent) {
  expect_says(schedule({"update", "hourly", "--every", "1h", "--offset", "90s", "--type", "check:1", "--fixed-workflow-id"}),
              "schedule hourly is updated");
  const v1::Schedule& given = coordinator_.updated.schedule();
  EXPECT_EQ(given.spec().fixed_rate().interval().seconds(), 3600);
  EXPECT_EQ(given.spec().fixed_rate().offset().seconds(), 90);
  EXPECT_FALSE(given.spec().has_start_time() || given.spec().has_end_time() || given.has_catch_up_window());
  EXPECT_EQ(given.overlap_policy(), v1::OVERLAP_POLICY_UNSPECIFIED);
  EXPECT_TRUE(given.start().fixed_workflow_id());
  EXPECT_FALSE(given.start().has_input() || given.start().has_task_list() || given.start().has_task_priority());
}

TEST_F(CliSchedule, IsPausedResumedTriggeredFilledUpAndDeleted) {
  expect_says(schedule({"pause", "nightly", "--reason", "the hosts move"}), "schedule nightly is paused");
  EXPECT_EQ(coordinator_.paused.reason(), "the hosts move");
  expect_says(schedule({"resume", "nightly"}), "schedule nightly is resumed");
  EXPECT_EQ(coordinator_.resumed.schedule_id(), "nightly");
  expect_says(schedule({"trigger", "nightly", "--overlap", "ALLOW_ALL"}), "schedule nightly is triggered");
  EXPECT_EQ(coordinator_.triggered.overlap_policy(), v1::OVERLAP_POLICY_ALLOW_ALL);
  EXPECT_FALSE(coordinator_.triggered.request_id().empty());
  expect_says(schedule({"backfill", "nightly", "--from", "2026-05-04", "--until", "2026-05-05T12:00:00Z"}), "schedule nightly is backfilled");
  EXPECT_EQ(coordinator_.filled.start_time().seconds(), 1'777'852'800);
  EXPECT_EQ(coordinator_.filled.end_time().seconds(), 1'777'852'800 + 36 * 3600);
  expect_says(schedule({"delete", "nightly"}), "schedule nightly is deleted");
  EXPECT_EQ(coordinator_.deleted.schedule_id(), "nightly");
  EXPECT_EQ(nlohmann::json::parse(schedule({"-o", "json", "delete", "nightly"}).out), nlohmann::json({{"deleted", "nightly"}}));
}

TEST_F(CliSchedule, AreListedWithTheirNextTimeAndTheirLastRun) {
  EXPECT_EQ(schedule({"list"}).out,
            "SCHEDULE  WHEN                     TYPE     NEXT                     LAST\n"
            "hourly    every 1h                 check:1  2026-05-28 20:30:00.000  hourly/2026-05-28T19:30:00Z\n"
            "nightly   0 2 * * * Europe/Berlin  check:1  PAUSED\n");
  EXPECT_EQ(nlohmann::json::parse(schedule({"list", "-o", "json"}).out).size(), 2U);
}

TEST_F(CliSchedule, IsDescribedWithWhatBecameOfItsTimes) {
  v1::DescribeScheduleResponse& shown = coordinator_.described;
  shown.set_schedule_id("nightly");
  shown.mutable_schedule()->mutable_spec()->set_cron("0 2 * * *");
  shown.mutable_schedule()->mutable_start()->mutable_workflow_type()->set_name("check");
  shown.mutable_schedule()->mutable_start()->mutable_workflow_type()->set_version("1");
  shown.add_next_times()->set_seconds(1'780'000'200);
  auto add = [&](int64_t seconds, v1::RunSource source) {
    v1::ScheduleRun& run = *shown.add_recent_runs();
    run.mutable_nominal_time()->set_seconds(seconds);
    run.mutable_action_time()->set_seconds(seconds + 1);
    run.set_source(source);
    return &run;
  };
  add(1'780'000'100, v1::RUN_SOURCE_TRIGGER)->mutable_started()->set_workflow_id("nightly/then");
  add(1'780'000'000, v1::RUN_SOURCE_SPEC)->set_not_started(v1::NOT_STARTED_REASON_OVERLAP);
  auto* const missed = add(1'779'999'900, v1::RUN_SOURCE_SPEC);
  missed->set_not_started(v1::NOT_STARTED_REASON_MISSED);
  missed->set_missed_count(7);
  auto& refused = *add(1'779'999'800, v1::RUN_SOURCE_BACKFILL)->mutable_refused();
  refused.set_fault(v1::TYPE_DEPRECATED);
  refused.set_message("check 1 is deprecated");
  const std::string out = schedule({"describe", "nightly"}).out;
  EXPECT_THAT(out, HasSubstr("SCHEDULE  nightly\nwhen      0 2 * * *\nstarts    check:1\noverlap   SKIP\nstate     ACTIVE\nnext      2026-05-28 20:30:00.000\n"));
  EXPECT_THAT(out, HasSubstr("2026-05-28 20:28:20.000  TRIGGER   2026-05-28 20:28:21.000  nightly/then\n"));
  EXPECT_THAT(out, HasSubstr("SPEC      2026-05-28 20:26:41.000  OVERLAP\n"));
  EXPECT_THAT(out, HasSubstr("MISSED (7 times)\n"));
  EXPECT_THAT(out, HasSubstr("BACKFILL  2026-05-28 20:23:21.000  TYPE_DEPRECATED: check 1 is deprecated\n"));
  EXPECT_EQ(nlohmann::json::parse(schedule({"describe", "nightly", "-o", "json"}).out)["recent_runs"].size(), 4U);
}

}  // namespace
}  // namespace baton::testing
