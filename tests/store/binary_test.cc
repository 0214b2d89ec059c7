// Parameters and results in PostgreSQL's forms, byte by byte.
#include "coordinator/store/postgres/binary.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"

namespace baton::store::postgres {
namespace {

// The only parameter, in hexadecimal.
std::string hex(const Params& params) {
  EXPECT_EQ(params.values().size(), 1U);
  return absl::BytesToHexString(params.values().front());
}

TEST(BinaryTest, NumbersAreInNetworkOrder) {
  EXPECT_EQ(hex(Params().int2(-2)), "fffe");
  EXPECT_EQ(hex(Params().int4(0x01020304)), "01020304");
  EXPECT_EQ(hex(Params().int8(-1)), "ffffffffffffffff");
  EXPECT_EQ(hex(Params().int8(0x0102030405060708)), "0102030405060708");
  EXPECT_EQ(hex(Params().flag(true)), "01");
  EXPECT_EQ(hex(Params().flag(false)), "00");
}

TEST(BinaryTest, TextIsItsBytes) {
  EXPECT_EQ(Params().text(std::string("a\0b", 3)).values().front(), std::string("a\0b", 3));
  EXPECT_EQ(hex(Params().text("")), "");
}

TEST(BinaryTest, AnArrayHasOneDimensionFromOne) {
  const std::vector<int64_t> numbers = {1, -1};
  // Dimensions, no nulls, oid 20 (int8), two elements from 1; each with its length.
  EXPECT_EQ(hex(Params().int8s(numbers, [](int64_t n) { return n; })),
            "00000001"
            "00000000"
            "00000014"
            "00000002"
            "00000001"
            "00000008"
            "0000000000000001"
            "00000008"
            "ffffffffffffffff");
  const std::vector<std::string> texts = {"ab", ""};
  EXPECT_EQ(hex(Params().texts(texts, [](const std::string& text) { return std::string_view(text); })),
            "00000001"
            "00000000"
            "00000019"
            "00000002"
            "00000001"
            "00000002"
            "6162"
            "00000000");
}

TEST(BinaryTest, AnEmptyArrayHasNoDimension) {
  const std::vector<std::string> none;
  EXPECT_EQ(hex(Params().byteas(none, [](const std::string& text) { return std::string_view(text); })),
            "00000000"
            "00000000"
            "00000011");
}

TEST(BinaryTest, BytesAreShownInHexadecimal) {
  EXPECT_EQ(from_hex("\\x"), "");
  EXPECT_EQ(from_hex("\\x00ff7f80"), std::string("\0\xff\x7f\x80", 4));
  EXPECT_EQ(from_hex("not hexadecimal"), "");
}

TEST(BinaryTest, AnArrayLiteralQuotesEverything) {
  EXPECT_EQ(array_literal({}), "{}");
  EXPECT_EQ(array_literal({"a", ""}), R"({"a",""})");
  EXPECT_EQ(array_literal({R"(a"b\c)", "{,}", "NULL"}), R"({"a\"b\\c","{,}","NULL"})");
}

}  // namespace
}  // namespace baton::store::postgres
