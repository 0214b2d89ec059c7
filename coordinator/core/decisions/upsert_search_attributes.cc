// UpsertSearchAttributes (beyond SWF): what lists and counts find the run by.
#include "coordinator/core/decisions/decisions.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/names.h"
#include "coordinator/core/search_attributes.h"

namespace baton::core {
namespace {

using Attributes = baton::v1::UpsertSearchAttributesAttributes;
using Cause = journal::UpsertSearchAttributesFailedCause;

// How many the run has afterwards.
size_t count_after(const ExecutionState& state, const Attributes& decision) {
  SearchAttributes after;
  if (state.search_attributes != nullptr) after = *state.search_attributes;
  for (const std::string& name : decision.removed()) after.erase(name);
  for (const auto& [name, attribute] : decision.search_attributes()) after[name];
  return after.size();
}

Cause find_cause(const Deciding& deciding, const Attributes& decision) {
  if (!deciding.allows("UpsertSearchAttributes")) return journal::UPSERT_SEARCH_ATTRIBUTES_FAILED_CAUSE_OPERATION_NOT_PERMITTED;
  if (count_after(deciding.draft.state(), decision) > kMaxSearchAttributes) {
    return journal::UPSERT_SEARCH_ATTRIBUTES_FAILED_CAUSE_TOO_MANY_ATTRIBUTES;
  }
  return journal::UPSERT_SEARCH_ATTRIBUTES_FAILED_CAUSE_UNSPECIFIED;
}

}  // namespace

absl::Status check(const std::string& field, const Attributes& decision, const Limits&) {
  if (absl::Status s = check_search_attributes(field + ".search_attributes", decision.search_attributes()); !s.ok()) return s;
  if (decision.removed_size() > static_cast<int>(kMaxSearchAttributes)) {
    return invalid_field(field + ".removed", "has " + std::to_string(decision.removed_size()) + " names: at most " +
                                                 std::to_string(kMaxSearchAttributes));
  }
  for (int i = 0; i < decision.removed_size(); ++i) {
    const std::string name = field + ".removed[" + std::to_string(i) + "]";
    if (absl::Status s = check_name(name, decision.removed(i), kMaxSearchNameChars); !s.ok()) return s;
    if (decision.search_attributes().contains(decision.removed(i))) return invalid_field(name, "is among search_attributes, too");
  }
  return absl::OkStatus();
}

void apply_decision(Deciding& deciding, const Attributes& decision) {
  const Cause cause = find_cause(deciding, decision);
  if (cause != journal::UPSERT_SEARCH_ATTRIBUTES_FAILED_CAUSE_UNSPECIFIED) {
    deciding.draft.event([&](journal::Event& event) {
      auto& failed = *event.mutable_upsert_search_attributes_failed();
      failed.set_cause(cause);
      failed.set_decision_task_completed_event_id(deciding.completed_event_id);
    });
    return deciding.draft.need_decision();
  }
  deciding.draft.event([&](journal::Event& event) {
    auto& upserted = *event.mutable_search_attributes_upserted();
    to_journal(decision.search_attributes(), upserted.mutable_search_attributes());
    *upserted.mutable_removed() = decision.removed();
    upserted.set_decision_task_completed_event_id(deciding.completed_event_id);
  });
}

}  // namespace baton::core
