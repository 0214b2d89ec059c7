#include "coordinator/core/journal_values.h"

#include <algorithm>
#include <utility>

namespace baton::core {
namespace {

namespace journal = baton::journal::v1;

constexpr int64_t kMsPerSecond = 1'000;
constexpr int32_t kNanosPerMs = 1'000'000;
constexpr int64_t kMaxDurationSeconds = 315'576'000'000;  // the bound of google.protobuf.Duration

// Splits milliseconds, negative ones too, into seconds and 0 to 999 ms.
std::pair<int64_t, int32_t> split_ms(int64_t ms) {
  int64_t seconds = ms / kMsPerSecond;
  int64_t rest_ms = ms % kMsPerSecond;
  if (rest_ms < 0) {
    --seconds;
    rest_ms += kMsPerSecond;
  }
  return {seconds, static_cast<int32_t>(rest_ms)};
}

}  // namespace

int64_t duration_ms(const google::protobuf::Duration& duration) {
  const int64_t seconds = std::clamp(duration.seconds(), -kMaxDurationSeconds, kMaxDurationSeconds);
  const int32_t nanos = duration.nanos();
  const int32_t ms = nanos / kNanosPerMs + (nanos % kNanosPerMs > 0 ? 1 : 0);
  return seconds * kMsPerSecond + ms;
}

void set_duration(int64_t ms, google::protobuf::Duration* duration) {
  // Of one sign, as google.protobuf.Duration wants it; zeros are not written at all.
  duration->set_seconds(ms / kMsPerSecond);
  duration->set_nanos(static_cast<int32_t>(ms % kMsPerSecond) * kNanosPerMs);
}

void set_timestamp(int64_t ms, google::protobuf::Timestamp* timestamp) {
  const auto [seconds, rest_ms] = split_ms(ms);
  timestamp->set_seconds(seconds);
  timestamp->set_nanos(rest_ms * kNanosPerMs);
}

std::optional<int64_t> timeout_ms(const baton::v1::Timeout& timeout) {
  switch (timeout.kind_case()) {
    case baton::v1::Timeout::kAfter:
      return std::max<int64_t>(0, duration_ms(timeout.after()));
    case baton::v1::Timeout::kNone:
      return kNoTimeout;
    case baton::v1::Timeout::KIND_NOT_SET:
      break;
  }
  return std::nullopt;
}

void set_timeout(int64_t ms, baton::v1::Timeout* timeout) {
  if (ms == kNoTimeout) {
    timeout->set_none(true);
  } else {
    set_duration(ms, timeout->mutable_after());
  }
}

journal::Payload to_journal(baton::v1::Payload payload) {
  journal::Payload kept;
  kept.set_data(std::move(*payload.mutable_data()));
  if (!payload.content_type().empty()) {
    kept.set_content_type(std::move(*payload.mutable_content_type()));
  }
  if (!payload.encoding().empty()) kept.set_encoding(std::move(*payload.mutable_encoding()));
  if (!payload.key_id().empty()) kept.set_key_id(std::move(*payload.mutable_key_id()));
  return kept;
}

void to_api(const journal::Payload& payload, baton::v1::Payload* shown) {
  shown->set_data(payload.data());
  if (!payload.content_type().empty()) shown->set_content_type(payload.content_type());
  if (!payload.encoding().empty()) shown->set_encoding(payload.encoding());
  if (!payload.key_id().empty()) shown->set_key_id(payload.key_id());
}

baton::journal::v1::Reply to_journal(baton::v1::Reply reply) {
  baton::journal::v1::Reply kept;
  if (reply.has_failed()) {
    auto& given = *reply.mutable_failed();
    auto& failed = *kept.mutable_failed();
    failed.set_rejected(given.rejected());
    failed.set_reason(std::move(*given.mutable_reason()));
    if (given.has_details()) *failed.mutable_details() = to_journal(std::move(*given.mutable_details()));
    return kept;
  }
  auto& completed = *kept.mutable_completed();
  if (reply.completed().has_result()) *completed.mutable_result() = to_journal(std::move(*reply.mutable_completed()->mutable_result()));
  return kept;
}

void to_api(const baton::journal::v1::Reply& reply, baton::v1::Reply* shown) {
  if (reply.has_failed()) {
    auto& failed = *shown->mutable_failed();
    failed.set_rejected(reply.failed().rejected());
    failed.set_reason(reply.failed().reason());
    if (reply.failed().has_details()) to_api(reply.failed().details(), failed.mutable_details());
    return;
  }
  if (!reply.has_completed()) return;  // of no journal
  auto& completed = *shown->mutable_completed();
  if (reply.completed().has_result()) to_api(reply.completed().result(), completed.mutable_result());
}

void to_journal(const ApiHeaders& headers, JournalHeaders* kept) {
  for (const auto& [name, payload] : headers) (*kept)[name] = to_journal(payload);
}

void to_api(const JournalHeaders& headers, ApiHeaders* shown) {
  for (const auto& [name, payload] : headers) to_api(payload, &(*shown)[name]);
}

journal::RetryPolicy to_journal(const baton::v1::RetryPolicy& policy) {
  journal::RetryPolicy kept;
  kept.set_initial_interval_ms(duration_ms(policy.initial_interval()));
  kept.set_backoff_coefficient(policy.backoff_coefficient());
  if (policy.has_maximum_interval()) {
    kept.set_maximum_interval_ms(duration_ms(policy.maximum_interval()));
  }
  kept.set_maximum_attempts(policy.maximum_attempts());
  *kept.mutable_non_retryable_reasons() = policy.non_retryable_reasons();
  return kept;
}

void to_api(const journal::RetryPolicy& policy, baton::v1::RetryPolicy* shown) {
  set_duration(policy.initial_interval_ms(), shown->mutable_initial_interval());
  shown->set_backoff_coefficient(policy.backoff_coefficient());
  if (policy.has_maximum_interval_ms()) {
    set_duration(policy.maximum_interval_ms(), shown->mutable_maximum_interval());
  }
  shown->set_maximum_attempts(policy.maximum_attempts());
  *shown->mutable_non_retryable_reasons() = policy.non_retryable_reasons();
}

journal::TypeRef to_journal(const baton::v1::WorkflowType& type) {
  journal::TypeRef kept;
  kept.set_name(type.name());
  kept.set_version(type.version());
  return kept;
}

journal::TypeRef to_journal(const baton::v1::ActivityType& type) {
  journal::TypeRef kept;
  kept.set_name(type.name());
  kept.set_version(type.version());
  return kept;
}

void to_api(const journal::TypeRef& type, baton::v1::WorkflowType* shown) {
  shown->set_name(type.name());
  shown->set_version(type.version());
}

void to_api(const journal::TypeRef& type, baton::v1::ActivityType* shown) {
  shown->set_name(type.name());
  shown->set_version(type.version());
}

journal::ExecutionRef execution_ref(std::string_view workflow_id, const RunId& run_id) {
  journal::ExecutionRef kept;
  kept.set_workflow_id(std::string(workflow_id));
  kept.set_run_id(std::string(run_id.view()));
  return kept;
}

void to_api(const journal::ExecutionRef& execution, baton::v1::WorkflowExecution* shown) {
  shown->set_workflow_id(execution.workflow_id());
  shown->set_run_id(run_id_text(execution.run_id()));
}

std::string run_id_text(std::string_view bytes) {
  const std::optional<RunId> id = RunId::from_bytes(bytes);
  return id ? id->to_text() : std::string();
}

}  // namespace baton::core
