// Runs the patterns of this folder, with decider and worker in this one process. In earnest they are programs of their own; see ../orders.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <future>
#include <iostream>
#include <set>

#include "pattern.h"

namespace patterns {
namespace {

constexpr const Pattern* kAll[] = {&hello,    &saga,         &fan_out,  &approval,   &polling,
                                   &children, &cancellation, &versions, &order_desk, &plain_decider};

// One line for each: its name, and what became of it.
int run_all(const std::string& address, const std::string& domain, const std::vector<std::string>& names) {
  baton::Client client(address, domain);
  client.ensure_domain();
  baton::Decider decider(client, kDecisions);
  baton::Worker worker(client, kActivities, {.slots = 100});
  for (const Pattern* pattern : kAll) {
    pattern->decide(decider);
    pattern->work(worker);
  }
  decider.register_types();
  worker.register_types();
  auto deciding = std::async(std::launch::async, [&] { return decider.run(); });
  auto working = std::async(std::launch::async, [&] { return worker.run(); });

  int status = 0;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  for (const Pattern* pattern : kAll) {
    if (!names.empty() && std::find(names.begin(), names.end(), pattern->name) == names.end()) continue;
    try {
      const std::string id = pattern->name + ("-" + std::to_string(std::chrono::duration_cast<baton::Duration>(now).count()));
      std::cout << pattern->name << ": " << pattern->run(client, id) << std::endl;
    } catch (const std::exception& error) {
      std::cerr << pattern->name << ": " << error.what() << std::endl;
      status = 1;
    }
  }
  decider.stop();
  worker.stop();
  return deciding.get() + working.get() == 0 ? status : 1;
}

}  // namespace
}  // namespace patterns

int main(int argc, char** argv) {
  std::string address = "127.0.0.1:7450", domain = "patterns";
  std::vector<std::string> names;
  std::set<std::string> known;
  for (const auto* pattern : patterns::kAll) known.insert(pattern->name);
  CLI::App app{"Runs patterns of workflows"};
  app.add_option("NAME", names, "Which; default: all")->check(CLI::IsMember(known));
  app.add_option("--address", address, "The coordinator, host:port")->envname("BATON_ADDRESS")->capture_default_str();
  app.add_option("--domain", domain)->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  try {
    return patterns::run_all(address, domain, names);
  } catch (const baton::Error& error) {
    std::cerr << "patterns: " << error.what() << std::endl;
    return 4;
  }
}
