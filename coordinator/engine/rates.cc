#include "coordinator/engine/rates.h"

#include <algorithm>

namespace baton::engine {
namespace {

constexpr int64_t kToken = 1'000'000'000;  // in nanotokens

}  // namespace

int64_t RateBuckets::take(std::string_view domain, std::string_view operation, const RateLimit& rate, int64_t now_ms) {
  const int64_t full = rate.bucket * kToken, per_ms = rate.refill_per_second * (kToken / 1000);
  const std::lock_guard lock(mutex_);
  Bucket& bucket = buckets_.try_emplace({std::string(domain), std::string(operation)}, Bucket{full, now_ms}).first->second;
  // Rounds and calls may come a little out of order.
  const int64_t passed_ms = std::max<int64_t>(0, now_ms - bucket.filled_ms);
  bucket.filled_ms += passed_ms;
  const int64_t refilled = std::min(passed_ms, full / per_ms + 1) * per_ms;
  bucket.nanotokens = std::min(full, bucket.nanotokens + refilled);
  if (bucket.nanotokens < kToken) return (kToken - bucket.nanotokens + per_ms - 1) / per_ms;
  bucket.nanotokens -= kToken;
  return 0;
}

void RateBuckets::give_back(std::string_view domain, std::string_view operation) {
  const std::lock_guard lock(mutex_);
  const auto found = buckets_.find({std::string(domain), std::string(operation)});
  if (found != buckets_.end()) found->second.nanotokens += kToken;  // whoever asks next sees to it that it is not too full
}

bool RoundRates::take(std::string_view domain, std::string_view decision) {
  const RateLimit* rate = registry_.find_rate(domain, decision);
  if (rate == nullptr) return true;
  if (buckets_.take(domain, decision, *rate, now_ms_) != 0) return false;
  taken_.emplace_back(domain, decision);
  return true;
}

void RoundRates::give_back() {
  for (const auto& [domain, decision] : taken_) buckets_.give_back(domain, decision);
  taken_.clear();
}

}  // namespace baton::engine
