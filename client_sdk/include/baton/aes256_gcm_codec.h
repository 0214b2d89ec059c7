// Payloads that only the holders of the keys can read, by AES-256-GCM.
//
//   baton::Aes256GcmCodec codec("2026-11", {{"2026-11", bytes_of_the_new_one},
//                                           {"2026-05", bytes_of_the_old_one}});
//
// To bring in a new key: give it to every program for reading, then let them write with it, one
// after the other. An old key is needed as long as there are executions with payloads of it,
// closed ones included that are still to be read.
//
// The format, for programs in other languages. `encoding` is "aes-256-gcm", `key_id` names the key,
// `data` is a random nonce of 12 bytes, the ciphertext, and the tag of 16 bytes. The plain text is
// the whole payload as a baton.v1.Payload message, so that its content type is hidden as well. The
// additional data is `encoding`, a zero byte, and `key_id`.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "baton/payload_codec.h"

namespace baton {

struct AesKey {
  std::string id;     // 1 to 256 characters; not secret
  std::string bytes;  // exactly 32, from a source of randomness
};

struct Aes256GcmOptions {
  // Payloads that nothing was done to are read as they are: what was there before encryption came,
  // and what people send by hand. False: they are a PayloadError, so that nobody without a key can
  // put in anything.
  bool reads_unencoded = true;
};

// Immutable; safe to use from any thread. A payload grows by 28 bytes, by its content type, and by
// at most 12 more. One key is good for four billion payloads (NIST SP 800-38D: nonces are random).
class Aes256GcmCodec final : public PayloadCodec {
 public:
  static constexpr std::string_view kEncoding = "aes-256-gcm";

  // Writes with the key of `writing_key_id`, reads with each of `keys`. Throws std::invalid_argument
  // when that key is missing, an id is there twice, or a key or an id has the wrong length.
  Aes256GcmCodec(std::string_view writing_key_id, std::vector<AesKey> keys,
                 const Aes256GcmOptions& options = {});
  // Wipes its copies of the keys.
  ~Aes256GcmCodec() override;
  Aes256GcmCodec(const Aes256GcmCodec&) = delete;
  Aes256GcmCodec& operator=(const Aes256GcmCodec&) = delete;

  Payload encode(Payload payload) const override;
  // Throws PayloadError: the key is not known, the data is damaged or of another key of that id, or
  // another codec made it.
  Payload decode(Payload payload) const override;

 private:
  const std::string writing_key_id_;
  std::map<std::string, std::string, std::less<>> keys_;  // bytes by id
  const Aes256GcmOptions options_;
};

}  // namespace baton
