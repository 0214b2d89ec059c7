// Cancellation scopes of workflow code.
#pragma once

#include "baton/detail/scope.h"
#include "baton/workflow.h"

namespace baton {

// A Workflow whose work ends together: pass it on as the baton::Workflow that it is; small, too. What is
// begun by it, and by the scopes made in it, ends when someone asks for the end of the execution; what is
// begun by `wf` itself does not, as long as `wf` is no scope.
//
//   auto scope = wf.cancel_scope();
//   bool canceled = false;
//   try {
//     receipt = co_await scope.schedule(charge_card, charge);
//     co_await scope.sleep(24h);
//   } catch (const baton::Canceled&) {
//     canceled = true;  // no co_await in here
//   }
//   if (canceled) {
//     if (!receipt.empty()) co_await wf.schedule(refund, receipt);  // not by the scope
//     throw baton::Canceled();
//   }
//
// With the request the scope
//  * asks open activities and children to end. Awaiting one still waits for how it ends: its result,
//    its failure, or baton::Canceled when it was canceled. So clean-up begins after it has ended, and
//    knows what was done;
//  * lets functions, messages and spawned tasks end by themselves;
//  * cancels timers, and ends waiting for signals, with baton::Canceled;
//  * begins nothing any more: schedule(), sleep(), start_child(), … and any() throw baton::Canceled.
// What came together with the request, in one decision task, counts before it.
class Scope : public Workflow {
 public:
  // As a cancel request of the execution does, but for this scope and those in it. The outer ones go
  // on, so what is thrown should be caught.
  void cancel(Where where = Where::current()) { detail::cancel_scope(run_, scope_, where); }
  bool canceled() const { return detail::is_canceled(scope_); }

 private:
  friend class Workflow;
  using Workflow::Workflow;
};

inline Scope Workflow::cancel_scope(Where where) const {
  return Scope(run_, detail::make_scope(run_, scope_, where));
}
inline Workflow Workflow::shield() const { return Workflow(run_, detail::shield(run_)); }

}  // namespace baton
