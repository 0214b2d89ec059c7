#include "coordinator/main/stop_signal.h"

#include <csignal>
#include <ctime>

namespace baton {
namespace {

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

StopSignal::StopSignal() {
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

bool StopSignal::wait(std::chrono::milliseconds patience) {
  const sigset_t signals = stop_signals();
  timespec limit{};
  limit.tv_sec = static_cast<time_t>(patience.count() / 1000);
  limit.tv_nsec = static_cast<long>(patience.count() % 1000) * 1'000'000;
  return sigtimedwait(&signals, nullptr, &limit) > 0;
}

void StopSignal::release() {
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

}  // namespace baton
