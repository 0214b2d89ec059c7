// Activities of a run, from schedule() to their closing events.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "baton/activity_options.h"
#include "baton/failures.h"
#include "baton/handles.h"
#include "failure_envelope.h"
#include "replay/decision_log.h"

namespace baton::detail {

// One activity. Ready once it has ended: completed, failed, timed out, canceled, or refused.
class ActivityMachine : public Waitable {
 public:
  enum class State { kDecided, kScheduled, kEnded };

  const std::string& id() const { return id_; }
  bool failed() const { return failure_.has_value(); }
  const Payload* result() const { return result_ ? &*result_ : nullptr; }
  ActivityFailed failure() const { return ActivityFailed(*failure_); }

 private:
  friend class Activities;

  State state_ = State::kDecided;
  bool cancel_requested_ = false;
  bool released_ = false;  // no handle is left
  int pins_ = 0;           // decisions that are not matched yet
  std::string id_;
  std::string name_;
  std::string version_;
  std::optional<Payload> result_;
  std::optional<ActivityFailed::Facts> failure_;
};

// All of them; owned by the run.
class Activities {
 public:
  Activities(DecisionLog& log, Scheduler& scheduler) : log_(log), scheduler_(scheduler) {}

  // --- what the code does ---
  ActivityMachine* schedule(std::string_view name, std::string_view version,
                            std::optional<Payload> input, const ActivityOptions& options,
                            const std::source_location& where);
  void cancel(ActivityMachine* activity, const std::source_location& where);
  void release(ActivityMachine* activity);

  // --- what the history says. False: it does not fit; `why` may say more. ---
  bool scheduled(const v1::HistoryEvent& event, std::string* why);
  bool schedule_failed(const v1::HistoryEvent& event, std::string* why);
  bool cancel_requested(const std::string& activity_id);
  bool completed(const v1::HistoryEvent& event);
  bool failed(const v1::HistoryEvent& event);
  bool timed_out(const v1::HistoryEvent& event);
  bool canceled(const v1::HistoryEvent& event);

 private:
  ActivityMachine* take_place();
  ActivityMachine* decided(const std::string& activity_id, const v1::ActivityType& type,
                           std::string* why);
  ActivityMachine* close(int64_t scheduled_event_id);
  void unpin(ActivityMachine* activity);
  void end(ActivityMachine* activity);
  void fail(ActivityMachine* activity, ActivityFailure kind, std::string reason,
            FailureFacts facts = {});

  DecisionLog& log_;
  Scheduler& scheduler_;
  int64_t next_id_ = 1;
  std::vector<std::unique_ptr<ActivityMachine>> machines_;
  std::vector<ActivityMachine*> free_;
  // Open ones by the id of ActivityTaskScheduled, ascending; closed ones are null until compacted.
  std::vector<std::pair<int64_t, ActivityMachine*>> open_;
  size_t open_count_ = 0;
};

}  // namespace baton::detail
