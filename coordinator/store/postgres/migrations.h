// The numbered scripts of migrations/, built into the program.
#pragma once

#include <span>
#include <string_view>

namespace baton::store::postgres {

struct Migration {
  int version;            // 1, 2, 3, …
  std::string_view name;  // of the file
  std::string_view sql;   // runs in one transaction, with the schema as search path
};

// In ascending order, without a gap.
std::span<const Migration> migrations();

}  // namespace baton::store::postgres
