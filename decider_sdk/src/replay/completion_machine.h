// The end of a run: what the outermost coroutine returned or threw becomes the closing decision.
#pragma once

#include <optional>
#include <string>

#include "baton/detail/root.h"
#include "replay/decision_log.h"

namespace baton::detail {

// Owned by the run.
class Completion {
 public:
  explicit Completion(DecisionLog& log) : log_(log) {}

  // The body has ended: decides by its result, or by the exception it threw. An exception that is
  // no workflow failure decides nothing and comes back as a failure of the decision task.
  std::optional<DecisionFailure> body_ended(Root& root);
  std::optional<DecisionFailure> failed_to_start(std::exception_ptr exception);
  bool decided() const { return kind_.has_value(); }

  // The history refused the closing decision: it is made again with the next task.
  bool refused(DecisionKind kind, std::string cause);
  bool accepted(DecisionKind kind) { return log_.match(kind, "") != nullptr; }
  const std::string& refused_cause() const { return refused_cause_; }
  void decide_again();

 private:
  void decide(DecisionKind kind, std::string reason, std::optional<Payload> payload);
  std::optional<DecisionFailure> decide_by(std::exception_ptr exception);

  DecisionLog& log_;
  std::optional<DecisionKind> kind_;
  std::string reason_;
  std::optional<Payload> payload_;  // result or details
  std::string refused_cause_;
};

}  // namespace baton::detail
