// Every bound of schedules, with its unit.
#pragma once

#include <cstddef>
#include <cstdint>

#include "coordinator/core/limits.h"

namespace baton::schedule {

// --- lengths in characters ---
inline constexpr int kMaxCronChars = 256;
inline constexpr int kMaxTimeZoneChars = 64;
// Of the workflow id that the time of a run follows: "/2026-03-29T01:30:00.000Z" must still fit in.
inline constexpr int kTimeInWorkflowIdChars = 25;

// --- counts ---
inline constexpr int kRecentRuns = 10;   // that describe shows
inline constexpr int kNextTimes = 5;     // that describe shows
inline constexpr int kOpenRuns = 10;     // of its own, that a schedule knows; more are open under ALLOW_ALL only
inline constexpr int kMaxWaiting = 100;  // starts that wait: triggers, mostly
inline constexpr int kMaxBackfills = 10;
inline constexpr int64_t kMaxBackfillTimes = 10'000;  // of one call
// Times that are passed over are counted to here: what is more is "at least that many".
inline constexpr int64_t kMaxMissedCounted = 1'000;
// Times that one round skips; the next round goes on.
inline constexpr int kTimesPerRound = 100;

// --- times in milliseconds ---
inline constexpr int64_t kFirstTimeMs = 0;                     // 1970
inline constexpr int64_t kLastTimeMs = 253'402'300'799'000;    // the end of the year 9999
inline constexpr int64_t kMinIntervalMs = 1'000;
inline constexpr int64_t kMinCatchUpMs = 10'000;
// As long as a request id is remembered. A reboot, a failover and an evening's maintenance fit in, and what ran late by less is still wanted.
inline constexpr int64_t kDefaultCatchUpMs = core::kReceivedLifeMs;
// An attempt to start a run that is older than this may be forgotten by its request id: the run itself is looked for.
inline constexpr int64_t kAttemptRememberedMs = core::kReceivedLifeMs / 2;
// By how much the clocks of two coordinators may differ, as far as they look for each other's runs.
inline constexpr int64_t kClockMarginMs = 1'000;
// How often a start that waits for the run before it looks again: a tenth of how long it has waited, between these.
inline constexpr int64_t kFirstLookMs = 1'000;
inline constexpr int64_t kLastLookMs = 30'000;

}  // namespace baton::schedule
