#include "replay/completion_machine.h"

#include <algorithm>

#include "baton/canceled.h"
#include "decisions.h"
#include "failure_envelope.h"
#include "wire.h"

namespace baton::detail {
namespace {

constexpr Duration kFirstWait = std::chrono::seconds(1);
constexpr Duration kLongestWait = std::chrono::seconds(60);
constexpr int kGrowingWaits = 6;
constexpr size_t kReasonCharacters = 256;
constexpr size_t kDetailsCharacters = 8'000;  // at most 4 bytes each

// What is told of a failure that nobody caught, beyond its reason. Nothing is told twice.
FailureFacts facts_of(const Failure& failed, std::string_view reason) {
  FailureFacts facts{failed.type(), failed.details(), {}};
  failed.explain(&facts.causes);
  for (FailureCause& cause : facts.causes) {
    if (cause.details == facts.details) cause.details.reset();
  }
  if (facts.causes[0].reason == reason) facts.causes.erase(facts.causes.begin());
  return facts;
}

std::optional<Payload> text(std::string_view what) {
  return Payload{cut(what, kDetailsCharacters), std::string(kTextType), {}, {}};
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
  } catch (const ContinueAsNew& next_run) {
    next_run_ = next_run;
    decide(DecisionKind::kContinueAsNewWorkflowExecution, "", std::nullopt);
  } catch (const WorkflowFailed& failed) {
    fail(failed.reason(),
         to_details({failed.type(), failed.details(), causes_of(failed)}));
  } catch (const Failure& failed) {
    const std::string reason = failed.in_own_words() ? failed.reason() : failed.what();
    fail(reason, to_details(facts_of(failed, reason)));
  } catch (const PayloadError& error) {
    fail("PAYLOAD_ERROR", text(error.what()));
  } catch (const std::exception& error) {
    return DecisionFailure{
        "EXCEPTION", with_causes(std::string("the workflow code threw: ") + error.what(), causes_of(error))};
  } catch (...) {
    return DecisionFailure{"EXCEPTION", "the workflow code threw something of type " +
                                            type_of_current_exception() + ", which is no std::exception: to fail the execution, "
                                            "throw WorkflowFailed"};
  }
  return std::nullopt;
}

void Completion::decide(DecisionKind kind, std::string reason, std::optional<Payload> payload) {
  kind_ = kind;
  reason_ = std::move(reason);
  payload_ = std::move(payload);
  decide();
}

std::optional<DecisionFailure> Completion::decide_again(bool replaying) {
  if (refused_cause_.empty()) return std::nullopt;
  const bool not_permitted = refused_cause_ == "OPERATION_NOT_PERMITTED";
  if (not_permitted && !replaying) {
    return DecisionFailure{
        "OPERATION_NOT_PERMITTED",
        "this decider may not close the execution: its closing decision was refused"};
  }
  if (wait_ == nullptr && !not_permitted && refused_cause_ != "UNHANDLED_DECISION") {
    const auto wait = kFirstWait * (1 << std::min(waits_++, kGrowingWaits));
    wait_ = timers_.start(std::min<Duration>(wait, kLongestWait), {});
    return std::nullopt;
  }
  if (wait_ == nullptr || wait_->ready()) decide();
  return std::nullopt;
}

void Completion::decide() {
  refused_cause_.clear();
  wait_ = nullptr;
  if (next_run_) {
    const ContinueAsNew::Facts& facts = next_run_->facts();
    *log_.add({*kind_, nullptr, "", facts.where})->mutable_continue_as_new_workflow_execution() =
        facts.attributes;
    return;
  }
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
