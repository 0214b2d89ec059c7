// Starts an order, approves it and waits for its end.
#include <baton/client.h>

#include <iostream>

#include "orders.h"

int main(int argc, char** argv) try {
  baton::Client client(argc > 1 ? argv[1] : "127.0.0.1:7450", "orders");
  auto run = client.start(orders::process_order, "order-17", "17", {.tags = {"eu"}});
  client.signal(run.execution(), orders::approved, "by Ann");
  std::cout << run.result() << std::endl;
  return 0;
} catch (const std::exception& error) {
  std::cerr << "orders-start: " << error.what() << std::endl;
  return 1;
}
