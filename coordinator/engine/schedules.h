// Starts the executions of schedules when their times come: a thread that reads what is due, plays a round of each (schedule/round.h), and keeps
// what came of it by compare and set. Every coordinator does so: a start carries a request id made of the schedule and its time, so that the
// one that another coordinator makes too, or made before it died, is answered as recorded, and of several that keep the outcome one does.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "coordinator/engine/clock.h"
#include "coordinator/engine/engine.h"
#include "coordinator/schedule/round.h"
#include "coordinator/store/store.h"

namespace baton::engine {

class Schedules {
 public:
  // How it reaches executions; they call `done` once, sooner or later, on some thread.
  struct Calls {
    std::function<void(v1::StartWorkflowExecutionRequest, Done<core::RunId>)> start;
    std::function<void(v1::RequestCancelWorkflowExecutionRequest, DoneEmpty)> request_cancel;
    std::function<void(v1::TerminateWorkflowExecutionRequest, DoneEmpty)> terminate;
  };
  // `store` and `clock` outlive it.
  Schedules(store::Store& store, const DatabaseClock& clock, Calls calls);
  ~Schedules() { stop(); }

  void start();
  // Idempotent, safe before start(). The calls must still be answered until it has returned.
  void stop();
  // A schedule was changed here: looks at once. Thread-safe.
  void look();

 private:
  struct Visit;
  class Answers;

  void run();
  // Plays what is due until nothing is; returns when to look again.
  int64_t play_all();
  // A round of each. False: nothing could be kept.
  bool play(std::vector<store::ScheduleRow> rows);
  std::vector<Visit> read(std::vector<store::ScheduleRow> rows);
  absl::Status look_at_runs(std::vector<Visit>& visits, int64_t now_ms);
  void ask_of(Visit& visit, int64_t now_ms, store::ConfirmRequest& ask) const;
  absl::Status find_doubtful(Visit& visit, int64_t now_ms);
  void end_others(std::vector<Visit>& visits);
  void start_runs(std::vector<Visit>& visits);
  void settle(Visit& visit, int64_t now_ms) const;
  // Its round is played again from what was kept.
  static void drop(Visit& visit);
  bool keep(const std::vector<Visit>& visits, int64_t now_ms);
  void note_beside_others(const Visit& visit, int64_t now_ms);
  store::WorkflowKey workflow_key(const std::string& domain, const std::string& workflow_id) const;

  store::Store& store_;
  const DatabaseClock& clock_;
  const Calls calls_;
  std::unique_ptr<store::LaneSession> session_;  // of the thread
  // Of the thread: what is due and cannot be read here, and has been told of. It stays at the head of what is due: others may read it.
  std::set<store::ScheduleKey> unread_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false, changed_ = false;
  std::thread thread_;
};

}  // namespace baton::engine
