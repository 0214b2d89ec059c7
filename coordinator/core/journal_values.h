// The small values of events in their two forms: as the API shows them (baton.v1) and as the
// journal keeps them (baton.journal.v1). Pure functions, thread-safe. A function that fills a
// message through a pointer expects it empty and keeps no reference.
#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/map.h>
#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "baton/journal/v1/values.pb.h"
#include "baton/v1/common.pb.h"
#include "coordinator/core/run_id.h"

namespace baton::core {

// A stored timeout that means SWF's NONE: no limit.
inline constexpr int64_t kNoTimeout = -1;

// In milliseconds, a fraction rounded up. Saturates at 10,000 years.
int64_t duration_ms(const google::protobuf::Duration& duration);
void set_duration(int64_t ms, google::protobuf::Duration* duration);
// `ms` since the Unix epoch.
void set_timestamp(int64_t ms, google::protobuf::Timestamp* timestamp);

// Nothing when no kind is set (so an absent field gives nothing), kNoTimeout for `none`, else 0 or
// more milliseconds. A negative duration, which validation refuses, counts as 0.
std::optional<int64_t> timeout_ms(const baton::v1::Timeout& timeout);
// `ms` is kNoTimeout or at least 0.
void set_timeout(int64_t ms, baton::v1::Timeout* timeout);

// By value, so that a caller who owns a large payload moves it in.
baton::journal::v1::Payload to_journal(baton::v1::Payload payload);
void to_api(const baton::journal::v1::Payload& payload, baton::v1::Payload* shown);

// `reply` has an outcome.
baton::journal::v1::Reply to_journal(baton::v1::Reply reply);
void to_api(const baton::journal::v1::Reply& reply, baton::v1::Reply* shown);

using ApiHeaders = google::protobuf::Map<std::string, baton::v1::Payload>;
using JournalHeaders = google::protobuf::Map<std::string, baton::journal::v1::Payload>;
void to_journal(const ApiHeaders& headers, JournalHeaders* kept);
void to_api(const JournalHeaders& headers, ApiHeaders* shown);

// What is absent stays absent: the defaults are applied by whoever retries.
baton::journal::v1::RetryPolicy to_journal(const baton::v1::RetryPolicy& policy);
void to_api(const baton::journal::v1::RetryPolicy& policy, baton::v1::RetryPolicy* shown);

baton::journal::v1::TypeRef to_journal(const baton::v1::WorkflowType& type);
baton::journal::v1::TypeRef to_journal(const baton::v1::ActivityType& type);
void to_api(const baton::journal::v1::TypeRef& type, baton::v1::WorkflowType* shown);
void to_api(const baton::journal::v1::TypeRef& type, baton::v1::ActivityType* shown);

baton::journal::v1::ExecutionRef execution_ref(std::string_view workflow_id, const RunId& run_id);
void to_api(const baton::journal::v1::ExecutionRef& execution, baton::v1::WorkflowExecution* shown);

// The text form of a stored run id. `bytes` are 16, or none: then the text is empty too. Any other
// number is damage that reading the journal should have found; it is shown as empty.
std::string run_id_text(std::string_view bytes);

}  // namespace baton::core
