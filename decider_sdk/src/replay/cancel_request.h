// The request to end this execution, as something that code can wait for.
#pragma once

#include "baton/handles.h"

namespace baton::detail {

// Ready from the first WorkflowExecutionCancelRequested on.
class CancelRequest : public Waitable {
 public:
  explicit CancelRequest(Scheduler& scheduler) : scheduler_(scheduler) {}

  void requested() {
    set_ready(true);
    wake(scheduler_);
  }

 private:
  Scheduler& scheduler_;
};

}  // namespace baton::detail
