// What a command yields: data that the engine makes durable and only then acts on. Nothing in it has been done yet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "baton/journal/v1/record.pb.h"
#include "coordinator/core/message.h"
#include "coordinator/core/run_id.h"
#include "coordinator/core/state.h"

namespace baton::core {

// A task that now waits for a poller: newly scheduled, or withdrawn from one.
struct WaitingTask {
  TaskKind kind = TaskKind::kDecision;
  int64_t scheduled_event_id = 0;
  std::string task_list;
  int32_t priority = 0;
  int64_t scheduled_ms = 0;
  std::string preferred_instance;  // decisions: who decided last, if it keeps the run cached; else empty
};

// A task that no longer waits or no longer runs, other than by an offer (when its run is paused, it only waits no longer, with a
// `held_attempt` of 0): its backlog row goes, and whoever holds a delivery of it is told. An
// activity may go on in another attempt: later ones than `held_attempt` are not meant.
struct EndedTask {
  TaskKind kind = TaskKind::kDecision;
  int64_t scheduled_event_id = 0;
  bool was_waiting = false;      // it had no open offer and no acknowledgement: a backlog row may exist
  int32_t held_delivery = 0;     // the delivery (offered or acknowledged) that someone may hold; 0: none
  int32_t held_attempt = 1;
  bool answered_by_holder = false;  // the holder itself ended it and needs no notice
  bool superseded = false;  // the task goes on: another delivery was acknowledged first, and this one must hear of it
};

// A delivery whose holder should hear of a cancel request.
struct CancelNotice {
  int64_t scheduled_event_id = 0;
  int32_t attempt = 1;
  int32_t delivery = 0;
};

// An update that its decider answered: whoever waits for it, now or later, hears of this.
struct AnsweredUpdate {
  std::string update_id;
  int64_t signaled_event_id = 0;
  const baton::journal::v1::Reply* reply = nullptr;  // of a record of the commit
};

struct VisibilityChange {
  bool opened = false;
  bool closed = false;            // close_status and close_ms are in the state after the commit
  bool cancel_requested = false;  // became true
  bool attributes_changed = false;  // they are in the state after the commit
};

// What happens to one run.
struct RunCommit {
  RunId run_id;
  std::vector<baton::journal::v1::Record*> records;  // in order, owned by the context's arena; empty: nothing is written
  // The state with the records applied, equal to what apply() gives: whoever caches states moves it out and need not fold again. As
  // durable as the records, so not to be shown before they are.
  ExecutionState after;
  std::vector<WaitingTask> waiting;
  std::vector<EndedTask> ended;
  std::vector<CancelNotice> cancel_notices;
  std::vector<OutgoingMessage> messages;
  std::vector<AnsweredUpdate> answered_updates;
  VisibilityChange visibility;
  // Set when the execution row's deadline column changes with this commit (a DeadlineArmed record says so too). A close clears the
  // column without saying so here.
  std::optional<int64_t> deadline_ms;
};

struct EmptyReply {};
// The run that was started, also by a reset, or that a message or an update came to.
struct StartReply {
  RunId run_id;
  int64_t signaled_event_id = 0;  // of an update; 0: it is none
};
struct HeartbeatReply {
  bool cancel_requested = false;
};
// An offer was made: what the poller gets is built from the state after the commit and this. OfferTask that meets the end of the run
// (its history is full) has an EmptyReply instead.
struct OfferReply {
  TaskKind kind = TaskKind::kDecision;
  int64_t scheduled_event_id = 0;
  int64_t started_event_id = 0;  // decisions, and activities over unary polls
  int32_t attempt = 1;
  int32_t delivery = 0;
};
// The command was sent before and is in the journal: nothing is written, the answer is the first one's.
struct RepeatReply {};
// An all-or-nothing close met new events. The records that abandon the decision task are in the commit; the caller is refused with
// UNHANDLED_DECISION after it.
struct CloseRefusedReply {};
// A child policy met a run that continued as new: it is for the open run of the workflow id.
struct ContinuedReply {};

using Reply = std::variant<EmptyReply, StartReply, HeartbeatReply, OfferReply, RepeatReply, CloseRefusedReply, ContinuedReply>;

struct Commit {
  std::vector<RunCommit> runs;  // the run decided on first; continue-as-new and a reset add a second
  Reply reply;
  // The outcome rests on the registry saying no (unknown or deprecated type): the engine reads the registry anew before it commits.
  bool rests_on_registry = false;
};

}  // namespace baton::core
