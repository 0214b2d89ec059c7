// What the histories of the executions say: how each ended, whether that was expected, how long each step took.
#pragma once

#include <baton/client.h>

#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "nightly.h"

namespace nightly {

struct Outcome {
  std::string service;
  baton::Execution execution;
  std::string close_status;  // "COMPLETED", …
  std::string reason;        // of a failure
  std::vector<std::string> failed_checks;
  std::map<std::string, int64_t> step_ms;  // by activity name: from scheduled to closed, summed
  int64_t total_ms = 0;
  size_t events = 0;
  std::string mismatch;  // how it differs from the manifest's expectation; empty: as expected
};

Outcome read_outcome(baton::Client& client, const Service& service, const baton::Execution& execution);
void print_summary(std::ostream& out, const std::vector<Outcome>& outcomes);

}  // namespace nightly
