#include "baton/errors.h"

#include "baton/v1/errors.pb.h"
#include "connection.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "wire.h"

namespace baton {
namespace {

Code code_of(v1::Fault fault) {
  switch (fault) {
    case v1::UNKNOWN_RESOURCE:
    case v1::SUPERSEDED:
      return Code::kNotFound;
    case v1::OPERATION_NOT_PERMITTED:
      return Code::kPermissionDenied;
    case v1::LIMIT_EXCEEDED:
    case v1::TOO_MANY_TAGS:
    case v1::THROTTLING:
      return Code::kResourceExhausted;
    case v1::DOMAIN_ALREADY_EXISTS:
    case v1::TYPE_ALREADY_EXISTS:
    case v1::WORKFLOW_EXECUTION_ALREADY_STARTED:
      return Code::kAlreadyExists;
    case v1::DOMAIN_DEPRECATED:
    case v1::TYPE_DEPRECATED:
    case v1::TYPE_NOT_DEPRECATED:
    case v1::CANCEL_NOT_REQUESTED:
    case v1::UPDATE_UNANSWERED:
    case v1::QUERY_UNANSWERED:
      return Code::kFailedPrecondition;
    case v1::DEFAULT_UNDEFINED:
    case v1::VALIDATION:
    case v1::INVALID_TOKEN:
      return Code::kInvalidArgument;
    case v1::UNHANDLED_DECISION:
      return Code::kAborted;
    case v1::NOT_IMPLEMENTED:
      return Code::kUnimplemented;
    case v1::STORE_UNAVAILABLE:
      return Code::kUnavailable;
    default:
      return Code::kUnknown;
  }
}

void add_detail(const google::protobuf::Any& detail, Error& error) {
  google::rpc::ErrorInfo info;
  google::rpc::RetryInfo retry;
  if (detail.UnpackTo(&info)) {
    const auto value = [&info](const char* key) {
      const auto found = info.metadata().find(key);
      return found == info.metadata().end() ? std::string() : found->second;
    };
    const auto wait = error.retry_after();
    error = Error(error.code(), info.reason(), error.what());
    error.about(value("field"), value("resource")).after(wait);
  } else if (detail.UnpackTo(&retry)) {
    error.after(to_duration(retry.retry_delay()));
  }
}

}  // namespace

const char* to_string(Code code) {
  static constexpr const char* kNames[] = {"OK",
                                           "CANCELLED",
                                           "UNKNOWN",
                                           "INVALID_ARGUMENT",
                                           "DEADLINE_EXCEEDED",
                                           "NOT_FOUND",
                                           "ALREADY_EXISTS",
                                           "PERMISSION_DENIED",
                                           "RESOURCE_EXHAUSTED",
                                           "FAILED_PRECONDITION",
                                           "ABORTED",
                                           "OUT_OF_RANGE",
                                           "UNIMPLEMENTED",
                                           "INTERNAL",
                                           "UNAVAILABLE",
                                           "DATA_LOSS",
                                           "UNAUTHENTICATED"};
  const auto index = static_cast<size_t>(code);
  return index < std::size(kNames) ? kNames[index] : "UNKNOWN";
}

bool Error::maybe_applied() const {
  switch (code_) {
    case Code::kCancelled:
    case Code::kUnknown:
    case Code::kDeadlineExceeded:
    case Code::kInternal:
    case Code::kUnavailable:
    case Code::kDataLoss:
      return true;
    default:
      return false;
  }
}

// LIMIT_EXCEEDED and TOO_MANY_TAGS end only when someone makes room: those are not repeated.
bool Error::retryable() const {
  return maybe_applied() || (code_ == Code::kResourceExhausted && fault_ != "LIMIT_EXCEEDED" &&
                             fault_ != "TOO_MANY_TAGS");
}

Error decode(const grpc::Status& status) {
  Error error(static_cast<Code>(status.error_code()), "", status.error_message());
  google::rpc::Status details;
  if (details.ParseFromString(status.error_details())) {
    for (const auto& detail : details.details()) add_detail(detail, error);
  }
  return error;
}

Error decode(const v1::Refusal& refusal) {
  const Code code = refusal.fault() == v1::FAULT_UNSPECIFIED && refusal.retryable()
                        ? Code::kUnavailable
                        : code_of(refusal.fault());
  const std::string fault =
      refusal.fault() == v1::FAULT_UNSPECIFIED ? "" : v1::Fault_Name(refusal.fault());
  Error error(code, fault, refusal.message());
  error.after(to_duration(refusal.retry_after()));
  return error;
}

}  // namespace baton
