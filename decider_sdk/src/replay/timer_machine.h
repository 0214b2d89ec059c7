// Timers of a run, from sleep() to TimerFired or TimerCanceled.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "baton/handles.h"
#include "baton/timeout.h"
#include "replay/decision_log.h"

namespace baton::detail {

// One timer. Ready once it has fired, was canceled, or was refused.
class TimerMachine : public Waitable {
 public:
  bool fired() const { return fired_; }
  // By the code, not by the coordinator.
  bool canceled() const { return canceled_; }
  const std::string& failure() const { return failure_; }

 private:
  friend class Timers;

  std::string id_;
  std::string failure_;
  bool fired_ = false;
  bool canceled_ = false;
  bool released_ = false;  // no handle is left
  bool open_ = false;      // the history may still say something of it
  int pins_ = 0;           // decisions that are not matched yet
};

// All of them; owned by the run.
class Timers {
 public:
  Timers(DecisionLog& log, Scheduler& scheduler) : log_(log), scheduler_(scheduler) {}

  // --- what the code does ---
  TimerMachine* start(Duration duration, const std::source_location& where);
  // Ends it at once for the code; what the history says of it later changes nothing.
  void cancel(TimerMachine* timer, const std::source_location& where);
  void release(TimerMachine* timer);

  // --- what the history says. False: it does not fit. ---
  bool started(const v1::HistoryEvent& event);
  bool start_failed(const v1::HistoryEvent& event);
  bool fired(const v1::HistoryEvent& event);
  bool canceled(const v1::HistoryEvent& event);
  bool cancel_failed(const v1::HistoryEvent& event);

 private:
  TimerMachine* take_place();
  void unpin(TimerMachine* timer);
  void end(TimerMachine* timer);
  bool close(int64_t started_event_id, TimerMachine** timer);

  DecisionLog& log_;
  Scheduler& scheduler_;
  int64_t next_id_ = 1;
  std::vector<std::unique_ptr<TimerMachine>> machines_;
  std::vector<TimerMachine*> free_;
  std::vector<std::pair<int64_t, TimerMachine*>> open_;  // by the id of TimerStarted
};

}  // namespace baton::detail
