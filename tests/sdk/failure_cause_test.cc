// The chain of causes: from exceptions, into the details of a failure, and back.
#include "baton/failure_cause.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "baton/client.h"
#include "failure_envelope.h"

namespace baton::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct CardDeclined : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What is thrown by `inner`, inside of what `outer` throws.
template <class Outer, class Inner>
FailureCauses causes_of_nested(Outer outer, Inner inner) {
  try {
    try {
      inner();
    } catch (...) {
      std::throw_with_nested(outer);
    }
  } catch (const std::exception& thrown) {
    return causes_of(thrown);
  }
  return {};
}

FailureCause cause(std::string type, std::string reason) { return {std::move(type), std::move(reason), std::nullopt}; }

TEST(FailureCauses, AreWhatAnExceptionHasInside) {
  EXPECT_THAT(causes_of(std::runtime_error("alone")), IsEmpty());
  const auto reset = [] { throw std::runtime_error("connection reset"); };
  const auto declined = [&] {
    try {
      reset();
    } catch (...) {
      std::throw_with_nested(CardDeclined("card declined"));
    }
  };
  EXPECT_THAT(causes_of_nested(std::runtime_error("order failed"), declined),
              ElementsAre(cause("baton::testing::CardDeclined", "card declined"), cause("std::runtime_error", "connection reset")));
  EXPECT_THAT(causes_of_nested(std::runtime_error("odd"), [] { throw 17; }), ElementsAre(cause("int", "")));
}

TEST(FailureCauses, AnExecutionThatFailedBringsItsOwn) {
  Closed closed;
  closed.status = CloseStatus::kFailed;
  closed.reason = "no stock";
  closed.causes = {cause("StockError", "shelf 7 is empty")};
  EXPECT_STREQ(ExecutionFailed(closed).what(), "the execution ended as FAILED: no stock <- StockError: shelf 7 is empty");
  EXPECT_THAT(causes_of_nested(std::runtime_error("shop closed"), [&] { throw ExecutionFailed(closed); }),
              ElementsAre(cause("baton::ExecutionFailed", "the execution ended as FAILED: no stock"), cause("StockError", "shelf 7 is empty")));
}

void throw_deep(int depth) {
  if (depth == 0) throw std::runtime_error(std::string(5'000, 'x'));
  try {
    throw_deep(depth - 1);
  } catch (...) {
    std::throw_with_nested(std::runtime_error("depth " + std::to_string(depth)));
  }
}

TEST(FailureCauses, AreBounded) {
  const auto deep = causes_of_nested(std::runtime_error("outermost"), [] { throw_deep(100); });
  ASSERT_EQ(deep.size(), kMostCauses);
  EXPECT_EQ(deep[0].reason, "depth 100");
  const auto shallow = causes_of_nested(std::runtime_error("outermost"), [] { throw_deep(1); });
  ASSERT_EQ(shallow.size(), 2u);
  EXPECT_EQ(shallow[1].reason, std::string(kMostCauseReasonCharacters, 'x'));
}

TEST(FailureCauses, ReadAsALine) {
  const FailureCauses causes{cause("baton::ActivityFailed", "activity charge_card (id 1) failed"), cause("CardDeclined", "card declined"),
                             cause("", "odd"), cause("int", "")};
  EXPECT_EQ(with_causes("order failed", causes), "order failed <- activity charge_card (id 1) failed <- CardDeclined: card declined <- odd <- int");
}

// --- the envelope ---

const Payload kDetails{std::string("card\0 17", 8), "application/octet-stream", "", ""};

TEST(FailureEnvelope, ComesBackAsItWas) {
  const Payload seven{"7", "application/json", "", ""};
  const FailureFacts facts{"CardDeclined", kDetails, {{"std::runtime_error", "connection reset \xC3\xBC", seven}}};
  const auto details = to_details(facts);
  ASSERT_TRUE(details);
  EXPECT_EQ(details->content_type, "application/vnd.baton.failure+json");
  const FailureFacts back = from_details(details);
  EXPECT_EQ(back.type, facts.type);
  EXPECT_EQ(back.details, facts.details);
  EXPECT_EQ(back.causes, facts.causes);
}

TEST(FailureEnvelope, LooksAsTheHeaderSaysToProgramsInOtherLanguages) {
  const auto details = to_details({"CardDeclined", Payload{"no", "text/plain", "", ""}, {cause("std::runtime_error", "reset")}});
  const auto expected = nlohmann::json::parse(R"({"type": "CardDeclined", "details": {"data": "bm8=", "content_type": "text/plain"},
                                                  "causes": [{"type": "std::runtime_error", "reason": "reset"}]})");
  EXPECT_EQ(nlohmann::json::parse(details->data), expected);
}

TEST(FailureEnvelope, IsMadeOnlyWhenThereIsMoreToTell) {
  EXPECT_EQ(to_details({"", kDetails, {}}), kDetails);
  EXPECT_EQ(to_details({"", std::nullopt, {}}), std::nullopt);
}

TEST(FailureEnvelope, WhatDoesNotFitIsLeftOutFromTheFarEndOn) {
  FailureFacts facts{"T", Payload{std::string(20'000, 'x'), "text/plain", "", ""}, {}};
  for (int i = 0; i < 10; ++i) facts.causes.push_back(cause("C", std::to_string(i) + std::string(kMostCauseReasonCharacters - 1, 'y')));
  facts.causes[0].details = Payload{std::string(kMostCauseDetailsBytes + 1, 'z'), "", "", ""};
  const auto details = to_details(facts);
  EXPECT_LE(details->data.size(), kMostEnvelopeBytes);
  const FailureFacts back = from_details(details);
  EXPECT_EQ(back.details, facts.details);
  ASSERT_GE(back.causes.size(), 3u);
  EXPECT_LT(back.causes.size(), 10u);
  EXPECT_EQ(back.causes[0].reason, facts.causes[0].reason);
  EXPECT_EQ(back.causes[0].details, std::nullopt) << "it was too large";
  facts.details->data.resize(32'000);
  EXPECT_EQ(to_details(facts), facts.details) << "details come before everything else";
}

TEST(FailureEnvelope, OtherDetailsAreDetailsAndNothingElse) {
  for (const Payload& other : {Payload{"text", "text/plain", "", ""}, Payload{"not json", std::string(kFailureType), "", ""},
                               Payload{"[]", std::string(kFailureType), "", ""}, Payload{"{}", std::string(kFailureType), "aes-256-gcm", "k"}}) {
    const FailureFacts facts = from_details(other);
    EXPECT_EQ(facts.details, other);
    EXPECT_EQ(facts.type, "");
    EXPECT_THAT(facts.causes, IsEmpty());
  }
  EXPECT_EQ(from_details(std::nullopt).details, std::nullopt);
  const char* const kOdd = R"({"type": 7, "details": "x", "causes": [{"reason": "why"}, 3, {}]})";
  const FailureFacts odd = from_details(Payload{kOdd, std::string(kFailureType), "", ""});
  EXPECT_EQ(odd.type, "");
  EXPECT_EQ(odd.details, std::nullopt);
  EXPECT_THAT(odd.causes, ElementsAre(cause("", "why")));
}

}  // namespace
}  // namespace baton::testing
