// The contract between those who start orders, their decider and their worker. Names, versions and types are written once.
#pragma once

#include <baton/activity.h>
#include <baton/signal.h>
#include <baton/workflow_type.h>

#include <nlohmann/json.hpp>
#include <string>

namespace orders {

struct Charge {
  std::string order;
  int cents = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Charge, order, cents)

inline constexpr baton::Activity<std::string(Charge)> charge_card{"charge_card", "1"};
inline constexpr baton::Activity<std::string(std::string)> ship_order{"ship_order", "1"};
inline constexpr baton::Activity<void(std::string)> refund{"refund", "1"};
inline constexpr baton::Signal<std::string> approved{"approved"};
inline constexpr baton::WorkflowType<std::string(std::string)> process_order{"process_order", "1"};

inline constexpr char kDecisions[] = "order-decisions";
inline constexpr char kActivities[] = "order-activities";

}  // namespace orders
