// One decision task becomes its answer: by a cached run and the new events, or by the whole
// history. A query becomes its reply in the same ways.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "baton/payload_codec.h"
#include "run_cache.h"
#include "workflows.h"

namespace baton::detail {

// A task and what keeps it alive.
struct Delivery {
  const v1::DecisionTask* task;
  std::shared_ptr<const void> owner;
};

using HistoryPage = google::protobuf::RepeatedPtrField<v1::HistoryEvent>;
using OnPage = std::function<void(std::shared_ptr<HistoryPage>)>;
// Reads a history from event 1 on, a page at a time, and gives every page that it reads; false and
// `why`: it could not.
using ReadHistory =
    std::function<bool(const Execution&, int64_t last_event_id, const OnPage&, std::string* why)>;

// The runs that one thread decides. Pure but for what `read_history` does. `workflows` must outlive
// it.
class Deciding {
 public:
  // `cached_runs`: how many runs are kept. `codec` (null: none) must outlive it, too.
  Deciding(const Workflows& workflows, ReadHistory read_history, size_t cached_runs,
           const PayloadCodec* codec = nullptr)
      : workflows_(workflows),
        read_history_(std::move(read_history)),
        codec_(codec),
        cache_(cached_runs) {}

  // Fills `answer`, which must be empty; throws nothing. What cannot be decided is answered as failed.
  void decide(const Delivery& delivery, v1::DecisionTaskAnswer* answer);
  // Fills `answer`, which must be empty; throws nothing. A run that is cached in just the state that is
  // asked for is asked itself; otherwise the history is replayed for it and the cache left as it is.
  void answer(const v1::QueryTask& task, v1::QueryAnswer* answer);
  // The run's last answer was not recorded, or the run is closed.
  void drop(const std::string& run_id) { cache_.drop(run_id); }
  // Runs that had to make room since the last call.
  std::vector<Execution> take_evicted() { return std::exchange(evicted_, {}); }
  size_t cached_runs() const { return cache_.size(); }

 private:
  std::optional<DecisionFailure> decide_workflow(const WorkflowFunction& function,
                                                 const Delivery& delivery,
                                                 v1::RespondDecisionTaskCompletedRequest* answer);
  std::optional<DecisionFailure> decide_plainly(const DecisionFunction& function,
                                                const Delivery& delivery,
                                                v1::RespondDecisionTaskCompletedRequest* answer);
  using TakeIn = std::function<void(const HistoryPage&, std::shared_ptr<const void> owner)>;
  // Gives the events that the task brings, decoded.
  std::optional<DecisionFailure> take_events(const Delivery& delivery, const TakeIn& take_in);
  // The same from event 1 on, page by page if the task does not bring them.
  std::optional<DecisionFailure> take_history(const Delivery& delivery, const TakeIn& take_in);
  // Reads from event 1 up to `last_event_id`, and nothing after it.
  std::optional<DecisionFailure> take_pages(const Execution& execution, int64_t last_event_id,
                                            const TakeIn& take_in);

  Reply reply_to(const v1::QueryTask& task);
  Reply ask_workflow(const WorkflowFunction& function, const v1::QueryTask& task);
  Reply ask_plainly(const v1::QueryTask& task);

  const Workflows& workflows_;
  ReadHistory read_history_;
  const PayloadCodec* const codec_;
  RunCache cache_;
  std::vector<Execution> evicted_;
};

}  // namespace baton::detail
