#include "coordinator/core/fault.h"

#include "absl/strings/cord.h"

namespace baton::core {
namespace {

using baton::v1::Fault;

constexpr char kFaultUrl[] = "baton.fault";
constexpr char kSubjectUrl[] = "baton.subject";
constexpr char kRetryUrl[] = "baton.retry_after_ms";
constexpr char kRegistryUrl[] = "baton.rests_on_registry";

// Never from a std::string&&: clang 18 and later name that constructor, a template, otherwise than the g++ that built the package.
absl::Cord cord_of(std::string_view text) { return absl::Cord(absl::string_view(text.data(), text.size())); }

absl::StatusCode code_of(Fault fault) {
  switch (fault) {
    case Fault::UNKNOWN_RESOURCE:
    case Fault::SUPERSEDED:
      return absl::StatusCode::kNotFound;
    case Fault::OPERATION_NOT_PERMITTED:
      return absl::StatusCode::kPermissionDenied;
    case Fault::LIMIT_EXCEEDED:
    case Fault::TOO_MANY_TAGS:
    case Fault::THROTTLING:
      return absl::StatusCode::kResourceExhausted;
    case Fault::DOMAIN_ALREADY_EXISTS:
    case Fault::TYPE_ALREADY_EXISTS:
    case Fault::WORKFLOW_EXECUTION_ALREADY_STARTED:
    case Fault::SCHEDULE_ALREADY_EXISTS:
      return absl::StatusCode::kAlreadyExists;
    case Fault::DOMAIN_DEPRECATED:
    case Fault::TYPE_DEPRECATED:
    case Fault::TYPE_NOT_DEPRECATED:
    case Fault::CANCEL_NOT_REQUESTED:
    case Fault::EXECUTION_PAUSED:
    case Fault::EXECUTION_NOT_PAUSED:
    case Fault::UPDATE_UNANSWERED:
    case Fault::QUERY_UNANSWERED:
      return absl::StatusCode::kFailedPrecondition;
    case Fault::DEFAULT_UNDEFINED:
    case Fault::VALIDATION:
    case Fault::INVALID_TOKEN:
      return absl::StatusCode::kInvalidArgument;
    case Fault::UNHANDLED_DECISION:
      return absl::StatusCode::kAborted;
    case Fault::NOT_IMPLEMENTED:
      return absl::StatusCode::kUnimplemented;
    case Fault::STORE_UNAVAILABLE:
      return absl::StatusCode::kUnavailable;
    default:
      return absl::StatusCode::kInternal;
  }
}

std::optional<std::string> payload(const absl::Status& status, const char* url) {
  const auto found = status.GetPayload(url);
  if (!found) return std::nullopt;
  return std::string(*found);
}

}  // namespace

absl::Status fault(Fault fault, std::string_view subject, std::string_view message) {
  absl::Status status(code_of(fault), absl::string_view(message.data(), message.size()));
  status.SetPayload(kFaultUrl, cord_of(std::to_string(static_cast<int>(fault))));
  status.SetPayload(kSubjectUrl, cord_of(subject));
  return status;
}

absl::Status invalid_field(std::string_view field, std::string_view message) {
  return fault(Fault::VALIDATION, field, std::string(field) + ": " + std::string(message));
}

Fault fault_of(const absl::Status& status) {
  const auto text = payload(status, kFaultUrl);
  return text ? static_cast<Fault>(std::stoi(*text)) : Fault::FAULT_UNSPECIFIED;
}

std::string subject_of(const absl::Status& status) { return payload(status, kSubjectUrl).value_or(""); }

absl::Status with_retry_after(absl::Status status, int64_t milliseconds) {
  status.SetPayload(kRetryUrl, cord_of(std::to_string(milliseconds)));
  return status;
}

std::optional<int64_t> retry_after_ms(const absl::Status& status) {
  const auto text = payload(status, kRetryUrl);
  if (!text) return std::nullopt;
  return std::stoll(*text);
}

absl::Status mark_rests_on_registry(absl::Status status) {
  status.SetPayload(kRegistryUrl, cord_of("1"));
  return status;
}

bool rests_on_registry(const absl::Status& status) { return payload(status, kRegistryUrl).has_value(); }

bool is_unconditional(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kAborted:
      return true;
    default:
      return false;
  }
}

}  // namespace baton::core
