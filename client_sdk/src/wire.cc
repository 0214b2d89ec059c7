#include "wire.h"

#include <algorithm>

namespace baton {
namespace {

constexpr Duration kLongest = std::chrono::days(366);

// The length of the UTF-8 character at the start of `text`; 0: not valid.
size_t character_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t length = lead < 0x80   ? 1
                        : lead < 0xC2 ? 0
                        : lead < 0xE0 ? 2
                        : lead < 0xF0 ? 3
                        : lead < 0xF5 ? 4
                                      : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  }
  if (length < 3) return length;
  const auto second = static_cast<unsigned char>(text[1]);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool outside = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
  return overlong || outside ? 0 : length;
}

}  // namespace

void to_wire(const Payload& payload, v1::Payload* out) {
  out->set_data(payload.data);
  if (!payload.content_type.empty()) out->set_content_type(payload.content_type);
  if (!payload.encoding.empty()) out->set_encoding(payload.encoding);
  if (!payload.key_id.empty()) out->set_key_id(payload.key_id);
}

void to_wire(Payload&& payload, v1::Payload* out) {
  out->set_data(std::move(payload.data));
  if (!payload.content_type.empty()) out->set_content_type(std::move(payload.content_type));
  if (!payload.encoding.empty()) out->set_encoding(std::move(payload.encoding));
  if (!payload.key_id.empty()) out->set_key_id(std::move(payload.key_id));
}

Payload from_wire(const v1::Payload& payload) {
  return {payload.data(), payload.content_type(), payload.encoding(), payload.key_id()};
}

Payload take(v1::Payload* payload) {
  return {std::move(*payload->mutable_data()), std::move(*payload->mutable_content_type()),
          std::move(*payload->mutable_encoding()), std::move(*payload->mutable_key_id())};
}

void to_wire(const Headers& headers, WireHeaders* out) {
  for (const auto& [key, value] : headers) {
    if (!out->contains(key)) to_wire(value, &(*out)[key]);
  }
}

Headers from_wire(const WireHeaders& headers) {
  Headers result;
  for (const auto& [key, value] : headers) result.emplace(key, from_wire(value));
  return result;
}

void to_wire(Duration duration, google::protobuf::Duration* out) {
  const auto count = std::clamp(duration, Duration(0), kLongest).count();
  out->set_seconds(count / 1000);
  out->set_nanos(static_cast<int32_t>(count % 1000) * 1'000'000);
}

void to_wire(Timeout timeout, v1::Timeout* out) {
  if (timeout.is_none()) {
    out->set_none(true);
  } else {
    to_wire(timeout.after(), out->mutable_after());
  }
}

Duration to_duration(const google::protobuf::Duration& duration) {
  return Duration(duration.seconds() * 1000 + duration.nanos() / 1'000'000);
}

TimePoint from_wire(const google::protobuf::Timestamp& time) {
  return TimePoint(Duration(time.seconds() * 1000 + time.nanos() / 1'000'000));
}

void to_wire(TimePoint time, google::protobuf::Timestamp* out) {
  const auto count = time.time_since_epoch().count();
  const auto seconds = count >= 0 ? count / 1000 : -((-count + 999) / 1000);
  out->set_seconds(seconds);
  out->set_nanos(static_cast<int32_t>(count - seconds * 1000) * 1'000'000);
}

void to_wire(const SearchAttribute& attribute, v1::SearchAttribute* out) {
  const auto set = [out](const auto& value) {
    using T = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<T, std::string>) {
      out->set_text(value);
    } else if constexpr (std::is_same_v<T, int64_t>) {
      out->set_integer(value);
    } else if constexpr (std::is_same_v<T, double>) {
      out->set_number(value);
    } else if constexpr (std::is_same_v<T, bool>) {
      out->set_flag(value);
    } else {
      to_wire(value, out->mutable_time());
    }
  };
  std::visit(set, attribute.value());
}

SearchAttribute from_wire(const v1::SearchAttribute& attribute) {
  switch (attribute.value_case()) {
    case v1::SearchAttribute::kInteger:
      return attribute.integer();
    case v1::SearchAttribute::kNumber:
      return attribute.number();
    case v1::SearchAttribute::kFlag:
      return attribute.flag();
    case v1::SearchAttribute::kTime:
      return from_wire(attribute.time());
    case v1::SearchAttribute::kText:
    case v1::SearchAttribute::VALUE_NOT_SET:
      break;
  }
  return attribute.text();
}

void to_wire(Reply reply, v1::Reply* out) {
  if (!reply.failed) {
    auto* const completed = out->mutable_completed();
    if (reply.payload) to_wire(*std::move(reply.payload), completed->mutable_result());
    return;
  }
  auto* const failed = out->mutable_failed();
  failed->set_rejected(reply.rejected);
  failed->set_reason(std::move(reply.reason));
  if (reply.payload) to_wire(*std::move(reply.payload), failed->mutable_details());
}

Reply from_wire(const v1::Reply& reply) {
  const auto payload_of = [](bool present, const v1::Payload& payload) -> std::optional<Payload> {
    if (!present) return std::nullopt;
    return from_wire(payload);
  };
  if (!reply.has_failed()) {
    const auto& completed = reply.completed();
    return {false, false, "", payload_of(completed.has_result(), completed.result())};
  }
  const auto& failed = reply.failed();
  return {true, failed.rejected(), failed.reason(),
          payload_of(failed.has_details(), failed.details())};
}

std::string cut(std::string_view text, size_t limit) {
  std::string result;
  for (size_t characters = 0; !text.empty() && characters < limit; ++characters) {
    const size_t length = character_length(text);
    if (length == 0) {
      result += '?';
      text.remove_prefix(1);
    } else {
      result += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return result;
}

}  // namespace baton
