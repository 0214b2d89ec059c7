#include "coordinator/engine/outbox.h"

#include "coordinator/core/fault.h"
#include "coordinator/log/log.h"

namespace baton::engine {
namespace {

constexpr size_t kMaxInFlight = 10'000;  // the others wait for a sweep
constexpr int64_t kSweepAfterMs = 2'000;
constexpr int32_t kSweepLimit = 1'000;

// Whether asking again, here or elsewhere, can bring nothing else.
bool is_final(const absl::Status& refusal) {
  switch (core::fault_of(refusal)) {
    case v1::UNKNOWN_RESOURCE:
    case v1::WORKFLOW_EXECUTION_ALREADY_STARTED:
    case v1::LIMIT_EXCEEDED:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string delivery_id(const store::OutboxKey& key) {
  return std::to_string(key.source.shard) + "." + key.source.run_id.to_text() + "." + std::to_string(key.kind) + "." +
         std::to_string(key.subject);
}

Outbox::Outbox(store::Store& store, DatabaseClock& clock, LaneOf lane_of)
    : store_(store), clock_(clock), lane_of_(std::move(lane_of)) {}

void Outbox::send(const store::OutboxKey& key, Message message) {
  {
    const std::lock_guard lock(mutex_);
    if (in_flight_.size() >= kMaxInFlight || !in_flight_.insert(key).second) return;
  }
  deliver(key, message, core::RunId::from_bytes(message->target().run_id()).value_or(core::RunId{}));
}

void Outbox::deliver(const store::OutboxKey& key, const Message& message, const core::RunId& target) {
  LaneRequest request;
  const std::string& workflow_id = message->target().workflow_id();
  request.workflow = {store::shard_of(message->domain(), workflow_id, store_.shard_count()), message->domain(), workflow_id};
  request.run = {request.workflow.shard, target};
  request.operation = kDelivery;
  request.request_id = delivery_id(key);
  request.arrived_ms = clock_.now_ms();
  request.command = {{"baton", ""}, core::ReceiveMessage{message}};
  request.message = key;
  request.done = [this, key, message](const absl::StatusOr<LaneReply>& reply) { received(key, message, reply); };
  lane_of_(request.workflow.shard).push(std::move(request), false);
}

void Outbox::received(const store::OutboxKey& key, const Message& message, const absl::StatusOr<LaneReply>& reply) {
  if (!reply.ok()) {
    if (is_final(reply.status())) return settle(key, reply.status());
    return forget(key);  // for the sweep
  }
  if (std::holds_alternative<core::ContinuedReply>(reply->reply)) return deliver(key, message, core::RunId{});
  const auto* reached = std::get_if<core::StartReply>(&reply->reply);
  settle(key, reached == nullptr ? core::RunId{} : reached->run_id);
}

void Outbox::settle(const store::OutboxKey& key, absl::StatusOr<core::RunId> outcome) {
  LaneRequest request;
  request.run = key.source;
  request.arrived_ms = clock_.now_ms();
  request.command = {{"baton", ""}, core::SettleMessage{{static_cast<core::MessageKind>(key.kind), key.subject}, std::move(outcome)}};
  request.message = key;
  request.done = [this, key](const absl::StatusOr<LaneReply>&) { forget(key); };
  lane_of_(key.source.shard).push(std::move(request), false);
}

void Outbox::forget(const store::OutboxKey& key) {
  const std::lock_guard lock(mutex_);
  in_flight_.erase(key);
}

void Outbox::sweep() {
  const auto rows = store_.read_outbox(clock_.now_ms() - kSweepAfterMs, kSweepLimit, swept_);
  if (!rows.ok()) return;
  swept_.reset();
  if (rows->size() == static_cast<size_t>(kSweepLimit)) swept_ = rows->back().key;
  for (const store::OutboxRow& row : *rows) {
    auto message = std::make_shared<journal::v1::Message>();
    if (message->ParseFromString(row.message)) {
      send(row.key, std::move(message));
    } else {
      log_event(LogLevel::kError, "message_unread",
                {{"run_id", row.key.source.run_id.to_text()}, {"message", "a message of this run cannot be read by this release"}});
    }
  }
}

}  // namespace baton::engine
