// Decides what happens to an order: charge, wait for an approval, ship or refund.
#include <baton/decider.h>

#include <iostream>

#include "orders.h"

using namespace std::chrono_literals;

constexpr baton::ActivityOptions kStep{.start_to_close = 30s, .heartbeat = 10s, .task_list = orders::kActivities};

baton::Task<std::string> process_order(baton::Workflow wf, std::string order) {
  const orders::Charge charge{order, 4200};
  const auto receipt = co_await wf.schedule(orders::charge_card, charge, kStep);
  auto approval = wf.receive(orders::approved);
  auto deadline = wf.sleep(24h);  // costs nothing while it waits
  co_await wf.any(approval, deadline);
  if (!approval.ready()) {
    co_await wf.schedule(orders::refund, receipt, kStep);
    co_return "refunded";
  }
  auto parcel = wf.schedule(orders::ship_order, order, kStep);  // schedule() starts; co_await waits
  co_return co_await parcel;
}

int main(int argc, char** argv) try {
  baton::Client client(argc > 1 ? argv[1] : "127.0.0.1:7450", "orders");
  client.ensure_domain();
  baton::Decider decider(client, orders::kDecisions, {.register_types = true});
  decider.on(orders::process_order, process_order);
  return decider.run(baton::until_signal());
} catch (const baton::Error& error) {
  std::cerr << "orders-decider: " << error.what() << std::endl;
  return 1;
}
