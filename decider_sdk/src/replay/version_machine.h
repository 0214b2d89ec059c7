// Versions of a run: which variant of the code each of its changes goes by.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "replay/marker_machine.h"

namespace baton::detail {

// Owned by the run. A change's version is decided where the code reaches it first, and stays: the
// newest one, kept in a marker, or the oldest one when that part of the history is older than the
// change, and so has no marker.
class Versions {
 public:
  explicit Versions(Markers& markers) : markers_(markers) {}

  // Nothing: this code does not support the version that the run has, and `error` says so. Throws
  // std::logic_error for what is no id of a change, or no range.
  std::optional<int> reach(std::string_view change, int oldest, int newest, bool replaying,
                           const std::source_location& where, std::string* error);

 private:
  std::optional<int> decide(const std::string& change, int oldest, int newest, bool replaying,
                            const std::source_location& where, std::string* error);

  Markers& markers_;
  std::map<std::string, int, std::less<>> reached_;
};

}  // namespace baton::detail
