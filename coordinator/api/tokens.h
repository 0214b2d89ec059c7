// Task tokens and page tokens: opaque to clients, signed with keys that are rows of the database. Immutable, thread-safe.
#pragma once

#include <openssl/sha.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "baton/journal/v1/token.pb.h"
#include "coordinator/store/store.h"

namespace baton::api {

class Tokens {
 public:
  // `keys` has an active one; the newest active signs, all verify.
  Tokens(const std::vector<store::SigningKey>& keys, int64_t epoch);
  Tokens(const Tokens&) = delete;
  Tokens& operator=(const Tokens&) = delete;

  std::string sign(const journal::v1::TaskToken& token) const;
  // INVALID_TOKEN, naming `field`, for anything that was not made by sign(), or for a task of the other kind.
  absl::StatusOr<journal::v1::TaskToken> verify_task(journal::v1::TaskToken::Kind kind, std::string_view field,
                                                     const std::string& token) const;

  // A page token for a request whose other arguments hash to `arguments`; text, for a proto string.
  std::string sign_page(uint64_t arguments, std::string position, int64_t now_ms) const;
  // The position, or INVALID_TOKEN: damaged, expired, or of other arguments.
  absl::StatusOr<std::string> verify_page(const std::string& token, uint64_t arguments, int64_t now_ms) const;

 private:
  // What a token is for is signed too: one kind never passes as another.
  enum class Purpose : char { kTask = 't', kPage = 'p' };

  std::string seal(Purpose purpose, const std::string& body) const;
  bool open(Purpose purpose, std::string_view token, std::string_view& body) const;

  // HMAC-SHA-256 (RFC 2104) with the key's block hashed already: a token is signed or verified for every step of every execution.
  struct Key {
    int32_t id = 0;
    SHA256_CTX inner{}, outer{};
  };
  using Mac = std::array<unsigned char, SHA256_DIGEST_LENGTH>;
  static Key prepare(const store::SigningKey& key);
  static Mac mac(const Key& key, std::string_view text);

  std::vector<Key> keys_;
  size_t signing_ = 0;
  int64_t epoch_;
};

}  // namespace baton::api
