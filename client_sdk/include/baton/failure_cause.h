// What made something fail: below the reason and the details of a failure, its type and the chain of
// its causes.
//
// Handlers, workflow code and clients see them as members of ActivityFailed, ChildFailed,
// ExecutionFailed and their like. They come from the exceptions that were thrown: the type is the
// name of the class, the causes are what std::throw_with_nested() put inside, and each activity and
// child through which a failure passed.
//
//   order failed <- activity charge_card (id 1) failed <- payments::Declined: card declined <- …
//
// On the wire a failure has a reason and details, as in SWF. When there is more to tell, the details
// are an envelope, a payload of the type "application/vnd.baton.failure+json", which a codec encodes
// as a whole like any other. For programs in other languages:
//
//   {"type": "payments::Declined",           of the failure itself; absent: not known
//    "details": PAYLOAD,                      as whoever failed gave them; absent: none
//    "causes": [{"type": "std::runtime_error", "reason": "connection reset", "details": PAYLOAD}]}
//
// where PAYLOAD is a baton.v1.Payload as protobuf writes it in JSON ("data" in base64), and the causes
// are listed from the nearest on, each of their members optional. Details of another type, or that
// are no such object, are details and nothing else.
#pragma once

#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <typeinfo>
#include <vector>

#include "baton/payload.h"

namespace baton {

inline constexpr std::string_view kFailureType = "application/vnd.baton.failure+json";

// What is over these bounds does not travel: the end of a text, the farther causes, larger details.
inline constexpr size_t kMostCauses = 16;
inline constexpr size_t kMostCauseTypeCharacters = 256;
inline constexpr size_t kMostCauseReasonCharacters = 1'024;
inline constexpr size_t kMostCauseDetailsBytes = 2'048;

// One link of a chain.
struct FailureCause {
  std::string type{};    // for example "std::runtime_error"; empty: not known
  std::string reason{};  // for people, mostly what() of an exception
  std::optional<Payload> details{};

  friend bool operator==(const FailureCause&, const FailureCause&) = default;
};

// The nearest cause first.
using FailureCauses = std::vector<FailureCause>;

// "what <- type: reason <- type: reason", for logs. Causes whose type is the SDK's own are told by
// their reason alone.
std::string with_causes(std::string_view what, std::span<const FailureCause> causes);

// What an exception has inside: std::nested_exception, however deep, up to kMostCauses.
FailureCauses causes_of(const std::exception& exception);

namespace detail {

// An exception that knows more of itself than its class and what().
class ExplainedException {
 public:
  // Itself, and then its causes.
  virtual void explain(FailureCauses* causes) const = 0;

 protected:
  ~ExplainedException() = default;
};

// Adds `self` and what the exception has inside.
void explain(const std::exception& exception, FailureCause self, FailureCauses* causes);

// The name of the exception's class; empty: it is `plain` itself, which says nothing.
std::string type_of(const std::exception& exception, const std::type_info* plain = nullptr);
// Of the exception that is being handled, also when it is no std::exception.
std::string type_of_current_exception();

}  // namespace detail
}  // namespace baton
