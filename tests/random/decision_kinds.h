// The kinds of decisions that the random deciders make, one entry each.
#pragma once

#include <span>
#include <vector>

#include "baton/journal/v1/event.pb.h"
#include "baton/v1/decision.pb.h"
#include "tests/random/draws.h"

namespace baton::testing {

struct DecisionKind {
  v1::Decision::AttributesCase attributes;
  // Among those that do not close, and among those that do: a closing one may only be the last.
  int weight;
  bool closes;
  // Some decision of this kind; ids from so few that they clash, and are unknown.
  void (*fill)(Draws& draws, v1::Decision& decision);
  // The events that it may become: exactly one of them, which names the answer as its decision_task_completed_event_id.
  std::vector<journal::v1::Event::AttributesCase> becomes;
};

std::span<const DecisionKind> decision_kinds();
const DecisionKind* kind_of(const v1::Decision& decision);

// Up to a few decisions, the last of which perhaps closes. What the whole answer must be refused for has `legal` false.
struct DrawnDecisions {
  std::vector<v1::Decision> decisions;
  bool closes = false;
  bool legal = true;
};
DrawnDecisions draw_decisions(Draws& draws);

// 0 for an event that no decision led to.
int64_t completed_event_id_of(const journal::v1::Event& event);

}  // namespace baton::testing
