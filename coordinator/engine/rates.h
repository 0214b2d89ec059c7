// How fast a domain may be called and may decide: a token bucket for each operation that has a rate (registry_service.proto: RateLimit), full
// at first. Of this coordinator alone.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "coordinator/core/context.h"
#include "coordinator/engine/registry.h"

namespace baton::engine {

// Thread-safe.
class RateBuckets {
 public:
  // Takes a token. 0: there was one; else none was taken, and there is one after so many milliseconds, if nobody else takes it.
  int64_t take(std::string_view domain, std::string_view operation, const RateLimit& rate, int64_t now_ms);
  // What a token was taken for was not done.
  void give_back(std::string_view domain, std::string_view operation);

 private:
  struct Bucket {
    int64_t nanotokens = 0;  // whole numbers: whoever waits as told finds one
    int64_t filled_ms = 0;
  };

  std::mutex mutex_;
  absl::flat_hash_map<std::pair<std::string, std::string>, Bucket> buckets_;  // by domain and operation
};

// What the decisions of one round of a lane take; the arguments outlive it. Costs a look-up where nothing has a rate. Used by the lane's
// thread.
class RoundRates final : public core::DecisionRates {
 public:
  RoundRates(RateBuckets& buckets, const RegistryPicture& registry, int64_t now_ms)
      : buckets_(buckets), registry_(registry), now_ms_(now_ms) {}

  bool take(std::string_view domain, std::string_view decision) override;
  // The round does not count: its decisions are made again, or not at all.
  void give_back();

 private:
  RateBuckets& buckets_;
  const RegistryPicture& registry_;
  const int64_t now_ms_;
  std::vector<std::pair<std::string, std::string>> taken_;  // domain, decision
};

}  // namespace baton::engine
