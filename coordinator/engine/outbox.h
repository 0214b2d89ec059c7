// Delivers messages between executions. A message is a row from the commit that sent it; it is given to the lane of its target, whose first
// verdict is recorded there; then the sender records the verdict and takes the row away, in one commit. Whatever is lost on the way is read
// again by the sweep, here or by another coordinator. Thread-safe but for sweep(), which one thread calls.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "coordinator/engine/clock.h"
#include "coordinator/engine/lane.h"

namespace baton::engine {

class Outbox {
 public:
  using LaneOf = std::function<Lane&(int16_t shard)>;
  // Everything outlives it.
  Outbox(store::Store& store, DatabaseClock& clock, LaneOf lane_of);

  // Its row is durable.
  void send(const store::OutboxKey& key, std::shared_ptr<const journal::v1::Message> message);
  // Some of the rows that are older than a message normally takes.
  void sweep();

 private:
  using Message = std::shared_ptr<const journal::v1::Message>;

  void deliver(const store::OutboxKey& key, const Message& message, const core::RunId& target);
  void received(const store::OutboxKey& key, const Message& message, const absl::StatusOr<LaneReply>& reply);
  void settle(const store::OutboxKey& key, absl::StatusOr<core::RunId> outcome);
  void forget(const store::OutboxKey& key);

  store::Store& store_;
  DatabaseClock& clock_;
  const LaneOf lane_of_;
  std::mutex mutex_;
  std::set<store::OutboxKey> in_flight_;  // from here; another coordinator may deliver them, too
  std::optional<store::OutboxKey> swept_;  // where the next sweep goes on
};

// How a lane knows that it has had the message before: the request id of its delivery.
std::string delivery_id(const store::OutboxKey& key);
inline constexpr char kDelivery[] = "Message";  // the operation beside it

}  // namespace baton::engine
