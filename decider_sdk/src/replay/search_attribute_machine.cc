#include "replay/search_attribute_machine.h"

#include <algorithm>
#include <set>

#include "wire.h"

namespace baton::detail {
namespace {

constexpr auto kKind = DecisionKind::kUpsertSearchAttributes;
constexpr int kMostInOneDecision = 20;  // of each kind; more is refused with everything beside it

template <class Attributes>
std::string join(const Attributes& attributes) {
  std::set<std::string> names;
  for (const auto& [name, value] : attributes.search_attributes()) names.insert(name);
  for (const auto& name : attributes.removed()) names.insert("-" + name);
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

std::string names_of(const v1::SearchAttributesUpsertedAttributes& attributes) {
  return join(attributes);
}

// The one to add to.
v1::UpsertSearchAttributesAttributes* SearchAttributes::decision(const std::source_location& where) {
  if (v1::Decision* const last = log_.last(kKind); last != nullptr) {
    auto* const attributes = last->mutable_upsert_search_attributes();
    if (static_cast<int>(attributes->search_attributes().size()) < kMostInOneDecision &&
        attributes->removed_size() < kMostInOneDecision) {
      return attributes;
    }
  }
  return log_.add({kKind, nullptr, "", where})->mutable_upsert_search_attributes();
}

void SearchAttributes::set(std::string_view name, const SearchAttribute& value,
                           const std::source_location& where) {
  auto* const attributes = decision(where);
  auto* const removed = attributes->mutable_removed();
  removed->erase(std::remove(removed->begin(), removed->end(), name), removed->end());
  to_wire(value, &(*attributes->mutable_search_attributes())[std::string(name)]);
  log_.rename_last(join(*attributes));
}

void SearchAttributes::remove(std::string_view name, const std::source_location& where) {
  auto* const attributes = decision(where);
  attributes->mutable_search_attributes()->erase(std::string(name));
  const auto& removed = attributes->removed();
  if (std::find(removed.begin(), removed.end(), name) == removed.end()) {
    attributes->add_removed(std::string(name));
  }
  log_.rename_last(join(*attributes));
}

bool SearchAttributes::upserted(const v1::HistoryEvent& event) {
  return log_.match(kKind, names_of(event.search_attributes_upserted())) != nullptr;
}

bool SearchAttributes::refused() {
  const Decided* const next = log_.next(kKind);
  return next != nullptr && log_.match(kKind, next->id) != nullptr;
}

}  // namespace baton::detail
