#include "replay/version_machine.h"

#include <stdexcept>

#include "baton/conversion.h"

namespace baton::detail {
namespace {

constexpr std::string_view kPrefix = "version ";
constexpr size_t kMostChangeBytes = 200;  // with the prefix, the name of a marker

// A marker's name may not have these, and what it has must not be refused by the coordinator.
bool is_change_id(std::string_view change) {
  if (change.empty() || change.size() > kMostChangeBytes) return false;
  if (change.front() == ' ' || change.back() == ' ') return false;
  for (const char c : change) {
    if (c < 0x20 || c > 0x7E || c == ':' || c == '/' || c == '|') return false;
  }
  return true;
}

std::string call(std::string_view change, int oldest, int newest,
                 const std::source_location& where) {
  return "version(\"" + std::string(change) + "\", " + std::to_string(oldest) + ", " +
         std::to_string(newest) + ") at " + to_string(where);
}

}  // namespace

std::optional<int> Versions::reach(std::string_view change, int oldest, int newest, bool replaying,
                                   const std::source_location& where, std::string* error) {
  if (!is_change_id(change)) {
    throw std::logic_error(call(change, oldest, newest, where) +
                           ": the id of a change has 1 to 200 printable ASCII characters, but no "
                           "':', '/' or '|', and no space at its ends");
  }
  if (oldest > newest) {
    throw std::logic_error(call(change, oldest, newest, where) + ": the range is empty");
  }
  const auto place = reached_.find(change);
  const std::optional<int> version =
      place != reached_.end()
          ? place->second
          : decide(std::string(change), oldest, newest, replaying, where, error);
  if (!version) return std::nullopt;
  if (*version < oldest || *version > newest) {
    *error = call(change, oldest, newest, where) + ": this run has version " +
             std::to_string(*version);
    return std::nullopt;
  }
  return version;
}

std::optional<int> Versions::decide(const std::string& change, int oldest, int newest,
                                    bool replaying, const std::source_location& where,
                                    std::string* error) {
  const std::string name = std::string(kPrefix) + change;
  if (replaying && !markers_.next_is(name)) return reached_[change] = oldest;
  int version = newest;
  if (replaying) {
    const auto details = markers_.next_value(name, error);
    if (!details) return std::nullopt;
    try {
      version = from_payload<int>(*details);
    } catch (const PayloadError& bad) {
      *error = "marker \"" + name + "\" holds no version: " + bad.what();
      return std::nullopt;
    }
  }
  markers_.record(name, to_payload(version), replaying, where);
  return reached_[change] = version;
}

}  // namespace baton::detail
