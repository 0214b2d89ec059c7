// What names, text and payloads may be (facts.md §1). Pure; every refusal is invalid_field() naming the field and what to do.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "baton/v1/common.pb.h"
#include "google/protobuf/map.h"
#include "coordinator/core/limits.h"

namespace baton::core {

// Domain, type, task list, activity id, timer id, marker, signal: 1 to 256 characters without ':' '/' '|' and control characters, no
// whitespace at either end, not "arn".
absl::Status check_name(std::string_view field, std::string_view value, int max_chars = kMaxNameChars);
// 1 to 256 characters; ':' '/' '|' are allowed.
absl::Status check_workflow_id(std::string_view field, std::string_view value);
// 1 to 64 characters, otherwise as a name.
absl::Status check_version(std::string_view field, std::string_view value);
// Any UTF-8 text up to `max_chars`; NUL is refused.
absl::Status check_text(std::string_view field, std::string_view value, int max_chars);
// 1 to 256 letters, digits, whitespace and _ . : / = + - @.
absl::Status check_tag(std::string_view field, std::string_view value);
absl::Status check_payload(std::string_view field, const baton::v1::Payload& payload, size_t max_bytes);
// How an update or a query is answered: an outcome, and a payload and a reason within their bounds.
absl::Status check_reply(const std::string& field, const baton::v1::Reply& reply, const Limits& limits);
// Empty (the request is not protected), or at most 64 characters without control characters.
absl::Status check_request_id(std::string_view field, std::string_view value);
// A key (1 to 128 characters) and a value (0 to 256) of a domain's tag: letters, digits, spaces and _ . : / = + - @. Beyond ASCII everything
// but control characters passes.
absl::Status check_resource_tag_key(std::string_view field, std::string_view value);
absl::Status check_resource_tag_value(std::string_view field, std::string_view value);
// At most 16 entries; keys are names; keys and payloads have at most `max_bytes` together.
absl::Status check_headers(std::string_view field, const google::protobuf::Map<std::string, baton::v1::Payload>& headers, size_t max_bytes);
// A task list that must be there.
absl::Status check_task_list(std::string_view field, const baton::v1::TaskList& list);
// Legal when absent; otherwise not negative, at most 366 days, and not NONE unless `none_allowed`.
absl::Status check_timeout(std::string_view field, bool present, const baton::v1::Timeout& timeout, bool none_allowed = true);

// Unicode characters; -1 when it is not UTF-8.
int count_chars(std::string_view text);

}  // namespace baton::core
