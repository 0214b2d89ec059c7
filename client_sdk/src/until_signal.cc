#include "baton/until_signal.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace baton {
namespace {

std::atomic<int> signaled{-1};

// Only what is safe in a signal handler.
extern "C" void baton_on_stop_signal(int) {
  const int saved = errno;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written =
      write(signaled.load(std::memory_order_relaxed), &one, sizeof one);
  errno = saved;
}

int install() {
  const int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  signaled = descriptor;
  struct sigaction action {};
  action.sa_handler = baton_on_stop_signal;
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  for (const int number : {SIGTERM, SIGINT}) sigaction(number, &action, nullptr);
  return descriptor;
}

}  // namespace

UntilSignal until_signal() {
  static const int descriptor = install();
  return UntilSignal(descriptor);
}

}  // namespace baton
