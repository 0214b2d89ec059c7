// google.protobuf.Timestamp as schedules take it.
#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "coordinator/core/fault.h"

namespace baton::schedule {

// Milliseconds of the years 1970 to 9999; `otherwise` when it is absent. A refusal names `field`.
inline absl::StatusOr<int64_t> time_field(const std::string& field, bool present, const google::protobuf::Timestamp& time, int64_t otherwise) {
  constexpr int64_t kLastSecond = 253'402'300'799;
  if (!present) return otherwise;
  const bool legal = time.seconds() >= 0 && time.seconds() <= kLastSecond && time.nanos() >= 0 && time.nanos() <= 999'999'999;
  if (!legal) return core::invalid_field(field, "is not a time of the years 1970 to 9999");
  return time.seconds() * 1000 + time.nanos() / 1'000'000;
}

}  // namespace baton::schedule
