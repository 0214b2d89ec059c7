// The steps of a test as ordinary functions: what the worker does.
#pragma once

#include <stop_token>

#include "nightly.h"

namespace nightly {

// Each may be repeated after a lost attempt: it finds what the earlier one left. std::runtime_error says why a step failed.
void deploy_files(const DeployOrder& order);
// Asks once, waits at most two seconds for an answer.
bool is_healthy(const Probe& probe);
// `stop`: nobody waits for the answer any more, or the worker ends. baton::Canceled then.
CheckResult run_check(const CheckOrder& order, std::stop_token stop);
// Writes the report beside the working directories, so that it outlives them; returns its path.
std::string write_report(const std::string& root, const ReportOrder& order);

}  // namespace nightly
