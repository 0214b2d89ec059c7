// Child workflows of a run, from start_child() to their closing events.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "baton/child.h"
#include "baton/child_options.h"
#include "failure_envelope.h"
#include "replay/decision_log.h"

namespace baton::detail {

// One child. Ready once it has ended: completed, failed, timed out, canceled, terminated, or refused.
class ChildMachine : public Waitable {
 public:
  // Ready once the child has started, or was refused.
  class Start : public Waitable {
   public:
    explicit Start(ChildMachine& child) : child_(child) {}
    const ChildMachine& child() const { return child_; }

   private:
    friend class Children;
    ChildMachine& child_;
  };

  const Execution& execution() const { return execution_; }
  Start* start() { return &start_; }
  bool failed() const { return failure_.has_value(); }
  const Payload* result() const { return result_ ? &*result_ : nullptr; }
  ChildFailed failure() const { return ChildFailed(*failure_); }
  // It has started, or there is no such child.
  bool start_known() const { return start_.ready(); }
  // There is no such child.
  bool refused() const { return failed() && failure_->kind == ChildFailure::kStartFailed; }

 private:
  friend class Children;

  // Is this the id that a run gives to the child by default, this one or the one it was reset from?
  bool has_by_default(const std::string& workflow_id) const {
    return !default_suffix_.empty() && workflow_id.ends_with(default_suffix_);
  }

  Start start_{*this};
  std::string default_suffix_;  // ":3" of "<run id>:3"; empty: the code gave the id
  Execution execution_;
  TypeName type_;
  std::optional<Payload> result_;
  std::optional<ChildFailed::Facts> failure_;
};

// All of them; owned by the run.
class Children {
 public:
  // `run_id`: of the parent; what children are called after.
  Children(DecisionLog& log, Scheduler& scheduler, const std::string& run_id)
      : log_(log), scheduler_(scheduler), run_id_(run_id) {}
  // From now on, after this run: before and after a reset.
  void name_after(const std::string& run_id) { run_id_ = run_id; }

  // --- what the code does ---
  ChildMachine* start(std::string_view name, std::string_view version, std::optional<Payload> input,
                      const ChildOptions& options, const std::source_location& where);

  // --- what the history says. False: it does not fit; `why` may say more. ---
  bool initiated(const v1::HistoryEvent& event, std::string* why);
  bool refused(const v1::HistoryEvent& event, std::string* why);
  bool started(const v1::HistoryEvent& event);
  bool completed(const v1::HistoryEvent& event);
  bool failed(const v1::HistoryEvent& event);
  bool timed_out(const v1::HistoryEvent& event);
  bool canceled(const v1::HistoryEvent& event);
  bool terminated(const v1::HistoryEvent& event);

 private:
  ChildMachine* decided(const std::string& workflow_id, const v1::WorkflowType& type,
                        std::string* why);
  ChildMachine* close(int64_t initiated_event_id);
  bool fail(int64_t initiated_event_id, ChildFailure kind, std::string reason = {},
            FailureFacts facts = {});
  void fail(ChildMachine* child, ChildFailure kind, std::string reason,
            FailureFacts facts);
  void end(ChildMachine* child);

  DecisionLog& log_;
  Scheduler& scheduler_;
  std::string run_id_;
  std::vector<std::unique_ptr<ChildMachine>> machines_;
  std::map<int64_t, ChildMachine*> open_;  // by the id of StartChildWorkflowExecutionInitiated
};

}  // namespace baton::detail
