// Every bound of the core, with its unit. The defaults are SWF's (facts.md §1, §12) or, where SWF has none, ours.
#pragma once

#include <cstddef>
#include <cstdint>

namespace baton::core {

// --- lengths in Unicode characters ---
inline constexpr int kMaxNameChars = 256;
inline constexpr int kMaxVersionChars = 64;
inline constexpr int kMaxFunctionNameChars = 64;
inline constexpr int kMaxSearchNameChars = 64;
inline constexpr int kMaxSearchTextChars = 256;
inline constexpr int kMaxDescriptionChars = 1024;
inline constexpr int kMaxReasonChars = 256;
inline constexpr int kMaxIdentityChars = 256;
inline constexpr int kMaxInstanceIdChars = 64;
inline constexpr int kMaxRequestIdChars = 64;
inline constexpr int kMaxControlChars = 32768;
inline constexpr int kMaxExecutionContextChars = 32768;
inline constexpr int kMaxTagChars = 256;
inline constexpr int kMaxResourceTagKeyChars = 128;
inline constexpr int kMaxResourceTagValueChars = 256;
inline constexpr int kMaxRunIdChars = 64;
inline constexpr int kMaxLambdaRoleChars = 1600;
inline constexpr int kMaxContentTypeChars = 256;
inline constexpr int kMaxEncodingChars = 64;
inline constexpr int kMaxKeyIdChars = 256;

// --- sizes in bytes ---
inline constexpr size_t kMaxHeartbeatDetailsBytes = 2048;
inline constexpr size_t kMaxTaskTokenBytes = 1024;
inline constexpr size_t kMaxPageTokenBytes = 2048;
inline constexpr size_t kMaxRequestBytes = 1 << 20;
inline constexpr size_t kMaxPageBytes = 1 << 20;     // of a history page, and of a stream frame
inline constexpr size_t kMaxMessageBytes = 4 << 20;  // what a stock gRPC client receives
inline constexpr size_t kMaxResetBytes = 8 << 20;    // of the journal that a reset takes over: one row of the new one

// --- counts ---
inline constexpr int kMaxTagsPerExecution = 5;
inline constexpr int kMaxTagsPerDomain = 50;
inline constexpr size_t kMaxSearchAttributes = 20;
inline constexpr int kMaxHeaders = 16;
inline constexpr int kMaxNonRetryableReasons = 100;
inline constexpr int kMaxPageSize = 1000;
inline constexpr int kMaxFrameItems = 1000;
inline constexpr int kMaxBatchStarts = 1000;
inline constexpr int kMaxSlots = 100000;
inline constexpr size_t kMaxOpenUpdates = 1'000;    // of a run
inline constexpr size_t kMaxQueriesOfPoller = 100;  // unanswered at once
inline constexpr size_t kMaxQueries = 10'000;       // that a coordinator has under way
inline constexpr size_t kMaxWaitingCalls = 20'000;  // for something to happen to a run, of one lane
// When a run that asks for it hears that its history grows full, and how many events its last decision may take.
inline constexpr int kHistoryWarningPercent = 80;
inline constexpr int64_t kEventsForLastDecision = 1'000;
// Answers remembered per run, so that one sent again is answered as recorded.
inline constexpr size_t kRememberedAnswers = 1024;

// --- times in milliseconds ---
// How long a decision task is parked that a decider gave up; twice as long each time in a row.
inline constexpr int64_t kFirstDecisionBackOffMs = 1'000;
inline constexpr int64_t kMaxDecisionBackOffMs = 60'000;
inline constexpr int64_t kMinFunctionTimeoutMs = 1'000;
inline constexpr int64_t kMaxFunctionTimeoutMs = 900'000;  // and the default
inline constexpr int64_t kMaxTimeoutMs = int64_t{366} * 24 * 3600 * 1000;
// A heartbeat is recorded when half of this has passed since the last recorded one and the activity has no heartbeat timeout.
inline constexpr int64_t kHeartbeatKeptMs = 60'000;
inline constexpr int64_t kLongPollMs = 60'000;
inline constexpr int64_t kUpdateWaitMs = 20'000;  // unless the call says otherwise
inline constexpr int64_t kQueryWaitMs = 10'000;
inline constexpr int64_t kMaxAskWaitMs = 60'000;
inline constexpr int64_t kPageTokenLifeMs = int64_t{24} * 3600 * 1000;
inline constexpr int64_t kDeliveryTimeoutMs = 5'000;         // D: an unacknowledged offer is withdrawn
inline constexpr int64_t kDeliveryGraceMs = 5'000;           // G: D + G is what other coordinators act on
inline constexpr int64_t kReconnectGraceMs = 3'000;          // after a broken stream
inline constexpr int64_t kTakeOverGraceMs = 8'000;           // before deadlines fire that another coordinator armed
inline constexpr int64_t kLazyAcknowledgementMs = 1'000;     // an acknowledgement is recorded by itself after this
inline constexpr int64_t kStickyMs = 50;                     // how long a decision task waits for the instance that decided last
inline constexpr int64_t kReceivedLifeMs = 3'600'000;        // how long a request id is remembered
inline constexpr int64_t kMaxRetentionDays = 90;

// --- retry policies of activities (common.proto) ---
inline constexpr double kDefaultBackOffCoefficient = 2.0;
inline constexpr int64_t kDefaultMaximumIntervals = 100;  // the longest wait, in initial intervals

// What a domain may set for itself, as far as kMost... below allow (registry_service.proto: DomainLimits).
struct Limits {
  int64_t history_events = 25'000;
  int32_t open_activities = 1'000;
  int32_t open_timers = 1'000;
  int32_t open_children = 1'000;
  int32_t open_lambda_functions = 1'000;
  int32_t decisions_per_answer = 1'000;
  size_t payload_bytes = 32'768;
  size_t headers_bytes = 32'768;
  int32_t domains = 100;                     // of the database
  int32_t types_per_domain = 10'000;         // of each kind, deprecated ones included
  int32_t open_executions = 100'000;         // of a domain, children included
  int32_t schedules = 10'000;                // of a domain
  int32_t pollers_per_task_list = 1'000;
  int64_t long_poll_ms = kLongPollMs;        // how long a unary poll waits for a task
};

// A single item stays below kMaxMessageBytes, and a batch within what one commit should write.
inline constexpr int32_t kMostHistoryEvents = 100'000;
inline constexpr int32_t kMostOpenOfARun = 10'000;
inline constexpr int32_t kMostOpenExecutions = 10'000'000;
inline constexpr int32_t kMostDecisionsPerAnswer = 10'000;
inline constexpr int32_t kMostPayloadBytes = 262'144;
inline constexpr int32_t kMostTypes = 100'000;
inline constexpr int32_t kMostPollersPerTaskList = 100'000;
inline constexpr int kMaxRates = 100;
inline constexpr int32_t kMostTokens = 1'000'000;

}  // namespace baton::core
