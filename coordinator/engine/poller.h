// How the engine sees a client that waits for tasks: a stream, or one unary long poll.
#pragma once

#include <google/protobuf/arena.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "baton/journal/v1/token.pb.h"
#include "baton/v1/decider_service.pb.h"
#include "baton/v1/worker_service.pb.h"
#include "coordinator/core/commit.h"

namespace baton::engine {

// Names one stream instance or one unary poll, never reused. 0: none (a unary answer).
using PollerId = uint64_t;

struct PollerSpec {
  core::TaskKind kind = core::TaskKind::kActivity;
  std::string domain;
  std::string task_list;
  std::string identity;
  std::string instance_id;  // of the client process; empty for unary polls
  int32_t slots = 1;        // never more tasks than this are out to the poller
  bool unary = false;       // gets one task, in a final hand-out
  bool answers_queries = false;  // of decisions: a unary poll may end with a query instead
  // Tokens held from an earlier stream: each is acknowledged at once and takes a slot before any task is offered.
  std::vector<journal::v1::TaskToken> held;
  // Unary decision polls: how the history is shown.
  int32_t maximum_page_size = 0;
  bool reverse_order = false;
  bool start_at_previous_started_event = false;
};

// A durable offer, complete but for its signed tokens: api/ signs `token` and, when `next_event_id` is not 0, a page token for the rest.
struct OfferedTask {
  journal::v1::TaskToken token;
  std::shared_ptr<google::protobuf::Arena> arena;  // which owns the task: whoever keeps one keeps the other
  std::variant<v1::ActivityTask*, v1::DecisionTask*> task;
  int64_t next_event_id = 0;
};

// The client's side, implemented by api/. Called on engine threads, never under an engine lock that a callback into the engine could need; must
// not block. Calls for one poller come one at a time.
class PollerSink {
 public:
  virtual ~PollerSink() = default;
  // Takes the tasks, at least one and all on one arena, but for their tokens. False: the stream is over, and the client will never know of the
  // offers.
  virtual bool offer(std::span<OfferedTask> offered) = 0;
  // A query for a poller that answers them. False: as offer().
  virtual bool query(v1::QueryTask task) = 0;
  // The execution asked for this activity's cancellation.
  virtual void cancel_requested(const journal::v1::TaskToken& token) = 0;
  // The task ended, or another delivery of it won, without this client's answer; `why` carries the Fault. Its slot is freed by give_back or by
  // any answer.
  virtual void closed(const journal::v1::TaskToken& token, const absl::Status& why) = 0;
  // The coordinator stops.
  virtual void draining() = 0;
};

}  // namespace baton::engine
