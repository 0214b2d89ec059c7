// Names and texts at, below and over every bound, and with every kind of character.
#include "coordinator/core/names.h"

#include <functional>
#include <string>
#include <vector>

#include "coordinator/core/fault.h"
#include "coordinator/core/shortened.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace baton::core {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::string_literals;

using Check = std::function<absl::Status(std::string_view value)>;

std::string repeat(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

// The UTF-8 form of one character.
std::string utf8(uint32_t code) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xC0 | code >> 6), tail(0)};
  if (code < 0x10000) return {static_cast<char>(0xE0 | code >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | code >> 18), tail(12), tail(6), tail(0)};
}

void expect_refused(const absl::Status& status, const std::string& subject,
                    const std::string& why) {
  EXPECT_EQ(fault_of(status), baton::v1::VALIDATION) << why << ": " << status;
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << why;
  EXPECT_EQ(subject_of(status), subject) << why;
  EXPECT_THAT(std::string(status.message()), StartsWith(subject)) << why;
}

struct Kind {
  std::string name;
  Check check;
  int min_chars;
  int max_chars;
  bool separators;  // ':' '/' '|' pass
  bool controls;    // pass, but U+0000
  bool edges;       // whitespace first and last, and the word "arn", pass
  bool tag_text;    // of ASCII only letters, digits, space and _.:/=+-@
};

std::vector<Kind> kinds() {
  const auto bind = [](auto check) {
    return [check](std::string_view value) { return check("field", value); };
  };
  const auto name = [](std::string_view value) { return check_name("field", value); };
  const auto function = [](std::string_view value) { return check_name("field", value, 64); };
  const auto text = [](std::string_view value) { return check_text("field", value, 1024); };
  return {
      {"name", name, 1, 256, false, false, false, false},
      {"function name", function, 1, 64, false, false, false, false},
      {"version", bind(check_version), 1, 64, false, false, false, false},
      {"workflow id", bind(check_workflow_id), 1, 256, true, false, false, false},
      {"request id", bind(check_request_id), 0, 64, true, false, true, false},
      {"text", text, 0, 1024, true, true, true, false},
      {"tag", bind(check_tag), 1, 256, true, false, true, true},
      {"resource tag key", bind(check_resource_tag_key), 1, 128, true, false, true, true},
      {"resource tag value", bind(check_resource_tag_value), 0, 256, true, false, true, true},
  };
}

TEST(Names, lengths_are_counted_in_characters_of_any_width) {
  for (const Kind& kind : kinds()) {
    for (const std::string letter : {"x", "ß", "字", "🎻"}) {
      const std::string why = kind.name + " of " + letter;
      EXPECT_TRUE(kind.check(repeat(letter, 1)).ok()) << why;
      EXPECT_TRUE(kind.check(repeat(letter, kind.max_chars - 1)).ok()) << why;
      EXPECT_TRUE(kind.check(repeat(letter, kind.max_chars)).ok()) << why;
      const absl::Status over = kind.check(repeat(letter, kind.max_chars + 1));
      expect_refused(over, "field", why);
      EXPECT_THAT(std::string(over.message()), HasSubstr(std::to_string(kind.max_chars))) << why;
    }
  }
}

TEST(Names, empty_ones_pass_only_where_nothing_is_a_value) {
  for (const Kind& kind : kinds()) {
    if (kind.min_chars == 0) {
      EXPECT_TRUE(kind.check("").ok()) << kind.name;
    } else {
      expect_refused(kind.check(""), "field", kind.name);
    }
  }
}

TEST(Names, control_characters_are_refused_wherever_they_stand) {
  std::vector<uint32_t> controls;
  for (uint32_t code = 0x00; code <= 0x1F; ++code) controls.push_back(code);
  for (uint32_t code = 0x7F; code <= 0x9F; ++code) controls.push_back(code);
  for (const Kind& kind : kinds()) {
    for (const uint32_t code : controls) {
      for (const std::string& value :
           {utf8(code), utf8(code) + "a", "a" + utf8(code) + "a", "a" + utf8(code)}) {
        const std::string why = kind.name + " with U+" + std::to_string(code);
        if (kind.controls && code != 0) {
          EXPECT_TRUE(kind.check(value).ok()) << why;
        } else {
          expect_refused(kind.check(value), "field", why);
        }
      }
    }
  }
}

TEST(Names, neighbours_of_the_control_characters_pass_inside) {
  for (const Kind& kind : kinds()) {
    for (const uint32_t code : {0x20u, 0x7Au, 0xA0u, 0xA1u}) {
      EXPECT_TRUE(kind.check("a" + utf8(code) + "a").ok()) << kind.name << " with U+" << code;
    }
  }
}

TEST(Names, separators_are_refused_in_names_and_pass_in_workflow_ids) {
  for (const Kind& kind : kinds()) {
    for (const std::string separator : {":", "/", "|"}) {
      for (const std::string& value :
           {separator, separator + "a", "a" + separator + "a", "a" + separator}) {
        const bool passes = kind.separators && !(kind.tag_text && separator == "|");
        if (passes) {
          EXPECT_TRUE(kind.check(value).ok()) << kind.name << " " << value;
        } else {
          expect_refused(kind.check(value), "field", kind.name + " " + value);
        }
      }
    }
  }
}

TEST(Names, whitespace_is_refused_at_the_ends_and_passes_inside) {
  for (const Kind& kind : kinds()) {
    for (const uint32_t code : {0x20u, 0xA0u, 0x1680u, 0x2000u, 0x2005u, 0x200Au, 0x2028u, 0x2029u,
                                0x202Fu, 0x205Fu, 0x3000u}) {
      const std::string space = utf8(code);
      const std::string why = kind.name + " with U+" + std::to_string(code);
      EXPECT_TRUE(kind.check("a" + space + "a").ok()) << why;
      for (const std::string& value : {space, space + "a", "a" + space}) {
        if (kind.edges) {
          EXPECT_TRUE(kind.check(value).ok()) << why;
        } else {
          expect_refused(kind.check(value), "field", why);
        }
      }
    }
  }
}

TEST(Names, the_word_arn_is_refused_alone_only) {
  for (const Kind& kind : kinds()) {
    if (kind.edges) {
      EXPECT_TRUE(kind.check("arn").ok()) << kind.name;
    } else {
      expect_refused(kind.check("arn"), "field", kind.name);
    }
    for (const char* value : {"ARN", "arn1", "barn", "arn arn", "ar"})
      EXPECT_TRUE(kind.check(value).ok()) << kind.name << " " << value;
  }
}

TEST(Names, what_is_not_utf8_is_refused_everywhere) {
  const std::vector<std::string> malformed = {
      "\x80",              // a continuation alone
      "\xBF",              //
      "\xC3",              // cut short
      "\xE5\xAD",          //
      "\xF0\x9F\x8E",      //
      "\xC3(",             // continuation missing
      "\xE5(\x97",         //
      "\xC0\x80",          // overlong U+0000
      "\xC1\xBF",          // overlong U+007F
      "\xE0\x9F\xBF",      // overlong U+07FF
      "\xF0\x8F\xBF\xBF",  // overlong U+FFFF
      "\xED\xA0\x80",      // surrogates
      "\xED\xBF\xBF",      //
      "\xF4\x90\x80\x80",  // past U+10FFFF
      "\xF5\x80\x80\x80",  //
      "\xFE",              //
      "\xFF",              //
  };
  for (const Kind& kind : kinds()) {
    for (size_t i = 0; i < malformed.size(); ++i) {
      for (const std::string& value :
           {malformed[i], "a" + malformed[i], malformed[i] + "a", "a" + malformed[i] + "a"}) {
        expect_refused(kind.check(value), "field", kind.name + " row " + std::to_string(i));
      }
    }
  }
  for (const std::string& bytes : malformed) EXPECT_EQ(count_chars(bytes), -1);
}

TEST(Names, the_first_and_last_character_of_every_width_are_one_character_each) {
  for (const uint32_t code :
       {0x01u, 0x7Fu, 0x80u, 0x7FFu, 0x800u, 0xD7FFu, 0xE000u, 0xFFFFu, 0x10000u, 0x10FFFFu}) {
    EXPECT_EQ(count_chars(utf8(code)), 1) << code;
    EXPECT_EQ(count_chars("a" + utf8(code) + "b"), 3) << code;
  }
  EXPECT_EQ(count_chars(""), 0);
  EXPECT_EQ(count_chars("\0\0"s), 2);
}

TEST(Names, tags_hold_letters_digits_spaces_and_nine_signs) {
  const std::string allowed = " _.:/=+-@";
  for (const Kind& kind : kinds()) {
    if (!kind.tag_text) continue;
    for (char c = 0x20; c < 0x7F; ++c) {
      const bool letter =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      const bool passes = letter || allowed.find(c) != std::string::npos;
      EXPECT_EQ(kind.check("a"s + c + "a").ok(), passes) << kind.name << " with " << c;
    }
    EXPECT_TRUE(kind.check("größe 数 हिन्दी").ok()) << kind.name;
  }
}

TEST(Names, refusals_do_not_repeat_the_value) {
  expect_refused(check_name("name", "secret:value"), "name", "colon");
  EXPECT_THAT(std::string(check_name("name", "secret:value").message()),
              ::testing::Not(HasSubstr("secret")));
  EXPECT_THAT(std::string(check_version("version", repeat("secret", 20)).message()),
              ::testing::Not(HasSubstr("secret")));
}

TEST(Names, a_task_list_is_a_name_in_a_field) {
  baton::v1::TaskList list;
  expect_refused(check_task_list("task_list", list), "task_list.name", "empty");
  list.set_name("orders");
  EXPECT_TRUE(check_task_list("task_list", list).ok());
  list.set_name(repeat("x", 257));
  expect_refused(check_task_list("task_list", list), "task_list.name", "long");
}

// --- payloads ---

TEST(Payloads, data_are_bytes_up_to_the_bound) {
  for (const size_t max_bytes : {size_t{2'048}, size_t{32'768}}) {
    baton::v1::Payload payload;
    EXPECT_TRUE(check_payload("input", payload, max_bytes).ok());
    for (const size_t bytes : {size_t{1}, max_bytes - 1, max_bytes}) {
      payload.set_data(std::string(bytes, '\xFF'));
      EXPECT_TRUE(check_payload("input", payload, max_bytes).ok()) << bytes;
    }
    payload.set_data(std::string(max_bytes, '\0'));
    EXPECT_TRUE(check_payload("input", payload, max_bytes).ok());
    payload.set_data(std::string(max_bytes + 1, 'x'));
    expect_refused(check_payload("input", payload, max_bytes), "input", "one byte over");
  }
}

TEST(Payloads, their_texts_are_bounded_and_named) {
  const auto with_content_type = [](std::string text) {
    baton::v1::Payload payload;
    payload.set_content_type(std::move(text));
    return check_payload("input", payload, 10);
  };
  const auto with_encoding = [](std::string text) {
    baton::v1::Payload payload;
    payload.set_encoding(std::move(text));
    return check_payload("input", payload, 10);
  };
  const auto with_key_id = [](std::string text) {
    baton::v1::Payload payload;
    payload.set_key_id(std::move(text));
    return check_payload("input", payload, 10);
  };
  EXPECT_TRUE(with_content_type(repeat("x", 256)).ok());
  expect_refused(with_content_type(repeat("x", 257)), "input.content_type", "long");
  expect_refused(with_content_type("a\0b"s), "input.content_type", "NUL");
  EXPECT_TRUE(with_encoding(repeat("x", 64)).ok());
  expect_refused(with_encoding(repeat("x", 65)), "input.encoding", "long");
  EXPECT_TRUE(with_key_id(repeat("x", 256)).ok());
  expect_refused(with_key_id(repeat("x", 257)), "input.key_id", "long");
}

using HeaderMap = google::protobuf::Map<std::string, baton::v1::Payload>;

HeaderMap headers(int entries, size_t bytes_each) {
  HeaderMap map;
  for (int i = 0; i < entries; ++i)
    map["k" + std::to_string(10 + i)].set_data(std::string(bytes_each, 'x'));
  return map;
}

TEST(Headers, number_and_total_size_are_bounded) {
  EXPECT_TRUE(check_headers("headers", HeaderMap(), 32'768).ok());
  EXPECT_TRUE(check_headers("headers", headers(15, 1), 32'768).ok());
  EXPECT_TRUE(check_headers("headers", headers(16, 1), 32'768).ok());
  expect_refused(check_headers("headers", headers(17, 1), 32'768), "headers", "17 entries");
  // 16 keys of 3 bytes and 16 times 2,045 bytes are 32,768.
  EXPECT_TRUE(check_headers("headers", headers(16, 2'045), 32'768).ok());
  HeaderMap over = headers(16, 2'045);
  over["k10"].set_encoding("z");
  expect_refused(check_headers("headers", over, 32'768), "headers", "one byte over");
}

TEST(Headers, keys_are_names_and_values_payloads) {
  HeaderMap bad_key;
  bad_key["trace:parent"];
  expect_refused(check_headers("headers", bad_key, 32'768), "headers key", "colon");
  HeaderMap bad_value;
  bad_value["trace"].set_encoding(repeat("x", 65));
  expect_refused(check_headers("headers", bad_value, 32'768), "headers[trace].encoding",
                 "encoding");
}

// --- timeouts ---

baton::v1::Timeout after(int64_t seconds, int32_t nanos = 0) {
  baton::v1::Timeout timeout;
  timeout.mutable_after()->set_seconds(seconds);
  timeout.mutable_after()->set_nanos(nanos);
  return timeout;
}

TEST(Timeouts, absent_ones_take_the_default_whatever_they_hold) {
  EXPECT_TRUE(check_timeout("timeout", false, baton::v1::Timeout()).ok());
}

TEST(Timeouts, are_zero_to_366_days) {
  constexpr int64_t kYearSeconds = int64_t{366} * 86'400;
  EXPECT_TRUE(check_timeout("timeout", true, after(0)).ok());
  EXPECT_TRUE(check_timeout("timeout", true, after(0, 1)).ok());
  EXPECT_TRUE(check_timeout("timeout", true, after(1, 999'999'999)).ok());
  EXPECT_TRUE(check_timeout("timeout", true, after(kYearSeconds - 1, 999'999'999)).ok());
  EXPECT_TRUE(check_timeout("timeout", true, after(kYearSeconds)).ok());
  expect_refused(check_timeout("timeout", true, after(kYearSeconds, 1)), "timeout",
                 "a nanosecond over");
  expect_refused(check_timeout("timeout", true, after(kYearSeconds + 1)), "timeout",
                 "a second over");
  expect_refused(check_timeout("timeout", true, after(-1)), "timeout", "negative");
  expect_refused(check_timeout("timeout", true, after(0, -1)), "timeout", "negative nanoseconds");
  expect_refused(check_timeout("timeout", true, after(1, 1'000'000'000)), "timeout",
                 "a second of nanoseconds");
}

TEST(Timeouts, none_passes_where_it_is_allowed_and_must_be_true) {
  baton::v1::Timeout none;
  none.set_none(true);
  EXPECT_TRUE(check_timeout("timeout", true, none).ok());
  expect_refused(check_timeout("timeout", true, none, /*none_allowed=*/false), "timeout",
                 "not allowed");
  none.set_none(false);
  expect_refused(check_timeout("timeout", true, none), "timeout", "false");
}

TEST(Timeouts, present_ones_must_say_something) {
  expect_refused(check_timeout("timeout", true, baton::v1::Timeout()), "timeout", "empty");
}

TEST(Shortened, is_cut_between_two_characters) {
  EXPECT_EQ(shortened("", 0), "");
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 3), "abc\u2026");
  for (const size_t bytes : {5, 6, 7, 8}) EXPECT_EQ(shortened("a\U0001D11E\U0001D11E", bytes), "a\U0001D11E\u2026") << bytes;
  EXPECT_EQ(shortened("a\U0001D11E\U0001D11E", 9), "a\U0001D11E\U0001D11E");
  EXPECT_EQ(shortened("\U0001D11E", 3), "\u2026");
}

}  // namespace
}  // namespace baton::core
