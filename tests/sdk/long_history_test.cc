// Histories of 25,000 events with payloads of 1 KiB: they replay a page at a time, and what is read is let go of as soon as it is applied.
#include <gmock/gmock.h>

#include "baton/workflow.h"
#include "deciding.h"
#include "story.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using detail::Deciding;
using ::testing::HasSubstr;

constexpr int kEvents = 25'000;
constexpr int kPageEvents = 1'000;  // about 1 MiB each
constexpr int kFewPages = 2;  // the one that is read, and the one before it, whose last decision waits for its events

constexpr Activity<std::string(int)> work{"work", "1"};
constexpr Signal<std::string> news{"news"};
const std::optional<Payload> kKilobyte = to_payload(std::string(1024, 'x'));

Task<> one_after_the_other(Workflow wf, int steps) {
  for (int i = 0; i < steps; ++i) co_await wf.schedule(work, i);
}

Task<> many_at_a_time(Workflow wf, int steps) {
  for (int i = 0; i < steps; i += 300) {
    auto first = wf.schedule(work, i);
    std::vector<decltype(first)> some;
    for (int j = 1; j < 300; ++j) some.push_back(wf.schedule(work, i + j));
    co_await first;
    for (auto& one : some) co_await one;
  }
}

Task<> waits_for_signals(Workflow wf, int signals) {
  auto channel = wf.receive(news);
  const int seen_before = wf.side_effect("seen before", [] { return 7; });
  co_await wf.sleep(1h);
  for (int i = 0; i < signals; ++i) co_await channel;
  co_await wf.schedule(work, seen_before);
}

// Counts the pages that somebody keeps.
class Pages {
 public:
  std::shared_ptr<detail::HistoryPage> make(const Events& events, int from, int to) {
    most_ = std::max(most_, ++alive_);
    const auto count_down = [this](const detail::HistoryPage* page) {
      --alive_;
      delete page;
    };
    return {new detail::HistoryPage(events.begin() + from, events.begin() + to), count_down};
  }
  int alive() const { return alive_; }
  int most() const { return most_; }

 private:
  int alive_ = 0;
  int most_ = 0;
};

class LongHistoryTest : public ::testing::Test {
 protected:
  LongHistoryTest() {
    workflows_.add({"one", "1"}, detail::make_workflow_function(one_after_the_other));
    workflows_.add({"many", "1"}, detail::make_workflow_function(many_at_a_time));
    workflows_.add({"signals", "1"}, detail::make_workflow_function(waits_for_signals));
  }

  detail::ReadHistory reader() {
    return [this](const Execution&, int64_t last, const detail::OnPage& on_page, std::string*) {
      for (int at = 0; at < last; at += kPageEvents) {
        on_page(pages_.make(history_.events(), at, std::min(at + kPageEvents, static_cast<int>(last))));
      }
      return true;
    };
  }

  // A task with nothing but its name, as of a history that takes pages; with `base`: with the events after it.
  void decide(const std::string& type, int64_t base = 0) {
    v1::DecisionTask task;
    task.set_task_token("token");
    task.mutable_workflow_execution()->set_run_id("run");
    to_wire(TypeName{type, "1"}, task.mutable_workflow_type());
    task.set_started_event_id(history_.last_id());
    task.set_delivery(1);
    std::shared_ptr<const void> owner;
    if (base > 0) {
      const auto page = pages_.make(history_.events(), static_cast<int>(base), static_cast<int>(history_.last_id()));
      *task.mutable_events() = *page;
      task.mutable_delta_base()->set_started_event_id(base);
      task.mutable_delta_base()->set_delivery(1);
      owner = page;
    }
    answer_.Clear();
    deciding_.decide({&task, std::move(owner)}, &answer_);
  }
  std::string decisions() const { return answer_.has_failed() ? answer_.failed().DebugString() : describe(answer_.completed()); }

  // One step of one_after_the_other(), from its decision on.
  void add_step(int number) {
    history_.decision_started();
    history_.decided(nullptr);
    history_.activity_scheduled(std::to_string(number), {"work", "1"});
    history_.activity_started(std::to_string(number));
    history_.activity_completed(std::to_string(number), kKilobyte);
  }

  HistoryBuilder history_;
  Pages pages_;
  detail::Workflows workflows_;
  Deciding deciding_{workflows_, reader(), 10};
  v1::DecisionTaskAnswer answer_;
};

TEST_F(LongHistoryTest, StepsOneAfterTheOtherKeepAFewPages) {
  history_.started(to_payload(kEvents));
  int steps = 0;
  while (history_.last_id() < kEvents) add_step(++steps);
  const int64_t base = history_.decision_started();
  decide("one");
  EXPECT_EQ(decisions(), "ScheduleActivityTask(" + std::to_string(steps + 1) + " work " + std::to_string(steps) + ")");
  EXPECT_LE(pages_.most(), kFewPages);
  EXPECT_EQ(pages_.alive(), 0) << "a run that is cached keeps no page";

  history_.decided(&answer_.completed());
  history_.activity_started(std::to_string(steps + 1));
  history_.activity_completed(std::to_string(steps + 1), kKilobyte);
  history_.decision_started();
  decide("one", base);
  EXPECT_EQ(decisions(), "ScheduleActivityTask(" + std::to_string(steps + 2) + " work " + std::to_string(steps + 1) + ")");
  EXPECT_EQ(pages_.alive(), 0) << "nor what came for its next decision";
  EXPECT_LE(pages_.most(), kFewPages);
}

TEST_F(LongHistoryTest, DecisionsThatTakeHundredsOfEventsKeepAFewPages) {
  history_.started(to_payload(kEvents));
  for (int step = 0; history_.last_id() < kEvents; step += 300) {
    history_.decision_started();
    history_.decided(nullptr);
    for (int i = 1; i <= 300; ++i) history_.activity_scheduled(std::to_string(step + i), {"work", "1"});
    for (int i = 1; i <= 300; ++i) history_.activity_started(std::to_string(step + i));
    for (int i = 1; i <= 300; ++i) history_.activity_completed(std::to_string(step + i), kKilobyte);
  }
  history_.decision_started();
  decide("many");
  EXPECT_EQ(answer_.completed().decisions_size(), 300) << decisions();
  EXPECT_LE(pages_.most(), kFewPages);
  EXPECT_EQ(pages_.alive(), 0);
}

// `waits`: the task after the first decision was scheduled while that was made, so that the signals bring none.
void add_signals(HistoryBuilder& history, bool waits) {
  history.started(to_payload(kEvents));
  history.decision_started();
  if (waits) {
    history.signaled("news", kKilobyte);
    history.decision_scheduled();
  }
  history.decided(nullptr);
  history.marker_recorded("seen before", to_payload(7));
  history.timer_started("1");
  while (history.last_id() < kEvents) {
    history.signaled("news", kKilobyte);
    history.decision_scheduled();
  }
  history.timer_fired("1");
}

TEST_F(LongHistoryTest, SignalsBetweenTwoDecisionsKeepAFewPages) {
  for (const bool waits : {false, true}) {
    history_ = {};
    add_signals(history_, waits);
    history_.decision_started();
    decide("signals");
    EXPECT_EQ(decisions(), "") << "it waits for more signals than there are";
    EXPECT_TRUE(answer_.has_completed());
    EXPECT_LE(pages_.most(), kFewPages);
    EXPECT_EQ(pages_.alive(), 0);
  }
}

TEST_F(LongHistoryTest, DecidersThatAreLostAgainAndAgainKeepAFewPages) {
  history_.started(to_payload(1));
  while (history_.last_id() < kEvents) {
    history_.decision_started();
    history_.signaled("news", kKilobyte);
    history_.decision_timed_out();
  }
  history_.decision_started();
  decide("one");
  EXPECT_EQ(decisions(), "ScheduleActivityTask(1 work 0)");
  EXPECT_LE(pages_.most(), kFewPages);
  EXPECT_EQ(pages_.alive(), 0);
}

TEST_F(LongHistoryTest, AReplayThatFailedKeepsNothing) {
  history_.started(to_payload(kEvents));
  int steps = 0;
  for (add_step(++steps); history_.last_id() < kEvents;) add_step(1'000 + ++steps);
  history_.decision_started();
  decide("one");
  EXPECT_THAT(decisions(), HasSubstr("NONDETERMINISM"));
  EXPECT_LE(pages_.most(), kFewPages);
  EXPECT_EQ(pages_.alive(), 0);
}

}  // namespace
}  // namespace baton::testing
