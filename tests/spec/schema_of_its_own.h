// Where a spec test keeps its data: on the PostgreSQL of BATON_TEST_POSTGRES_URL in a schema made for the test and dropped with this
// object, or in memory when the variable is unset or empty. BATON_TEST_STORE=postgres: never in memory.
#pragma once

#include <memory>
#include <string>

#include "coordinator/store/store.h"

namespace baton::testing {

// Outlives the store that it opened.
class SchemaOfItsOwn {
 public:
  SchemaOfItsOwn();
  ~SchemaOfItsOwn();

  // Null when the database cannot be used; the test has failed then.
  std::unique_ptr<store::Store> open_store();

 private:
  std::string url_;     // empty: in memory
  std::string schema_;
};

}  // namespace baton::testing
