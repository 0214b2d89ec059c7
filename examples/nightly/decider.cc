// Decides the nightly deployment tests, one execution per service; see test_deployment.cc.
#include <baton/client.h>
#include <baton/decider.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "nightly.h"
#include "test_deployment.h"

int main(int argc, char** argv) {
  std::string address = "127.0.0.1:7450", domain = "nightly";
  CLI::App app{"Decider of the nightly deployment tests"};
  app.add_option("--address", address, "The coordinator, host:port")->envname("BATON_ADDRESS")->capture_default_str();
  app.add_option("--domain", domain)->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  try {
    baton::Client client(address, domain);
    client.ensure_domain();
    baton::Decider decider(client, nightly::kDecisionList, {.register_types = true});
    decider.on(nightly::test_deployment, nightly::test_one_deployment);
    return decider.run(baton::until_signal());
  } catch (const baton::Error& error) {
    std::cerr << "nightly-decider: " << error.what() << std::endl;
    return 4;
  }
}
