// The example's workflow, told as histories: every way that a deployment test can end.
#include <gmock/gmock.h>

#include "examples/nightly/test_deployment.h"
#include "story.h"

namespace baton::testing {
namespace {

using nightly::Report, nightly::Service;

class NightlyTest : public ::testing::Test {
 protected:
  NightlyTest() : story_(nightly::test_one_deployment) {
    service_.name = "shop";
    service_.server.command = {"serve", "{port}"};
    service_.health.attempts = 3;
    service_.checks = {{.name = "front", .path = "/"}, {.name = "external", .command = {"check"}, .tries = 2}};
  }

  // The names of the activities and timers that the next decision starts, or how it closes.
  std::string decide() {
    decided_ = story_.decide();
    std::string text;
    for (const auto& decision : decided_.decisions()) {
      text += text.empty() ? "" : " ";
      if (decision.has_schedule_activity_task()) {
        text += decision.schedule_activity_task().activity_type().name();
        last_activity_ = decision.schedule_activity_task().activity_id();
      } else if (decision.has_start_timer()) {
        text += "wait-" + std::to_string(to_duration(decision.start_timer().start_to_fire_timeout()).count());
        last_timer_ = decision.start_timer().timer_id();
      } else if (decision.has_complete_workflow_execution()) {
        text += "completed: " + report_of(decision.complete_workflow_execution().result());
      } else if (decision.has_fail_workflow_execution()) {
        text += "failed (" + decision.fail_workflow_execution().reason() + "): " +
                report_of(decision.fail_workflow_execution().details());
      } else if (decision.has_cancel_workflow_execution()) {
        text += "canceled: " + report_of(decision.cancel_workflow_execution().details());
      }
    }
    return text;
  }
  static std::string report_of(const v1::Payload& payload) {
    const auto report = from_payload<Report>(from_wire(payload));
    std::string text = report.outcome + ", " + std::to_string(report.probes) + " probes";
    for (const auto& check : report.checks) text += ", " + check.name + (check.passed ? " passed" : " failed");
    return text;
  }

  std::string begin() {
    story_.started(payload(service_));
    return decide();
  }
  std::string next(const std::optional<Payload>& result = std::nullopt) {
    story_.activity_completed(last_activity_, result);
    return decide();
  }
  std::string lost() {
    story_.activity_timed_out(last_activity_, v1::ACTIVITY_TASK_TIMEOUT_TYPE_HEARTBEAT);
    return decide();
  }
  std::string failed(const std::string& reason) {
    story_.activity_failed(last_activity_, reason);
    return decide();
  }
  std::string woken() {
    story_.timer_fired(last_timer_);
    return decide();
  }
  // Up to where the server runs and is to be probed.
  void until_started() {
    EXPECT_EQ(begin(), "provision");
    EXPECT_EQ(next(payload(nightly::Place{"place", 8000})), "deploy");
    EXPECT_EQ(next(), "start_server");
    EXPECT_EQ(next(payload(4711)), "probe");
  }

  Service service_;
  Story story_;
  Answer decided_;
  std::string last_activity_;
  std::string last_timer_;
};

TEST_F(NightlyTest, AServiceThatWorksPasses) {
  until_started();
  EXPECT_EQ(next(payload(true)), "check check");
  story_.activity_completed("6", payload(nightly::CheckResult{"external", true, ""}));
  EXPECT_EQ(decide(), "");
  story_.activity_completed("5", payload(nightly::CheckResult{"front", true, ""}));
  EXPECT_EQ(decide(), "collect_report");
  EXPECT_EQ(next(payload(std::string("report.json"))), "tear_down");
  EXPECT_EQ(next(), "completed: passed, 1 probes, front passed, external passed");
}

TEST_F(NightlyTest, StepsHaveTheirTimeoutsAndList) {
  begin();
  const auto& step = decided_.decisions(0).schedule_activity_task();
  EXPECT_EQ(step.start_to_close_timeout().after().seconds(), 20);
  EXPECT_EQ(step.heartbeat_timeout().after().seconds(), 5);
  EXPECT_EQ(step.task_list().name(), nightly::kActivityList);
}

TEST_F(NightlyTest, AServerThatNeverAnswersIsAskedEverMoreSlowlyAndTornDown) {
  until_started();
  EXPECT_EQ(next(payload(false)), "wait-100");
  EXPECT_EQ(woken(), "probe");
  EXPECT_EQ(next(payload(false)), "wait-150");
  EXPECT_EQ(woken(), "probe");
  EXPECT_EQ(next(payload(false)), "collect_report");
  EXPECT_EQ(next(payload(std::string("report.json"))), "tear_down");
  EXPECT_EQ(next(), "failed (not healthy): not healthy, 3 probes");
}

TEST_F(NightlyTest, AFailedDeploymentIsTornDown) {
  begin();
  next(payload(nightly::Place{"place", 8000}));
  EXPECT_EQ(failed("there is no such file"), "collect_report");
  EXPECT_EQ(next(payload(std::string("report.json"))), "tear_down");
  EXPECT_EQ(next(), "failed (deploy failed): deploy failed, 0 probes");
}

TEST_F(NightlyTest, AServerThatDoesNotStartIsTornDown) {
  begin();
  next(payload(nightly::Place{"place", 8000}));
  next();
  EXPECT_EQ(failed("no such program"), "collect_report");
  next(payload(std::string("report.json")));
  EXPECT_EQ(next(), "failed (start failed): start failed, 0 probes");
}

TEST_F(NightlyTest, ALostStepIsDoneAgainFourTimesInAll) {
  begin();
  next(payload(nightly::Place{"place", 8000}));
  EXPECT_EQ(lost(), "deploy");
  EXPECT_EQ(lost(), "deploy");
  EXPECT_EQ(lost(), "deploy");
  EXPECT_EQ(lost(), "collect_report");
  next(payload(std::string("report.json")));
  EXPECT_EQ(next(), "failed (deploy failed): deploy failed, 0 probes");
}

TEST_F(NightlyTest, AStepThatEndsWithItsWorkerIsDoneAgain) {
  begin();
  next(payload(nightly::Place{"place", 8000}));
  EXPECT_EQ(failed("WORKER_STOPPED"), "deploy");
  EXPECT_EQ(next(), "start_server");
}

TEST_F(NightlyTest, ACheckWithTwoTriesMayFailOnce) {
  until_started();
  next(payload(true));
  story_.activity_failed("6", "killed by signal 9");
  EXPECT_EQ(decide(), "check");
  story_.activity_completed(last_activity_, payload(nightly::CheckResult{"external", true, ""}));
  story_.activity_completed("5", payload(nightly::CheckResult{"front", true, ""}));
  EXPECT_EQ(decide(), "collect_report");
  next(payload(std::string("report.json")));
  EXPECT_EQ(next(), "completed: passed, 1 probes, front passed, external passed");
}

TEST_F(NightlyTest, FailedChecksAreNamedInTheReport) {
  until_started();
  next(payload(true));
  story_.activity_completed("5", payload(nightly::CheckResult{"front", false, "404"}));
  story_.activity_completed("6", payload(nightly::CheckResult{"external", true, ""}));
  EXPECT_EQ(decide(), "collect_report");
  next(payload(std::string("report.json")));
  EXPECT_EQ(next(), "failed (checks failed): checks failed, 1 probes, front failed, external passed");
}

TEST_F(NightlyTest, ACancelInAWaitEndsItAtOnceAndTearsDown) {
  until_started();
  EXPECT_EQ(next(payload(false)), "wait-100");
  story_.cancel_requested();
  EXPECT_EQ(decide(), "collect_report");
  next(payload(std::string("report.json")));
  EXPECT_EQ(next(), "canceled: canceled, 1 probes");
}

TEST_F(NightlyTest, ACancelDuringAStepLetsItEndFirst) {
  begin();
  next(payload(nightly::Place{"place", 8000}));
  next();
  story_.cancel_requested();
  EXPECT_EQ(decide(), "");
  EXPECT_EQ(next(payload(4711)), "collect_report");
  EXPECT_EQ(next(payload(std::string("report.json"))), "tear_down");
  EXPECT_EQ(next(), "canceled: canceled, 0 probes");
}

TEST_F(NightlyTest, ATestThatFindsNoPlaceFails) {
  begin();
  story_.activity_failed(last_activity_, "no port is free");
  EXPECT_EQ(describe(story_.decide()), "Fail(provision failed: )");
}

}  // namespace
}  // namespace baton::testing
