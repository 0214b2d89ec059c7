#include "coordinator/api/call.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <openssl/sha.h>

#include "coordinator/core/fault.h"
#include "coordinator/core/limits.h"

namespace baton::api {

core::Caller caller_of(const grpc::CallbackServerContext& context) { return {"anonymous", context.peer()}; }

absl::Status authorize(const Backend& backend, const core::Caller& caller, std::string_view action, const std::string& domain) {
  if (backend.authorizer.allows(caller, {action, domain})) return absl::OkStatus();
  const std::string where = domain.empty() ? "" : " in domain " + domain;
  return core::fault(v1::OPERATION_NOT_PERMITTED, action,
                     caller.principal + " may not call " + std::string(action) + where + ": ask who keeps the policy");
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

absl::Status not_implemented(std::string_view operation) {
  return core::fault(v1::NOT_IMPLEMENTED, operation, std::string(operation) + " is not part of this release");
}

}  // namespace baton::api
