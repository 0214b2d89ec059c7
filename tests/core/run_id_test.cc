#include "coordinator/core/run_id.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <unordered_set>

namespace baton::core {
namespace {

using Random = std::array<uint8_t, 10>;

Random all(uint8_t value) {
  Random random;
  random.fill(value);
  return random;
}

TEST(RunIdTest, ItsTextIsThatOfAVersion7Uuid) {
  // The time of the example in RFC 9562, appendix A.6.
  const RunId id = make_time_ordered(
      0x017f22e279b0, Random{0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f});
  EXPECT_EQ(id.to_text(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST(RunIdTest, VersionAndVariantHoldWhateverTheRandomBits) {
  EXPECT_EQ(make_time_ordered(0, all(0x00)).to_text(), "00000000-0000-7000-8000-000000000000");
  EXPECT_EQ(make_time_ordered((int64_t{1} << 48) - 1, all(0xff)).to_text(),
            "ffffffff-ffff-7fff-bfff-ffffffffffff");
}

TEST(RunIdTest, TextAndBytesGiveTheSameIdBack) {
  const RunId id = make_time_ordered(1'700'000'000'123, all(0xa5));
  EXPECT_EQ(RunId::from_text(id.to_text()), id);
  EXPECT_EQ(RunId::from_text("018BCFE5-687B-75A5-A5A5-A5A5A5A5A5A5"), id);
  EXPECT_EQ(RunId::from_bytes(id.view()), id);
  EXPECT_EQ(id.view().size(), 16U);
}

TEST(RunIdTest, WhatIsNoUuidIsRefused) {
  for (const char* text :
       {"", "018bcfe5-687b-75a5-a5a5-a5a5a5a5a5a", "018bcfe5687b75a5a5a5a5a5a5a5a5a5",
        "018bcfe5-687b-75a5-a5a5-a5a5a5a5a5ag", "018bcfe5+687b-75a5-a5a5-a5a5a5a5a5a5",
        "018bcfe5-687b-75a5-a5a5-a5a5a5a5a5a5 ", "018bcfe56-87b-75a5-a5a5-a5a5a5a5a5a5"}) {
    EXPECT_EQ(RunId::from_text(text), std::nullopt) << text;
  }
  EXPECT_EQ(RunId::from_bytes("fifteen bytes.."), std::nullopt);
  EXPECT_EQ(RunId::from_bytes("seventeen bytes.."), std::nullopt);
}

TEST(RunIdTest, ALaterIdIsGreaterInBytesAndInText) {
  const RunId earlier = make_time_ordered(1'700'000'000'255, all(0xff));
  const RunId later = make_time_ordered(1'700'000'000'256, all(0x00));
  EXPECT_LT(earlier, later);
  EXPECT_LT(earlier.to_text(), later.to_text());
}

TEST(RunIdTest, OnlyTheZeroIdIsEmpty) {
  EXPECT_TRUE(RunId{}.empty());
  EXPECT_FALSE(make_time_ordered(0, all(0)).empty());
}

TEST(RunIdTest, ASetTellsIdsApart) {
  std::unordered_set<RunId> ids;
  for (int ms = 0; ms < 100; ++ms) ids.insert(make_time_ordered(ms, all(1)));
  ids.insert(make_time_ordered(0, all(1)));
  EXPECT_EQ(ids.size(), 100U);
}

}  // namespace
}  // namespace baton::core
