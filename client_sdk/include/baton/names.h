// What things are called: types and executions.
#pragma once

#include <string>

namespace baton {

// The key of a workflow type or an activity type within a domain.
struct TypeName {
  std::string name;     // 1 to 256 characters
  std::string version;  // 1 to 64 characters

  friend bool operator==(const TypeName&, const TypeName&) = default;
  friend auto operator<=>(const TypeName&, const TypeName&) = default;
};

// One run of one workflow. Where a call says so, an empty run id means the open run.
struct Execution {
  std::string workflow_id;
  std::string run_id;

  friend bool operator==(const Execution&, const Execution&) = default;
  friend auto operator<=>(const Execution&, const Execution&) = default;
};

// What happens to open children when their parent is terminated or times out.
enum class ChildPolicy { kDefault = 0, kTerminate = 1, kRequestCancel = 2, kAbandon = 3 };

// How a closed execution ended.
enum class CloseStatus {
  kOpen = 0,
  kCompleted = 1,
  kFailed = 2,
  kCanceled = 3,
  kTerminated = 4,
  kContinuedAsNew = 5,
  kTimedOut = 6,
};

// "COMPLETED", "FAILED", …; "OPEN" for kOpen.
const char* to_string(CloseStatus status);

}  // namespace baton
