// Clocks, threads and random devices in workflow code, with Baton::traps linked (baton/workflow_traps.h).
#include "baton/workflow_traps.h"

#include <gmock/gmock.h>
#include <pthread.h>
#include <sys/random.h>
#include <sys/time.h>
#include <threads.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <future>
#include <random>
#include <thread>

#include "baton/log.h"
#include "baton/workflow.h"
#include "story.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr Activity<void()> step{"step", "1"};

void* begin_nothing(void*) { return nullptr; }
constexpr timespec kHour{3'600, 0};

struct Call {
  const char* name;
  const char* told;
  const char* instead;
  std::function<void()> make;
};

// Each is called by its name where the program's own call must be found, and by way of the library otherwise.
const Call kCalls[] = {
    {"SystemClock", "clock_gettime()", "wf.now()", [] { (void)std::chrono::system_clock::now(); }},
    {"SteadyClock", "clock_gettime()", "wf.now()", [] { (void)std::chrono::steady_clock::now(); }},
    {"SleepUntil", "clock_gettime()", "wf.now()", [] { std::this_thread::sleep_until(std::chrono::system_clock::now() + 24h); }},
    {"SteadySleepUntil", "clock_gettime()", "wf.now()", [] { std::this_thread::sleep_until(std::chrono::steady_clock::now() + 24h); }},
    {"Time", "time()", "wf.now()", [] { (void)std::time(nullptr); }},
    {"Gettimeofday",
     "gettimeofday()",
     "wf.now()",
     [] {
       timeval now{};
       gettimeofday(&now, nullptr);
     }},
    {"Clock", "clock()", "wf.now()", [] { (void)std::clock(); }},
    {"TimespecGet",
     "timespec_get()",
     "wf.now()",
     [] {
       timespec now{};
       (void)timespec_get(&now, TIME_UTC);
     }},
    {"Nanosleep", "nanosleep()", "wf.sleep()", [] { nanosleep(&kHour, nullptr); }},
    {"ClockNanosleep", "clock_nanosleep()", "wf.sleep()", [] { clock_nanosleep(CLOCK_MONOTONIC, 0, &kHour, nullptr); }},
    {"Sleep",
     "sleep",
     "wf.sleep()",
     [] {
       const auto wait = &::sleep;
       wait(3'600);
     }},
    {"Usleep",
     "usleep",
     "wf.sleep()",
     [] {
       const auto wait = &::usleep;
       wait(999'999);
     }},
    {"Thread", "pthread_create()", "wf.spawn()", [] { std::thread([] {}).join(); }},
    {"Jthread", "pthread_create()", "wf.spawn()", [] { std::jthread thread([] {}); }},
    {"Async", "pthread_create()", "wf.spawn()", [] { std::async(std::launch::async, [] {}).get(); }},
    {"PthreadCreate",
     "pthread_create()",
     "wf.spawn()",
     [] {
       pthread_t thread{};
       EXPECT_EQ(pthread_create(&thread, nullptr, begin_nothing, nullptr), EAGAIN);
     }},
    {"ThrdCreate",
     "thrd_create()",
     "wf.spawn()",
     [] {
       thrd_t thread{};
       EXPECT_EQ(thrd_create(&thread, [](void*) { return 0; }, nullptr), thrd_error);
     }},
    {"RandomDevice", "std::random_device", "wf.random()", [] { (void)std::random_device()(); }},
    {"Getrandom",
     "getrandom()",
     "wf.random()",
     [] {
       char byte = 0;
       EXPECT_EQ(getrandom(&byte, 1, 0), 1);
     }},
    {"Getentropy",
     "getentropy()",
     "wf.random()",
     [] {
       char byte = 0;
       EXPECT_EQ(getentropy(&byte, 1), 0);
     }},
    {"Rand",
     "rand",
     "wf.random()",
     [] {
       const auto draw = &::rand;
       draw();
     }},
    {"Random", "random()", "wf.random()", [] { (void)::random(); }},
};

class TrapsTest : public ::testing::TestWithParam<Call> {};

TEST_P(TrapsTest, TheCallFailsTheDecisionAndIsNamed) {
  Story story([call = GetParam().make](Workflow wf) -> Task<> {
    co_await wf.schedule(step);
    call();
  });
  story.started();
  story.decide();
  story.activity_completed("1");
  const auto failure = story.decide_and_fail();
  EXPECT_EQ(failure.reason, "NONDETERMINISTIC_CALL");
  EXPECT_THAT(failure.message, HasSubstr(GetParam().told));
  EXPECT_THAT(failure.message, HasSubstr(std::string("take ") + GetParam().instead));
  EXPECT_THAT(failure.message, HasSubstr("before it decided anything in this task"));
}

INSTANTIATE_TEST_SUITE_P(, TrapsTest, ::testing::ValuesIn(kCalls), [](const auto& info) { return info.param.name; });

TEST(Traps, TheLastDecisionBeforeTheCallIsNamedAndTheFirstCallIsTold) {
  Story story([](Workflow wf) -> Task<> {
    auto first = wf.schedule(step);
    (void)std::time(nullptr);
    auto second = wf.schedule(step);
    (void)std::random_device()();
    co_await wf.all(first, second);
  });
  const auto line = std::to_string(__LINE__ - 6);
  story.started();
  const auto failure = story.decide_and_fail();
  EXPECT_THAT(failure.message, HasSubstr("called time(), after its decision at "));
  EXPECT_THAT(failure.message, HasSubstr("traps_test.cc:" + line));
}

TEST(Traps, AReplayIsCaughtAsWell) {
  const auto code = [](auto call) {
    return [call](Workflow wf) -> Task<> {
      call();
      co_await wf.schedule(step);
    };
  };
  Story story(code([] {}));
  story.started();
  story.decide();
  story.activity_completed("1");
  story.decide();
  EXPECT_FALSE(story.check(code([] {})));
  const auto failure = story.check(code([] { (void)std::chrono::system_clock::now(); }));
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->reason, "NONDETERMINISTIC_CALL");
}

// What is there for such things is free of traps, and so is everything outside of workflow code.
TEST(Traps, WhatCannotReachADecisionIsNotCaught) {
  std::string logged;
  set_log_sink([&](LogLevel, std::string_view message) { logged = std::to_string(std::time(nullptr)) + std::string(message); });
  Story story([](Workflow wf) -> Task<> {
    const auto now = wf.side_effect("now", [] { return std::chrono::system_clock::now().time_since_epoch().count() % 2; });
    wf.log("drawn");
    {
      const AllowNondeterminism for_a_logger_of_ones_own;
      (void)std::time(nullptr);
    }
    if (now > 1) co_await wf.schedule(step);
  });
  story.started();
  EXPECT_THAT(describe(story.decide()), HasSubstr("Complete()"));
  set_log_sink({});
  EXPECT_THAT(logged, HasSubstr("drawn"));
  const auto before = std::chrono::steady_clock::now();
  std::thread([] {}).join();
  EXPECT_GE(std::chrono::steady_clock::now(), before);
  EXPECT_NE(std::random_device()(), std::random_device()());
}

}  // namespace
}  // namespace baton::testing
