#include "coordinator/engine/rates.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace baton::engine {

int64_t Rates::take_token(std::string_view domain, std::string_view operation) {
  const auto registry = registry_.picture();
  const RateLimit* const rate = registry->find_rate(domain, operation);
  if (rate == nullptr) return 0;
  const int64_t now_ms = clock_.now_ms();
  const std::lock_guard lock(mutex_);
  auto [found, is_new] = buckets_.try_emplace({std::string(domain), std::string(operation)});
  Bucket& bucket = found->second;
  if (is_new || bucket.rate != *rate) bucket = {*rate, static_cast<double>(rate->bucket), now_ms};
  const double per_ms = rate->refill_per_second / 1000.0;
  const double passed_ms = static_cast<double>(now_ms - std::exchange(bucket.filled_ms, now_ms));
  bucket.tokens = std::min(static_cast<double>(rate->bucket), bucket.tokens + passed_ms * per_ms);
  if (bucket.tokens < 1) return std::max<int64_t>(1, static_cast<int64_t>(std::ceil((1 - bucket.tokens) / per_ms)));
  bucket.tokens -= 1;
  return 0;
}

}  // namespace baton::engine
