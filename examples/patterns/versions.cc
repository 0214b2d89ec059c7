// Versioned change: the code changes while runs of it are open. Those that passed the place before go on as they began; new ones go the new way.
#include <future>
#include <thread>

#include "pattern.h"

namespace patterns {
namespace {

constexpr baton::Activity<std::string(std::string)> insure{"insure", "1"};
constexpr baton::Activity<std::string(std::string)> send{"send", "1"};
constexpr baton::Signal<void> paid{"paid"};
constexpr baton::WorkflowType<std::string(std::string)> send_order{"versions", "1"};

// As it was.
baton::Task<std::string> send_paid(baton::Workflow wf, std::string order) {
  auto payment = wf.receive(paid);
  co_await payment;
  co_return co_await wf.schedule(send, order, kStep);
}

// As it is now. When no run of before is open any more, `oldest` becomes 2 and the old way goes.
baton::Task<std::string> send_paid_insured(baton::Workflow wf, std::string order) {
  const int version = wf.version("parcels are insured", 1, 2);
  auto payment = wf.receive(paid);
  co_await payment;
  if (version == 2) order = co_await wf.schedule(insure, order, kStep);
  co_return co_await wf.schedule(send, order, kStep);
}

void decide(baton::Decider&) {}  // here each program decides in its time; see run()

void work(baton::Worker& worker) {
  worker.on(insure, [](std::string order) { return "insured " + order; });
  worker.on(send, [](std::string order) { return order + " is sent"; });
}

// While the decider of one version of the program runs.
template <class Code, class Meanwhile>
void deploy(baton::Client& client, Code code, Meanwhile meanwhile) {
  baton::Decider decider(client, "pattern-versions");
  decider.on(send_order, code);
  decider.register_types();
  auto deciding = std::async(std::launch::async, [&] { return decider.run(); });
  meanwhile();
  decider.stop();
  deciding.get();
}

std::string run(baton::Client& client, const std::string& id) {
  std::optional<baton::Run<std::string>> before, after;
  deploy(client, send_paid, [&] {
    before.emplace(client.start(send_order, id + "-before", "a lamp"));
    while (client.describe(before->execution()).open_decisions > 0) std::this_thread::sleep_for(20ms);
  });
  deploy(client, send_paid_insured, [&] {
    after.emplace(client.start(send_order, id + "-after", "a vase"));
    for (const auto& order : {before, after}) client.signal(order->execution(), paid);
    before->wait();
    after->wait();
  });
  return before->result() + "; " + after->result();
}

}  // namespace

const Pattern versions{"versions", decide, work, run};

}  // namespace patterns
