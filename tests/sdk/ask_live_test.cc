// Updates and queries, against a real coordinator: whoever asks is answered, once, whatever ends and comes back meanwhile.
#include <gmock/gmock.h>

#include <future>

#include "baton/client.h"
#include "baton/decider.h"
#include "live_coordinator.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr auto kPatience = 30s;
constexpr char kList[] = "decisions";

constexpr WorkflowType<int()> cart{"cart", "1"};
constexpr Update<int(int)> add{"add"};
constexpr Signal<void> hold{"hold"};
constexpr Signal<void> check_out{"check_out"};
constexpr Query<int()> total{"total"};
constexpr Query<std::string(int)> is_over{"is_over"};
constexpr Query<int()> broken{"broken"};

struct Items {
  int total = 0;
};

Task<> take(Workflow wf, std::shared_ptr<Items> items) {
  auto updates = wf.receive(add);
  for (;;) {
    const auto update = co_await updates;
    if (update.argument() < 0) {
      update.reject("NEGATIVE");
      continue;
    }
    // What takes time is answered later, as here.
    co_await wf.sleep(1ms);
    items->total += update.argument();
    update.complete(items->total);
  }
}

Task<int> cart_code(Workflow wf) {
  auto items = std::make_shared<Items>();
  auto answering = wf.answer(total, [&] { return items->total; });
  auto comparing = wf.answer(is_over, [&](int limit) { return std::string(items->total > limit ? "yes" : "no"); });
  auto breaking = wf.answer(broken, [&] {
    (void)wf.sleep(1h);
    return 0;
  });
  auto taking = wf.spawn(take(wf, items));
  auto end = wf.receive(check_out);
  co_await wf.any(end, taking);
  co_return items->total;
}

class AskLive : public ::testing::Test {
 protected:
  AskLive() : client_(coordinator_.address(), "live", {.identity = "test"}) {
    client_.ensure_domain();
    client_.ensure_workflow_type({"cart", "1"}, {.task_list = kList});
    client_.ensure_workflow_type({"plain", "1"}, {.task_list = kList});
    begin_decider();
  }
  ~AskLive() override { end_decider(); }

  void begin_decider() {
    end_decider();
    decider_ = std::make_unique<Decider>(client_, kList, DeciderOptions{.threads = 2});
    decider_->on(cart, cart_code);
    decider_->on_decision_task({"plain", "1"}, [](const DecisionTask& task) {
      Decisions decisions;
      for (const HistoryEvent& update : task.open_updates("add")) {
        decisions.complete_update(update.update_id(), to_payload(static_cast<int>(task.history.size())));
      }
      return decisions;
    });
    decider_->on_query({"plain", "1"}, [](const DecisionTask& task, std::string_view query, const std::optional<Payload>&) {
      return to_payload(std::string(query) + " of " + task.execution.workflow_id);
    });
    deciding_ = std::async(std::launch::async, [this] { return decider_->run(); });
  }
  void end_decider() {
    if (decider_ == nullptr) return;
    decider_->stop();
    EXPECT_EQ(deciding_.get(), 0);
    decider_.reset();
  }
  int count_of(const Execution& execution, EventType type) {
    const History history = client_.history(execution);
    return static_cast<int>(std::count_if(history.begin(), history.end(), [&](const HistoryEvent& event) { return event.type() == type; }));
  }
  // An update that nobody has answered, made beside the test; it is in the history.
  std::future<int> begin_update(baton::Run<int>& run, int value) {
    const int before = count_of(run.execution(), EventType::kWorkflowExecutionSignaled);
    auto asking = std::async(std::launch::async, [&run, value] { return run.update(add, value); });
    while (count_of(run.execution(), EventType::kWorkflowExecutionSignaled) == before) {
    }
    return asking;
  }

  LiveCoordinator coordinator_;
  Client client_;
  std::unique_ptr<Decider> decider_;
  std::future<int> deciding_;
};

TEST_F(AskLive, UpdatesAreAnsweredAndAQuerySeesThemAll) {
  auto run = client_.start(cart, "cart");
  EXPECT_EQ(run.update(add, 3), 3);
  EXPECT_EQ(run.query(total), 3);
  EXPECT_EQ(run.update(add, 4), 7);
  EXPECT_EQ(run.query(total), 7);
  EXPECT_EQ(run.query(is_over, 6), "yes");
  try {
    run.update(add, -1);
    ADD_FAILURE() << "taken";
  } catch (const UpdateFailed& failed) {
    EXPECT_TRUE(failed.rejected());
    EXPECT_EQ(failed.reason(), "NEGATIVE");
  }
  const auto reply = client_.update(run.execution(), "add", to_payload(std::string("five")));
  ASSERT_TRUE(reply && reply->rejected);
  EXPECT_EQ(reply->reason, "PAYLOAD_ERROR");
  EXPECT_THAT(reply->payload->data, HasSubstr("the argument of update add: "));
  const int64_t length = client_.describe(run.execution()).history_length;
  EXPECT_EQ(run.query(total), 7);
  EXPECT_EQ(client_.describe(run.execution()).history_length, length) << "a query leaves no trace";
  client_.signal(run.execution(), check_out);
  EXPECT_EQ(run.result(), 7);
  EXPECT_EQ(count_of(run.execution(), EventType::kWorkflowExecutionUpdateAnswered), 4);
}

TEST_F(AskLive, ManyAtOnceAreEachAnsweredOnce) {
  constexpr int kCallers = 8;
  constexpr int kUpdates = 10;
  auto run = client_.start(cart, "cart");
  std::vector<std::future<std::vector<int>>> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.push_back(std::async(std::launch::async, [&] {
      std::vector<int> totals;
      for (int n = 0; n < kUpdates; ++n) {
        totals.push_back(run.update(add, 1));
        EXPECT_GE(run.query(total), totals.back());
      }
      return totals;
    }));
  }
  std::set<int> totals;
  for (auto& caller : callers) {
    for (const int value : caller.get()) totals.insert(value);
  }
  EXPECT_EQ(totals.size(), static_cast<size_t>(kCallers * kUpdates)) << "each got its own";
  EXPECT_EQ(*totals.rbegin(), kCallers * kUpdates);
}

TEST_F(AskLive, AnotherDeciderSaysTheSameFromTheHistory) {
  auto run = client_.start(cart, "cart");
  run.update(add, 5);
  begin_decider();
  EXPECT_EQ(run.query(total), 5);
  EXPECT_EQ(run.update(add, 1), 6);
  EXPECT_EQ(run.query(total), 6);
}

TEST_F(AskLive, AnUpdateWaitsForADecider) {
  auto run = client_.start(cart, "cart");
  run.update(add, 5);
  end_decider();
  auto asking = begin_update(run, 2);
  begin_decider();
  EXPECT_EQ(asking.get(), 7);
}

TEST_F(AskLive, AnUpdateGoesOnWaitingWhenTheCoordinatorComesBack) {
  auto run = client_.start(cart, "cart");
  run.update(add, 5);
  end_decider();
  auto asking = begin_update(run, 2);
  coordinator_.restart();
  begin_decider();
  EXPECT_EQ(asking.get(), 7);
  EXPECT_EQ(count_of(run.execution(), EventType::kWorkflowExecutionSignaled), 2);
  EXPECT_EQ(run.query(total), 7);
}

TEST_F(AskLive, ARepeatGetsTheAnswerThatWasGiven) {
  auto run = client_.start(cart, "cart");
  EXPECT_EQ(run.update(add, 5, {.request_id = "five"}), 5);
  EXPECT_EQ(run.update(add, 1), 6);
  EXPECT_EQ(run.update(add, 5, {.request_id = "five"}), 5);
  client_.signal(run.execution(), check_out);
  EXPECT_EQ(run.result(), 6);
  EXPECT_EQ(run.update(add, 5, {.request_id = "five"}), 5) << "also when the run is closed";
}

TEST_F(AskLive, ARunThatClosesWithoutAnAnswerSaysSo) {
  auto run = client_.start(cart, "cart");
  run.update(add, 5);
  end_decider();
  auto asking = begin_update(run, 2);
  client_.terminate(run.execution());
  try {
    asking.get();
    ADD_FAILURE() << "answered";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), "UPDATE_UNANSWERED");
  }
}

TEST_F(AskLive, AQueryThatGoesWrongHarmsNothing) {
  auto run = client_.start(cart, "cart");
  run.update(add, 5);
  try {
    run.query(broken);
    ADD_FAILURE() << "answered";
  } catch (const QueryFailed& failed) {
    EXPECT_EQ(failed.reason(), "QUERY_CHANGES_THE_RUN");
    EXPECT_THAT(failed.what(), AllOf(HasSubstr("called sleep" "() at"), HasSubstr("ask_live_test.cc:")));
  }
  const Reply unknown = client_.query(run.execution(), "subtotal", std::nullopt);
  EXPECT_EQ(unknown.reason, "UNKNOWN_QUERY");
  EXPECT_EQ(unknown.payload->data, "the workflow code answers now: broken, is_over, total");
  EXPECT_EQ(run.update(add, 1), 6);
  client_.signal(run.execution(), check_out);
  EXPECT_EQ(run.result(), 6);
}

TEST_F(AskLive, NobodyWhoAnswersIsSaid) {
  auto run = client_.start(cart, "cart");
  run.update(add, 5);
  end_decider();
  try {
    run.query(total, {.patience = 100ms});
    ADD_FAILURE() << "answered";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), "QUERY_UNANSWERED");
    EXPECT_THAT(error.what(), HasSubstr(kList));
  }
}

TEST_F(AskLive, ThePlainLevelAnswersToo) {
  const Execution execution = client_.start(StartRequest{"plain one", {"plain", "1"}, std::nullopt, {}});
  EXPECT_GT(client_.update(execution, add, 1), 0);
  EXPECT_EQ(from_payload<std::string>(client_.query(execution, "stage", std::nullopt).payload), "stage of plain one");
}

}  // namespace
}  // namespace baton::testing
