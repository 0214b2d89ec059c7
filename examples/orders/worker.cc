// Does the steps of an order.
#include <baton/worker.h>

#include <iostream>

#include "orders.h"

// Stands for an outside system that can deduplicate by a key.
struct Bank {
  std::string charge(const orders::Charge& charge, const std::string& key) { return "receipt for " + charge.order + " under " + key; }
  void pay_back(const std::string& receipt) { std::cout << "paid back: " << receipt << std::endl; }
};

int main(int argc, char** argv) try {
  Bank bank;
  baton::Client client(argc > 1 ? argv[1] : "127.0.0.1:7450", "orders");
  client.ensure_domain();
  baton::Worker worker(client, orders::kActivities, {.slots = 16, .register_types = true});
  worker.on(orders::charge_card, [&bank](baton::Attempt& attempt, orders::Charge charge) {
    attempt.heartbeat("authorizing");
    return bank.charge(charge, attempt.idempotency_key());
  });
  worker.on(orders::ship_order, [](std::string order) {
    if (order.empty()) throw baton::AttemptFailed("NO_SUCH_ORDER");
    return "parcel of " + order;
  });
  worker.on(orders::refund, [&bank](std::string receipt) { bank.pay_back(receipt); });
  return worker.run(baton::until_signal());
} catch (const baton::Error& error) {
  std::cerr << "orders-worker: " << error.what() << std::endl;
  return 1;
}
