// How fast a domain may be called and may decide: a token bucket for each operation that has a rate (registry_service.proto: RateLimit), full
// at first. Of this coordinator alone. Thread-safe; costs a look-up where nothing has a rate.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "coordinator/core/context.h"
#include "coordinator/engine/clock.h"
#include "coordinator/engine/registry.h"

namespace baton::engine {

class Rates final : public core::DecisionRates {
 public:
  Rates(const Registry& registry, const DatabaseClock& clock) : registry_(registry), clock_(clock) {}

  // Takes a token. 0: there was one, or the operation has no rate; else none was taken, and there is one after so many milliseconds.
  int64_t take_token(std::string_view domain, std::string_view operation);
  bool take(std::string_view domain, std::string_view decision) override { return take_token(domain, decision) == 0; }

 private:
  struct Bucket {
    RateLimit rate;
    double tokens = 0;
    int64_t filled_ms = 0;
  };

  const Registry& registry_;
  const DatabaseClock& clock_;
  std::mutex mutex_;
  absl::flat_hash_map<std::pair<std::string, std::string>, Bucket> buckets_;  // by domain and operation; guarded by mutex_
};

}  // namespace baton::engine
