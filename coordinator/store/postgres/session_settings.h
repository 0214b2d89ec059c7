// What the connections of one store have in common; each call makes a watch of its own.
#pragma once

#include "coordinator/store/postgres/connection.h"
#include "coordinator/store/postgres/postgres_store.h"

namespace baton::store::postgres {

inline SessionSettings session_settings(const PostgresOptions& options) {
  return {.application_name = options.application_name,
          .schema = options.schema,
          .connect_timeout = options.connect_timeout,
          .statement_timeout = options.statement_timeout,
          .lock_timeout = options.lock_timeout,
          .idle_in_transaction_timeout = options.idle_in_transaction_timeout,
          .watch = std::make_shared<SilenceWatch>()};
}

}  // namespace baton::store::postgres
