#include "coordinator/core/names.h"

#include <cstdint>

#include "coordinator/core/fault.h"

namespace baton::core {
namespace {

// Decodes one character at `at` and moves on; -1 when the bytes are not UTF-8 (overlong forms and surrogates are not).
int32_t next_char(std::string_view text, size_t& at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(at);
  const int length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (length == 0 || at + length > text.size()) return -1;
  int32_t value = length == 1 ? lead : lead & (0x7F >> length);
  for (int i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return -1;
    value = value << 6 | (byte(at + i) & 0x3F);
  }
  constexpr int32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return -1;
  at += length;
  return value;
}

bool is_control(int32_t c) { return c <= 0x1F || (c >= 0x7F && c <= 0x9F); }
// Unicode's White_Space, less the control characters.
bool is_space(int32_t c) {
  return c == ' ' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

std::string at_most(int max_chars) { return "at most " + std::to_string(max_chars) + " characters are allowed"; }

// What names and workflow ids share: length, encoding, control characters, whitespace at the ends.
absl::Status check_identifier(std::string_view field, std::string_view value, int max_chars, bool separators_allowed) {
  if (value.empty()) return invalid_field(field, "is required: give 1 to " + std::to_string(max_chars) + " characters");
  int count = 0;
  int32_t first = 0, last = 0;
  for (size_t at = 0; at < value.size(); ++count) {
    last = next_char(value, at);
    if (last < 0) return invalid_field(field, "is not valid UTF-8");
    if (is_control(last)) return invalid_field(field, "holds a control character, which is not allowed");
    if (!separators_allowed && (last == ':' || last == '/' || last == '|')) {
      return invalid_field(field, std::string("holds '") + static_cast<char>(last) + "'; ':' '/' and '|' are not allowed in names");
    }
    if (count == 0) first = last;
  }
  if (count > max_chars) return invalid_field(field, "has " + std::to_string(count) + " characters; " + at_most(max_chars));
  if (is_space(first) || is_space(last)) return invalid_field(field, "begins or ends with whitespace, which is not allowed");
  if (value == "arn") return invalid_field(field, "must not be exactly \"arn\"");
  return absl::OkStatus();
}

// Letters and digits of every script, and marks, which make letters; so beyond ASCII all but control characters.
bool is_tag_char(int32_t c) {
  if (c >= 0x80) return !is_control(c);
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
  return std::string_view(" _.:/=+-@").find(static_cast<char>(c)) != std::string_view::npos;
}

absl::Status check_tag_text(std::string_view field, std::string_view value, int max_chars) {
  if (absl::Status text = check_text(field, value, max_chars); !text.ok()) return text;
  for (size_t at = 0; at < value.size();) {
    if (!is_tag_char(next_char(value, at))) {
      return invalid_field(field, "holds a character that is not allowed: tags have letters, digits, spaces and _ . : / = + - @");
    }
  }
  return absl::OkStatus();
}

}  // namespace

int count_chars(std::string_view text) {
  int count = 0;
  for (size_t at = 0; at < text.size(); ++count) {
    if (next_char(text, at) < 0) return -1;
  }
  return count;
}

absl::Status check_name(std::string_view field, std::string_view value, int max_chars) {
  return check_identifier(field, value, max_chars, /*separators_allowed=*/false);
}

absl::Status check_workflow_id(std::string_view field, std::string_view value) {
  return check_identifier(field, value, kMaxNameChars, /*separators_allowed=*/true);
}

absl::Status check_version(std::string_view field, std::string_view value) {
  return check_identifier(field, value, kMaxVersionChars, /*separators_allowed=*/false);
}

absl::Status check_text(std::string_view field, std::string_view value, int max_chars) {
  if (value.find('\0') != std::string_view::npos) return invalid_field(field, "holds a NUL character, which is not allowed");
  const int count = count_chars(value);
  if (count < 0) return invalid_field(field, "is not valid UTF-8");
  if (count > max_chars) return invalid_field(field, "has " + std::to_string(count) + " characters; " + at_most(max_chars));
  return absl::OkStatus();
}

absl::Status check_tag(std::string_view field, std::string_view value) {
  if (value.empty()) return invalid_field(field, "is empty: give 1 to 256 characters, or leave the tag out");
  return check_tag_text(field, value, kMaxTagChars);
}

absl::Status check_reply(const std::string& field, const baton::v1::Reply& reply, const Limits& limits) {
  switch (reply.outcome_case()) {
    case baton::v1::Reply::kCompleted:
      return check_payload(field + ".completed.result", reply.completed().result(), limits.payload_bytes);
    case baton::v1::Reply::kFailed: {
      const absl::Status reason = check_text(field + ".failed.reason", reply.failed().reason(), kMaxReasonChars);
      return reason.ok() ? check_payload(field + ".failed.details", reply.failed().details(), limits.payload_bytes) : reason;
    }
    case baton::v1::Reply::OUTCOME_NOT_SET:
      break;
  }
  return invalid_field(field, "has no outcome: set completed or failed");
}

absl::Status check_request_id(std::string_view field, std::string_view value) {
  if (absl::Status text = check_text(field, value, kMaxRequestIdChars); !text.ok()) return text;
  for (size_t at = 0; at < value.size();) {
    if (is_control(next_char(value, at))) return invalid_field(field, "holds a control character, which is not allowed");
  }
  return absl::OkStatus();
}

absl::Status check_resource_tag_key(std::string_view field, std::string_view value) {
  if (value.empty()) return invalid_field(field, "is required: give 1 to " + std::to_string(kMaxResourceTagKeyChars) + " characters");
  return check_tag_text(field, value, kMaxResourceTagKeyChars);
}

absl::Status check_resource_tag_value(std::string_view field, std::string_view value) {
  return check_tag_text(field, value, kMaxResourceTagValueChars);
}

absl::Status check_payload(std::string_view field, const baton::v1::Payload& payload, size_t max_bytes) {
  if (payload.data().size() > max_bytes) {
    return mark_rests_on_registry(invalid_field(field, "has " + std::to_string(payload.data().size()) + " bytes; at most " +
                                                           std::to_string(max_bytes) +
                                                           " are allowed: store the data elsewhere and pass a reference"));
  }
  const std::string name(field);
  if (absl::Status text = check_text(name + ".content_type", payload.content_type(), kMaxContentTypeChars); !text.ok()) return text;
  if (absl::Status text = check_text(name + ".encoding", payload.encoding(), kMaxEncodingChars); !text.ok()) return text;
  return check_text(name + ".key_id", payload.key_id(), kMaxKeyIdChars);
}

absl::Status check_headers(std::string_view field, const google::protobuf::Map<std::string, baton::v1::Payload>& headers, size_t max_bytes) {
  if (headers.size() > kMaxHeaders) {
    return invalid_field(field, "has " + std::to_string(headers.size()) + " entries; at most " + std::to_string(kMaxHeaders) + " are allowed");
  }
  size_t bytes = 0;
  for (const auto& [key, payload] : headers) {
    if (absl::Status name = check_name(std::string(field) + " key", key); !name.ok()) return name;
    const std::string element = std::string(field) + "[" + key + "]";
    if (absl::Status value = check_payload(element, payload, max_bytes); !value.ok()) return value;
    bytes += key.size() + payload.data().size() + payload.content_type().size() + payload.encoding().size() + payload.key_id().size();
  }
  if (bytes <= max_bytes) return absl::OkStatus();
  return mark_rests_on_registry(
      invalid_field(field, "has " + std::to_string(bytes) + " bytes in all; at most " + std::to_string(max_bytes) + " are allowed"));
}

absl::Status check_task_list(std::string_view field, const baton::v1::TaskList& list) {
  return check_name(std::string(field) + ".name", list.name());
}

absl::Status check_timeout(std::string_view field, bool present, const baton::v1::Timeout& timeout, bool none_allowed) {
  if (!present) return absl::OkStatus();
  switch (timeout.kind_case()) {
    case baton::v1::Timeout::kNone:
      if (!timeout.none()) return invalid_field(field, "none must be true when it is set");
      return none_allowed ? absl::OkStatus() : invalid_field(field, "must not be NONE: give a duration of at most 366 days");
    case baton::v1::Timeout::kAfter: {
      const auto& after = timeout.after();
      constexpr int64_t kMaxSeconds = kMaxTimeoutMs / 1000;
      if (after.seconds() < 0 || after.nanos() < 0) return invalid_field(field, "is negative: give zero or more");
      if (after.nanos() > 999'999'999) return invalid_field(field, "has more than 999,999,999 nanoseconds: carry them into the seconds");
      if (after.seconds() > kMaxSeconds || (after.seconds() == kMaxSeconds && after.nanos() > 0)) {
        return invalid_field(field, "is longer than 366 days: shorten it, or use `none` where that is allowed");
      }
      return absl::OkStatus();
    }
    case baton::v1::Timeout::KIND_NOT_SET:
      break;
  }
  return invalid_field(field, "is present but says neither a duration (`after`) nor `none`: leave it out for the default");
}

}  // namespace baton::core
