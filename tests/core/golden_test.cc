// Replays every script in tests/core/golden and compares. BATON_REWRITE_GOLDEN=1 writes what comes out into the scripts instead: read the
// difference before you keep it.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/core/golden_run.h"

namespace baton::core {
namespace {

namespace fs = std::filesystem;

constexpr char kLine[] = "----";

// Commands, a line of dashes, and what comes of them until an empty line; comments (#) and settings may stand alone.
struct Step {
  std::vector<std::string> text;      // as written, comments included
  std::vector<std::string> commands;  // without comments
  bool has_outcome = false;
  std::string outcome;
  int line = 0;
};

std::vector<Step> read_steps(const fs::path& path) {
  std::ifstream in(path);
  std::vector<Step> steps(1);
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    Step& step = steps.back();
    if (line.empty()) {
      if (!step.text.empty()) steps.emplace_back();
    } else if (step.has_outcome) {
      step.outcome += line + "\n";
    } else if (line == kLine) {
      step.has_outcome = true;
    } else {
      if (step.text.empty()) step.line = number;
      step.text.push_back(line);
      if (!line.starts_with("#")) step.commands.push_back(line);
    }
  }
  if (steps.back().text.empty()) steps.pop_back();
  return steps;
}

void write_steps(const fs::path& path, const std::vector<Step>& steps) {
  std::ofstream out(path);
  for (size_t i = 0; i < steps.size(); ++i) {
    if (i > 0) out << "\n";
    for (const std::string& line : steps[i].text) out << line << "\n";
    if (!steps[i].outcome.empty()) out << kLine << "\n" << steps[i].outcome;
  }
}

std::vector<fs::path> scripts() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator("golden")) {
    if (entry.path().extension() == ".script") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

class Golden : public testing::TestWithParam<fs::path> {};

TEST_P(Golden, ComesOutAsWritten) {
  const bool rewrite = std::getenv("BATON_REWRITE_GOLDEN") != nullptr;
  std::vector<Step> steps = read_steps(GetParam());
  ASSERT_FALSE(steps.empty());
  GoldenRun run;
  for (Step& step : steps) {
    SCOPED_TRACE(GetParam().string() + ":" + std::to_string(step.line));
    const std::string outcome = run.step(step.commands);
    EXPECT_TRUE(rewrite || outcome == step.outcome) << "came out as\n" << outcome << "written is\n" << step.outcome;
    step.outcome = outcome;
  }
  if (rewrite && !HasFailure()) write_steps(GetParam(), steps);
}

std::string name_of(const testing::TestParamInfo<fs::path>& info) { return info.param.stem().string(); }

// The program runs in tests/core.
INSTANTIATE_TEST_SUITE_P(Scripts, Golden, testing::ValuesIn(scripts()), name_of);

}  // namespace
}  // namespace baton::core
