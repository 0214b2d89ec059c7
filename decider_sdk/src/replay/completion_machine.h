// The end of a run: what the outermost coroutine returned or threw becomes the closing decision.
#pragma once

#include <optional>
#include <string>

#include "baton/continue_as_new.h"
#include "baton/detail/root.h"
#include "replay/decision_log.h"
#include "replay/timer_machine.h"

namespace baton::detail {

// Owned by the run.
class Completion {
 public:
  Completion(DecisionLog& log, Timers& timers) : log_(log), timers_(timers) {}

  // The body has ended: decides by its result, or by the exception it threw. An exception that is
  // no workflow failure decides nothing and comes back as a failure of the decision task.
  std::optional<DecisionFailure> body_ended(Root& root);
  std::optional<DecisionFailure> failed_to_start(std::exception_ptr exception);
  bool decided() const { return kind_.has_value(); }

  // The history refused the closing decision.
  bool refused(DecisionKind kind, std::string cause);
  bool accepted(DecisionKind kind) { return log_.match(kind, "") != nullptr; }
  // Makes a closing decision that was refused again: with the next task when new events were in its
  // way; after a timer, which grows from 1 s to 60 s, when only time or an operator can help (too
  // fast, no such type). A failure: this decider may not close the execution.
  std::optional<DecisionFailure> decide_again(bool replaying);

 private:
  void decide(DecisionKind kind, std::string reason, std::optional<Payload> payload);
  void decide();
  std::optional<DecisionFailure> decide_by(std::exception_ptr exception);

  DecisionLog& log_;
  Timers& timers_;
  std::optional<DecisionKind> kind_;
  std::string reason_;
  std::optional<Payload> payload_;  // result or details
  std::optional<ContinueAsNew> next_run_;
  std::string refused_cause_;
  int waits_ = 0;                    // before which it was decided again
  const TimerMachine* wait_ = nullptr;  // until when it is not
};

}  // namespace baton::detail
