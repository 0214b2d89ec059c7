// Cuts connections whose server says nothing for too long. libpq waits for an answer without end, and neither keep-alives nor the
// server's statement timeout help when a server hangs (a stopped process, a dead disk) while its kernel still acknowledges what
// we send.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace baton::store::postgres {

// Thread-safe. One thread, from construction to destruction; outlives what it watches.
class SilenceWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // One wait for an answer. When it takes longer than its limit the socket is shut down, and the reader finds the connection
  // lost.
  class Wait {
   public:
    Wait(SilenceWatch& watch, int socket, std::chrono::milliseconds limit);
    ~Wait() { end(); }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    // From here on the socket is left alone. Whether it was cut.
    bool end();

   private:
    SilenceWatch& watch_;
    std::multimap<Time, Wait*>::iterator place_;
    const int socket_;
    bool watched_ = true;
    bool cut_ = false;  // guarded by the watch's mutex until `end`
    friend class SilenceWatch;
  };

  SilenceWatch();
  ~SilenceWatch();
  SilenceWatch(const SilenceWatch&) = delete;
  SilenceWatch& operator=(const SilenceWatch&) = delete;

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Time, Wait*> waits_;  // by the time when patience ends
  Time wakes_at_ = Time::max();       // when the thread looks next, unless it is woken
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace baton::store::postgres
