// Why a call failed.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>

namespace baton {

// gRPC's status codes, as Baton uses them.
enum class Code {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

// "NOT_FOUND", …
const char* to_string(Code code);

// A refused or failed call. what() is the coordinator's message: which field or object, what to do.
class Error : public std::runtime_error {
 public:
  Error(Code code, std::string fault, const std::string& message)
      : std::runtime_error(message), code_(code), fault_(std::move(fault)) {}

  Code code() const { return code_; }
  // The SWF fault, for example "UNKNOWN_RESOURCE"; empty when the error did not come from a
  // coordinator.
  const std::string& fault() const { return fault_; }
  // The field or the object it is about; either may be empty.
  const std::string& field() const { return field_; }
  const std::string& resource() const { return resource_; }
  // False: surely not applied. True: the call may have been applied (or may still be).
  bool maybe_applied() const;
  // The same call, sent again later with the same request id, may succeed.
  bool retryable() const;
  // How long to wait before that; zero: the coordinator did not say.
  std::chrono::milliseconds retry_after() const { return retry_after_; }

  Error& about(std::string field, std::string resource) {
    field_ = std::move(field);
    resource_ = std::move(resource);
    return *this;
  }
  Error& after(std::chrono::milliseconds wait) {
    retry_after_ = wait;
    return *this;
  }

 private:
  Code code_;
  std::string fault_;
  std::string field_;
  std::string resource_;
  std::chrono::milliseconds retry_after_{0};
};

}  // namespace baton
