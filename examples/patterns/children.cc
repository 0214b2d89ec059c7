// Child workflows: parts that are executions of their own, each with its id, history and decider. The parent goes on when it knows how all ended.
#include "pattern.h"

namespace patterns {
namespace {

struct Parcel {
  std::string order, address;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Parcel, order, address)

constexpr baton::Activity<std::string(Parcel)> hand_over{"hand_over", "1"};
constexpr baton::WorkflowType<std::string(Parcel)> deliver{"child", "1"};
constexpr baton::WorkflowType<std::string(std::vector<std::string>)> deliver_all{"children", "1"};

baton::Task<std::string> deliver_one(baton::Workflow wf, Parcel parcel) { co_return co_await wf.schedule(hand_over, parcel, kStep); }

baton::Task<std::string> deliver_to_each(baton::Workflow wf, std::vector<std::string> addresses) {
  std::vector<baton::Child<std::string>> children;
  for (const std::string& address : addresses) {
    const Parcel parcel{wf.workflow_id(), address};
    const std::string id = wf.workflow_id() + "/" + address;  // people find it by that, and no second one of it is open
    children.push_back(wf.start_child(deliver, parcel, {.workflow_id = id}));
  }
  co_await wf.all(children);
  std::string text;
  for (const auto& child : children) {
    const auto outcome = co_await child.outcome();  // a failure as a value: the others count all the same
    text += (text.empty() ? "" : ", ") + (outcome.ok() ? *outcome : outcome.failure().reason());
  }
  co_return text;
}

void decide(baton::Decider& decider) {
  decider.on(deliver, deliver_one);
  decider.on(deliver_all, deliver_to_each);
}

void work(baton::Worker& worker) {
  worker.on(hand_over, [](Parcel parcel) {
    if (parcel.address == "nowhere") throw baton::AttemptFailed("ADDRESS_UNKNOWN");
    return "delivered in " + parcel.address;
  });
}

std::string run(baton::Client& client, const std::string& id) { return client.start(deliver_all, id, {"Berlin", "nowhere", "Rome"}).result(); }

}  // namespace

const Pattern children{"children", decide, work, run};

}  // namespace patterns
