#include "replay/query_handlers.h"

#include <algorithm>
#include <set>
#include <utility>

namespace baton::detail {

std::shared_ptr<void> QueryHandlers::add(std::string_view query, QueryHandler handler) {
  std::erase_if(entries_, [](const Entry& entry) { return entry.handler.expired(); });
  auto kept = std::make_shared<QueryHandler>(std::move(handler));
  entries_.push_back({std::string(query), kept});
  return kept;
}

std::shared_ptr<const QueryHandler> QueryHandlers::find(std::string_view query) const {
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (entry->query != query) continue;
    if (auto handler = entry->handler.lock()) return handler;
  }
  return nullptr;
}

std::string QueryHandlers::names() const {
  std::set<std::string> names;
  for (const Entry& entry : entries_) {
    if (!entry.handler.expired()) names.insert(entry.query);
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace baton::detail
