// Runs a real program to its end and keeps what it said.
#pragma once

#include <string>
#include <vector>

namespace baton::testing {

struct Ended {
  int exit_code = -1;  // 128 + signal when it was killed
  std::string out;
  std::string err;
};

// `environment`: "NAME=value", added to a copy of ours without BATON_…. `input` is given on standard input.
Ended run_program(const std::vector<std::string>& argv, const std::vector<std::string>& environment = {}, const std::string& input = "");

}  // namespace baton::testing
