// What a server must be like to keep workflows; apart from asking it, so that every refusal can be tried.
#pragma once

#include <cstdint>
#include <string>

#include "coordinator/store/postgres/postgres_store.h"

namespace baton::store::postgres {

struct ServerFacts {
  int32_t version = 0;  // 150004 is 15.4
  bool in_recovery = false;
  bool read_only = false;
  bool fsync = true;
  bool full_page_writes = true;
  std::string synchronous_commit = "on";
  std::string encoding = "UTF8";
  bool pooler = false;  // the process that serves us is not the one that greeted us
};

absl::Status judge_server(const ServerFacts& facts, const PostgresOptions& options);

}  // namespace baton::store::postgres
