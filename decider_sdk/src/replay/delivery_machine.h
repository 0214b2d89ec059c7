// Signals and cancel requests of a run to other executions, until they are delivered.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "baton/delivery.h"
#include "replay/child_machine.h"
#include "replay/decision_log.h"

namespace baton::detail {

// One message. Ready once it was delivered or could not be.
class DeliveryMachine : public Waitable {
 public:
  bool failed() const { return cause_.has_value(); }
  DeliveryFailed failure() const;

 private:
  friend class Deliveries;

  DecisionKind kind_;
  const ChildMachine* child_ = nullptr;  // whose start it waits for
  Execution target_;
  std::string signal_;
  std::optional<Payload> input_;
  std::source_location where_;
  std::optional<std::string> cause_;
};

// All of them; owned by the run.
class Deliveries {
 public:
  Deliveries(DecisionLog& log, Scheduler& scheduler) : log_(log), scheduler_(scheduler) {}

  // --- what the code does ---
  DeliveryMachine* signal(const Execution& target, std::string_view signal,
                          std::optional<Payload> input, const std::source_location& where);
  DeliveryMachine* request_cancel(const Execution& target, const std::source_location& where);
  // To a child: decided when it has started, since before that it cannot be found. By its workflow
  // id alone, so that it is found when it has continued as new.
  DeliveryMachine* signal(const ChildMachine& child, std::string_view signal,
                          std::optional<Payload> input, const std::source_location& where);
  DeliveryMachine* request_cancel(const ChildMachine& child, const std::source_location& where);
  // Decides what waited for a child's start. At the beginning of each decision.
  void decide_waiting();

  // --- what the history says. False: it does not fit; `why` may say more. ---
  bool signal_initiated(const v1::HistoryEvent& event, std::string* why);
  bool cancel_initiated(const v1::HistoryEvent& event, std::string* why);
  bool signal_failed(const v1::HistoryEvent& event);
  bool cancel_failed(const v1::HistoryEvent& event);
  bool signaled(const v1::HistoryEvent& event);
  bool cancel_requested(const v1::HistoryEvent& event);

 private:
  DeliveryMachine* make(DecisionKind kind, const std::source_location& where);
  void decide_or_wait(DeliveryMachine* delivery, const ChildMachine& child);
  void decide(DeliveryMachine* delivery);
  bool initiated(DecisionKind kind, const std::string& id, const std::string& run_id,
                 int64_t event_id, std::string* why);
  bool end(int64_t initiated_event_id, std::optional<std::string> cause);
  void end(DeliveryMachine* delivery, std::optional<std::string> cause);

  DecisionLog& log_;
  Scheduler& scheduler_;
  std::vector<std::unique_ptr<DeliveryMachine>> machines_;
  std::vector<DeliveryMachine*> waiting_;
  std::map<int64_t, DeliveryMachine*> open_;  // by the id of the …Initiated event
};

}  // namespace baton::detail
