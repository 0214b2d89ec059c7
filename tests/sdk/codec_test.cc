// Codecs without a coordinator: what AES-256-GCM makes and refuses, and which payloads of a message a codec gets.
#include <gmock/gmock.h>

#include "baton/aes256_gcm_codec.h"
#include "baton/conversion.h"
#include "baton/v1/decider_service.pb.h"
#include "baton/v1/worker_service.pb.h"
#include "coded_payloads.h"
#include "wire.h"

namespace baton::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

AesKey key(const std::string& id, char first = 0) {
  AesKey made{id, std::string(32, '\0')};
  for (size_t i = 0; i < made.bytes.size(); ++i) made.bytes[i] = static_cast<char>(first + static_cast<char>(i));
  return made;
}
const Payload kOrder{"the order of Ann", "text/plain", {}, {}};

// What decoding throws.
std::string refusal(const PayloadCodec& codec, const Payload& payload) {
  try {
    codec.decode(payload);
    return "none";
  } catch (const PayloadError& error) {
    return error.what();
  }
}

TEST(Aes256GcmCodec, WhatIsEncodedComesBackAsItWas) {
  const Aes256GcmCodec codec("k1", {key("k1")});
  for (const Payload& payload : {kOrder, Payload{}, Payload{std::string(32'000, '\0'), "application/json", {}, {}},
                                 Payload{"zipped", "text/plain", "gzip", "none"}}) {
    const Payload sealed = codec.encode(payload);
    EXPECT_EQ(sealed.encoding, "aes-256-gcm");
    EXPECT_EQ(sealed.key_id, "k1");
    EXPECT_LE(sealed.data.size(), payload.data.size() + payload.content_type.size() + payload.encoding.size() + payload.key_id.size() + 40);
    EXPECT_EQ(codec.decode(sealed), payload);
  }
}

TEST(Aes256GcmCodec, NothingOfThePayloadIsSeenAndNoTwoLookAlike) {
  const Aes256GcmCodec codec("k1", {key("k1")});
  const Payload one = codec.encode(kOrder), two = codec.encode(kOrder);
  EXPECT_THAT(one.data, AllOf(Not(HasSubstr("Ann")), Not(HasSubstr("text"))));
  EXPECT_EQ(one.content_type, "");
  EXPECT_NE(one.data, two.data);
}

// Made by another implementation, from what the header says of the format.
TEST(Aes256GcmCodec, TheFormatIsTheOneThatIsPublished) {
  const Aes256GcmCodec codec("k1", {key("k1")});
  const std::string hex =
      "6465666768696a6b6c6d6e6f420baa0e1cc939ec5a072dc8b5034abc2cac1400ff098b0688a1c02992cd45ad35f66dd3402054cb59130eb87b0b";
  Payload sealed{"", "", "aes-256-gcm", "k1"};
  for (size_t i = 0; i < hex.size(); i += 2) sealed.data += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  EXPECT_EQ(codec.decode(sealed), kOrder);
}

TEST(Aes256GcmCodec, ANewKeyWritesWhileOldOnesAreStillRead) {
  const Aes256GcmCodec before("k1", {key("k1")});
  const Aes256GcmCodec during("k1", {key("k1"), key("k2", 7)});
  const Aes256GcmCodec after("k2", {key("k1"), key("k2", 7)});
  EXPECT_EQ(after.decode(before.encode(kOrder)), kOrder);
  EXPECT_EQ(after.encode(kOrder).key_id, "k2");
  EXPECT_EQ(during.decode(after.encode(kOrder)), kOrder);
  EXPECT_THAT(refusal(before, after.encode(kOrder)), HasSubstr("key \"k2\", which this codec does not have"));
}

TEST(Aes256GcmCodec, DamageIsNoticedWhereverItIs) {
  const Aes256GcmCodec codec("k1", {key("k1")});
  const Payload sealed = codec.encode(kOrder);
  for (size_t i = 0; i < sealed.data.size(); ++i) {
    Payload damaged = sealed;
    damaged.data[i] = static_cast<char>(damaged.data[i] ^ 1);
    EXPECT_THAT(refusal(codec, damaged), HasSubstr("key \"k1\": its data is damaged")) << "byte " << i;
  }
  for (size_t size = 0; size < sealed.data.size(); ++size) {
    Payload cut = sealed;
    cut.data.resize(size);
    EXPECT_THAT(refusal(codec, cut), HasSubstr("damaged")) << size << " bytes";
  }
}

TEST(Aes256GcmCodec, ThePayloadBelongsToTheNameOfItsKey) {
  const Aes256GcmCodec codec("k1", {key("k1"), key("k2"), key("k3", 9)});  // the first two have the same bytes
  Payload sealed = codec.encode(kOrder);
  sealed.key_id = "k2";
  EXPECT_THAT(refusal(codec, sealed), HasSubstr("another key of that name"));
  EXPECT_THAT(refusal(Aes256GcmCodec("k1", {key("k1", 9)}), codec.encode(kOrder)), HasSubstr("another key of that name"));
}

TEST(Aes256GcmCodec, WhatIsNotEncryptedIsReadUnlessItMayNotBe) {
  EXPECT_EQ(Aes256GcmCodec("k1", {key("k1")}).decode(kOrder), kOrder);
  EXPECT_THAT(refusal(Aes256GcmCodec("k1", {key("k1")}, {.reads_unencoded = false}), kOrder), HasSubstr("not encrypted"));
  EXPECT_THAT(refusal(Aes256GcmCodec("k1", {key("k1")}), {"x", "", "gzip", ""}), HasSubstr("\"gzip\", which this codec"));
}

TEST(Aes256GcmCodec, KeysThatCannotBeAreRefused) {
  EXPECT_THROW(Aes256GcmCodec("k2", {key("k1")}), std::invalid_argument);
  EXPECT_THROW(Aes256GcmCodec("k1", {key("k1"), key("k1", 7)}), std::invalid_argument);
  EXPECT_THROW(Aes256GcmCodec("k1", {{"k1", "too short"}}), std::invalid_argument);
  EXPECT_THROW(Aes256GcmCodec("", {key("")}), std::invalid_argument);
  EXPECT_THROW(Aes256GcmCodec(std::string(257, 'k'), {key(std::string(257, 'k'))}), std::invalid_argument);
}

// Shows in the data what was done to it.
class Bracketing final : public PayloadCodec {
 public:
  Payload encode(Payload payload) const override {
    if (payload.data == "refuse") throw std::runtime_error("no ink");
    return {"<" + payload.data + ">", payload.content_type, "brackets", ""};
  }
  Payload decode(Payload payload) const override {
    if (payload.encoding != "brackets") throw PayloadError("no brackets");
    return {payload.data.substr(1, payload.data.size() - 2), payload.content_type, "", ""};
  }
};

TEST(CodedPayloads, EveryPayloadOfAMessageIsReachedAndNothingElse) {
  v1::RespondDecisionTaskCompletedRequest answer;
  answer.set_execution_context("context");
  auto* const activity = answer.add_decisions()->mutable_schedule_activity_task();
  activity->set_control("control");
  activity->mutable_input()->set_data("input");
  (*activity->mutable_headers())["trace"].set_data("17");
  (*activity->mutable_headers())["who"].set_data("Ann");
  auto* const child = answer.add_decisions()->mutable_start_child_workflow_execution();
  child->mutable_input()->set_data("child");
  answer.add_decisions()->mutable_start_timer()->set_control("timer");
  answer.add_decisions()->mutable_fail_workflow_execution()->set_reason("reason");
  const v1::RespondDecisionTaskCompletedRequest plain = answer;
  const Bracketing codec;
  encode_payloads(&codec, &answer);
  EXPECT_EQ(answer.execution_context(), "context");
  EXPECT_EQ(activity->control(), "control");
  EXPECT_EQ(activity->input().data(), "<input>");
  EXPECT_EQ(activity->headers().at("trace").data(), "<17>");
  EXPECT_EQ(activity->headers().at("who").data(), "<Ann>");
  EXPECT_EQ(child->input().data(), "<child>");
  EXPECT_EQ(answer.decisions(3).fail_workflow_execution().reason(), "reason");
  EXPECT_FALSE(answer.decisions(3).fail_workflow_execution().has_details());  // what is absent stays so
  decode_payloads(&codec, &answer);
  EXPECT_EQ(answer.DebugString(), plain.DebugString());
}

TEST(CodedPayloads, WithoutACodecNothingIsTouched) {
  v1::ActivityCompleted completed;
  completed.mutable_result()->set_data("result");
  encode_payloads(nullptr, &completed);
  decode_payloads(nullptr, &completed);
  EXPECT_EQ(completed.result().data(), "result");
}

TEST(CodedPayloads, WhateverACodecThrowsIsAPayloadError) {
  const Bracketing codec;
  v1::ActivityCompleted completed;
  completed.mutable_result()->set_data("refuse");
  EXPECT_THROW(encode_payloads(&codec, &completed), PayloadError);
  EXPECT_THROW(decode_payloads(&codec, &completed), PayloadError);
  decode_what_can_be(&codec, &completed);
  EXPECT_EQ(completed.result().data(), "refuse");
}

TEST(CodedPayloads, AValueThatWasNotDecodedSaysWhatIsMissing) {
  try {
    from_payload<int>(Payload{"?", "", "aes-256-gcm", "k9"});
    FAIL() << "it was read";
  } catch (const PayloadError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("aes-256-gcm"), HasSubstr("k9"), HasSubstr("no codec")));
  }
}

}  // namespace
}  // namespace baton::testing
