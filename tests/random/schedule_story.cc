#include "tests/random/schedule_story.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "coordinator/core/journal_values.h"
#include "coordinator/engine/verdict.h"
#include "gtest/gtest.h"
#include "tests/engine/engine_fixture.h"
#include "tests/engine/history_checks.h"

namespace baton::testing {
namespace {

constexpr char kId[] = "nightly";
constexpr std::array<const char*, 3> kNames = {"", "renamed", "again"};
constexpr int64_t kMinuteMs = 60'000;
constexpr int kRoundsToTheEnd = 400;

store::ScheduleKey key_of(const store::Store& store) { return {store::shard_of(kDomain, kId, store.shard_count()), kDomain, kId}; }

// "schedule/DIGEST/CREATED/SECONDS/SERIAL" -> the last three.
std::array<int64_t, 3> numbers_in(const std::string& request_id) {
  std::array<int64_t, 3> numbers{};
  size_t from = request_id.find('/', request_id.find('/') + 1) + 1;
  for (int64_t& number : numbers) {
    const size_t until = std::min(request_id.find('/', from), request_id.size());
    std::from_chars(request_id.data() + from, request_id.data() + until, number);
    from = until + 1;
  }
  return numbers;
}

}  // namespace

ScheduleStory::ScheduleStory(uint64_t seed, bool aloud)
    : draws_(mix(seed)),
      aloud_(aloud),
      calm_(draws_.percent(30)),
      fixed_(draws_.percent(50)),
      interrupts_(static_cast<int>(draws_.below(30))),
      faults_(calm_ ? 0 : static_cast<int>(draws_.below(12))) {
  store::MemoryOptions options;
  options.shard_count = 4;
  options.clock = [this] { return now_ms_.load(); };
  data_ = store::MemoryStore::make(options);
  register_types(*data_);
  for (size_t at = 0; at < sides_.size(); ++at) {
    sides_[at].host = std::make_unique<SteppedHost>(now_ms_);
    make_coordinator(at);
  }
  v1::CreateScheduleRequest create;
  *create.mutable_schedule() = draw_schedule();
  change(0, std::move(create));
  active_ = true;
}

ScheduleStory::~ScheduleStory() {
  active_ = false;
  for (Side& side : sides_) {
    side.host->let_go();
    side.coordinator->stop();
  }
}

// --- the coordinators ---

void ScheduleStory::make_coordinator(size_t at) {
  Side& side = sides_[at];
  const bool was_active = active_.exchange(false);
  CoordinatorOptions options;
  options.engine.instance_id = "side-" + std::to_string(at);
  options.before_start = [this, at](ScriptedFaults& faults) {
    faults.set_before_read([this, at](std::string_view call) { return before_read(at, call); });
    faults.set_before_commit([this, at](const store::CommitBatch&) { return before_commit(at); });
    faults.set_after_commit([this](const store::CommitBatch& batch) { return after_commit(batch); });
  };
  side.away = false;
  side.coordinator = std::make_unique<TestCoordinator>(*data_, *side.host, options);
  engine::Engine& engine = side.coordinator->engine();
  side.host->take_charge(static_cast<size_t>(options.engine.lanes) + 5, [&engine] {
    const auto flushed = std::make_shared<std::promise<void>>();
    engine.count_pending({core::TaskKind::kActivity, kDomain, kActivities}, 1, [flushed](const absl::StatusOr<int64_t>&) { flushed->set_value(); });
    flushed->get_future().wait();
  });
  side.host->settle();
  active_ = was_active;
}

void ScheduleStory::restart(size_t at) {
  tell("restart of " + std::to_string(at));
  Side& side = sides_[at];
  side.host->settle();
  side.away = true;
  side.host->let_go();
  side.coordinator->stop();
  make_coordinator(at);
}

void ScheduleStory::catch_up(size_t at) { sides_[at].host->catch_up(); }

void ScheduleStory::pass_time(int64_t ms) {
  now_ms_ += ms;
  const size_t first = below(2);
  catch_up(first);
  if (active_ && chance(20)) return;  // the other one is behind
  catch_up(1 - first);
}

// --- what happens ---

v1::Schedule ScheduleStory::draw_schedule() {
  v1::Schedule schedule;
  schedule.mutable_spec()->set_cron(below(3) == 0 ? "*/2 * * * *" : "* * * * *");
  schedule.mutable_start()->mutable_workflow_type()->set_name("process");
  schedule.mutable_start()->mutable_workflow_type()->set_version("1");
  schedule.mutable_start()->set_workflow_id(kNames[below(kNames.size())]);
  schedule.mutable_start()->set_fixed_workflow_id(fixed_);
  schedule.set_overlap_policy(static_cast<v1::OverlapPolicy>(below(fixed_ ? 5 : 6)));
  if (below(3) == 0) schedule.mutable_catch_up_window()->set_seconds(static_cast<int64_t>(30 + below(5'000)));
  return schedule;
}

engine::Engine::ScheduleCall ScheduleStory::draw_edit() {
  switch (below(8)) {
    case 0:
      return v1::PauseScheduleRequest();
    case 1:
    case 2:
      return v1::ResumeScheduleRequest();
    case 3:
    case 4: {
      v1::UpdateScheduleRequest update;
      *update.mutable_schedule() = draw_schedule();
      return update;
    }
    case 5: {
      v1::BackfillScheduleRequest backfill;
      const int64_t until_ms = now_ms_ - static_cast<int64_t>(below(30)) * kMinuteMs;
      core::set_timestamp(until_ms - static_cast<int64_t>(below(6)) * kMinuteMs, backfill.mutable_start_time());
      core::set_timestamp(until_ms, backfill.mutable_end_time());
      return backfill;
    }
    default: {
      v1::TriggerScheduleRequest trigger;
      trigger.set_overlap_policy(static_cast<v1::OverlapPolicy>(below(fixed_ ? 5 : 6)));
      return trigger;
    }
  }
}

// What comes of it is not asked: it may fail, and it may have nothing to do.
void ScheduleStory::change(size_t at, engine::Engine::ScheduleCall call) {
  std::visit(
      [](auto& request) {
        request.set_domain(kDomain);
        request.set_schedule_id(kId);
      },
      call);
  tell("change " + std::to_string(call.index()) + " at " + std::to_string(at));
  const auto answer = std::make_shared<std::promise<absl::Status>>();
  sides_[at].coordinator->engine().change_schedule(std::move(call), [answer](const absl::Status& status) { answer->set_value(status); });
  outcome_of(answer->get_future()).IgnoreError();
  sides_[at].host->settle();
}

void ScheduleStory::edit(size_t at) { change(at, draw_edit()); }

void ScheduleStory::close_a_run(size_t at) {
  const std::vector<std::string> ids = open_ids();
  if (ids.empty()) return;
  const std::string& id = ids[below(ids.size())];
  tell("the end of " + id);
  const auto ended = sides_[at].coordinator->terminate_later(id);
  sides_[at].host->settle();
  EXPECT_FALSE(is_pending(ended));
}

// A run of somebody else's that has the workflow id of the schedule's.
void ScheduleStory::start_beside(size_t at) {
  const std::string id = kNames[below(kNames.size())];
  if (!fixed_) return;
  tell("a run of somebody else");
  const auto begun = sides_[at].coordinator->start_later(start_request(id.empty() ? kId : id));
  sides_[at].host->settle();
  EXPECT_FALSE(is_pending(begun));
}

void ScheduleStory::leap() {
  constexpr std::array<int64_t, 10> kLeaps = {1, 100, 1'000, 1'000, 5'000, 15'000, 30'000, 60'000, 60'000, 61'000};
  constexpr std::array<int64_t, 3> kLongLeaps = {10 * kMinuteMs, 35 * kMinuteMs, 70 * kMinuteMs};
  const bool is_long = !fixed_ && chance(10);
  pass_time(is_long ? kLongLeaps[below(kLongLeaps.size())] : kLeaps[below(kLeaps.size())]);
}

void ScheduleStory::do_something(size_t at) {
  switch (below(6)) {
    case 0:
    case 1:
      return edit(at);
    case 2:
    case 3:
      return close_a_run(at);
    case 4:
      return start_beside(at);
    default:
      return catch_up(at);
  }
}

void ScheduleStory::step() {
  for (size_t at = 0; at < sides_.size(); ++at) {
    if (sides_[at].away && chance(50)) restart(at);
  }
  const size_t at = below(2);
  if (!calm_ && chance(3)) return restart(at);
  if (chance(55) || sides_[at].away) return leap();
  do_something(at);
}

void ScheduleStory::run(int steps) {
  for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
    tell("step " + std::to_string(i));
    step();
    check_notes();
  }
}

void ScheduleStory::finish() {
  tell("the end");
  active_ = false;
  for (size_t at = 0; at < sides_.size(); ++at) {
    if (sides_[at].away) restart(at);
  }
  change(0, v1::ResumeScheduleRequest());
  const auto waits = [this] { return state().waiting_size() + state().backfills_size() > 0; };
  for (int i = 0; i < kRoundsToTheEnd && (i < 5 || waits()) && !::testing::Test::HasFailure(); ++i) {
    while (!open_ids().empty()) close_a_run(0);
    pass_time(31'000);
  }
  EXPECT_FALSE(waits()) << state().DebugString();
  EXPECT_GE(state().settled_ms(), now_ms_ - 3 * kMinuteMs) << state().DebugString();
  read_notes();
  check_notes();
  if (calm_) {
    for (const auto& [run, start] : starts_) EXPECT_TRUE(notes_.contains(run)) << start.request_id << " was started and is not said";
  }
  check_histories(*data_);
}

// --- on the coordinators' threads ---

void ScheduleStory::interrupt(size_t at) {
  if (!active_ || sides_[1 - at].away || interrupting_.exchange(true)) return;
  if (chance(interrupts_)) {
    tell("meanwhile, " + std::to_string(1 - at));
    do_something(1 - at);
  }
  interrupting_ = false;
}

absl::Status ScheduleStory::before_read(size_t at, std::string_view call) {
  if (call == "count_backlog") return absl::OkStatus();
  if (sides_[at].away) return absl::UnavailableError("it has died");
  if (call == "due_schedules") read_notes();
  if (!active_) return absl::OkStatus();
  interrupt(at);
  if (chance(faults_ / 6)) {
    tell("it dies before " + std::string(call));
    sides_[at].away = true;
  }
  const bool fails = sides_[at].away || chance(call == "move_schedules" ? faults_ * 2 : faults_ / 4);
  return fails ? absl::UnavailableError("as the seed wants it") : absl::OkStatus();
}

std::optional<store::CommitResult> ScheduleStory::before_commit(size_t at) {
  if (sides_[at].away) return failed_commit(store::CommitOutcome::kMaybe);
  if (!active_) return std::nullopt;
  interrupt(at);
  if (chance(faults_ / 2)) return failed_commit(chance(50) ? store::CommitOutcome::kMaybe : store::CommitOutcome::kConflict);
  return std::nullopt;
}

std::optional<store::CommitResult> ScheduleStory::after_commit(const store::CommitBatch& batch) {
  saw(batch);
  if (active_ && chance(faults_)) return failed_commit(store::CommitOutcome::kMaybe);
  return std::nullopt;
}

// --- what must hold ---

void ScheduleStory::saw(const store::CommitBatch& batch) {
  const std::lock_guard lock(mutex_);
  for (const store::ReceivedRow& row : batch.received) {
    const auto reply = engine::from_verdict(row.verdict);
    if (!row.key.id.starts_with("schedule/") || !reply.ok()) continue;
    if (const auto* started = std::get_if<core::StartReply>(&reply->reply)) {
      tell("START " + row.key.workflow.workflow_id + " " + row.key.id + " " + started->run_id.to_text());
      saw_start(row.key.id, started->run_id);
    } else {
      endings_.insert(row.key.id);
    }
  }
}

void ScheduleStory::saw_start(const std::string& request_id, const core::RunId& run) {
  const auto [first, is_new] = runs_.emplace(request_id, run.to_text());
  EXPECT_TRUE(is_new) << request_id << " has started a second run, " << run.to_text() << " beside " << first->second;
  const auto [created_ms, nominal_s, serial] = numbers_in(request_id);
  schedule::State state;
  state.set_created_ms(created_ms);
  schedule::ScheduledTime time;
  time.set_nominal_ms(nominal_s * 1000);
  time.set_serial(serial);
  starts_[run.to_text()] = {request_id, nominal_s, schedule::ending_id_of({kDomain, kId}, state, time, core::execution_ref("", run))};
}

// Whoever notes a start reads what is due again afterwards.
void ScheduleStory::read_notes() {
  const journal::v1::ScheduleState now = state();
  const std::lock_guard lock(mutex_);
  for (const auto& settled : now.recent()) {
    if (settled.has_started()) notes_[core::run_id_text(settled.started().run_id())] = settled.nominal_ms();
  }
}

void ScheduleStory::check_notes() {
  const std::lock_guard lock(mutex_);
  for (const auto& [run, nominal_ms] : notes_) {
    const auto start = starts_.find(run);
    ASSERT_NE(start, starts_.end()) << run << " is said to have been started, and was not";
    EXPECT_EQ(start->second.nominal_s, nominal_ms / 1000) << run << " was started for another time than is said";
  }
  for (const auto& [run, start] : starts_) {
    EXPECT_FALSE(endings_.contains(start.own_ending)) << run << " was ended for the sake of the time that it was started for";
  }
}

bool ScheduleStory::chance(int share) {
  const std::lock_guard lock(draws_mutex_);
  return draws_.percent(static_cast<uint64_t>(share));
}

uint64_t ScheduleStory::below(uint64_t bound) {
  const std::lock_guard lock(draws_mutex_);
  return draws_.below(bound);
}

void ScheduleStory::tell(const std::string& what) const {
  if (aloud_) std::fprintf(stderr, "[%lld] %s\n", static_cast<long long>(now_ms_ - ManualTime::kStartMs), what.c_str());
}

journal::v1::ScheduleState ScheduleStory::state() const {
  journal::v1::ScheduleState state;
  const auto row = data_->find_schedule(key_of(*data_));
  if (row.ok() && *row) state.ParseFromString((*row)->state);
  return state;
}

std::vector<std::string> ScheduleStory::open_ids() const {
  std::vector<std::string> ids;
  const auto records = data_->list_executions({.domain = kDomain, .oldest_first = true, .limit = 10'000});
  for (const auto& record : *records) ids.push_back(record.workflow_id);
  std::sort(ids.begin(), ids.end());  // not by run ids, which are of no seed
  return ids;
}

}  // namespace baton::testing
