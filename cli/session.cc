#include "cli/session.h"

#include <google/protobuf/util/json_util.h>

#include <iostream>

namespace baton::cli {

Client Session::client() const {
  if (domain.empty()) throw CLI::RequiredError("--domain (or the environment's BATON_DOMAIN)");
  return client_for(domain);
}

Client Session::client_for(const std::string& domain_name) const {
  const Duration patience(static_cast<Duration::rep>(timeout_s * 1000));
  return {address, domain_name, {.call_timeout = patience, .retry_for = patience}};
}

nlohmann::json to_json(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(message, &text, options).ok()) return nullptr;
  return nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
}

void print(const nlohmann::json& value) { std::cout << value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl; }

}  // namespace baton::cli
