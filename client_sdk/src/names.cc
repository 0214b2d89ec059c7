#include "baton/names.h"

namespace baton {

const char* to_string(CloseStatus status) {
  switch (status) {
    case CloseStatus::kOpen:
      return "OPEN";
    case CloseStatus::kCompleted:
      return "COMPLETED";
    case CloseStatus::kFailed:
      return "FAILED";
    case CloseStatus::kCanceled:
      return "CANCELED";
    case CloseStatus::kTerminated:
      return "TERMINATED";
    case CloseStatus::kContinuedAsNew:
      return "CONTINUED_AS_NEW";
    case CloseStatus::kTimedOut:
      return "TIMED_OUT";
  }
  return "UNKNOWN";
}

}  // namespace baton
