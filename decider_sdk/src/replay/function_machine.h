// Calls of functions of a run, from call_function() to their closing events.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "baton/function_call.h"
#include "failure_envelope.h"
#include "replay/decision_log.h"

namespace baton::detail {

// One call. Ready once it has ended: completed, failed, timed out, or refused.
class FunctionMachine : public Waitable {
 public:
  bool failed() const { return failure_.has_value(); }
  const Payload* result() const { return result_ ? &*result_ : nullptr; }
  FunctionFailed failure() const { return FunctionFailed(*failure_); }

 private:
  friend class Functions;

  std::string id_;
  std::string name_;
  std::optional<Payload> result_;
  std::optional<FunctionFailed::Facts> failure_;
};

// All of them; owned by the run.
class Functions {
 public:
  Functions(DecisionLog& log, Scheduler& scheduler) : log_(log), scheduler_(scheduler) {}

  // --- what the code does ---
  FunctionMachine* call(std::string_view name, std::optional<Payload> input,
                        const FunctionOptions& options, const std::source_location& where);

  // --- what the history says. False: it does not fit; `why` may say more. ---
  bool scheduled(const v1::HistoryEvent& event, std::string* why);
  bool schedule_failed(const v1::HistoryEvent& event, std::string* why);
  bool start_failed(const v1::HistoryEvent& event);
  bool completed(const v1::HistoryEvent& event);
  bool failed(const v1::HistoryEvent& event);
  bool timed_out(const v1::HistoryEvent& event);

 private:
  FunctionMachine* decided(const std::string& id, const std::string& name, std::string* why);
  FunctionMachine* close(int64_t scheduled_event_id);
  void end(FunctionMachine* call);
  bool fail(FunctionMachine* call, FunctionFailure kind, std::string reason,
            FailureFacts facts);

  DecisionLog& log_;
  Scheduler& scheduler_;
  std::vector<std::unique_ptr<FunctionMachine>> machines_;
  std::map<int64_t, FunctionMachine*> open_;  // by the id of LambdaFunctionScheduled
};

}  // namespace baton::detail
