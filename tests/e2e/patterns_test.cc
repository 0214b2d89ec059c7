// The patterns of examples/patterns with a real coordinator: what each says of itself, and what its histories show.
#include <gmock/gmock.h>

#include "databases.h"
#include "nightly_processes.h"

namespace baton::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PatternsTest : public ::testing::Test {
 protected:
  PatternsTest() : coordinator_({BATON_COORDINATOR_PROGRAM, "--database-url", database_.url(), "--listen", address_}) {
    EXPECT_TRUE(coordinator_.wait_for("\"event\":\"listening\""));
  }
  ~PatternsTest() override {
    EXPECT_THAT(client_.list({}), IsEmpty()) << "executions are still open";
    for (const ExecutionInfo& info : client_.list({.closed = true})) {
      EXPECT_THAT(broken_rules(read_history(client_, info.execution)), IsEmpty()) << info.execution.workflow_id;
    }
  }

  // What one pattern prints.
  std::string run(const std::string& name) {
    const Ended ended = run_program({PATTERNS_PROGRAM, name, "--address", address_});
    EXPECT_EQ(ended.exit_code, 0) << ended.err;
    return ended.out;
  }
  // Of the execution whose workflow id ends so.
  History history(const std::string& ending = "") {
    for (const ExecutionInfo& info : client_.list({.closed = true})) {
      if (info.execution.workflow_id.ends_with(ending)) return client_.history(info.execution);
    }
    ADD_FAILURE() << "no execution ends with " << ending;
    return {};
  }
  // The events of one type, each shown by what `text` makes of it.
  template <class Text>
  static std::vector<std::string> each(const History& history, EventType type, Text text) {
    std::vector<std::string> found;
    for (const HistoryEvent& event : history) {
      if (event.type() == type) found.push_back(text(event));
    }
    return found;
  }
  static size_t count(const History& history, EventType type) {
    return each(history, type, [](const HistoryEvent&) { return ""; }).size();
  }

  OwnDatabase database_;
  const std::string address_ = free_address();
  RunningProgram coordinator_;
  Client client_{address_, "patterns"};
};

TEST_F(PatternsTest, Hello) {
  EXPECT_EQ(run("hello"), "hello: Hello, world!\n");
  EXPECT_EQ(count(history(), EventType::kActivityTaskCompleted), 1u);
}

TEST_F(PatternsTest, ASagaUndoesWhatItBeganInReverse) {
  EXPECT_EQ(run("saga"), "saga: Rome: booked; the moon: FAILED, NO_ROOM\n");
  const auto steps = each(history("-moon"), EventType::kActivityTaskScheduled, [](const HistoryEvent& event) {
    return event.activity_type().name + " " + nlohmann::json::parse(event.input()->data)["what"].get<std::string>();
  });
  EXPECT_THAT(steps, ElementsAre("book a rocket", "book a suit", "book a room on the moon", "cancel_booking a room on the moon",
                                 "cancel_booking a suit", "cancel_booking a rocket"));
  EXPECT_EQ(count(history("-moon"), EventType::kActivityTaskCompleted), 5u);
  EXPECT_EQ(count(history("-rome"), EventType::kActivityTaskCompleted), 3u);
}

TEST_F(PatternsTest, AFanOutSchedulesAThousandActivitiesAtOnce) {
  EXPECT_EQ(run("fan-out"), "fan-out: 1² + 2² + … + 1000² = 333833500\n");
  const History fan_out = history();
  EXPECT_EQ(count(fan_out, EventType::kActivityTaskCompleted), 1000u);
  const auto decided = each(fan_out, EventType::kActivityTaskScheduled,
                            [](const HistoryEvent& event) { return std::to_string(event.number("decision_task_completed_event_id")); });
  EXPECT_EQ(decided, std::vector<std::string>(1000, decided.front())) << "one decision schedules them all";
}

TEST_F(PatternsTest, AnApprovalIsGrantedOrRefusedOrForgotten) {
  EXPECT_EQ(run("approval"), "approval: Ann: granted by Dora; Bob: refused by Dora; Cem: nobody decided in time\n");
  EXPECT_EQ(count(history("-ann"), EventType::kTimerFired), 0u);
  EXPECT_EQ(count(history("-cem"), EventType::kTimerFired), 1u);
  const auto done = each(history("-bob"), EventType::kActivityTaskScheduled, [](const HistoryEvent& event) { return event.activity_type().name; });
  EXPECT_THAT(done, ElementsAre("ask_for_approval"));
}

TEST_F(PatternsTest, PollingPausesLongerAndLonger) {
  EXPECT_EQ(run("polling"), "polling: report on sales, found at look 5\n");
  const auto pauses =
      each(history(), EventType::kTimerStarted, [](const HistoryEvent& event) { return std::to_string(event.start_to_fire()->count()); });
  EXPECT_THAT(pauses, ElementsAre("50", "100", "150", "150"));
}

TEST_F(PatternsTest, AParentHearsOfEachOfItsChildren) {
  EXPECT_EQ(run("children"), "children: delivered in Berlin, ADDRESS_UNKNOWN, delivered in Rome\n");
  EXPECT_EQ(client_.list({.closed = true, .close_status = CloseStatus::kCompleted}).size(), 3u);
  EXPECT_EQ(count(history("/nowhere"), EventType::kWorkflowExecutionFailed), 1u);
}

TEST_F(PatternsTest, ACanceledRunCleansUp) {
  EXPECT_EQ(run("cancellation"), "cancellation: the sketch: reel from folder of a sketch; the epic: CANCELED\n");
  for (const char* run : {"-sketch", "-epic"}) {
    const auto done = each(history(run), EventType::kActivityTaskScheduled, [](const HistoryEvent& event) { return event.activity_type().name; });
    EXPECT_THAT(done, ElementsAre("make_folder", "render", "remove_folder")) << run;
  }
  EXPECT_EQ(count(history("-epic"), EventType::kActivityTaskCanceled), 1u);
  EXPECT_EQ(count(history("-epic"), EventType::kActivityTaskCompleted), 2u);
}

TEST_F(PatternsTest, ARunGoesOnInTheVersionThatItBeganIn) {
  EXPECT_EQ(run("versions"), "versions: a lamp is sent; insured a vase is sent\n");
  EXPECT_EQ(count(history("-before"), EventType::kMarkerRecorded), 0u);
  EXPECT_EQ(count(history("-after"), EventType::kMarkerRecorded), 1u);
}

TEST_F(PatternsTest, AnOrderDeskAnswers) {
  EXPECT_EQ(run("order-desk"), "order-desk: soup 850, unicorn NOT_ON_THE_MENU, cake TABLE_FULL, 2 dishes 1800\n");
  EXPECT_EQ(count(history(), EventType::kWorkflowExecutionUpdateAnswered), 4u);
}

TEST_F(PatternsTest, APlainDeciderPrintsAPageAgain) {
  EXPECT_EQ(run("plain-decider"), "plain-decider: a book from page 1 to page 3\n");
  const auto steps =
      each(history(), EventType::kActivityTaskScheduled, [](const HistoryEvent& event) { return std::string(event.activity_id()); });
  EXPECT_THAT(steps, ElementsAre("page 1", "page 2", "page 3", "page 2, again", "binding"));
}

TEST_F(PatternsTest, WithoutANameAllRunAndAnUnknownOneIsRefused) {
  const Ended all = run_program({PATTERNS_PROGRAM, "--address", address_});
  EXPECT_EQ(all.exit_code, 0) << all.err;
  for (const char* name : {"hello", "saga", "fan-out", "approval", "polling", "children", "cancellation", "versions", "order-desk", "plain-decider"}) {
    EXPECT_THAT("\n" + all.out, HasSubstr("\n" + std::string(name) + ": "));
  }
  const Ended unknown = run_program({PATTERNS_PROGRAM, "good-bye", "--address", address_});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("good-bye"));
}

}  // namespace
}  // namespace baton::testing
