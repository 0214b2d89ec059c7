#include "coordinator/api/status.h"

#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/shortened.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace baton::api {
namespace {

// The message goes twice, as text that takes three bytes for one beyond ASCII, and in the details, whose bytes take four for three; the subject
// goes there, too.
constexpr size_t kMostTextBytes = 1024;

// absl's codes are gRPC's.
grpc::StatusCode code_of(const absl::Status& status) { return static_cast<grpc::StatusCode>(static_cast<int>(status.code())); }

}  // namespace

grpc::Status to_grpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const std::string message = core::shortened(std::string_view(status.message().data(), status.message().size()), kMostTextBytes);
  google::rpc::Status details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(message);
  google::rpc::ErrorInfo info;
  info.set_domain("baton");
  info.set_reason(v1::Fault_Name(core::fault_of(status)));
  const std::string subject = core::shortened(core::subject_of(status), kMostTextBytes);
  if (!subject.empty()) {
    const bool is_field = status.code() == absl::StatusCode::kInvalidArgument;
    (*info.mutable_metadata())[is_field ? "field" : "resource"] = subject;
  }
  details.add_details()->PackFrom(info);
  if (const auto delay_ms = core::retry_after_ms(status)) {
    google::rpc::RetryInfo retry;
    core::set_duration(*delay_ms, retry.mutable_retry_delay());
    details.add_details()->PackFrom(retry);
  }
  return {code_of(status), message, details.SerializeAsString()};
}

}  // namespace baton::api
