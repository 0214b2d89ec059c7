// Prints what the spec tests produced, from the files that they left in a directory (wire_watch.h): every item of the contract with the number
// of tests that produced it, and as the last line the totals as JSON. Exits 1 when something was produced by none, or is not of the contract.
//   coverage_report DIRECTORY
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/spec/coverage_items.h"

namespace {

using baton::testing::CoverageItem;
using baton::testing::CoverageKind;
using TestsOf = std::map<CoverageItem, std::set<std::string>>;

// The same test on both stores is one.
void read_file(const std::filesystem::path& path, TestsOf& tests) {
  std::map<std::string, CoverageKind> kinds;
  for (const CoverageKind kind : baton::testing::kCoverageKinds) kinds[plural_of(kind)] = kind;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream columns(line);
    std::string test, kind, name;
    std::getline(columns, test, '\t');
    std::getline(columns, kind, '\t');
    std::getline(columns, name, '\t');
    tests[{kinds.at(kind), name}].insert(test);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || !std::filesystem::is_directory(argv[1])) {
    std::cerr << "coverage_report DIRECTORY: the directory that was BATON_SPEC_COVERAGE_DIR when the spec tests ran\n";
    return 2;
  }
  TestsOf tests;
  for (const auto& file : std::filesystem::directory_iterator(argv[1])) read_file(file.path(), tests);

  nlohmann::ordered_json totals;
  int uncovered = 0;
  const std::set<CoverageItem> items = baton::testing::coverage_items();
  for (const CoverageKind kind : baton::testing::kCoverageKinds) {
    int seen = 0, total = 0;
    std::cout << plural_of(kind) << "\n";
    for (const CoverageItem& item : items) {
      if (item.kind != kind) continue;
      const size_t count = tests[item].size();
      std::cout << std::setw(7) << count << "  " << item.name << (count == 0 ? "  <-- no test" : "") << "\n";
      ++total;
      seen += count > 0 ? 1 : 0;
    }
    uncovered += total - seen;
    totals[plural_of(kind)] = {seen, total};
  }
  totals["uncovered"] = uncovered;
  std::cout << totals.dump() << std::endl;
  return uncovered == 0 ? 0 : 1;
}
