// Threads for what reads the database beside the lanes: history, visibility, the registry. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace baton::engine {

class ReaderPool {
 public:
  ReaderPool(int threads, size_t max_queued) : count_(threads), max_queued_(max_queued) {}
  ~ReaderPool() { stop(); }

  void start();
  // Runs what is queued, then joins. Idempotent, safe before start().
  void stop();
  // False: the queue is full or the pool stops; `task` was not and will not be run.
  bool push(std::function<void()> task);

 private:
  void run();

  const int count_;
  const size_t max_queued_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace baton::engine
