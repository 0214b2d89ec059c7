// How workflow code answered an update or a query.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "baton/conversion.h"
#include "baton/payload.h"

namespace baton {

// A plain value.
struct Reply {
  bool failed = false;
  // Failed, and refused as it came: nothing was done for it. Never of a query.
  bool rejected = false;
  std::string reason;              // of a failure
  std::optional<Payload> payload;  // the result, or the details of a failure
};

// An answer that says no. what() has the reason, and the details when they are a text.
class ReplyFailed : public std::runtime_error {
 public:
  const std::string& reason() const { return reply_->reason; }
  const std::optional<Payload>& details() const { return reply_->payload; }

 protected:
  // `what`: "update add_item", for people.
  ReplyFailed(const std::string& what, Reply reply);
  const Reply& reply() const { return *reply_; }

 private:
  std::shared_ptr<const Reply> reply_;
};

// In the words of the workflow code; or PAYLOAD_ERROR: what came was no argument of the update.
class UpdateFailed : public ReplyFailed {
 public:
  UpdateFailed(std::string_view update, Reply reply);
  // Nothing was done for it.
  bool rejected() const { return reply().rejected; }
};

// The reason is one of
//  * EXCEPTION: the code that answers threw; the details are what it said.
//  * UNKNOWN_QUERY: the code answers no query of this name now; the details name those that it does.
//  * PAYLOAD_ERROR: what came was no argument of the query.
//  * QUERY_CHANGES_THE_RUN: the code that answers began something, or drew a random number.
//  * NOT_DECIDED_YET: the run has only been started.
//  * INVALID_REPLY: the answer is too large.
//  * UNKNOWN_WORKFLOW_TYPE, HISTORY_UNAVAILABLE, NONDETERMINISM, …: the decider could not bring the run
//    to where it is, as for a decision task that fails.
class QueryFailed : public ReplyFailed {
 public:
  QueryFailed(std::string_view query, Reply reply);
};

namespace detail {

// The result of an answer; throws `Failed` for one that says no, PayloadError unless it is an R.
template <class R, class Failed>
R result_of(std::string_view name, Reply reply) {
  if (reply.failed) throw Failed(name, std::move(reply));
  if constexpr (!std::is_void_v<R>) return from_payload<R>(reply.payload);
}

}  // namespace detail

}  // namespace baton
