// Wakes one thread that waits in poll(). Private.
#pragma once

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include "baton/timeout.h"

namespace baton {

// notify() from any thread; wait() from one.
class Wakeup {
 public:
  Wakeup() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;
  ~Wakeup() { close(descriptor_); }

  void notify() const {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(descriptor_, &one, sizeof one);
  }
  // Returns when notified (also before the call), when `other` is readable (true; -1: there is
  // none), or after `patience`.
  bool wait(int other, Duration patience) const {
    pollfd watched[] = {{descriptor_, POLLIN, 0}, {other, POLLIN, 0}};
    poll(watched, 2, static_cast<int>(patience.count()));
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t read_bytes = read(descriptor_, &count, sizeof count);
    return (watched[1].revents & POLLIN) != 0;
  }

 private:
  int descriptor_;
};

}  // namespace baton
