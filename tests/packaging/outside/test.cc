// The workflow code without a coordinator. Exits 0 when it does what it should.
#include <baton/testing.h>

#include <iostream>

#include "welcome.h"

int main() {
  baton::testing::TestEnvironment env;
  env.on(welcome, welcome_code);
  env.on_activity(greet, [](std::string name) { return "hello " + name; });
  const auto execution = env.start(welcome, "welcome-1", "Ann");
  env.run();
  std::cout << env.result<std::string>(execution) << std::endl;
  return 0;
}
