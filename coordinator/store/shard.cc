#include <cassert>

#include "coordinator/store/store.h"

namespace baton::store {
namespace {

// FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/
constexpr uint64_t kFnvOffset = 0xcbf29ce484222325;
constexpr uint64_t kFnvPrime = 0x100000001b3;

uint64_t fnv(uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * kFnvPrime;
  return hash;
}

// The finalizer of MurmurHash3: FNV alone leaves short ids uneven in the low bits.
uint64_t mix(uint64_t hash) {
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
  return hash ^ (hash >> 33);
}

}  // namespace

int16_t shard_of(std::string_view domain, std::string_view workflow_id, int shard_count) {
  assert(shard_count >= 1 && shard_count <= 32767);
  // A NUL between the two, which neither can hold: ("ab", "c") and ("a", "bc") differ.
  const uint64_t hash = fnv(fnv(fnv(kFnvOffset, domain), std::string_view("\0", 1)), workflow_id);
  return static_cast<int16_t>(mix(hash) % static_cast<uint64_t>(shard_count));
}

}  // namespace baton::store
