// A worker against the other end of its stream: acknowledgement, answers, heartbeats, cancellation, reconnection, refusals, drain.
#include "baton/worker.h"

#include <gmock/gmock.h>

#include <future>
#include <latch>
#include <set>
#include <thread>

#include "baton/log.h"
#include "failure_envelope.h"
#include "scripted_worker_service.h"
#include "wire.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using Frame = ScriptedWorkerService::Frame;
using ::testing::HasSubstr;

constexpr Activity<int(int)> square{"square", "1"};
constexpr Activity<std::string()> hold{"hold", "1"};        // until released, or until it should stop
constexpr Activity<void(std::string)> fail{"fail", "1"};
constexpr Activity<std::string(int)> large{"large", "1"};

struct CardDeclined : AttemptFailed {
  using AttemptFailed::AttemptFailed;
};

[[noreturn]] void decline() {
  try {
    throw std::runtime_error("connection reset");
  } catch (const std::exception&) {
    std::throw_with_nested(CardDeclined("DECLINED", to_payload(std::string("card 17"))));
  }
}

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
bool has(const Tokens& tokens, const std::string& token) {
  return std::find(tokens.begin(), tokens.end(), token) != tokens.end();
}
auto has_acknowledged(const std::string& token) {
  return [token](const Frame& said) { return has(said.acknowledged_task_tokens(), token); };
}
std::set<std::string> named(const Frame& said) {
  std::set<std::string> tokens(said.open().held_task_tokens().begin(), said.open().held_task_tokens().end());
  tokens.insert(said.held_task_tokens().begin(), said.held_task_tokens().end());
  return tokens;
}

class WorkerTest : public ::testing::Test {
 protected:
  ~WorkerTest() override { finish(); }

  void begin(WorkerOptions options = {}) {
    worker_ = std::make_unique<Worker>(Client(service_.address(), "shop", {.identity = "me"}), "work", options);
    worker_->on(square, [](int number) { return number * number; });
    worker_->on(hold, [this](Attempt& attempt) {
      attempt.heartbeat("holding");
      const std::stop_callback told(attempt.stop_token(), [this] { changed_.notify_all(); });
      std::unique_lock lock(mutex_);
      begun_.insert(attempt.activity_id());
      changed_.notify_all();
      changed_.wait(lock, attempt.stop_token(), [&] { return released_; });
      if (!released_ && throws_canceled_) throw Canceled(Payload{"stopped", "text/plain", {}, {}});
      return std::string(attempt.closed() ? "closed" : "held");
    });
    worker_->on(fail, [](Attempt&, std::string how) {
      if (how == "own words") throw AttemptFailed("NO_FUNDS", Payload{"card 17", "text/plain", {}, {}});
      if (how == "long") throw std::runtime_error(std::string(1000, 'x'));
      if (how == "canceled") throw Canceled();
      if (how == "odd") throw 17;
      if (how == "declined") decline();
      throw std::runtime_error("the disk is full");
    });
    worker_->on(large, [](int size) { return std::string(static_cast<size_t>(size), 'x'); });
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
  void wait_until_begun(const std::string& id) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, 20s, [&] { return begun_.contains(id); })) << id << " did not begin";
  }

  template <class Symbol>
  static v1::ActivityTask* add_task(v1::PollActivityTasksResponse& frame, const Symbol& type, const std::string& token) {
    v1::ActivityTask* const task = frame.add_tasks();
    task->set_task_token(token);
    task->set_activity_id("id-" + token);
    task->mutable_workflow_execution()->set_run_id("run");
    task->mutable_activity_type()->set_name(std::string(type.name));
    task->mutable_activity_type()->set_version(std::string(type.version));
    task->set_attempt(1);
    task->set_idempotency_key("key-" + token);
    return task;
  }
  template <class Symbol, class T>
  void send_task(const Symbol& type, const std::string& token, const T& input) {
    v1::PollActivityTasksResponse frame;
    to_wire(*to_payload(input), add_task(frame, type, token)->mutable_input());
    service_.send(frame);
  }
  void send_hold(const std::string& token, Duration heartbeat = 0ms) {
    v1::PollActivityTasksResponse frame;
    v1::ActivityTask* const task = add_task(frame, hold, token);
    if (heartbeat > 0ms) to_wire(heartbeat, task->mutable_heartbeat_timeout());
    service_.send(frame);
  }

  ScriptedWorkerService service_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::set<std::string> begun_;
  bool released_ = false;
  std::atomic<bool> throws_canceled_ = true;
  std::unique_ptr<Worker> worker_;
  std::future<int> running_;
};

TEST_F(WorkerTest, TheFirstFrameSaysWhoPollsForWhat) {
  begin({.slots = 77, .register_types = true});
  const Frame said = service_.wait_for("open", [](const Frame& frame) { return frame.has_open(); });
  EXPECT_EQ(said.open().domain(), "shop");
  EXPECT_EQ(said.open().task_list().name(), "work");
  EXPECT_EQ(said.open().identity(), "me");
  EXPECT_EQ(said.open().slots(), 77);
  EXPECT_FALSE(said.open().instance_id().empty());
  ASSERT_EQ(service_.registered().size(), 4u);
  EXPECT_EQ(service_.registered()[0].configuration().default_task_list().name(), "work");
}

TEST_F(WorkerTest, AnAnswerCarriesTheResultAndAQuickOneIsItsOwnAcknowledgement) {
  begin();
  send_task(square, "a", 7);
  const Frame said = service_.wait_for("an answer", has_answer("a"));
  EXPECT_EQ(from_payload<int>(from_wire(answer_of(said, "a")->completed().result())), 49);
  service_.confirm("a");
  EXPECT_EQ(finish(), 0);
}

TEST_F(WorkerTest, ATaskThatTakesItsTimeIsAcknowledged) {
  begin();
  send_hold("a");
  const Frame said = service_.wait_for("an acknowledgement", has_acknowledged("a"));
  EXPECT_EQ(said.answers_size(), 0);
  release();
  service_.wait_for("an answer", has_answer("a"));
  service_.confirm("a");
}

TEST_F(WorkerTest, ManyAnswersShareFewFrames) {
  begin({.slots = 1000});
  v1::PollActivityTasksResponse frame;
  for (int i = 0; i < 1000; ++i) to_wire(*to_payload(i), add_task(frame, square, std::to_string(i))->mutable_input());
  service_.send(frame);
  service_.wait_for("1000 answers", [](const Frame& said) { return said.answers_size() == 1000; });
  EXPECT_LT(service_.frames(), 700u);
  v1::PollActivityTasksResponse confirmed;
  for (int i = 0; i < 1000; ++i) {
    confirmed.add_confirmations()->set_task_token(std::to_string(i));
    confirmed.mutable_confirmations(i)->set_recorded(true);
  }
  service_.send(confirmed);
  EXPECT_EQ(finish(), 0);
}

TEST_F(WorkerTest, AsManyHandlersRunAsThereAreSlots) {
  begin({.slots = 40, .drain_for = 50ms});
  v1::PollActivityTasksResponse frame;
  for (int i = 0; i < 40; ++i) add_task(frame, hold, std::to_string(i));
  service_.send(frame);
  for (int i = 0; i < 40; ++i) wait_until_begun("id-" + std::to_string(i));
}

TEST_F(WorkerTest, FailuresSayWhatHappened) {
  begin();
  const auto failure = [&](const std::string& how) {
    send_task(fail, how, how);
    const Frame said = service_.wait_for("an answer", has_answer(how));
    service_.confirm(how);
    return answer_of(said, how)->failed();
  };
  const auto own = failure("own words");
  EXPECT_EQ(own.reason(), "NO_FUNDS");
  EXPECT_EQ(own.details().data(), "card 17") << "there is no more to tell";
  const auto plain = failure("plain");
  EXPECT_EQ(plain.reason(), "the disk is full");
  EXPECT_EQ(from_details(from_wire(plain.details())).type, "std::runtime_error");
  EXPECT_EQ(failure("canceled").reason(), "CANCELED_WITHOUT_REQUEST");
  const auto odd = failure("odd");
  EXPECT_THAT(odd.reason(), HasSubstr("no std::exception"));
  EXPECT_EQ(from_details(from_wire(odd.details())).type, "int");
  const auto cut_one = failure("long");
  EXPECT_EQ(cut_one.reason(), std::string(256, 'x'));
  EXPECT_EQ(from_payload<std::string>(from_details(from_wire(cut_one.details())).details), std::string(1000, 'x'));
}

TEST_F(WorkerTest, AFailureHasTheTypeAndTheCausesOfItsException) {
  begin();
  send_task(fail, "a", std::string("declined"));
  const auto failed = answer_of(service_.wait_for("an answer", has_answer("a")), "a")->failed();
  service_.confirm("a");
  EXPECT_EQ(failed.reason(), "DECLINED");
  const FailureFacts facts = from_details(from_wire(failed.details()));
  EXPECT_EQ(facts.type, "baton::testing::CardDeclined");
  EXPECT_EQ(from_payload<std::string>(facts.details), "card 17");
  EXPECT_THAT(facts.causes, ::testing::ElementsAre(FailureCause{"std::runtime_error", "connection reset", std::nullopt}));
}

TEST_F(WorkerTest, AnUnknownTypeOrInputFailsTheTask) {
  begin();
  send_task(Activity<int(int)>{"dance", "3"}, "a", 1);
  const Frame unknown = service_.wait_for("an answer", has_answer("a"));
  EXPECT_EQ(answer_of(unknown, "a")->failed().reason(), "UNKNOWN_ACTIVITY_TYPE");
  EXPECT_THAT(answer_of(unknown, "a")->failed().details().data(), HasSubstr("dance, version 3"));
  send_task(square, "b", std::string("seven"));
  const Frame wrong = service_.wait_for("an answer", has_answer("b"));
  EXPECT_THAT(answer_of(wrong, "b")->failed().reason(), HasSubstr("declared type"));
  service_.confirm("a");
  service_.confirm("b");
}

TEST(Worker, HasOneHandlerForEachActivityAndAtLeastOne) {
  Worker worker(Client("127.0.0.1:1", "shop"), "work");
  EXPECT_THROW(worker.run(), std::logic_error);
  worker.on(square, [](int number) { return number; });
  worker.on(Activity<int(int)>{"square", "2"}, [](int number) { return number; });
  try {
    worker.on(square, [](int number) { return number * number; });
    ADD_FAILURE() << "it has a handler for it";
  } catch (const std::logic_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("activity square 1 has a handler already"));
  }
}

TEST(Worker, WithoutACoordinatorItsTypesAreNotRegisteredAndThatIsTold) {
  Worker worker(Client("127.0.0.1:1", "shop", {.retry_for = 1ms}), "work", {.register_types = true});
  worker.on(square, [](int number) { return number; });
  try {
    worker.run();
    ADD_FAILURE() << "there is nobody to register them with";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kUnavailable);
    EXPECT_THAT(error.what(), HasSubstr("(is a coordinator running at 127.0.0.1:1?)"));
  }
}

TEST_F(WorkerTest, ACoordinatorThatIsNotThereAtFirstIsWaitedFor) {
  service_.stop();
  std::promise<void> complained;
  set_log_sink([&, told = false](LogLevel, std::string_view message) mutable {
    if (!std::exchange(told, true)) complained.set_value();
    EXPECT_THAT(std::string(message), HasSubstr("list work"));
  });
  begin();
  complained.get_future().wait();
  service_.restart();
  send_task(square, "a", 7);
  service_.wait_for("an answer", has_answer("a"));
  service_.confirm("a");
  EXPECT_EQ(finish(), 0);
  set_log_sink({});
}

TEST_F(WorkerTest, AResultThatIsTooLargeFailsTheTask) {
  begin();
  send_task(large, "here", 5'000'000);
  const Frame here = service_.wait_for("an answer", has_answer("here"));
  EXPECT_EQ(answer_of(here, "here")->failed().reason(), "RESULT_TOO_LARGE");
  send_task(large, "there", 40'000);
  service_.wait_for("an answer", has_answer("there"));
  service_.refuse("there", v1::VALIDATION);
  const Frame there = service_.wait_for("a second answer", [](const Frame& said) {
    return said.answers_size() > 2 && said.answers(said.answers_size() - 1).has_failed();
  });
  EXPECT_EQ(there.answers(2).failed().reason(), "ANSWER_NOT_ACCEPTED");
  EXPECT_EQ(there.answers(2).failed().details().data(), "refused by the script");
  service_.confirm("here");
  service_.confirm("there");
}

TEST_F(WorkerTest, HeartbeatsComeByThemselvesAndCarryTheLatestDetails) {
  begin();
  send_hold("a", 150ms);
  const Frame said = service_.wait_for("heartbeats", [](const Frame& frame) { return frame.heartbeats_size() >= 4; });
  for (const auto& heartbeat : said.heartbeats()) {
    EXPECT_EQ(heartbeat.task_token(), "a");
    EXPECT_EQ(heartbeat.details().data(), "holding");
  }
  release();
  service_.wait_for("an answer", has_answer("a"));
  service_.confirm("a");
}

TEST_F(WorkerTest, WithoutATimeoutOnlyTheHandlersOwnHeartbeatIsSent) {
  begin();
  send_hold("a");
  const Frame said = service_.wait_for("a heartbeat", [](const Frame& frame) { return frame.heartbeats_size() == 1; });
  EXPECT_EQ(said.heartbeats(0).details().data(), "holding");
  release();
  service_.wait_for("an answer", has_answer("a"));
  service_.confirm("a");
}

TEST_F(WorkerTest, ACancelRequestReachesTheHandler) {
  begin();
  send_hold("a");
  wait_until_begun("id-a");
  service_.request_cancel("a");
  const Frame said = service_.wait_for("an answer", has_answer("a"));
  ASSERT_TRUE(answer_of(said, "a")->has_canceled());
  EXPECT_EQ(answer_of(said, "a")->canceled().details().data(), "stopped");
  service_.confirm("a");
}

TEST_F(WorkerTest, ACancelRequestMayComeWithAHeartbeat) {
  begin();
  send_hold("a", 10s);
  wait_until_begun("id-a");
  v1::PollActivityTasksResponse frame;
  frame.add_heartbeat_statuses()->set_task_token("a");
  frame.mutable_heartbeat_statuses(0)->set_cancel_requested(true);
  service_.send(frame);
  const Frame said = service_.wait_for("an answer", has_answer("a"));
  EXPECT_TRUE(answer_of(said, "a")->has_canceled());
  service_.confirm("a");
}

TEST_F(WorkerTest, AClosedTaskGivesItsSlotBackWhenItsHandlerHasEnded) {
  begin();
  send_hold("a");
  wait_until_begun("id-a");
  service_.close("a");
  const Frame said = service_.wait_for("the token back", [](const Frame& frame) { return has(frame.returned_task_tokens(), "a"); });
  EXPECT_EQ(answer_of(said, "a"), nullptr);
  EXPECT_EQ(finish(), 0);
}

TEST_F(WorkerTest, WhatIsHeldAndWhatIsUnconfirmedSurvivesABrokenStream) {
  begin();
  send_hold("running", 30s);
  send_task(square, "answered", 3);
  service_.wait_for("an answer", has_answer("answered"));
  wait_until_begun("id-running");
  service_.break_stream();
  const Frame said = service_.wait_for("the answer again", has_answer("answered"));
  EXPECT_EQ(named(said), (std::set<std::string>{"answered", "running"}));
  const Frame alive = service_.wait_for("a sign of life", [](const Frame& frame) { return frame.heartbeats_size() > 0; });
  EXPECT_EQ(alive.heartbeats(0).task_token(), "running");
  service_.confirm("answered");
  release();
  service_.wait_for("the other answer", has_answer("running"));
  service_.confirm("running");
  EXPECT_EQ(finish(), 0);
}

TEST_F(WorkerTest, AnAnswerGivenWhileTheCoordinatorIsAwayIsKept) {
  begin();
  send_hold("a");
  wait_until_begun("id-a");
  service_.stop();
  release();
  service_.restart();
  service_.wait_for("an answer", has_answer("a"));
  service_.confirm("a");
  EXPECT_EQ(finish(), 0);
}

TEST_F(WorkerTest, AnAnswerRefusedForNowIsSentAgain) {
  begin();
  send_task(square, "a", 3);
  service_.wait_for("an answer", has_answer("a"));
  service_.refuse("a", v1::THROTTLING, true);
  service_.wait_for("it again", [](const Frame& said) { return said.answers_size() == 2; });
  service_.confirm("a");
  EXPECT_EQ(finish(), 0);
}

TEST_F(WorkerTest, AnAnswerOfASupersededDeliveryIsDropped) {
  begin();
  send_task(square, "a", 3);
  service_.wait_for("an answer", has_answer("a"));
  service_.refuse("a", v1::SUPERSEDED);
  EXPECT_EQ(finish(), 0);
}

TEST_F(WorkerTest, TheEndLetsHandlersFinish) {
  begin();
  send_hold("a");
  wait_until_begun("id-a");
  worker_->stop();
  const Frame said = service_.wait_for("that it drains", [](const Frame& frame) { return frame.draining(); });
  EXPECT_EQ(answer_of(said, "a"), nullptr);
  release();
  service_.wait_for("an answer", has_answer("a"));
  service_.confirm("a");
  EXPECT_EQ(finish(), 0);
}

TEST_F(WorkerTest, OffersAfterTheEndAreGivenBack) {
  begin();
  send_hold("a");
  wait_until_begun("id-a");
  worker_->stop();
  service_.wait_for("that it drains", [](const Frame& frame) { return frame.draining(); });
  send_task(square, "late", 3);
  const Frame said = service_.wait_for("it back", [](const Frame& frame) { return has(frame.returned_task_tokens(), "late"); });
  EXPECT_EQ(answer_of(said, "late"), nullptr);
  release();
  service_.wait_for("an answer", has_answer("a"));
  service_.confirm("a");
  EXPECT_EQ(finish(), 0);
}

TEST_F(WorkerTest, AHandlerThatDoesNotFinishInTimeIsToldToStop) {
  begin({.drain_for = 100ms});
  send_hold("a");
  wait_until_begun("id-a");
  worker_->stop();
  const Frame said = service_.wait_for("an answer", has_answer("a"));
  EXPECT_EQ(answer_of(said, "a")->failed().reason(), "WORKER_STOPPED");
  service_.confirm("a");
  EXPECT_EQ(running_.get(), 0);
  worker_.reset();
}

TEST_F(WorkerTest, ResultsThatNobodyTookAreReportedByTheExitCode) {
  begin({.drain_for = 50ms});
  send_task(square, "a", 3);
  service_.wait_for("an answer", has_answer("a"));
  EXPECT_EQ(finish(), 1);
}

TEST_F(WorkerTest, DetailsOfAHeartbeatAreBounded) {
  std::promise<std::string> said;
  begin();
  const Activity<void()> shout{"shout", "1"};
  finish();
  worker_ = std::make_unique<Worker>(Client(service_.address(), "shop"), "work");
  worker_->on(shout, [&](Attempt& attempt) {
    try {
      attempt.heartbeat(std::string(3000, 'x'));
    } catch (const PayloadError& error) {
      said.set_value(error.what());
    }
  });
  running_ = std::async(std::launch::async, [this] { return worker_->run(); });
  service_.wait_for("the second stream", [&](const Frame& frame) { return frame.has_open() && frame.open().identity() != "me"; });
  v1::PollActivityTasksResponse frame;
  add_task(frame, shout, "a");
  service_.send(frame);
  EXPECT_THAT(said.get_future().get(), HasSubstr("2048"));
  service_.wait_for("an answer", has_answer("a"));
  service_.confirm("a");
}

}  // namespace
}  // namespace baton::testing
