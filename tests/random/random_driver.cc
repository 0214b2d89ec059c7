#include "tests/random/random_driver.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "gtest/gtest.h"
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

// A backend that was left behind is gone after this: the database has noticed that its client is.
constexpr int64_t kLateForMs = 10'000;
// More at once, and a coordinator may be behind with its work.
constexpr int64_t kLeapMs = 1'000;

FaultShares draw_shares(Draws& draws) {
  if (draws.percent(15)) return {};
  const auto share = [&](uint64_t most) { return static_cast<int>(draws.below(most + 1)); };
  return {.conflict = share(12), .lost = share(6), .late = share(6), .refused = share(3), .doubted = share(8), .unread = share(3)};
}

}  // namespace

std::vector<RandomDriver::Step> RandomDriver::steps() {
  return {
      {"start", 8, &RandomDriver::start_something},
      {"signal", 8, &RandomDriver::signal_something},
      {"update", 5, &RandomDriver::update_something},
      {"cancel", 3, &RandomDriver::request_cancel_of_something},
      {"terminate", 2, &RandomDriver::terminate_something},
      {"pause an execution", 1, &RandomDriver::pause_execution},
      {"resume an execution", 2, &RandomDriver::resume_something},
      {"reset an execution", 2, &RandomDriver::reset_something},
      {"send again", 6, &RandomDriver::send_again},
      {"look", 4, &RandomDriver::look_at_something},
      {"open a client", 9, &RandomDriver::open_a_client},
      {"break a stream", 4, &RandomDriver::break_a_stream},
      {"deafen a client", 2, &RandomDriver::deafen_one},
      {"drain a client", 2, &RandomDriver::drain_one},
      {"acknowledge", 8, &RandomDriver::acknowledge_something},
      {"give back", 3, &RandomDriver::give_something_back},
      {"forget a run", 2, &RandomDriver::forget_a_run},
      {"answer", 20, &RandomDriver::answer_something},
      {"answer late", 6, &RandomDriver::answer_late},
      {"heartbeat", 8, &RandomDriver::beat_something},
      {"time", 16, &RandomDriver::let_time_pass},
      {"hold commits", 5, &RandomDriver::hold_commits},
      {"pause", 1, &RandomDriver::pause_one},
      {"late commit", 3, &RandomDriver::apply_late_commit},
      {"restart", 2, &RandomDriver::restart_one},
  };
}

// What is rare in most stories is common in some, and what stands in its way is missing.
void RandomDriver::draw_habits() {
  constexpr std::array<int, 6> kFactors = {0, 1, 1, 1, 2, 5};
  for (Step& step : steps_) step.weight *= draws_.one_of(kFactors);
  steps_.push_back({"nothing", 1, &RandomDriver::do_nothing});
  acknowledges_ = draws_.below(60);
  answers_at_once_ = draws_.below(40);
  beats_ = draws_.below(100);
}

RandomDriver::RandomDriver(uint64_t seed, bool aloud) : draws_(mix(seed)), seed_(mix(seed)), aloud_(aloud), shares_(draw_shares(draws_)) {
  draw_habits();
  store::MemoryOptions options;
  options.shard_count = 4;
  options.clock = [this] { return now_ms_.load(); };
  data_ = store::MemoryStore::make(options);
  register_types(*data_);
  late_backend_ = data_->open_lane();
  witness_ = std::make_unique<Witness>(*data_);
  for (size_t at = 0; at < sides_.size(); ++at) {
    Side& side = sides_[at];
    side.host = std::make_unique<SteppedHost>(now_ms_);
    side.plan = std::make_unique<FaultPlan>(mix(seed_ + at + 1), shares_, static_cast<int>(at), *side.host, *witness_);
    make_coordinator(at);
  }
}

RandomDriver::~RandomDriver() {
  for (Side& side : sides_) {
    side.host->open_gate();
    side.host->let_go();
    side.coordinator->stop();
  }
}

void RandomDriver::make_coordinator(size_t at) {
  Side& side = sides_[at];
  CoordinatorOptions options;
  options.engine.instance_id = "side-" + std::to_string(at);
  options.engine.lanes = draws_.percent(15) ? 2 : 1;
  options.before_start = [&](ScriptedFaults& faults) { side.plan->install(faults, [host = side.host.get()] { host->pass_gate(); }); };
  side.coordinator = std::make_unique<TestCoordinator>(*data_, *side.host, options);
  ++side.life;
  engine::Engine& engine = side.coordinator->engine();
  // One reader: what was queued for it before this is done when this is answered.
  side.host->take_charge(static_cast<size_t>(options.engine.lanes) + 5, [&engine] {
    const auto flushed = std::make_shared<std::promise<void>>();
    engine.count_pending({core::TaskKind::kActivity, kDomain, kActivities}, 1, [flushed](const absl::StatusOr<int64_t>&) { flushed->set_value(); });
    flushed->get_future().wait();
  });
  side.host->settle();
  side.plan->set_active(!well_behaved_);
}

void RandomDriver::run(int steps) {
  // Somebody is there from the beginning, most of the time.
  for (const core::TaskKind kind : {core::TaskKind::kDecision, core::TaskKind::kActivity}) {
    if (draws_.percent(80)) open_a_client(kind);
  }
  for (int i = 0; i < 2; ++i) {
    start_something();
    come_to_rest();
    pass_time(1);
  }
  for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) step();
}

void RandomDriver::tell(const std::string& what) const {
  if (aloud_) std::fprintf(stderr, "[%lld] %s\n", static_cast<long long>(now_ms_ - ManualTime::kStartMs), what.c_str());
}

void RandomDriver::step() {
  const Step& chosen = draws_.weighted(steps_, [](const Step& step) { return step.weight; });
  tell(chosen.name);
  pass_time(1);
  come_to_rest();
  (this->*chosen.take)();
  for (Side& side : sides_) {
    if (side.held_for > 0 && --side.held_for == 0) side.host->open_gate();
    if (side.paused_for > 0) --side.paused_for;
  }
  come_to_rest();
}

void RandomDriver::come_to_rest() {
  do {
    for (Side& side : sides_) side.host->settle();
  } while (take_in() && !::testing::Test::HasFailure());
  if (!anything_held()) ledger_.expect_all_answered();
  check_acknowledgements();
}

// True when that gave somebody something to do.
bool RandomDriver::take_in() {
  const std::vector<Witness::Fresh> fresh = witness_->take_in(now_ms_);
  read_records(fresh);
  witness_->check(fresh, now_ms_);
  ledger_.read_replies();
  return tend_clients(fresh);
}

bool RandomDriver::anything_held() const {
  return std::any_of(sides_.begin(), sides_.end(), [](const Side& side) { return side.host->gate_closed(); });
}

void RandomDriver::pass_time(int64_t ms) {
  now_ms_ += ms;
  for (Side& side : sides_) {
    if (side.held_for > 0 || side.paused_for > 0 || ms > kLeapMs) side.stalled_ms = now_ms_;
    if (side.paused_for == 0) side.host->catch_up();
  }
}

void RandomDriver::let_time_pass() {
  constexpr std::array<int64_t, 17> kLeaps = {1,     49,    50,    200,   500,   700,   999,   1'000, 1'000,
                                              1'000, 1'000, 1'400, 1'700, 2'500, 4'000, 6'000, 20'000};
  if (draws_.percent(beats_)) {
    for (Client& client : clients_) beat(client);
    come_to_rest();
  }
  pass_time(draws_.one_of(kLeaps));
}

// What is called until they go on forms one batch, and what the other coordinator writes meanwhile comes before it.
void RandomDriver::hold_commits() {
  Side& side = sides_[some_side()];
  side.host->close_gate();
  side.held_for = static_cast<int>(2 + draws_.below(4));
  side.stalled_ms = now_ms_;
}

void RandomDriver::pause_one() {
  Side& side = sides_[some_side()];
  side.paused_for = static_cast<int>(2 + draws_.below(8));
  side.stalled_ms = now_ms_;
}

void RandomDriver::apply_late_commit() {
  for (Side& side : sides_) {
    for (FaultPlan::Late& late : side.plan->take_late()) late_.push_back(std::move(late));
  }
  std::erase_if(late_, [&](const FaultPlan::Late& late) { return late.sent_ms + kLateForMs < now_ms_; });
  if (late_.empty()) return;
  const size_t index = draws_.below(late_.size());
  const FaultPlan::Late late = std::move(late_[index]);
  late_.erase(late_.begin() + static_cast<ptrdiff_t>(index));
  const store::CommitResult result = late_backend_->commit(late.batch);
  if (result.outcome == store::CommitOutcome::kCommitted) witness_->saw(late.batch, -1, false);
}

void RandomDriver::restart_one() {
  const size_t at = some_side();
  restart(at, draws_.percent(60));
}

// A crash is an end at which nothing can be written any more.
void RandomDriver::restart(size_t at, bool crash) {
  tell((crash ? "crash of " : "restart of ") + std::to_string(at));
  Side& side = sides_[at];
  side.host->open_gate();
  side.held_for = side.paused_for = 0;
  side.host->settle();
  side.plan->set_away(crash);
  side.host->let_go();
  side.coordinator->stop();
  side.plan->set_away(false);
  side.plan->set_active(false);
  take_in();
  make_coordinator(at);
  side.stalled_ms = now_ms_;
  for (size_t i = clients_.size(); i-- > 0;) {
    if (clients_[i].at == at) leave(i, 60);
  }
}

}  // namespace baton::testing
