#include "coordinator/api/backend.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <openssl/sha.h>

#include "coordinator/core/fault.h"
#include "coordinator/core/limits.h"
#include "coordinator/core/names.h"
#include "coordinator/core/shortened.h"
#include "coordinator/log/log.h"

namespace baton::api {

absl::Status authorize(const Backend& backend, const core::Caller& caller, std::string_view action, const std::string& domain) {
  if (backend.authorizer.allows(caller, {action, domain})) return absl::OkStatus();
  // Nothing of the call was looked at: the name may have any length.
  const std::string named = core::shortened(domain, core::kMaxNameChars);
  const std::string where = named.empty() ? "" : " in domain " + named;
  log_event(LogLevel::kInfo, "call_denied",
            {{"principal", caller.principal}, {"peer", caller.peer}, {"action", action}, {"domain", named}});
  return core::fault(v1::OPERATION_NOT_PERMITTED, action,
                     caller.principal + " may not call " + std::string(action) + where + ": ask who keeps the policy");
}

absl::Status admit(const Backend& backend, const core::Caller& caller, std::string_view action, const std::string& domain) {
  if (absl::Status allowed = authorize(backend, caller, action, domain); !allowed.ok()) return allowed;
  return backend.engine.take_token(domain, action);
}

absl::StatusOr<journal::v1::TaskToken> open_task_token(const Backend& backend, const core::Caller& caller, std::string_view action,
                                                       journal::v1::TaskToken::Kind kind, const std::string& token) {
  auto opened = backend.tokens.verify_task(kind, "task_token", token);
  if (!opened.ok()) {
    log_event(LogLevel::kWarning, "token_refused",
              {{"principal", caller.principal}, {"peer", caller.peer}, {"action", action}, {"message", std::string(opened.status().message())}});
    return opened;
  }
  if (absl::Status allowed = authorize(backend, caller, action, opened->domain()); !allowed.ok()) return allowed;
  return opened;
}

uint64_t hash_arguments(std::string_view operation, const google::protobuf::Message& request) {
  std::string bytes(operation);
  bytes.push_back('\0');
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    request.SerializeToCodedStream(&coded);
  }
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  uint64_t hash = 0;
  for (int i = 0; i < 8; ++i) hash = (hash << 8) | digest[i];
  return hash;
}

absl::StatusOr<int32_t> page_size(int32_t asked) {
  if (asked < 0 || asked > core::kMaxPageSize) {
    return core::invalid_field("maximum_page_size", "is " + std::to_string(asked) + ": give 0 to " + std::to_string(core::kMaxPageSize));
  }
  return asked == 0 ? core::kMaxPageSize : asked;
}

absl::Status check_size(std::string_view field, const google::protobuf::Message& request) {
  const size_t bytes = request.ByteSizeLong();
  if (bytes <= core::kMaxRequestBytes) return absl::OkStatus();
  return core::invalid_field(field, "take " + std::to_string(bytes) + " bytes; at most " + std::to_string(core::kMaxRequestBytes) +
                                        " are allowed in one call: send several, or store the data elsewhere");
}

absl::Status check_address(const std::string& domain, const std::string& workflow_id, const std::string& request_id) {
  if (absl::Status s = core::check_name("domain", domain); !s.ok()) return s;
  if (absl::Status s = core::check_workflow_id("workflow_id", workflow_id); !s.ok()) return s;
  return core::check_request_id("request_id", request_id);
}

absl::Status unknown_domain(const std::string& domain) {
  return core::fault(v1::UNKNOWN_RESOURCE, "domain " + domain, "domain " + domain + " does not exist: register it first (RegisterDomain)");
}

void read_registry(const Backend& backend, engine::Done<RegistrySnapshot> done) {
  // An edit that changes nothing: the engine has read the registry anew when it asks for the change.
  auto was_read = std::make_shared<bool>(false);
  const auto change_nothing = [was_read](const store::RegistryDump&) -> absl::StatusOr<store::Store::RegistryChange> {
    *was_read = true;
    return absl::CancelledError("nothing to change");
  };
  backend.engine.edit_registry("", "", "", change_nothing, [&backend, was_read, done = std::move(done)](const absl::Status& status) {
    if (!*was_read) return done(status);
    done(backend.engine.registry_dump());
  });
}

void require_domain(const Backend& backend, const std::string& domain, engine::DoneEmpty next) {
  if (backend.engine.registry()->find_domain(domain) != nullptr) return next(absl::OkStatus());
  read_registry(backend, [&backend, domain, next = std::move(next)](const absl::StatusOr<RegistrySnapshot>& read) {
    if (!read.ok()) return next(read.status());
    next(backend.engine.registry()->find_domain(domain) != nullptr ? absl::OkStatus() : unknown_domain(domain));
  });
}

}  // namespace baton::api
