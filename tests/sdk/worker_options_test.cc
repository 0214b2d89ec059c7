// What a worker may be given: an executor, room for tasks, hooks for metrics, objects as handlers; against the other end of its stream.
#include <gmock/gmock.h>

#include <deque>
#include <future>
#include <latch>
#include <set>
#include <thread>

#include "baton/worker.h"
#include "recorder.h"
#include "scripted_worker_service.h"
#include "wire.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using Frame = ScriptedWorkerService::Frame;
using ::testing::Contains;
using ::testing::Not;
using ::testing::StartsWith;

constexpr auto kPatience = 20s;
constexpr Activity<int(int)> square{"square", "1"};
constexpr Activity<std::string()> hold{"hold", "1"};
constexpr Activity<void(std::string)> end_as{"end_as", "1"};

const v1::ActivityTaskAnswer* answer_of(const Frame& said, const std::string& token) {
  for (const auto& answer : said.answers()) {
    if (answer.task_token() == token) return &answer;
  }
  return nullptr;
}
auto has_answer(const std::string& token) {
  return [token](const Frame& said) { return answer_of(said, token) != nullptr; };
}
template <class Tokens>
std::set<std::string> set_of(const Tokens& tokens) {
  return {tokens.begin(), tokens.end()};
}

// One thread that does what it is given, in order.
class OneThread {
 public:
  ~OneThread() {
    give({});
    thread_.join();
  }
  void give(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    changed_.notify_all();
  }
  std::thread::id id() const { return thread_.get_id(); }

 private:
  void loop() {
    for (;;) {
      std::function<void()> work;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !queue_.empty(); });
        work = std::move(queue_.front());
        queue_.pop_front();
      }
      if (!work) return;
      work();
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  std::thread thread_{[this] { loop(); }};
};

class WorkerOptionsTest : public ::testing::Test {
 protected:
  ~WorkerOptionsTest() override { finish(); }

  void begin(WorkerOptions options) {
    worker_ = std::make_unique<Worker>(Client(service_.address(), "shop"), "work", options);
    worker_->on(square, [this](int number) {
      handler_thread_ = std::this_thread::get_id();
      return number * number;
    });
    worker_->on(hold, [this](Attempt& attempt) {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, attempt.stop_token(), kPatience, [&] { return released_; });
      if (!released_) throw Canceled();
      return std::string("held");
    });
    worker_->on(end_as, [](std::string how) {
      if (how == "failed") throw AttemptFailed("FAILED");
    });
    running_ = std::async(std::launch::async, [this] { return worker_->run(); });
  }
  int finish() {
    if (worker_ == nullptr) return 0;
    release();
    worker_->stop();
    const int result = running_.get();
    worker_.reset();
    return result;
  }
  void release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }

  template <class Symbol>
  static v1::ActivityTask* add_task(v1::PollActivityTasksResponse& frame, const Symbol& type, const std::string& token) {
    v1::ActivityTask* const task = frame.add_tasks();
    task->set_task_token(token);
    task->set_activity_id(token);
    task->mutable_workflow_execution()->set_run_id("run");
    task->mutable_activity_type()->set_name(std::string(type.name));
    task->mutable_activity_type()->set_version(std::string(type.version));
    task->set_attempt(1);
    return task;
  }
  template <class Symbol, class T>
  void send_task(const Symbol& type, const std::string& token, const T& input) {
    v1::PollActivityTasksResponse frame;
    to_wire(*to_payload(input), add_task(frame, type, token)->mutable_input());
    service_.send(frame);
  }
  void send_holds(const std::vector<std::string>& tokens) {
    v1::PollActivityTasksResponse frame;
    for (const std::string& token : tokens) add_task(frame, hold, token);
    service_.send(frame);
  }

  ScriptedWorkerService service_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool released_ = false;
  std::atomic<std::thread::id> handler_thread_;
  std::unique_ptr<Worker> worker_;
  std::future<int> running_;
};

// --- executor ---

TEST_F(WorkerOptionsTest, HandlersRunWhereTheUserWantsThem) {
  OneThread mine;
  begin({.executor = [&mine](std::function<void()> work) { mine.give(std::move(work)); }});
  send_task(square, "a", 7);
  const Frame said = service_.wait_for("an answer", has_answer("a"));
  EXPECT_EQ(from_payload<int>(from_wire(answer_of(said, "a")->completed().result())), 49);
  EXPECT_EQ(handler_thread_.load(), mine.id());
  service_.confirm("a");
  EXPECT_EQ(finish(), 0);
}

TEST_F(WorkerOptionsTest, AHandlerThatTheExecutorDropsFailsItsActivity) {
  begin({.executor = [](std::function<void()>) {}});
  send_task(square, "a", 7);
  const Frame said = service_.wait_for("an answer", has_answer("a"));
  EXPECT_EQ(answer_of(said, "a")->failed().reason(), "HANDLER_NOT_RUN");
  service_.confirm("a");
  EXPECT_EQ(finish(), 0);
}

TEST_F(WorkerOptionsTest, WhatTheExecutorHasNotBegunIsAcknowledgedAndDoneAtTheEnd) {
  OneThread mine;
  begin({.executor = [&mine](std::function<void()> work) { mine.give(std::move(work)); }});
  send_holds({"first", "second"});
  service_.wait_for("acknowledgements", [](const Frame& said) { return said.acknowledged_task_tokens_size() == 2; });
  worker_->stop();
  service_.wait_for("that it drains", [](const Frame& said) { return said.draining(); });
  release();
  service_.wait_for("both answers", [](const Frame& said) { return said.answers_size() == 2; });
  service_.confirm("first");
  service_.confirm("second");
  EXPECT_EQ(finish(), 0);
}

// --- acknowledgement ---

TEST_F(WorkerOptionsTest, AHandlerBeginsOnlyWhenItsAcknowledgementIsOut) {
  begin({.acknowledge_first = true});
  v1::PollActivityTasksResponse frame;
  for (int i = 0; i < 100; ++i) to_wire(*to_payload(i), add_task(frame, square, std::to_string(i))->mutable_input());
  service_.send(frame);
  const Frame said = service_.wait_for("all answers", [](const Frame& frame) {
    // Frames come in order: whatever is answered was acknowledged in one before.
    const auto acknowledged = set_of(frame.acknowledged_task_tokens());
    for (const auto& answer : frame.answers()) EXPECT_TRUE(acknowledged.contains(answer.task_token()));
    return frame.answers_size() == 100;
  });
  EXPECT_EQ(said.acknowledged_task_tokens_size(), 100);
  for (int i = 0; i < 100; ++i) service_.confirm(std::to_string(i));
  EXPECT_EQ(finish(), 0);
}

TEST_F(WorkerOptionsTest, ATaskWhoseAcknowledgementIsLostBeginsWhenItsNameIsOut) {
  const auto recorder = std::make_shared<Recorder>();
  std::atomic<int> begun = 0;
  const Activity<void()> count{"count", "1"};
  worker_ = std::make_unique<Worker>(Client(service_.address(), "shop"), "work", WorkerOptions{.acknowledge_first = true, .metrics = recorder});
  worker_->on(count, [&] { ++begun; });
  running_ = std::async(std::launch::async, [this] { return worker_->run(); });
  v1::PollActivityTasksResponse frame;
  add_task(frame, count, "a");
  service_.send(frame);
  recorder->wait_for("offered a");
  service_.break_stream();  // before or after the acknowledgement
  service_.wait_for("an answer on the new stream", has_answer("a"));
  EXPECT_EQ(begun, 1);
  service_.confirm("a");
  EXPECT_EQ(finish(), 0);
}

// --- room ---

TEST_F(WorkerOptionsTest, WithoutRoomItDoesNotEvenAsk) {
  std::atomic<int> room = 0, asked = 0;
  begin({.slots = 8, .more_tasks = [&](int in_hand) {
           EXPECT_EQ(in_hand, 0);
           ++asked;
           return room.load();
         }});
  while (asked < 3) std::this_thread::yield();
  EXPECT_EQ(service_.streams(), 0);
  room = 3;
  const Frame said = service_.wait_for("open", [](const Frame& frame) { return frame.has_open(); });
  EXPECT_EQ(said.open().slots(), 3);
}

TEST_F(WorkerOptionsTest, MoreThanThereAreSlotsItNeverAsksFor) {
  begin({.slots = 8, .more_tasks = [](int) { return 1000; }});
  EXPECT_EQ(service_.wait_for("open", [](const Frame& frame) { return frame.has_open(); }).open().slots(), 8);
}

TEST_F(WorkerOptionsTest, WhatThereIsNoRoomForGoesBackAndNothingMoreComesUntilThereIs) {
  std::atomic<int> most = 2;
  begin({.slots = 8, .more_tasks = [&](int in_hand) { return most - in_hand; }});
  EXPECT_EQ(service_.wait_for("open", [](const Frame& frame) { return frame.has_open(); }).open().slots(), 2);
  send_holds({"a", "b", "c"});
  const Frame full = service_.wait_for("one back", [](const Frame& said) { return said.returned_task_tokens_size() == 1; });
  EXPECT_EQ(full.returned_task_tokens(0), "c");
  EXPECT_TRUE(full.draining());  // no more tasks on this stream
  most = 5;
  const Frame again = service_.wait_for("a stream with more slots", [](const Frame& said) { return said.open().slots() == 5; });
  EXPECT_EQ(set_of(again.open().held_task_tokens()), (std::set<std::string>{"a", "b"}));
  EXPECT_FALSE(again.draining());
  send_holds({"c", "d"});
  release();
  service_.wait_for("four answers", [](const Frame& said) { return said.answers_size() == 4; });
  for (const char* token : {"a", "b", "c", "d"}) service_.confirm(token);
  EXPECT_EQ(finish(), 0);
}

TEST_F(WorkerOptionsTest, MoreRoomThanAtTheBeginningIsUsedOnceTheSlotsAreFull) {
  std::atomic<int> room = 1;
  begin({.slots = 8, .more_tasks = [&](int) { return room.load(); }});
  EXPECT_EQ(service_.wait_for("open", [](const Frame& frame) { return frame.has_open(); }).open().slots(), 1);
  send_holds({"a"});
  const Frame again = service_.wait_for("a stream with more slots", [](const Frame& said) { return said.open().slots() == 2; });
  EXPECT_EQ(set_of(again.open().held_task_tokens()), (std::set<std::string>{"a"}));
  release();
  service_.wait_for("an answer", has_answer("a"));
  service_.confirm("a");
  EXPECT_EQ(finish(), 0);
}

// --- metrics ---

TEST_F(WorkerOptionsTest, HooksHearOfEveryStepOfATask) {
  const auto recorder = std::make_shared<Recorder>();
  begin({.slots = 3, .metrics = recorder});
  send_holds({"held"});
  recorder->wait_for("acknowledged held");
  for (const char* how : {"completed", "failed"}) {
    send_task(end_as, how, std::string(how));
    service_.wait_for("an answer", has_answer(how));
    service_.confirm(how);
  }
  service_.request_cancel("held");
  service_.wait_for("an answer", has_answer("held"));
  service_.confirm("held");
  EXPECT_EQ(finish(), 0);
  const auto lines = recorder->lines();
  for (const char* line : {"1 of 3", "2 of 3", "0 of 3", "offered held", "started held", "canceled held", "offered completed",
                           "started completed", "completed completed", "started failed", "failed failed"}) {
    EXPECT_THAT(lines, Contains(std::string(line)));
  }
  EXPECT_THAT(lines, Contains("offered held").Times(1));
  EXPECT_LT(std::find(lines.begin(), lines.end(), "offered held"), std::find(lines.begin(), lines.end(), "started held"));
  EXPECT_THAT(lines, Not(Contains(StartsWith("broken"))));
}

TEST_F(WorkerOptionsTest, HooksHearOfReportsThatAreSentAgainOrRefused) {
  const auto recorder = std::make_shared<Recorder>();
  begin({.metrics = recorder});
  send_task(square, "a", 3);
  service_.wait_for("an answer", has_answer("a"));
  service_.refuse("a", v1::THROTTLING, true);
  recorder->wait_for("retried a");
  service_.wait_for("it again", [](const Frame& said) { return said.answers_size() == 2; });
  service_.refuse("a", v1::SUPERSEDED);
  recorder->wait_for("refused, refused by the script, a");
  EXPECT_EQ(finish(), 0);
}

TEST_F(WorkerOptionsTest, HooksHearOfABrokenStreamAndOfItsReturn) {
  const auto recorder = std::make_shared<Recorder>();
  begin({.metrics = recorder});
  send_task(square, "a", 3);
  service_.wait_for("an answer", has_answer("a"));
  service_.break_stream();
  recorder->wait_for("broken work");
  recorder->wait_for("retried a");
  service_.wait_for("the answer again", has_answer("a"));
  service_.confirm("a");
  const auto lines = recorder->wait_for("back work");
  EXPECT_LT(std::find(lines.begin(), lines.end(), "broken work"), std::find(lines.begin(), lines.end(), "back work"));
  EXPECT_EQ(finish(), 0);
}

TEST_F(WorkerOptionsTest, HooksHearOfTasksThatAreLost) {
  const auto recorder = std::make_shared<Recorder>();
  begin({.metrics = recorder});
  send_holds({"a"});
  recorder->wait_for("started a");
  service_.close("a");
  recorder->wait_for("lost a");
  recorder->wait_for("failed a");  // what the handler made of it
  EXPECT_EQ(finish(), 0);
}

// A hook that waits for what another thread can do only without the stream's lock.
TEST_F(WorkerOptionsTest, NoLockIsHeldWhileAHookIsCalled) {
  const auto recorder = std::make_shared<Recorder>();
  std::atomic<int> offers = 0;
  std::promise<void> beaten;
  recorder->on_offer = [&] {
    if (++offers < 2) return;
    EXPECT_EQ(beaten.get_future().wait_for(kPatience), std::future_status::ready);
  };
  const Activity<void()> beat{"beat", "1"};
  worker_ = std::make_unique<Worker>(Client(service_.address(), "shop"), "work", WorkerOptions{.metrics = recorder});
  worker_->on(beat, [&](Attempt& attempt) {
    while (offers < 2) std::this_thread::yield();
    attempt.heartbeat("while the hook waits");
    beaten.set_value();
  });
  worker_->on(square, [](int number) { return number; });
  running_ = std::async(std::launch::async, [this] { return worker_->run(); });
  v1::PollActivityTasksResponse frame;
  add_task(frame, beat, "a");
  service_.send(frame);
  recorder->wait_for("started a");
  send_task(square, "b", 1);
  service_.wait_for("both answers", [](const Frame& said) { return said.answers_size() == 2; });
  service_.confirm("a");
  service_.confirm("b");
  EXPECT_EQ(finish(), 0);
}

// --- objects ---

// A member for each activity, of every shape.
class Calculator {
 public:
  explicit Calculator(int offset) : offset_(offset) {}

  int square_of(Attempt& attempt, int number) {
    ++calls_;
    return number * number + offset_ * attempt.number();
  }
  std::string hold_on() const { return "held with " + std::to_string(offset_); }
  void end(std::string how) {
    ++calls_;
    if (how == "failed") throw AttemptFailed("FAILED");
  }
  int calls() const { return calls_; }

 private:
  const int offset_;
  std::atomic<int> calls_ = 0;
};

TEST_F(WorkerOptionsTest, AnObjectHasAMemberForEachActivity) {
  Calculator calculator(1000);
  worker_ = std::make_unique<Worker>(Client(service_.address(), "shop"), "work");
  worker_->on(square, calculator, &Calculator::square_of);
  worker_->on(end_as, calculator, &Calculator::end);
  worker_->on(hold, std::make_shared<Calculator>(7), &Calculator::hold_on);  // kept
  running_ = std::async(std::launch::async, [this] { return worker_->run(); });
  send_task(square, "a", 7);
  send_task(end_as, "b", std::string("failed"));
  send_holds({"c"});
  const Frame said = service_.wait_for("three answers", [](const Frame& frame) { return frame.answers_size() == 3; });
  EXPECT_EQ(from_payload<int>(from_wire(answer_of(said, "a")->completed().result())), 1049);
  EXPECT_EQ(answer_of(said, "b")->failed().reason(), "FAILED");
  EXPECT_EQ(answer_of(said, "c")->completed().result().data(), "held with 7");
  for (const char* token : {"a", "b", "c"}) service_.confirm(token);
  EXPECT_EQ(finish(), 0);
  EXPECT_EQ(calculator.calls(), 2);
}

}  // namespace
}  // namespace baton::testing
