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
using baton::detail::TrappedCall;

// The library's own.
template <class Function>
Function* library(Function*, const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

constexpr char kNow[] = "wf.now()";
constexpr char kSleep[] = "wf.sleep()";
constexpr char kRandom[] = "wf.random() or wf.uuid()";
constexpr char kSpawn[] = "wf.spawn() or wf.all()";

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* out) noexcept {
  static const auto original = library(&clock_gettime, "clock_gettime");
  caught({"clock_gettime(), which is std::chrono's now()", kNow});
  return original(clock, out);
}

int gettimeofday(timeval* out, void* zone) noexcept {
  static const auto original = library(&gettimeofday, "gettimeofday");
  caught({"gettimeofday()", kNow});
  return original(out, zone);
}

time_t time(time_t* out) noexcept {
  static const auto original = library(&time, "time");
  caught({"time()", kNow});
  return original(out);
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
  if (caught({"nanosleep(), which is std::this_thread::sleep_for()", kSleep})) return 0;
  return original(duration, left);
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* left) {
  static const auto original = library(&clock_nanosleep, "clock_nanosleep");
  if (caught({"clock_nanosleep(), which is std::this_thread::sleep_until()", kSleep})) return 0;
  return original(clock, flags, time, left);
}

unsigned sleep(unsigned seconds) {
  static const auto original = library(&sleep, "sleep");
  if (caught({"sleep()", kSleep})) return 0;
  return original(seconds);
}

int usleep(useconds_t microseconds) {
  static const auto original = library(&usleep, "usleep");
  if (caught({"usleep()", kSleep})) return 0;
  return original(microseconds);
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

// It draws with an instruction of the processor where there is one, which nothing could catch.
std::random_device::result_type std::random_device::_M_getval() {
  using Original = result_type(std::random_device*);
  static auto* const original =
      reinterpret_cast<Original*>(dlsym(RTLD_NEXT, "_ZNSt13random_device9_M_getvalEv"));
  caught({"std::random_device", kRandom});
  return original(this);
}

#endif
#endif
