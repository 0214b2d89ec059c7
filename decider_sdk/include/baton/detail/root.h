// The outermost coroutine of a run, without its type. Part of the SDK's inside.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "baton/conversion.h"
#include "baton/task.h"
#include "baton/workflow.h"

namespace baton::detail {

class Root {
 public:
  virtual ~Root() = default;
  virtual void start(Scheduler& scheduler, void (*on_done)(void*), void* argument) = 0;
  // What the body returned; throws what it threw.
  virtual std::optional<Payload> take() = 0;
};

template <class R>
class TypedRoot : public Root {
 public:
  explicit TypedRoot(Task<R> task) : task_(std::move(task)) {}
  void start(Scheduler& scheduler, void (*on_done)(void*), void* argument) override {
    task_.start(scheduler, on_done, argument);
  }
  std::optional<Payload> take() override {
    if constexpr (std::is_void_v<R>) {
      task_.take();
      return std::nullopt;
    } else {
      return to_payload<R>(task_.take());
    }
  }

 private:
  Task<R> task_;
};

// Makes the coroutine of a new run from the workflow's input. Throws PayloadError.
using WorkflowFunction =
    std::function<std::unique_ptr<Root>(Workflow, const std::optional<Payload>& input)>;

template <class T>
struct TaskResult;
template <class R>
struct TaskResult<Task<R>> {
  using type = R;
};

// The signature of a workflow function: Task<R>(Workflow) or Task<R>(Workflow, A).
template <class F>
struct FunctionTraits : FunctionTraits<decltype(&F::operator())> {};
template <class R>
struct FunctionTraits<Task<R>(Workflow)> {
  using Result = R;
  static constexpr bool kHasInput = false;
};
template <class R, class A>
struct FunctionTraits<Task<R>(Workflow, A)> {
  using Result = R;
  using Input = A;
  static constexpr bool kHasInput = true;
};
template <class R, class... A>
struct FunctionTraits<R (*)(A...)> : FunctionTraits<R(A...)> {};
template <class C, class R, class... A>
struct FunctionTraits<R (C::*)(A...) const> : FunctionTraits<R(A...)> {};
template <class C, class R, class... A>
struct FunctionTraits<R (C::*)(A...)> : FunctionTraits<R(A...)> {};

template <class F>
WorkflowFunction make_workflow_function(F function) {
  using Traits = FunctionTraits<std::decay_t<F>>;
  using R = typename Traits::Result;
  return [function = std::move(function)](
             Workflow wf, const std::optional<Payload>& input) -> std::unique_ptr<Root> {
    if constexpr (Traits::kHasInput) {
      return std::make_unique<TypedRoot<R>>(
          function(wf, from_payload<typename Traits::Input>(input)));
    } else {
      return std::make_unique<TypedRoot<R>>(function(wf));
    }
  };
}

}  // namespace baton::detail
