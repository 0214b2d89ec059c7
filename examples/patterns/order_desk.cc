// Order desk: an execution that people work with. Updates change it and are answered; queries ask how it stands and change nothing.
#include "pattern.h"

namespace patterns {
namespace {

struct Line {
  std::string dish;
  int cents = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Line, dish, cents)

constexpr baton::Activity<int(std::string)> price_of{"price_of", "1"};
constexpr baton::Update<int(std::string)> add_dish{"add_dish"};  // what the whole order costs by then
constexpr baton::Signal<void> pay{"pay"};
constexpr baton::Query<std::vector<Line>()> bill{"bill"};
constexpr baton::WorkflowType<int(int)> serve_table{"order-desk", "1"};

struct Order {
  std::vector<Line> lines;
  int total() const {
    int cents = 0;
    for (const Line& line : lines) cents += line.cents;
    return cents;
  }
};

// Beside the main flow, one update after the other.
baton::Task<> take_dishes(baton::Workflow wf, std::shared_ptr<Order> order, size_t most) {
  auto updates = wf.receive(add_dish);
  for (;;) {
    const auto update = co_await updates;
    if (order->lines.size() == most) {
      update.reject("TABLE_FULL");  // refused as it came: nothing was done for it
      continue;
    }
    auto asked = wf.schedule(price_of, update.argument(), kStep);
    const auto price = co_await asked.outcome();
    if (!price.ok()) {
      update.fail(price.failure().reason());
      continue;
    }
    order->lines.push_back({update.argument(), *price});
    update.complete(order->total());
  }
}

baton::Task<int> serve(baton::Workflow wf, int most_dishes) {
  auto order = std::make_shared<Order>();
  auto answering = wf.answer(bill, [&] { return order->lines; });
  auto taking = wf.spawn(take_dishes(wf, order, static_cast<size_t>(most_dishes)));
  auto payment = wf.receive(pay);
  co_await wf.any(payment, taking);
  co_return order->total();
}

void decide(baton::Decider& decider) { decider.on(serve_table, serve); }

void work(baton::Worker& worker) {
  worker.on(price_of, [](std::string dish) {
    if (dish == "unicorn") throw baton::AttemptFailed("NOT_ON_THE_MENU");
    return 450 + 100 * static_cast<int>(dish.size());
  });
}

std::string run(baton::Client& client, const std::string& id) {
  auto table = client.start(serve_table, id, 2);
  const int first = table.update(add_dish, "soup");
  std::string refused;
  for (const char* dish : {"unicorn", "bread", "cake"}) {
    try {
      table.update(add_dish, dish);
    } catch (const baton::UpdateFailed& failed) {
      refused += ", " + std::string(dish) + " " + failed.reason();
    }
  }
  const size_t lines = table.query(bill).size();
  client.signal(table.execution(), pay);
  return "soup " + std::to_string(first) + refused + ", " + std::to_string(lines) + " dishes " + std::to_string(table.result());
}

}  // namespace

const Pattern order_desk{"order-desk", decide, work, run};

}  // namespace patterns
