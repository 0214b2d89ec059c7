// What the services work with, and the questions that every call asks of it. Without gRPC.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "coordinator/api/open_polls.h"
#include "coordinator/api/tokens.h"
#include "coordinator/core/context.h"
#include "coordinator/engine/engine.h"

namespace baton::api {

// Outlives the services and every call.
struct Backend {
  engine::Engine& engine;
  const Tokens& tokens;
  const core::Authorizer& authorizer;
  const core::Limits& limits;
  OpenPolls& polls;
};

// OPERATION_NOT_PERMITTED, or OK. Asked before anything else of a call is looked at.
absl::Status authorize(const Backend& backend, const core::Caller& caller, std::string_view action, const std::string& domain);

// The same, and a token of the domain's rate for the action; THROTTLING when there is none. Of calls that ask for something new: what answers a
// task is only authorized.
absl::Status admit(const Backend& backend, const core::Caller& caller, std::string_view action, const std::string& domain);

// A task token that was made here, is of that kind, and under which the caller may do `action` in the token's own domain. What does not
// verify is logged.
absl::StatusOr<journal::v1::TaskToken> open_task_token(const Backend& backend, const core::Caller& caller, std::string_view action,
                                                       journal::v1::TaskToken::Kind kind, const std::string& token);

// Hash of a request without its page token: what the page token is bound to.
uint64_t hash_arguments(std::string_view operation, const google::protobuf::Message& request_without_page_token);
// 0 to kMaxPageSize; 0 means the most.
absl::StatusOr<int32_t> page_size(int32_t asked);
// At most kMaxRequestBytes in all.
absl::Status check_size(std::string_view field, const google::protobuf::Message& request);
// What a call that changes an execution is looked up by, before anything is.
absl::Status check_address(const std::string& domain, const std::string& workflow_id, const std::string& request_id);
absl::Status unknown_domain(const std::string& domain);

// The registry as it is now, after a read that shows no newer one.
using RegistrySnapshot = std::shared_ptr<const store::RegistryDump>;
void read_registry(const Backend& backend, engine::Done<RegistrySnapshot> done);
// Goes on with OK when the domain exists, with UNKNOWN_RESOURCE when a fresh read of the registry shows that it does not.
void require_domain(const Backend& backend, const std::string& domain, engine::DoneEmpty next);

}  // namespace baton::api
