// Workers that stop at the worst moment: in the middle of a step, or with a task that they have not acknowledged. Some come back.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "coordinator/store/postgres/postgres_store.h"
#include "databases.h"
#include "nightly_processes.h"
#include "tests/engine/stored_run.h"

namespace baton::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Its check says that it has begun, as which one, and ends when that one may.
constexpr char kCheck[] = R"(n=1; until mkdir "$1/begun-$n"; do n=$((n + 1)); done; until [ -e "$1/go-$n" ]; do sleep 0.02; done)";

class ZombieTest : public ::testing::Test {
 protected:
  ZombieTest() {
    nlohmann::json service;
    service["name"] = "patient";
    service["deploy"] = {{{"to", "check.sh"}, {"content", kCheck}}};
    service["server"]["command"] = {"python3", "-m", "http.server", "{port}", "--bind", "127.0.0.1"};
    service["checks"] = {{{"name", "slow"}, {"command", {"sh", "check.sh", directory_.path()}}}};
    service["expect"]["close_status"] = "COMPLETED";
    std::ofstream(manifest()) << nlohmann::json{{"services", {service}}};
    nightly_.start_coordinator();
    nightly_.start_decider();
    nightly_.start_worker();
  }
  std::string manifest() const { return directory_.path() + "/manifest.json"; }

  bool check_has_begun(int which) const {
    return becomes_true([&] { return std::filesystem::exists(directory_.path() + "/begun-" + std::to_string(which)); });
  }
  void let_check_end(int which) const { std::ofstream(directory_.path() + "/go-" + std::to_string(which)); }

  // Decider and worker have shown, by a whole run, that they are there; everything else is as if that run had not been.
  void warm_up() {
    let_check_end(1);
    nightly_.start_runner();
    nightly_.expect_success();
    for (const char* file : {"/begun-1", "/go-1"}) std::filesystem::remove(directory_.path() + file);
  }
  std::unique_ptr<RunningProgram> idle_worker() {
    warm_up();
    return nightly_.take_worker();
  }

  // Of the latest execution.
  Events history() {
    Client client = nightly_.client();
    for (const bool closed : {false, true}) {
      const auto infos = client.list({.closed = closed}, 1);
      if (!infos.empty()) return read_history(client, infos[0].execution);
    }
    return {};
  }
  // What the history says of activities of this name: "Started by PID@HOST", "TimedOut", …
  static std::vector<std::string> story_of(const Events& events, const std::string& activity) {
    std::set<int64_t> ids;
    std::vector<std::string> story;
    for (const v1::HistoryEvent& event : events) {
      if (event.has_activity_task_scheduled() && event.activity_task_scheduled().activity_type().name() == activity) {
        ids.insert(event.event_id());
        story.push_back("Scheduled");
      } else if (event.has_activity_task_started() && ids.contains(event.activity_task_started().scheduled_event_id())) {
        const std::string& who = event.activity_task_started().identity();
        story.push_back("Started by " + who.substr(0, who.find('@')));
      } else if (event.has_activity_task_completed() && ids.contains(event.activity_task_completed().scheduled_event_id())) {
        story.push_back("Completed");
      } else if (event.has_activity_task_timed_out() && ids.contains(event.activity_task_timed_out().scheduled_event_id())) {
        story.push_back("TimedOut");
      } else if (event.has_activity_task_failed() && ids.contains(event.activity_task_failed().scheduled_event_id())) {
        story.push_back("Failed");
      }
    }
    return story;
  }
  // How often the journal says that the activity was handed out, in the execution where that was most often.
  int deliveries_of(const std::string& activity) {
    auto store = store::open_postgres_store(database_.url());
    EXPECT_TRUE(store.ok()) << store.status();
    int most = 0;
    for (const StoredRun& run : read_runs(**store)) {
      std::set<int64_t> ids;
      int64_t event_id = 0;
      for (const auto& record : run.records) {
        if (record.has_offer_made() && ids.contains(record.offer_made().scheduled_event_id())) most = std::max(most, record.offer_made().delivery());
        if (!record.has_event()) continue;
        ++event_id;
        if (record.event().has_activity_task_scheduled() && record.event().activity_task_scheduled().activity_type().name() == activity) {
          ids.insert(event_id);
        }
      }
    }
    return most;
  }
  static std::string started_by(const RunningProgram& worker) { return "Started by " + std::to_string(worker.pid()); }

  ScratchDirectory directory_;
  OwnDatabase database_;
  NightlyProcesses nightly_{database_.url(), manifest()};
};

TEST_F(ZombieTest, ALateAnswerOfAZombieIsRefusedAndTheHistoryShowsOneResult) {
  nightly_.start_runner();
  ASSERT_TRUE(check_has_begun(1));
  const auto zombie = nightly_.take_worker();
  zombie->signal(SIGSTOP);
  nightly_.start_worker();
  ASSERT_TRUE(check_has_begun(2)) << "the task of the stopped worker was not done again";

  // Its own check ends; it wakes up, answers, and is told to end: it exits when its answer is settled.
  let_check_end(1);
  zombie->signal(SIGCONT);
  zombie->signal(SIGTERM);
  EXPECT_EQ(zombie->wait(), 0) << zombie->output();
  const std::vector<std::string> in_the_middle = {"Scheduled", started_by(*zombie), "TimedOut", "Scheduled", started_by(nightly_.worker())};
  EXPECT_TRUE(becomes_true([&] { return story_of(history(), "check").size() >= in_the_middle.size(); }));
  EXPECT_EQ(story_of(history(), "check"), in_the_middle) << zombie->output();

  let_check_end(2);
  nightly_.expect_success();
  EXPECT_THAT(story_of(history(), "check"),
              ElementsAre("Scheduled", started_by(*zombie), "TimedOut", "Scheduled", started_by(nightly_.worker()), "Completed"));
  nightly_.expect_clean_end();
}
// Idle, so that it is the one that gets the next task; stopped, so that it does not acknowledge it.
TEST_F(ZombieTest, AWorkerKilledBetweenHandOutAndAcknowledgementLosesNothing) {
  const auto victim = idle_worker();
  victim->signal(SIGSTOP);
  nightly_.start_runner();
  ASSERT_TRUE(becomes_true([&] { return story_of(history(), "provision").size() == 1; }));
  victim->signal(SIGKILL);
  nightly_.start_worker();
  let_check_end(1);
  nightly_.expect_success();
  EXPECT_THAT(story_of(history(), "provision"), ElementsAre("Scheduled", started_by(nightly_.worker()), "Completed"));
  EXPECT_EQ(deliveries_of("provision"), 2);
  nightly_.expect_clean_end();
}

TEST_F(ZombieTest, AnAcknowledgementOfAZombieComesTooLate) {
  const auto zombie = idle_worker();
  zombie->signal(SIGSTOP);
  nightly_.start_runner();
  ASSERT_TRUE(becomes_true([&] { return story_of(history(), "provision").size() == 1; }));
  nightly_.start_worker();
  ASSERT_TRUE(check_has_begun(1)) << "what the stopped worker had was not given to the other one";
  zombie->signal(SIGCONT);
  zombie->signal(SIGTERM);
  EXPECT_EQ(zombie->wait(), 0) << zombie->output();
  let_check_end(1);
  nightly_.expect_success();
  EXPECT_THAT(story_of(history(), "provision"), ElementsAre("Scheduled", started_by(nightly_.worker()), "Completed"));
  nightly_.expect_clean_end();
}

// A decision task is started as soon as it is offered, and stays the same task when it is offered to the next decider.
TEST_F(ZombieTest, AZombieDeciderDecidesNothing) {
  warm_up();
  const auto zombie = nightly_.take_decider();
  zombie->signal(SIGSTOP);
  nightly_.start_runner();
  ASSERT_TRUE(becomes_true([&] { return kinds_of(history()) == "WorkflowExecutionStarted, DecisionTaskScheduled, DecisionTaskStarted"; }));
  nightly_.start_decider();
  ASSERT_TRUE(check_has_begun(1)) << "what the stopped decider had was not given to the other one";
  zombie->signal(SIGCONT);
  zombie->signal(SIGTERM);
  EXPECT_EQ(zombie->wait(), 0) << zombie->output();
  let_check_end(1);
  nightly_.expect_success();
  EXPECT_THAT(kinds_of(history()), ::testing::Not(HasSubstr("DecisionTaskTimedOut")));
  nightly_.expect_clean_end();
}

}  // namespace
}  // namespace baton::testing
