#include "coordinator/api/tokens.h"

#include <gtest/gtest.h>

#include "coordinator/core/fault.h"
#include "coordinator/core/limits.h"

namespace baton::api {
namespace {

using journal::v1::TaskToken;

const std::string kSecret(32, 's'), kOtherSecret(32, 'o');

TaskToken some_task() {
  TaskToken token;
  token.set_kind(TaskToken::ACTIVITY);
  token.set_shard(7);
  token.set_run_id(std::string(16, 'r'));
  token.set_domain("orders");
  token.set_scheduled_event_id(5);
  token.set_attempt(1);
  token.set_delivery(2);
  token.set_epoch(1);
  return token;
}

v1::Fault refusal(const Tokens& tokens, const std::string& token) {
  const auto opened = tokens.verify_task(TaskToken::ACTIVITY, "task_token", token);
  if (opened.ok()) return v1::FAULT_UNSPECIFIED;
  EXPECT_EQ(core::subject_of(opened.status()), "task_token");
  return core::fault_of(opened.status());
}

TEST(TaskTokens, open_to_what_was_signed) {
  const Tokens tokens({{1, kSecret, true}}, 1);
  const auto opened = tokens.verify_task(TaskToken::ACTIVITY, "task_token", tokens.sign(some_task()));
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->SerializeAsString(), some_task().SerializeAsString());
}

TEST(TaskTokens, with_any_bit_flipped_are_refused) {
  const Tokens tokens({{1, kSecret, true}, {2, kOtherSecret, false}}, 1);
  const std::string good = tokens.sign(some_task());
  for (size_t at = 0; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string forged = good;
      forged[at] = static_cast<char>(forged[at] ^ (1 << bit));
      EXPECT_EQ(refusal(tokens, forged), v1::INVALID_TOKEN) << "byte " << at << " bit " << bit;
    }
  }
}

TEST(TaskTokens, cut_or_extended_are_refused) {
  const Tokens tokens({{1, kSecret, true}}, 1);
  const std::string good = tokens.sign(some_task());
  for (size_t length = 0; length < good.size(); ++length) EXPECT_EQ(refusal(tokens, good.substr(0, length)), v1::INVALID_TOKEN) << length;
  EXPECT_EQ(refusal(tokens, good + "x"), v1::INVALID_TOKEN);
  EXPECT_EQ(refusal(tokens, std::string(100'000, 'x')), v1::INVALID_TOKEN);
}

TEST(TaskTokens, of_another_key_or_kind_or_purpose_are_refused) {
  const Tokens tokens({{1, kSecret, true}}, 1), others({{1, kOtherSecret, true}}, 1);
  EXPECT_EQ(refusal(tokens, others.sign(some_task())), v1::INVALID_TOKEN);
  TaskToken decision = some_task();
  decision.set_kind(TaskToken::DECISION);
  EXPECT_EQ(refusal(tokens, tokens.sign(decision)), v1::INVALID_TOKEN);
  EXPECT_EQ(refusal(tokens, tokens.sign_page(1, some_task().SerializeAsString(), 0)), v1::INVALID_TOKEN);
}

TEST(TaskTokens, signed_before_a_rotation_still_open_and_new_ones_use_the_newest_active_key) {
  const Tokens before({{1, kSecret, true}}, 1);
  const Tokens after({{1, kSecret, true}, {2, kOtherSecret, true}}, 1);
  EXPECT_EQ(refusal(after, before.sign(some_task())), v1::FAULT_UNSPECIFIED);
  EXPECT_EQ(refusal(before, after.sign(some_task())), v1::INVALID_TOKEN);
}

TEST(TaskTokens, are_hmac_sha_256_as_the_rfc_says) {
  // RFC 4231, test case 2 has the key "Jefe"; the token's text is longer, so the value is from an independent implementation.
  const Tokens tokens({{1, "Jefe", true}}, 1);
  const std::string token = tokens.sign(TaskToken());
  ASSERT_EQ(token.size(), 6U + 16U);
  EXPECT_EQ(token.substr(0, 6), std::string("\x01t\x00\x00\x00\x01", 6));
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string mac;
  for (const char c : token.substr(6)) {
    mac.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
    mac.push_back(kDigits[c & 15]);
  }
  EXPECT_EQ(mac, "61f0f496c766112ddb312db9e1939480");
}

class PageTokens : public ::testing::Test {
 protected:
  static constexpr int64_t kNow = 1'000'000;
  v1::Fault refusal(const std::string& token, uint64_t arguments, int64_t now_ms) const {
    const auto position = tokens_.verify_page(token, arguments, now_ms);
    if (position.ok()) return v1::FAULT_UNSPECIFIED;
    EXPECT_EQ(core::subject_of(position.status()), "next_page_token");
    return core::fault_of(position.status());
  }
  const Tokens tokens_{{{1, kSecret, true}}, 1};
};

TEST_F(PageTokens, give_the_position_back) {
  const std::string position("\0any bytes\xff", 11);
  const auto opened = tokens_.verify_page(tokens_.sign_page(42, position, kNow), 42, kNow);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(*opened, position);
}

TEST_F(PageTokens, of_other_arguments_are_refused) {
  EXPECT_EQ(refusal(tokens_.sign_page(42, "p", kNow), 43, kNow), v1::INVALID_TOKEN);
}

TEST_F(PageTokens, expire) {
  const std::string token = tokens_.sign_page(42, "p", kNow);
  EXPECT_EQ(refusal(token, 42, kNow + core::kPageTokenLifeMs), v1::FAULT_UNSPECIFIED);
  EXPECT_EQ(refusal(token, 42, kNow + core::kPageTokenLifeMs + 1), v1::INVALID_TOKEN);
}

TEST_F(PageTokens, of_another_epoch_are_refused) {
  const Tokens restored({{1, kSecret, true}}, 2);
  EXPECT_EQ(refusal(restored.sign_page(42, "p", kNow), 42, kNow), v1::INVALID_TOKEN);
}

TEST_F(PageTokens, with_any_character_changed_are_refused) {
  const std::string good = tokens_.sign_page(42, "position", kNow);
  // But the last one, which may hold bits that no byte has.
  for (size_t at = 0; at + 1 < good.size(); ++at) {
    std::string forged = good;
    forged[at] = forged[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(refusal(forged, 42, kNow), v1::INVALID_TOKEN) << at;
  }
  EXPECT_EQ(refusal("not base64 \x01", 42, kNow), v1::INVALID_TOKEN);
}

}  // namespace
}  // namespace baton::api
