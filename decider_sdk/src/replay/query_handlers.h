// What answers the queries of a run.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "baton/answering.h"

namespace baton::detail {

// Owned by the run; a handler is the code's, and gone as soon as that lets go of it.
class QueryHandlers {
 public:
  std::shared_ptr<void> add(std::string_view query, QueryHandler handler);
  // The one that was added last under this name; null: none.
  std::shared_ptr<const QueryHandler> find(std::string_view query) const;
  // "stage, total": all that are answered now, each once, in order. Empty: none.
  std::string names() const;

 private:
  struct Entry {
    std::string query;
    std::weak_ptr<QueryHandler> handler;
  };

  std::vector<Entry> entries_;  // oldest first
};

}  // namespace baton::detail
