// The streaming SHA-256 that keeps its state in a plain struct: OpenSSL 3 would rather have an allocation per call.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "coordinator/api/tokens.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cassert>

#include "absl/strings/escaping.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/limits.h"

namespace baton::api {
namespace {

// Version, purpose, key id (4 bytes), body, the first 16 bytes of HMAC-SHA-256 over all before.
constexpr char kVersion = 1;
constexpr size_t kHeadBytes = 6;
constexpr size_t kMacBytes = 16;
// Nothing longer was made here: names of 256 characters may take four bytes each.
constexpr size_t kLongestToken = 4 * core::kMaxPageTokenBytes;

absl::Status bad_token(std::string_view field, std::string_view why) {
  return core::fault(v1::INVALID_TOKEN, field, std::string(field) + ": " + std::string(why));
}

}  // namespace

Tokens::Key Tokens::prepare(const store::SigningKey& key) {
  constexpr unsigned char kInnerPad = 0x36, kOuterPad = 0x5c;
  std::array<unsigned char, SHA256_CBLOCK> block{};
  assert(key.secret.size() <= block.size());
  std::copy(key.secret.begin(), key.secret.end(), block.begin());
  Key prepared;
  prepared.id = key.id;
  for (unsigned char& byte : block) byte ^= kInnerPad;
  SHA256_Init(&prepared.inner);
  SHA256_Update(&prepared.inner, block.data(), block.size());
  for (unsigned char& byte : block) byte ^= kInnerPad ^ kOuterPad;
  SHA256_Init(&prepared.outer);
  SHA256_Update(&prepared.outer, block.data(), block.size());
  return prepared;
}

Tokens::Mac Tokens::mac(const Key& key, std::string_view text) {
  Mac digest;
  SHA256_CTX state = key.inner;
  SHA256_Update(&state, text.data(), text.size());
  SHA256_Final(digest.data(), &state);
  state = key.outer;
  SHA256_Update(&state, digest.data(), digest.size());
  SHA256_Final(digest.data(), &state);
  return digest;
}

Tokens::Tokens(const std::vector<store::SigningKey>& keys, int64_t epoch) : epoch_(epoch) {
  int32_t newest = -1;
  for (const store::SigningKey& key : keys) {
    if (key.active && key.id > newest) {
      newest = key.id;
      signing_ = keys_.size();
    }
    keys_.push_back(prepare(key));
  }
  assert(newest >= 0);
}

std::string Tokens::seal(Purpose purpose, const std::string& body) const {
  std::string token;
  token.reserve(kHeadBytes + body.size() + kMacBytes);
  token.push_back(kVersion);
  token.push_back(static_cast<char>(purpose));
  for (int shift = 24; shift >= 0; shift -= 8) token.push_back(static_cast<char>(keys_[signing_].id >> shift));
  token.append(body);
  const auto digest = mac(keys_[signing_], token);
  token.append(reinterpret_cast<const char*>(digest.data()), kMacBytes);
  return token;
}

bool Tokens::open(Purpose purpose, std::string_view token, std::string_view& body) const {
  if (token.size() < kHeadBytes + kMacBytes || token[0] != kVersion || token[1] != static_cast<char>(purpose)) return false;
  int32_t key_id = 0;
  for (size_t i = 2; i < kHeadBytes; ++i) key_id = (key_id << 8) | static_cast<unsigned char>(token[i]);
  const std::string_view text = token.substr(0, token.size() - kMacBytes);
  for (const Key& key : keys_) {
    if (key.id != key_id) continue;
    const auto digest = mac(key, text);
    if (CRYPTO_memcmp(digest.data(), token.data() + text.size(), kMacBytes) != 0) return false;
    body = text.substr(kHeadBytes);
    return true;
  }
  return false;
}

std::string Tokens::sign(const journal::v1::TaskToken& token) const { return seal(Purpose::kTask, token.SerializeAsString()); }

absl::StatusOr<journal::v1::TaskToken> Tokens::verify_task(journal::v1::TaskToken::Kind kind, std::string_view field,
                                                           const std::string& token) const {
  if (token.empty()) return bad_token(field, "is empty: give the task_token of the task");
  std::string_view body;
  journal::v1::TaskToken opened;
  const bool good = token.size() <= kLongestToken && open(Purpose::kTask, token, body) &&
                    opened.ParseFromArray(body.data(), static_cast<int>(body.size()));
  if (!good) return bad_token(field, "was not made by this service, or is damaged: give the task_token exactly as it came with the task");
  if (opened.kind() == kind) return opened;
  return bad_token(field, kind == journal::v1::TaskToken::DECISION ? "is of an activity task: give that of a decision task"
                                                                   : "is of a decision task: give that of an activity task");
}

std::string Tokens::sign_page(uint64_t arguments, std::string position, int64_t now_ms) const {
  journal::v1::PageToken page;
  page.set_arguments(arguments);
  page.set_expires_ms(now_ms + core::kPageTokenLifeMs);
  page.set_position(std::move(position));
  page.set_epoch(epoch_);
  return absl::WebSafeBase64Escape(seal(Purpose::kPage, page.SerializeAsString()));
}

absl::StatusOr<std::string> Tokens::verify_page(const std::string& token, uint64_t arguments, int64_t now_ms) const {
  constexpr std::string_view kField = "next_page_token";
  std::string bytes;
  std::string_view body;
  journal::v1::PageToken page;
  const bool good = token.size() <= kLongestToken && absl::WebSafeBase64Unescape(token, &bytes) &&
                    open(Purpose::kPage, bytes, body) && page.ParseFromArray(body.data(), static_cast<int>(body.size()));
  if (!good) return bad_token(kField, "was not made by this service, or is damaged: give it exactly as the page before returned it");
  if (page.arguments() != arguments) return bad_token(kField, "belongs to a call with other arguments: repeat the call's arguments with it");
  if (page.expires_ms() < now_ms || page.epoch() != epoch_) return bad_token(kField, "has expired: begin again without it");
  return page.position();
}

}  // namespace baton::api
