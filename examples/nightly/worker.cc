// Does the steps of the nightly deployment tests: ordinary functions behind typed activities.
#include <baton/client.h>
#include <baton/worker.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "nightly.h"
#include "server_process.h"
#include "steps.h"

int main(int argc, char** argv) {
  std::string address = "127.0.0.1:7450", domain = "nightly", work = "/tmp/baton-nightly";
  int slots = 16;
  CLI::App app{"Worker of the nightly deployment tests"};
  app.add_option("--address", address, "The coordinator, host:port")->envname("BATON_ADDRESS")->capture_default_str();
  app.add_option("--domain", domain)->capture_default_str();
  app.add_option("--work", work, "Where the services under test live while they are tested")->capture_default_str();
  app.add_option("--slots", slots, "How many steps at once")->check(CLI::Range(1, 1000))->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  try {
    baton::Client client(address, domain);
    client.ensure_domain();
    baton::Worker worker(client, nightly::kActivityList, {.slots = slots, .register_types = true});
    worker.on(nightly::provision, [&](std::string key) { return nightly::make_place(work, key); });
    worker.on(nightly::deploy, nightly::deploy_files);
    worker.on(nightly::start_server, nightly::start_server_process);
    worker.on(nightly::probe, nightly::is_healthy);
    worker.on(nightly::check, [](baton::Attempt& attempt, nightly::CheckOrder order) { return nightly::run_check(order, attempt.stop_token()); });
    worker.on(nightly::collect_report, [&](nightly::ReportOrder order) { return nightly::write_report(work, order); });
    worker.on(nightly::tear_down, nightly::remove_place);
    return worker.run(baton::until_signal());
  } catch (const baton::Error& error) {
    std::cerr << "nightly-worker: " << error.what() << std::endl;
    return 4;
  }
}
