#include "replay/workflow_code.h"

#include <utility>

namespace baton {
namespace detail {
namespace {

thread_local WorkflowCode* running = nullptr;

}  // namespace

WorkflowCode::WorkflowCode(const DecisionLog& log) : log_(log) { running = this; }
WorkflowCode::~WorkflowCode() { running = nullptr; }

void WorkflowCode::note(const TrappedCall& call) {
  if (trapped_) return;
  trapped_ = call;
  decided_before_ = log_.size();
}

std::optional<DecisionFailure> WorkflowCode::failure() const {
  if (!trapped_) return std::nullopt;
  const std::string when =
      decided_before_ == 0
          ? "before it decided anything in this task"
          : "after its decision at " + to_string(log_[decided_before_ - 1].where);
  return DecisionFailure{"NONDETERMINISTIC_CALL",
                         std::string("the workflow code called ") + trapped_->name + ", " + when +
                             "; a replay would not repeat it: take " + trapped_->instead +
                             ", or wf.side_effect() (see baton/workflow_traps.h)"};
}

bool caught(const TrappedCall& call) noexcept {
  if (running == nullptr) return false;
  running->note(call);
  return true;
}

void skip_sleep(int64_t nanoseconds) noexcept { running->skip(nanoseconds); }
int64_t skipped_ns() noexcept { return running == nullptr ? 0 : running->skipped_ns(); }

}  // namespace detail

AllowNondeterminism::AllowNondeterminism() : suspended_(std::exchange(detail::running, nullptr)) {}
AllowNondeterminism::~AllowNondeterminism() { detail::running = suspended_; }

}  // namespace baton
