// What the contract has, one by one, as the coverage table counts it: operations, decisions, causes, events, timeouts, and what SWF does not
// have. Everything is read from the descriptors of the contract and from the options in it that mark what is beyond SWF.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <compare>
#include <functional>
#include <set>
#include <string>

namespace baton::testing {

enum class CoverageKind { kOperation, kDecision, kCause, kEvent, kTimeout, kExtension };
inline constexpr CoverageKind kCoverageKinds[] = {CoverageKind::kOperation, CoverageKind::kDecision, CoverageKind::kCause,
                                                  CoverageKind::kEvent,     CoverageKind::kTimeout,  CoverageKind::kExtension};

struct CoverageItem {
  CoverageKind kind = CoverageKind::kOperation;
  std::string name;
  friend auto operator<=>(const CoverageItem&, const CoverageItem&) = default;
};

// "operations", "decisions", …
std::string plural_of(CoverageKind kind);

// Everything that there is.
std::set<CoverageItem> coverage_items();

using FoundItem = std::function<void(CoverageItem)>;
// The operation, or the extension, that a call is.
void find_items(const google::protobuf::MethodDescriptor& call, const FoundItem& found);
// What a message holds, nested messages included.
void find_items(const google::protobuf::Message& message, const FoundItem& found);

}  // namespace baton::testing
