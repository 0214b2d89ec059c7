#include "coordinator/engine/engine.h"

#include "coordinator/core/fault.h"
#include "coordinator/engine/running_engine.h"

namespace baton::engine {
namespace {

constexpr size_t kMaxQueuedReads = 10'000;

// A waiting task found a poller: its lane makes the offer.
LaneRequest offer_request(const WaitingOffer& offer, std::shared_ptr<TaskPoller> poller) {
  const PollerSpec& spec = poller->spec();
  LaneRequest request;
  request.work = LaneWork::kOffer;
  request.command = {{"baton", ""}, core::OfferTask{offer.key.scheduled_event_id, spec.identity, spec.instance_id, spec.unary}};
  request.run = offer.key.run;
  request.poller = std::move(poller);
  return request;
}

}  // namespace

std::unique_ptr<Engine> Engine::make(store::Store& store, const core::Authorizer& authorizer, core::Limits limits,
                                     EngineOptions options) {
  return std::make_unique<RunningEngine>(store, authorizer, limits, std::move(options));
}

RunningEngine::RunningEngine(store::Store& store, const core::Authorizer& authorizer, core::Limits limits, EngineOptions options)
    : store_(store),
      authorizer_(authorizer),
      options_(std::move(options)),
      clock_(options_.host_time),
      registry_(store, limits),
      matcher_(options_.max_pollers,
               [this](const WaitingOffer& offer, std::shared_ptr<TaskPoller> poller) {
                 lane_of(offer.key.run.shard).push(offer_request(offer, std::move(poller)), false);
               }),
      queries_(matcher_, clock_),
      readers_(options_.readers, kMaxQueuedReads),
      environment_{store_,
                   registry_,
                   authorizer_,
                   rates_,
                   clock_,
                   matcher_,
                   open_executions_,
                   options_.max_queued_commands,
                   options_.max_cached_runs / static_cast<size_t>(options_.lanes),
                   0,
                   [this](std::shared_ptr<TaskPoller> poller, OfferedTask offered, store::RunKey run) {
                     offer_with_history(std::move(poller), std::move(offered), run);
                   },
                   [this](const std::shared_ptr<TaskPoller>& poller, const journal::v1::TaskToken& token) { take_back(poller, token); },
                   [this](const store::OutboxKey& key, std::shared_ptr<const journal::v1::Message> message) {
                     outbox_.send(key, std::move(message));
                   },
                   [this] { housekeeping_.watch_preferences(); }},
      outbox_(store_, clock_, [this](int16_t shard) -> Lane& { return lane_of(shard); }),
      housekeeping_(store_, registry_, clock_, matcher_, open_executions_, outbox_, options_.instance_id, options_.address,
                    [this](int16_t shard) -> Lane& { return lane_of(shard); }),
      schedules_(store_, clock_, schedule_calls()) {
  for (int i = 0; i < options_.lanes; ++i) lanes_.push_back(std::make_unique<Lane>(environment_));
}

absl::Status RunningEngine::start() {
  if (absl::Status begun = housekeeping_.begin(); !begun.ok()) return begun;
  const auto epoch = store_.epoch();
  if (!epoch.ok()) return epoch.status();
  environment_.epoch = *epoch;
  for (const auto& lane : lanes_) lane->start();
  readers_.start();
  housekeeping_.start();
  schedules_.start();
  queries_.start();
  running_ = true;
  return absl::OkStatus();
}

void RunningEngine::stop() {
  if (!running_) return;
  running_ = false;
  for (const auto& poller : matcher_.pollers()) {
    matcher_.drain(*poller);
    poller->with_sink([](PollerSink& sink) { sink.draining(); });
  }
  end_waiting();
  queries_.stop();
  schedules_.stop();
  housekeeping_.stop();
  for (const auto& lane : lanes_) lane->stop();
  readers_.stop();
}

}  // namespace baton::engine
