// The polls that are open now, streams and unary ones, so that a coordinator that stops can end them: each unary poll empty, each stream
// with a drain notice and UNAVAILABLE once its answers are confirmed. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>

#include "absl/container/flat_hash_map.h"

namespace baton::api {

class OpenPolls {
 public:
  using Id = uint64_t;

  // `stop` is called at most once, by stop(), with no lock held; it must be safe to call after remove(). Stopped already: it is called at
  // once.
  Id add(std::function<void()> stop);
  void remove(Id id);
  // Ends every poll, and from now on every new one as it comes. Idempotent.
  void stop();
  size_t size() const;

 private:
  mutable std::mutex mutex_;
  Id next_ = 1;
  bool stopped_ = false;
  absl::flat_hash_map<Id, std::function<void()>> open_;
};

}  // namespace baton::api
