// What workers and deciders tell of their work, for counters, gauges and traces of one's own.
//
//   struct Counters : baton::MetricsHooks {
//     void task_ended(const baton::TaskFacts& task, baton::TaskEnd end, baton::Duration) override {
//       if (end == baton::TaskEnd::kFailed) ++failures[task.type.name];  // guarded as it must be
//     }
//   };
//   baton::Worker worker{client, "order-activities", {.metrics = std::make_shared<Counters>()}};
#pragma once

#include <string>

#include "baton/names.h"
#include "baton/timeout.h"

namespace baton {

// The task that a call is about.
struct TaskFacts {
  std::string task_list;
  TypeName type;  // of the activity, or of the workflow; empty names: a function is called
  Execution execution;
  std::string activity_id;  // empty: a decision task, or a function
  int attempt = 1;          // of the activity
};

enum class TaskEnd {
  kCompleted,  // the activity has a result; the decision task is decided
  kFailed,     // the activity failed; the decision task could not be decided
  kCanceled,   // the activity, after a request
};

// One object may serve several workers and deciders. Every function is called
//  * from the SDK's threads (those of the stream, of run(), of handlers and of workflow code), from
//    many at a time: what it touches must be safe for that;
//  * with no lock of the SDK's held, so that it may call the client; but it holds up the thread that
//    calls it, so it must be quick;
//  * once for each event. task_offered() comes before every other call for its task; calls from
//    different threads may overtake each other otherwise.
// It must not throw.
class MetricsHooks {
 public:
  virtual ~MetricsHooks() = default;

  // The coordinator offers a task, and it is held from now on.
  virtual void task_offered(const TaskFacts&) {}
  // It was acknowledged by itself: the answer did not come at once. (An answer that does is the
  // acknowledgement as well.)
  virtual void task_acknowledged(const TaskFacts&) {}
  // It was given back without having begun, since the worker ends.
  virtual void task_returned(const TaskFacts&) {}
  // The handler, or the code of the workflow, is about to be called.
  virtual void task_started(const TaskFacts&) {}
  // It has ended, and its answer is about to be reported. `took`: from task_started() on.
  virtual void task_ended(const TaskFacts&, TaskEnd, Duration /*took*/) {}
  // The execution closed, the task timed out or was taken by another delivery: an answer does not
  // matter any more.
  virtual void task_lost(const TaskFacts&) {}

  // The answer is sent again: it was refused for now, or the stream broke before it was confirmed.
  virtual void report_retried(const TaskFacts&) {}
  // The coordinator has refused the answer for good. `why`: for people.
  virtual void report_refused(const TaskFacts&, const std::string& /*why*/) {}

  // The stream of tasks is gone; it is opened again for as long as it takes. Called for each attempt
  // that fails. `address`: of the coordinator.
  virtual void stream_broken(const std::string& /*task_list*/, const std::string& /*address*/,
                             const std::string& /*why*/) {}
  // The coordinator speaks on a stream that was opened after one had broken.
  virtual void stream_back(const std::string& /*task_list*/, const std::string& /*address*/) {}

  // How many tasks are held, and how many may be, whenever the first has changed. Calls may overtake
  // each other.
  virtual void slots_in_use(const std::string& /*task_list*/, int /*in_use*/, int /*slots*/) {}
};

}  // namespace baton
