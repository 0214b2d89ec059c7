// What workflow code can say, against a real coordinator: children, messages, continue-as-new, versions, search attributes, functions,
// cancellation scopes.
#include <gmock/gmock.h>

#include <future>

#include "baton/client.h"
#include "baton/decider.h"
#include "baton/invoker.h"
#include "baton/worker.h"
#include "live_coordinator.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kPatience = 30s;
constexpr char kList[] = "decisions";

constexpr Activity<std::string(std::string)> act{"act", "1"};  // as the text says
constexpr Signal<std::string> word{"word"};
constexpr Function<std::string(std::string)> shout{"shout"};
constexpr ActivityOptions kStep{.start_to_close = 30s, .heartbeat = 1s, .task_list = "work"};

constexpr WorkflowType<std::string(std::string)> child{"child", "1"};
constexpr WorkflowType<std::string(std::string)> parent{"parent", "1"};
constexpr WorkflowType<std::string(std::string)> teller{"teller", "1"};
constexpr WorkflowType<int(int)> counter{"counter", "1"};
constexpr WorkflowType<int()> changing{"changing", "1"};
constexpr WorkflowType<std::string(std::string)> found{"found", "1"};
constexpr WorkflowType<std::string()> cancelable{"cancelable", "1"};

Task<std::string> child_code(Workflow wf, std::string what) {
  if (what == "fail") throw WorkflowFailed("as asked", to_payload(std::string("details")));
  if (what == "wait for a word") {
    auto words = wf.receive(word);
    co_return co_await words;
  }
  if (what == "until canceled") {
    auto scope = wf.cancel_scope();
    co_await scope.sleep(1h);
  }
  co_return what + " by " + wf.workflow_id();
}

Task<std::string> parent_code(Workflow wf, std::string what) {
  auto one = wf.start_child(child, what, {.tags = {"small"}});
  auto two = wf.start_child(child, std::string("two"), {.workflow_id = wf.workflow_id() + "/two"});
  const std::string of_two = co_await two;
  const auto outcome = co_await one.outcome();
  if (!outcome.ok()) co_return outcome.failure().reason() + " " + outcome.failure().details()->data;
  std::string words = *outcome + ", " + of_two;
  // The id of an execution that is open: this one.
  auto refused = wf.start_child(child, std::string("three"), {.workflow_id = wf.workflow_id()});
  try {
    co_await refused.started();
  } catch (const ChildFailed& failed) {
    words += ", " + failed.reason();
  }
  co_return words;
}

Task<std::string> teller_code(Workflow wf, std::string name) {
  const Execution nobody{"nobody", ""};
  auto lost = wf.signal(nobody, word, "hello");
  auto listener = wf.start_child(child, std::string("wait for a word"));
  co_await wf.signal(listener, word, "hello, " + name);
  std::string words = co_await listener;
  auto sleeper = wf.start_child(child, std::string("until canceled"));
  co_await wf.request_cancel(sleeper);
  const auto end = co_await sleeper.outcome();
  words += end.ok() ? " ok" : end.failure().kind() == ChildFailure::kCanceled ? " canceled" : " otherwise";
  const auto outcome = co_await lost.outcome();
  words += outcome.ok() ? " ok" : " " + outcome.failure().cause();
  co_return words;
}

Task<int> counter_code(Workflow wf, int from) {
  if (from == 1) wf.set_search_attribute("from", from);
  co_await wf.sleep(1ms);
  if (from == 3) co_return from;
  throw wf.continue_as_new(counter, from + 1, {.tags = {"continued"}});
}

Task<int> before_the_change(Workflow wf) {
  auto words = wf.receive(word);
  co_await words;
  co_return 0;
}
Task<int> after_the_change(Workflow wf) {
  const int first = wf.version("first", 1, 2);
  auto words = wf.receive(word);
  co_await words;
  const int second = wf.version("second", 1, 3);
  co_await words;
  co_return first * 10 + second;
}

Task<std::string> found_code(Workflow wf, std::string text) {
  wf.set_search_attribute("text", text);
  wf.set_search_attribute("size", static_cast<int64_t>(text.size()));
  wf.remove_search_attribute("stage");
  const std::string loud = co_await wf.call_function(shout, text);
  co_return loud;
}

Task<std::string> cancelable_code(Workflow wf) {
  auto scope = wf.cancel_scope();
  std::string words;
  bool canceled = false;
  auto work = scope.schedule(act, std::string("until canceled"), kStep);
  auto sleeper = scope.start_child(child, std::string("until canceled"), {.workflow_id = "sleeper"});
  try {
    co_await scope.all(work, sleeper);
    words = co_await work;
  } catch (const Canceled&) {
    canceled = true;
  }
  if (!canceled) co_return words;
  const auto end = co_await sleeper.outcome();
  words = end.ok() ? "ok" : end.failure().what();
  const std::string cleaned = co_await wf.schedule(act, std::string("clean up"), kStep);
  throw Canceled(to_payload(words + "; " + cleaned));
}

class LiveWords : public ::testing::Test {
 protected:
  LiveWords() : client_(coordinator_.address(), "live", {.identity = "test"}) {
    client_.ensure_domain();
    for (const char* type : {"child", "parent", "teller", "counter", "changing", "found", "cancelable"}) {
      client_.ensure_workflow_type({type, "1"}, {.task_list = kList});
    }
    client_.ensure_activity_type({"act", "1"}, {.task_list = "work"});
    worker_.on(act, [this](Attempt& attempt, std::string how) -> std::string {
      if (how != "until canceled") return how;
      begun_.set_value();
      if (attempt.wait(kPatience)) throw Canceled();
      return "not canceled";
    });
    invoker_.on_call([](Attempt&, const std::optional<Payload>& input) -> std::optional<Payload> {
      return to_payload(from_payload<std::string>(input) + "!");
    });
    working_ = std::async(std::launch::async, [this] { return worker_.run(); });
    invoking_ = std::async(std::launch::async, [this] { return invoker_.run(); });
    begin_decider(before_the_change);
  }
  ~LiveWords() override {
    end_decider();
    worker_.stop();
    invoker_.stop();
    EXPECT_EQ(working_.get(), 0);
    EXPECT_EQ(invoking_.get(), 0);
  }

  template <class F>
  void begin_decider(F change) {
    end_decider();
    decider_ = std::make_unique<Decider>(client_, kList, DeciderOptions{.threads = 2});
    decider_->on(child, child_code);
    decider_->on(parent, parent_code);
    decider_->on(teller, teller_code);
    decider_->on(counter, counter_code);
    decider_->on(changing, change);
    decider_->on(found, found_code);
    decider_->on(cancelable, cancelable_code);
    deciding_ = std::async(std::launch::async, [this] { return decider_->run(); });
  }
  void end_decider() {
    if (decider_ == nullptr) return;
    decider_->stop();
    EXPECT_EQ(deciding_.get(), 0);
    decider_.reset();
  }
  std::vector<std::string> ids(const ListFilter& filter) {
    std::vector<std::string> ids;
    for (const auto& info : client_.list(filter)) ids.push_back(info.execution.workflow_id);
    return ids;
  }
  int count_of(const Execution& execution, EventType type) {
    const History history = client_.history(execution);
    return static_cast<int>(std::count_if(history.begin(), history.end(), [&](const HistoryEvent& event) { return event.type() == type; }));
  }

  LiveCoordinator coordinator_;
  Client client_;
  Worker worker_{client_, "work", {.slots = 4}};
  Invoker invoker_{client_, "shout"};
  std::promise<void> begun_;
  std::unique_ptr<Decider> decider_;
  std::future<int> deciding_, working_, invoking_;
};

TEST_F(LiveWords, AParentHearsOfItsChildren) {
  auto run = client_.start(parent, "family", "one");
  EXPECT_EQ(run.result(), "one by " + run.run_id() + ":1, two by family/two, WORKFLOW_ALREADY_RUNNING");
  EXPECT_THAT(ids({.closed = true, .tag = "small"}), ElementsAre(run.run_id() + ":1"));
  EXPECT_EQ(client_.start(parent, "sad family", "fail").result(), "as asked details");
}

TEST_F(LiveWords, ExecutionsTellEachOther) {
  EXPECT_EQ(client_.start(teller, "teller", "Ann").result(), "hello, Ann canceled UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION");
}

TEST_F(LiveWords, ARunContinuesAsNewUntilItCompletes) {
  auto run = client_.start(counter, "counter", 1);
  Execution execution = run.execution();
  std::vector<CloseStatus> ends;
  std::optional<Closed> closed;
  do {
    closed = client_.wait(execution, kPatience);
    ASSERT_TRUE(closed);
    ends.push_back(closed->status);
    if (!closed->new_run_id.empty()) execution.run_id = closed->new_run_id;
  } while (closed->status == CloseStatus::kContinuedAsNew);
  EXPECT_THAT(ends, ElementsAre(CloseStatus::kContinuedAsNew, CloseStatus::kContinuedAsNew, CloseStatus::kCompleted));
  EXPECT_EQ(from_payload<int>(closed->result), 3);
  const auto detail = client_.describe(execution);
  EXPECT_THAT(detail.info.tags, ElementsAre("continued"));
  EXPECT_EQ(detail.search_attributes.at("from"), SearchAttribute(1)) << "carried over, twice";
}

TEST_F(LiveWords, CodeChangesWhileARunIsOpen) {
  auto old = client_.start(changing, "old");
  while (count_of(old.execution(), EventType::kDecisionTaskCompleted) == 0) {
  }
  begin_decider(after_the_change);
  client_.signal(old.execution(), word, "a");
  client_.signal(old.execution(), word, "b");
  EXPECT_EQ(old.result(), 13) << "the first change is older than the run, the second is not";
  auto fresh = client_.start(changing, "fresh");
  client_.signal(fresh.execution(), word, "a");
  client_.signal(fresh.execution(), word, "b");
  EXPECT_EQ(fresh.result(), 23);
  EXPECT_EQ(count_of(fresh.execution(), EventType::kMarkerRecorded), 2);
}

TEST_F(LiveWords, ARunIsFoundByItsSearchAttributesAndCallsAFunction) {
  auto run = client_.start(found, "hey", "hey", {.search_attributes = {{"stage", "new"}, {"region", "eu"}}, .lambda_role = "caller"});
  EXPECT_EQ(run.result(), "hey!");
  client_.start(found, "hello", "hello", {.lambda_role = "caller"}).result();
  EXPECT_THAT(ids({.closed = true, .search_attribute = "text", .equal_to = "hey"}), ElementsAre("hey"));
  EXPECT_THAT(ids({.closed = true, .search_attribute = "size", .least = 4}), ElementsAre("hello"));
  EXPECT_THAT(ids({.closed = true, .search_attribute = "size", .most = 4}), ElementsAre("hey"));
  EXPECT_THAT(ids({.closed = true, .search_attribute = "stage", .equal_to = "new"}), ElementsAre());
  EXPECT_THAT(ids({.closed = true, .search_attribute = "region", .equal_to = "eu"}), ElementsAre("hey"));
  EXPECT_EQ(client_.count({.closed = true, .search_attribute = "size", .least = 1, .most = 100}), 2);

  auto without_role = client_.start(found, "no role", "hey");
  const auto closed = without_role.wait(kPatience);
  ASSERT_TRUE(closed);
  EXPECT_THAT(closed->reason, HasSubstr("function shout (id 1) could not be called: ASSUME_ROLE_FAILED"));
}

TEST_F(LiveWords, ACancelRequestEndsWhatIsOpenInAScopeAndCleanUpFollows) {
  auto run = client_.start(cancelable, "cancelable");
  begun_.get_future().wait();
  run.request_cancel();
  const auto closed = run.wait(kPatience);
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->status, CloseStatus::kCanceled);
  EXPECT_EQ(from_payload<std::string>(closed->details), "child workflow child (sleeper) was canceled; clean up");
  EXPECT_EQ(count_of(run.execution(), EventType::kActivityTaskCanceled), 1);
  EXPECT_EQ(count_of({"sleeper", ""}, EventType::kWorkflowExecutionCanceled), 1);
}

}  // namespace
}  // namespace baton::testing
