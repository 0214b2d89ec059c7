// See baton/workflow_traps.h. Each function here stands before the library's own of the same name,
// since the dynamic linker finds those of the program first.
#include <features.h>

// The name by which programs that link the traps ask for this file.
extern "C" {
extern const char baton_traps;
const char baton_traps = 1;
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BATON_NO_TRAPS
#endif
#endif
#if defined(__GLIBC__) && !defined(BATON_NO_TRAPS)

#include <dlfcn.h>
#include <pthread.h>
#include <sys/random.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <random>

#include "replay/trapped_call.h"

namespace {

using baton::detail::caught;
using baton::detail::skip_sleep;
using baton::detail::skipped_ns;
using baton::detail::TrappedCall;

// The library's own. A program that links the C library statically has none after itself.
template <class Function>
Function* library(Function*, const char* name) {
  if (void* const found = dlsym(RTLD_NEXT, name)) return reinterpret_cast<Function*>(found);
  constexpr char kWhy[] = "baton: the traps for workflow code need a dynamically linked C library (baton/workflow_traps.h)\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kWhy, sizeof kWhy - 1);
  abort();
}

constexpr int64_t kSecondNs = 1'000'000'000;

int64_t ns_of(const timespec& time) { return int64_t{time.tv_sec} * kSecondNs + time.tv_nsec; }

// A clock goes on by what was not slept.
void go_on(timespec* time) {
  const int64_t ns = ns_of(*time) + skipped_ns();
  *time = {ns / kSecondNs, ns % kSecondNs};
}

constexpr char kNow[] = "wf.now()";
constexpr char kSleep[] = "wf.sleep()";
constexpr char kRandom[] = "wf.random() or wf.uuid()";
constexpr char kSpawn[] = "wf.spawn() or wf.all()";

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* out) noexcept {
  static const auto original = library(&clock_gettime, "clock_gettime");
  // Of the coarse ones an allocator has its own use, and no clock of C++ reads them.
  const bool coarse = clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_REALTIME_COARSE;
  const bool trapped = !coarse && caught({"clock_gettime(), which is std::chrono's now()", kNow});
  const int result = original(clock, out);
  if (trapped && result == 0) go_on(out);
  return result;
}

int gettimeofday(timeval* out, void* zone) noexcept {
  static const auto original = library(&gettimeofday, "gettimeofday");
  const bool trapped = caught({"gettimeofday()", kNow});
  const int result = original(out, zone);
  if (trapped && result == 0) out->tv_sec += skipped_ns() / kSecondNs;
  return result;
}

time_t time(time_t* out) noexcept {
  static const auto original = library(&time, "time");
  const bool trapped = caught({"time()", kNow});
  const time_t now = original(nullptr) + (trapped ? skipped_ns() / kSecondNs : 0);
  if (out != nullptr) *out = now;
  return now;
}

clock_t clock() noexcept {
  static const auto original = library(&clock, "clock");
  caught({"clock()", kNow});
  return original();
}

int timespec_get(timespec* out, int base) noexcept {
  static const auto original = library(&timespec_get, "timespec_get");
  caught({"timespec_get()", kNow});
  return original(out, base);
}

int nanosleep(const timespec* duration, timespec* left) {
  static const auto original = library(&nanosleep, "nanosleep");
  if (!caught({"nanosleep(), which is std::this_thread::sleep_for() and sleep_until()", kSleep})) {
    return original(duration, left);
  }
  skip_sleep(ns_of(*duration));
  return 0;
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* left) {
  static const auto original = library(&clock_nanosleep, "clock_nanosleep");
  if (!caught({"clock_nanosleep()", kSleep})) return original(clock, flags, time, left);
  timespec now{};
  if ((flags & TIMER_ABSTIME) != 0) clock_gettime(clock, &now);
  skip_sleep(ns_of(*time) - ns_of(now));
  return 0;
}

unsigned sleep(unsigned seconds) {
  static const auto original = library(&sleep, "sleep");
  if (!caught({"sleep()", kSleep})) return original(seconds);
  skip_sleep(seconds * kSecondNs);
  return 0;
}

int usleep(useconds_t microseconds) {
  static const auto original = library(&usleep, "usleep");
  if (!caught({"usleep()", kSleep})) return original(microseconds);
  skip_sleep(int64_t{microseconds} * 1'000);
  return 0;
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*begin)(void*),
                   void* argument) noexcept {
  static const auto original = library(&pthread_create, "pthread_create");
  if (caught({"pthread_create(), which is std::thread and std::async()", kSpawn})) return EAGAIN;
  return original(thread, attributes, begin, argument);
}

int thrd_create(thrd_t* thread, thrd_start_t begin, void* argument) {
  static const auto original = library(&thrd_create, "thrd_create");
  if (caught({"thrd_create()", kSpawn})) return thrd_error;
  return original(thread, begin, argument);
}

ssize_t getrandom(void* bytes, size_t size, unsigned flags) {
  static const auto original = library(&getrandom, "getrandom");
  caught({"getrandom()", kRandom});
  return original(bytes, size, flags);
}

int getentropy(void* bytes, size_t size) {
  static const auto original = library(&getentropy, "getentropy");
  caught({"getentropy()", kRandom});
  return original(bytes, size);
}

int rand() noexcept {
  static const auto original = library(&rand, "rand");
  caught({"rand()", kRandom});
  return original();
}

long random() noexcept {
  static const auto original = library(&random, "random");
  caught({"random()", kRandom});
  return original();
}

}  // extern "C"

#ifdef __GLIBCXX__

// It draws with an instruction of the processor where there is one, which nothing could catch. Weak: where libstdc++ is linked statically, its
// own is taken.
__attribute__((weak)) std::random_device::result_type std::random_device::_M_getval() {
  using Original = result_type(std::random_device*);
  static auto* const original =
      reinterpret_cast<Original*>(dlsym(RTLD_NEXT, "_ZNSt13random_device9_M_getvalEv"));
  caught({"std::random_device", kRandom});
  return original(this);
}

#endif
#endif
