// Everything random in a story, from its seed alone: the same on every platform.
#pragma once

#include <array>
#include <cstdint>

namespace baton::testing {

// splitmix64, https://prng.di.unimi.it/splitmix64.c: spreads neighbouring numbers apart.
constexpr uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

class Draws {
 public:
  explicit Draws(uint64_t seed) : state_(seed) {}

  uint64_t below(uint64_t bound) { return mix(++state_) % bound; }
  bool percent(uint64_t share) { return below(100) < share; }
  template <class T, size_t size>
  T one_of(const std::array<T, size>& values) {
    return values[below(size)];
  }
  // By weight: `weight_of(entry)` of each of `entries`, not all 0.
  template <class Entries, class WeightOf>
  auto& weighted(Entries& entries, WeightOf weight_of) {
    uint64_t sum = 0;
    for (auto& entry : entries) sum += static_cast<uint64_t>(weight_of(entry));
    uint64_t drawn = below(sum);
    for (auto& entry : entries) {
      const uint64_t weight = static_cast<uint64_t>(weight_of(entry));
      if (drawn < weight) return entry;
      drawn -= weight;
    }
    return *entries.begin();
  }

 private:
  uint64_t state_;
};

}  // namespace baton::testing
