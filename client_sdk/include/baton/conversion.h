// Values to payloads and back: to_payload(value), from_payload<T>(payload).
//
// What converts: baton::Payload (as it is), std::string (its bytes, "text/plain"), protobuf
// messages, std::optional of these (absent: no payload), and every type that nlohmann::json
// converts. Another type: specialise PayloadTraits<T>. Both functions throw PayloadError and are
// safe to call from any thread.
#pragma once

#include <concepts>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "baton/payload.h"

namespace baton {

inline constexpr std::string_view kTextType = "text/plain";
inline constexpr std::string_view kJsonType = "application/json";
inline constexpr std::string_view kProtobufType = "application/x-protobuf";

// Recognised by its shape, so that no protobuf header is needed here.
template <class T>
concept ProtobufMessage = requires(const T& message, T& target, std::string& bytes) {
  { message.SerializeToString(&bytes) } -> std::convertible_to<bool>;
  { target.ParseFromString(bytes) } -> std::convertible_to<bool>;
  { message.GetTypeName() } -> std::convertible_to<std::string>;
};

template <class T>
concept JsonConvertible = requires(const nlohmann::json& json, const T& value) {
  nlohmann::json(value);
  json.template get<T>();
};

namespace detail {

inline bool is_json(const Payload& payload) { return payload.content_type.starts_with(kJsonType); }

// Throws unless the bytes are plain and of one of the types that the caller can read.
inline void expect_readable(const Payload& payload, bool type_fits, const char* wanted) {
  if (!payload.encoding.empty()) {
    throw PayloadError("the payload is encoded with \"" + payload.encoding +
                       (payload.key_id.empty() ? "" : "\", key \"" + payload.key_id) +
                       "\", and no codec for it is set that could decode it");
  }
  if (!type_fits) {
    throw PayloadError("a payload of type \"" + payload.content_type + "\" does not hold " +
                       wanted);
  }
}

}  // namespace detail

// The customization point. `to` gets the value, `from` a payload that is present. A specialisation
// may add `static T absent()` for a payload that is not there; without it that is an error.
template <class T>
struct PayloadTraits {
  static_assert(JsonConvertible<T>,
                "This type travels as a payload: give it nlohmann-json conversion "
                "(NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE), or specialise baton::PayloadTraits.");

  static Payload to(const T& value) try {
    return {nlohmann::json(value).dump(), std::string(kJsonType), {}, {}};
  } catch (const nlohmann::json::exception& error) {
    throw PayloadError(std::string("the value does not convert to JSON: ") + error.what());
  }

  static T from(const Payload& payload) {
    const bool fits = payload.content_type.empty() || payload.content_type == kTextType ||
                      detail::is_json(payload);
    detail::expect_readable(payload, fits, "JSON");
    try {
      return nlohmann::json::parse(payload.data).get<T>();
    } catch (const nlohmann::json::exception& error) {
      throw PayloadError(std::string("the payload does not hold the declared type: ") +
                         error.what());
    }
  }
};

template <>
struct PayloadTraits<Payload> {
  static Payload to(const Payload& value) { return value; }
  static Payload from(const Payload& payload) { return payload; }
  static Payload absent() { return {}; }
};

// Any bytes. A JSON string written by a client in another language is unwrapped.
template <>
struct PayloadTraits<std::string> {
  static Payload to(const std::string& value) { return {value, std::string(kTextType), {}, {}}; }
  static std::string from(const Payload& payload) {
    detail::expect_readable(payload, true, "text");
    if (detail::is_json(payload)) {
      const auto json = nlohmann::json::parse(payload.data, nullptr, /*allow_exceptions=*/false);
      if (json.is_string()) return json.get<std::string>();
    }
    return payload.data;
  }
  static std::string absent() { return {}; }
};

template <ProtobufMessage T>
struct PayloadTraits<T> {
  static Payload to(const T& value) {
    Payload payload;
    if (!value.SerializeToString(&payload.data)) {
      throw PayloadError("the message lacks a required field: " + std::string(value.GetTypeName()));
    }
    payload.content_type =
        std::string(kProtobufType) + "; type=" + std::string(value.GetTypeName());
    return payload;
  }
  static T from(const Payload& payload) {
    T message;
    const bool fits = payload.content_type.empty() || payload.content_type == kProtobufType ||
                      payload.content_type == std::string(kProtobufType) +
                                                  "; type=" + std::string(message.GetTypeName());
    detail::expect_readable(payload, fits, std::string(message.GetTypeName()).c_str());
    if (!message.ParseFromString(payload.data)) {
      throw PayloadError("the payload does not parse as " + std::string(message.GetTypeName()));
    }
    return message;
  }
  static T absent() { return T(); }
};

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

}  // namespace detail

template <class T>
std::optional<Payload> to_payload(const T& value) {
  if constexpr (detail::is_optional<T>) {
    if (!value) return std::nullopt;
    return to_payload(*value);
  } else {
    return PayloadTraits<T>::to(value);
  }
}

// A null pointer is a payload that was not given.
template <class T>
T from_payload(const Payload* payload) {
  if constexpr (detail::is_optional<T>) {
    if (payload == nullptr) return std::nullopt;
    return from_payload<typename T::value_type>(payload);
  } else {
    if (payload != nullptr) return PayloadTraits<T>::from(*payload);
    if constexpr (requires { PayloadTraits<T>::absent(); }) {
      return PayloadTraits<T>::absent();
    } else {
      throw PayloadError("there is no payload, and the declared type cannot be empty");
    }
  }
}
template <class T>
T from_payload(const Payload& payload) {
  return from_payload<T>(&payload);
}
template <class T>
T from_payload(const std::optional<Payload>& payload) {
  return from_payload<T>(payload ? &*payload : nullptr);
}

}  // namespace baton
