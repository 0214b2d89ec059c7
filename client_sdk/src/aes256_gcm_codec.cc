#include "baton/aes256_gcm_codec.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>
#include <stdexcept>

#include "wire.h"

namespace baton {
namespace {

constexpr size_t kKeyBytes = 32;
constexpr size_t kMostKeyIdBytes = 256;
constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

unsigned char* bytes_of(char* text) { return reinterpret_cast<unsigned char*>(text); }
const unsigned char* bytes_of(const char* text) {
  return reinterpret_cast<const unsigned char*>(text);
}

// OpenSSL fails here only for want of memory or randomness.
void must(bool succeeded, const char* what) {
  if (!succeeded) throw PayloadError(std::string("OpenSSL could not ") + what);
}

std::string additional_data(const std::string& key_id) {
  std::string data(Aes256GcmCodec::kEncoding);
  data += '\0';
  return data += key_id;
}

std::string seal(const std::string& key, const std::string& key_id, const std::string& plain) {
  std::string sealed(kNonceBytes + plain.size() + kTagBytes, '\0');
  unsigned char* const nonce = bytes_of(sealed.data());
  unsigned char* const text = nonce + kNonceBytes;
  unsigned char* const tag = text + plain.size();
  const std::string additional = additional_data(key_id);
  const Context context(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX* const cipher = context.get();
  int length = 0;
  must(cipher != nullptr, "allocate");
  must(RAND_bytes(nonce, kNonceBytes) == 1, "draw a nonce");
  must(EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), nullptr, bytes_of(key.data()), nonce) == 1 &&
           EVP_EncryptUpdate(cipher, nullptr, &length, bytes_of(additional.data()),
                             static_cast<int>(additional.size())) == 1 &&
           EVP_EncryptUpdate(cipher, text, &length, bytes_of(plain.data()),
                             static_cast<int>(plain.size())) == 1 &&
           EVP_EncryptFinal_ex(cipher, tag, &length) == 1 &&
           EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, kTagBytes, tag) == 1,
       "encrypt");
  return sealed;
}

// False: it is not what this key made.
bool open(const std::string& key, const std::string& key_id, std::string& sealed,
          std::string* plain) {
  if (sealed.size() < kNonceBytes + kTagBytes) return false;
  plain->resize(sealed.size() - kNonceBytes - kTagBytes);
  const unsigned char* const nonce = bytes_of(sealed.data());
  const unsigned char* const text = nonce + kNonceBytes;
  unsigned char* const tag = bytes_of(sealed.data()) + kNonceBytes + plain->size();
  const std::string additional = additional_data(key_id);
  const Context context(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX* const cipher = context.get();
  int length = 0;
  must(cipher != nullptr, "allocate");
  must(EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), nullptr, bytes_of(key.data()), nonce) == 1 &&
           EVP_DecryptUpdate(cipher, nullptr, &length, bytes_of(additional.data()),
                             static_cast<int>(additional.size())) == 1 &&
           EVP_DecryptUpdate(cipher, bytes_of(plain->data()), &length, text,
                             static_cast<int>(plain->size())) == 1 &&
           EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, kTagBytes, tag) == 1,
       "decrypt");
  return EVP_DecryptFinal_ex(cipher, tag, &length) == 1;
}

}  // namespace

Aes256GcmCodec::Aes256GcmCodec(std::string_view writing_key_id, std::vector<AesKey> keys,
                               const Aes256GcmOptions& options)
    : writing_key_id_(writing_key_id), options_(options) {
  for (AesKey& key : keys) {
    if (key.id.empty() || key.id.size() > kMostKeyIdBytes) {
      throw std::invalid_argument("an id of a key has 1 to 256 characters, not " +
                                  std::to_string(key.id.size()));
    }
    if (key.bytes.size() != kKeyBytes) {
      throw std::invalid_argument("key \"" + key.id + "\" has " + std::to_string(key.bytes.size()) +
                                  " bytes: AES-256 takes 32");
    }
    const bool is_new = keys_.emplace(key.id, key.bytes).second;
    OPENSSL_cleanse(key.bytes.data(), key.bytes.size());
    if (!is_new) throw std::invalid_argument("two keys have the id \"" + key.id + "\"");
  }
  if (!keys_.contains(writing_key_id)) {
    throw std::invalid_argument("the key to write with, \"" + writing_key_id_ + "\", is not given");
  }
}

Aes256GcmCodec::~Aes256GcmCodec() {
  for (auto& [id, bytes] : keys_) OPENSSL_cleanse(bytes.data(), bytes.size());
}

Payload Aes256GcmCodec::encode(Payload payload) const {
  v1::Payload message;
  to_wire(std::move(payload), &message);
  const std::string& key = keys_.find(writing_key_id_)->second;
  return {seal(key, writing_key_id_, message.SerializeAsString()), "", std::string(kEncoding),
          writing_key_id_};
}

Payload Aes256GcmCodec::decode(Payload payload) const {
  if (payload.encoding.empty()) {
    if (options_.reads_unencoded) return payload;
    throw PayloadError("the payload is not encrypted, and only encrypted ones are read");
  }
  if (payload.encoding != kEncoding) {
    throw PayloadError("the payload is encoded with \"" + payload.encoding +
                       "\", which this codec (" + std::string(kEncoding) + ") does not read");
  }
  const auto key = keys_.find(payload.key_id);
  if (key == keys_.end()) {
    throw PayloadError("the payload is encrypted with key \"" + payload.key_id +
                       "\", which this codec does not have");
  }
  std::string plain;
  v1::Payload message;
  if (!open(key->second, payload.key_id, payload.data, &plain) || !message.ParseFromString(plain)) {
    throw PayloadError("the payload does not decrypt with key \"" + payload.key_id +
                       "\": its data is damaged, or another key of that name made it");
  }
  return take(&message);
}

}  // namespace baton
