// Search attributes that a run sets and removes.
#pragma once

#include <string_view>

#include "baton/search_attribute.h"
#include "replay/decision_log.h"

namespace baton::detail {

// Owned by the run. What the code sets and removes without another decision in between becomes one
// decision.
class SearchAttributes {
 public:
  explicit SearchAttributes(DecisionLog& log) : log_(log) {}

  // --- what the code does ---
  void set(std::string_view name, const SearchAttribute& value, const std::source_location& where);
  void remove(std::string_view name, const std::source_location& where);

  // --- what the history says. False: it does not fit. ---
  bool upserted(const v1::HistoryEvent& event);
  // The event does not say which.
  bool refused();

 private:
  v1::UpsertSearchAttributesAttributes* decision(const std::source_location& where);

  DecisionLog& log_;
};

// "customer, -region": what is set, and what is removed.
std::string names_of(const v1::SearchAttributesUpsertedAttributes& attributes);

}  // namespace baton::detail
