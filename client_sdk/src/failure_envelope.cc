#include "failure_envelope.h"

#include <google/protobuf/util/json_util.h>

#include <nlohmann/json.hpp>

#include "wire.h"

namespace baton {
namespace {

using nlohmann::json;

json to_json(const Payload& payload) {
  v1::Payload message;
  to_wire(payload, &message);
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  const auto made = google::protobuf::util::MessageToJsonString(message, &text, options);
  return made.ok() ? json::parse(text) : json::object();
}

std::optional<Payload> payload_in(const json& object, const char* name) {
  v1::Payload message;
  if (!object.contains(name)) return std::nullopt;
  const auto read = google::protobuf::util::JsonStringToMessage(object[name].dump(), &message);
  if (!read.ok()) return std::nullopt;
  return from_wire(message);
}

std::string text_in(const json& object, const char* name) {
  return object.contains(name) && object[name].is_string() ? object[name].get<std::string>() : "";
}

json to_json(const FailureCause& cause) {
  json object = json::object();
  if (!cause.type.empty()) object["type"] = cut(cause.type, kMostCauseTypeCharacters);
  if (!cause.reason.empty()) object["reason"] = cut(cause.reason, kMostCauseReasonCharacters);
  if (cause.details && cause.details->data.size() <= kMostCauseDetailsBytes) {
    object["details"] = to_json(*cause.details);
  }
  return object;
}

std::string envelope(const FailureFacts& facts) {
  json object = json::object();
  if (!facts.type.empty()) object["type"] = cut(facts.type, kMostCauseTypeCharacters);
  if (facts.details) object["details"] = to_json(*facts.details);
  for (const FailureCause& cause : facts.causes) object["causes"].push_back(to_json(cause));
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::optional<Payload> to_details(FailureFacts facts) {
  if (facts.causes.size() > kMostCauses) facts.causes.resize(kMostCauses);
  while (!facts.type.empty() || !facts.causes.empty()) {
    std::string text = envelope(facts);
    if (text.size() <= kMostEnvelopeBytes) {
      return Payload{std::move(text), std::string(kFailureType), {}, {}};
    }
    if (facts.causes.empty()) break;
    facts.causes.pop_back();
  }
  return std::move(facts.details);
}

FailureFacts from_details(std::optional<Payload> details) {
  if (!details || details->content_type != kFailureType || !details->encoding.empty()) {
    return {{}, std::move(details), {}};
  }
  const json object = json::parse(details->data, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return {{}, std::move(details), {}};
  FailureFacts facts{text_in(object, "type"), payload_in(object, "details"), {}};
  if (!object.contains("causes") || !object["causes"].is_array()) return facts;
  for (const json& cause : object["causes"]) {
    if (!cause.is_object() || facts.causes.size() == kMostCauses) break;
    facts.causes.push_back(
        {text_in(cause, "type"), text_in(cause, "reason"), payload_in(cause, "details")});
  }
  return facts;
}

}  // namespace baton
