#include "replay/completion_machine.h"

#include "baton/canceled.h"
#include "wire.h"

namespace baton::detail {
namespace {

constexpr size_t kReasonCharacters = 256;
constexpr size_t kDetailsCharacters = 8'000;  // at most 4 bytes each

// Text as details, for what has none of its own.
Payload text(std::string_view what) {
  return {cut(what, kDetailsCharacters), std::string(kTextType), {}, {}};
}

}  // namespace

std::optional<DecisionFailure> Completion::body_ended(Root& root) {
  try {
    decide(DecisionKind::kCompleteWorkflowExecution, "", root.take());
    return std::nullopt;
  } catch (...) {
    return decide_by(std::current_exception());
  }
}

std::optional<DecisionFailure> Completion::failed_to_start(std::exception_ptr exception) {
  return decide_by(exception);
}

std::optional<DecisionFailure> Completion::decide_by(std::exception_ptr exception) {
  const auto fail = [this](std::string_view reason, std::optional<Payload> details) {
    decide(DecisionKind::kFailWorkflowExecution, cut(reason, kReasonCharacters),
           std::move(details));
  };
  try {
    std::rethrow_exception(exception);
  } catch (const Canceled& canceled) {
    decide(DecisionKind::kCancelWorkflowExecution, "", canceled.details());
  } catch (const WorkflowFailed& failed) {
    fail(failed.reason(), failed.details());
  } catch (const Failure& failed) {
    fail(failed.in_own_words() ? failed.reason() : failed.what(),
         failed.details() ? failed.details() : text(failed.what()));
  } catch (const PayloadError& error) {
    fail("PAYLOAD_ERROR", text(error.what()));
  } catch (const std::exception& error) {
    return DecisionFailure{"EXCEPTION", std::string("the workflow code threw: ") + error.what()};
  } catch (...) {
    return DecisionFailure{"EXCEPTION",
                           "the workflow code threw something that is no std::exception"};
  }
  return std::nullopt;
}

void Completion::decide(DecisionKind kind, std::string reason, std::optional<Payload> payload) {
  kind_ = kind;
  reason_ = std::move(reason);
  payload_ = std::move(payload);
  decide_again();
}

void Completion::decide_again() {
  refused_cause_.clear();
  v1::Decision* const decision = log_.add({*kind_, nullptr, "", {}});
  if (kind_ == DecisionKind::kCompleteWorkflowExecution) {
    auto* const attributes = decision->mutable_complete_workflow_execution();
    if (payload_) to_wire(*payload_, attributes->mutable_result());
  } else if (kind_ == DecisionKind::kFailWorkflowExecution) {
    auto* const attributes = decision->mutable_fail_workflow_execution();
    attributes->set_reason(reason_);
    if (payload_) to_wire(*payload_, attributes->mutable_details());
  } else {
    auto* const attributes = decision->mutable_cancel_workflow_execution();
    if (payload_) to_wire(*payload_, attributes->mutable_details());
  }
}

bool Completion::refused(DecisionKind kind, std::string cause) {
  if (log_.match(kind, "") == nullptr) return false;
  refused_cause_ = std::move(cause);
  return true;
}

}  // namespace baton::detail
