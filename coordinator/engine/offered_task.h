// What a poller gets for an offer, built from the state after the offer's commit.
#pragma once

#include "coordinator/core/commit.h"
#include "coordinator/engine/cached_run.h"
#include "coordinator/engine/poller.h"

namespace baton::engine {

// The token of a hand-out of a task of `run`.
journal::v1::TaskToken token_of(const CachedRun& run, core::TaskKind kind, const core::TaskRef& task, int64_t epoch);
core::TaskRef task_ref(const journal::v1::TaskToken& token);

// The whole task, on the arena; the activity or function is open in `run`.
OfferedTask offered_activity(const CachedRun& run, const core::OfferReply& offer, int64_t epoch, std::shared_ptr<google::protobuf::Arena> arena);
// The decision task without its events, on the arena.
OfferedTask offered_decision(const CachedRun& run, const core::OfferReply& offer, int64_t epoch, std::shared_ptr<google::protobuf::Arena> arena);
// Adds the history, when the run's tail in memory has it: as a delta where the poller's cached run can take one, else page 1 of the whole.
// `latest` is the tail's last batch. False: it must be read.
bool add_history(const CachedRun& run, const journal::v1::RecordBatch& latest, const PollerSpec& poller, v1::DecisionTask* task);

}  // namespace baton::engine
