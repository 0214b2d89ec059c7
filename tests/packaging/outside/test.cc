// The workflow code without a coordinator, and code that reads a clock. Exits 0 when they do what they should.
#include <baton/testing.h>

#include <chrono>
#include <iostream>

#include "welcome.h"

int main() {
  baton::testing::TestEnvironment env;
  env.on(welcome, welcome_code);
  env.on({"reads_a_clock", "1"}, [](baton::Workflow) -> baton::Task<> {
    (void)std::chrono::system_clock::now();
    co_return;
  });
  env.on_activity(greet, [](std::string name) { return "hello " + name; });
  const auto execution = env.start(welcome, "welcome-1", "Ann");
  env.run();
  std::cout << env.result<std::string>(execution) << std::endl;
  env.start({"clock-1", {"reads_a_clock", "1"}, {}, {}});
  try {
    env.run();
  } catch (const baton::testing::DecisionFailed& failed) {
    return failed.reason() == "NONDETERMINISTIC_CALL" ? 0 : 1;
  }
  return 1;
}
