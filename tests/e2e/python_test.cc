// The example in Python: its script, and its two programs with a coordinator that is killed, with long histories, with canceled steps, and with
// deciders and workers in C++ on the other side.
#include <gmock/gmock.h>
#include <signal.h>

#include <baton/decider.h>

#include <filesystem>
#include <thread>

#include "databases.h"
#include "examples/orders/orders.h"
#include "nightly_processes.h"

namespace baton::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr int kMoreThanAPage = 1'100;
constexpr Signal<int> hurry{"hurry"};
constexpr Signal<void> stop{"stop"};
constexpr WorkflowType<std::string(std::string)> ship_and_stop{"ship_and_stop", "1"};

bool has(const History& history, EventType type) {
  return std::any_of(history.begin(), history.end(), [&](const HistoryEvent& event) { return event.type() == type; });
}

class PythonTest : public ::testing::Test {
 protected:
  PythonTest() {
    std::vector<std::string> protoc{PROTOC, "-I" PROTO_DIRECTORY, "--python_out=" + protos_.path(), "--grpc_out=" + protos_.path(),
                                    "--plugin=protoc-gen-grpc=" GRPC_PYTHON_PLUGIN};
    for (const auto& entry : fs::directory_iterator(PROTO_DIRECTORY "/baton/v1")) protoc.push_back(entry.path());
    const Ended made = run_program(protoc);
    EXPECT_EQ(made.exit_code, 0) << made.err;
    start_coordinator();
  }
  // Everything that a test left behind is whole.
  ~PythonTest() override {
    for (const bool closed : {false, true}) {
      for (const ExecutionInfo& info : client_.list({.closed = closed})) {
        EXPECT_THAT(broken_rules(read_history(client_, info.execution)), IsEmpty()) << info.execution.workflow_id;
      }
    }
  }

  void start_coordinator() {
    coordinator_ = std::make_unique<RunningProgram>(
        std::vector<std::string>{BATON_COORDINATOR_PROGRAM, "--database-url", database_.url(), "--listen", address_});
    ASSERT_TRUE(coordinator_->wait_for("\"event\":\"listening\""));
  }
  // Returns when its types are registered.
  std::unique_ptr<RunningProgram> python(const std::string& program, const std::vector<std::string>& options = {}) {
    std::vector<std::string> argv{"/usr/bin/python3", PYTHON_EXAMPLE "/" + program, "--address", address_};
    argv.insert(argv.end(), options.begin(), options.end());
    auto started = std::make_unique<RunningProgram>(
        argv, std::vector<std::string>{"PYTHONPATH=" + protos_.path(), "PYTHONDONTWRITEBYTECODE=1", "PYTHONUNBUFFERED=1"});
    EXPECT_TRUE(started->wait_for("orders"));
    return started;
  }
  std::unique_ptr<RunningProgram> cpp(const std::string& program) {
    return std::make_unique<RunningProgram>(std::vector<std::string>{program, address_});
  }
  void wait_for_event(const Execution& execution, EventType type) {
    EXPECT_TRUE(becomes_true([&] { return has(client_.history(execution), type); }));
  }
  // The card is charged, and a worker has the step after it.
  void wait_until_packing(const Execution& execution) {
    EXPECT_TRUE(becomes_true([&] {
      const History history = client_.history(execution);
      return has(history, EventType::kActivityTaskCompleted) && history.back().type() == EventType::kActivityTaskStarted;
    }));
  }
  static void expect_clean_end(RunningProgram& program) {
    program.signal(SIGTERM);
    EXPECT_EQ(program.wait(), 0) << program.output();
  }

  ScratchDirectory protos_;
  OwnDatabase database_;
  const std::string address_ = free_address();
  std::unique_ptr<RunningProgram> coordinator_;
  Client client_{address_, "orders"};
};

TEST_F(PythonTest, DeciderAndWorkerGoOnWhenTheCoordinatorIsKilled) {
  const auto worker = python("worker.py"), decider = python("decider.py");
  auto waiting = client_.start(orders::process_order, "waiting", "1");
  wait_for_event(waiting.execution(), EventType::kTimerStarted);
  coordinator_->signal(SIGKILL);
  coordinator_->wait();
  start_coordinator();
  client_.signal(waiting.execution(), orders::approved, "by Ann");
  EXPECT_EQ(waiting.result(), "parcel of 1");
  auto next = client_.start(orders::process_order, "next", "2");
  client_.signal(next.execution(), orders::approved, "by Ann");
  EXPECT_EQ(next.result(), "parcel of 2");
  EXPECT_THAT(worker->output(), HasSubstr("the stream broke"));
  EXPECT_THAT(decider->output(), HasSubstr("the stream broke"));
  expect_clean_end(*decider);
  expect_clean_end(*worker);
}

TEST_F(PythonTest, AStepThatEndsWhileTheCoordinatorIsAwayIsRecordedLater) {
  const auto worker = python("worker.py", {"--packing-time", "3"}), decider = python("decider.py");
  auto run = client_.start(orders::process_order, "packed", "3");
  client_.signal(run.execution(), orders::approved, "by Ann");
  wait_until_packing(run.execution());
  coordinator_->signal(SIGKILL);
  coordinator_->wait();
  ASSERT_TRUE(worker->wait_for("packed: 3"));
  start_coordinator();
  EXPECT_EQ(run.result(), "parcel of 3");
  const std::string said = worker->output();
  EXPECT_EQ(said.find("packed"), said.rfind("packed")) << said;
}

TEST_F(PythonTest, AStepInHandIsAnsweredBeforeTheWorkerEnds) {
  const auto worker = python("worker.py", {"--packing-time", "2"}), decider = python("decider.py");
  auto run = client_.start(orders::process_order, "packed", "3");
  client_.signal(run.execution(), orders::approved, "by Ann");
  wait_until_packing(run.execution());
  expect_clean_end(*worker);
  EXPECT_EQ(run.result(), "parcel of 3");
}

TEST_F(PythonTest, ADeciderInPythonReadsLongHistoriesAndFitsAWorkerInCpp) {
  const auto decider = python("decider.py");
  for (const auto& activity : {"charge_card", "ship_order", "refund"}) client_.ensure_activity_type({activity, "1"});
  auto run = client_.start(orders::process_order, "long", "4");
  for (int i = 0; i < kMoreThanAPage; ++i) client_.signal(run.execution(), hurry, i);
  const auto worker = cpp(ORDERS_WORKER_PROGRAM);
  client_.signal(run.execution(), orders::approved, "by Ann");
  EXPECT_EQ(run.result(), "parcel of 4");
  EXPECT_THAT(decider->output(), Not(HasSubstr("not taken")));
}

TEST_F(PythonTest, AWorkerInPythonFitsADeciderInCpp) {
  const auto worker = python("worker.py");
  const auto decider = cpp(ORDERS_DECIDER_PROGRAM);
  Ended start;
  EXPECT_TRUE(becomes_true([&] {  // its type may not be registered yet
    start = run_program({ORDERS_START_PROGRAM, address_});
    return start.exit_code == 0;
  })) << start.err;
  EXPECT_EQ(start.out, "parcel of 17\n");
}

TEST_F(PythonTest, ACancelRequestReachesAStepInPython) {
  const auto worker = python("worker.py", {"--packing-time", "3600"});
  Decider decider(client_, "stops");
  decider.on(ship_and_stop, [](Workflow wf, std::string order) -> Task<std::string> {
    auto parcel = wf.schedule(orders::ship_order, order, {.heartbeat = std::chrono::seconds(3)});
    auto stopped = wf.receive(stop);
    co_await stopped;
    parcel.cancel();
    const auto outcome = co_await parcel.outcome();
    const bool canceled = !outcome.ok() && outcome.failure().kind() == ActivityFailure::kCanceled;
    co_return std::string(canceled ? "canceled" : "shipped");
  });
  decider.register_types();
  std::thread deciding([&] { decider.run(); });
  auto run = client_.start(ship_and_stop, "stopped", "5");
  wait_for_event(run.execution(), EventType::kActivityTaskStarted);
  client_.signal(run.execution(), stop);
  EXPECT_EQ(run.result(), "canceled");
  decider.stop();
  deciding.join();
}

TEST(PythonExampleTest, TheScriptRunsToItsEndAndLeavesNothingRunning) {
  const ScratchDirectory directory;
  RunningProgram script({"/bin/bash", PYTHON_EXAMPLE "/run.sh", "--bin", BATON_BIN_DIRECTORY}, {"TMPDIR=" + directory.path()});
  EXPECT_EQ(script.wait(), 0) << script.output();
  EXPECT_THAT(script.output(), HasSubstr("python: 8 orders, 8 as expected\n"));
  EXPECT_TRUE(fs::is_empty(directory.path()));
}

}  // namespace
}  // namespace baton::testing
