#include "coordinator/engine/schedules.h"

#include <algorithm>

#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/engine/verdict.h"
#include "coordinator/log/log.h"
#include "coordinator/schedule/bounds.h"

namespace baton::engine {
namespace {

constexpr int64_t kBeatMs = 1'000;
constexpr int kNoteTries = 5;
constexpr size_t kRoundLimit = 200;  // schedules that can be read; the next round comes at once

// Whether sending the same start again can bring nothing else.
bool is_final(const absl::Status& refusal) {
  switch (core::fault_of(refusal)) {
    case v1::FAULT_UNSPECIFIED:
    case v1::LIMIT_EXCEEDED:
    case v1::THROTTLING:
    case v1::STORE_UNAVAILABLE:
      return false;
    default:
      return true;
  }
}

// The run that a start was answered with.
std::optional<core::RunId> run_in(const std::optional<std::string>& verdict) {
  if (!verdict) return std::nullopt;
  const auto reply = from_verdict(*verdict);
  const auto* started = reply.ok() ? std::get_if<core::StartReply>(&reply->reply) : nullptr;
  return started != nullptr ? std::optional(started->run_id) : std::nullopt;
}

}  // namespace

// A schedule whose round is played.
struct Schedules::Visit {
  store::ScheduleRow row;
  schedule::Name name;
  schedule::Contents contents;
  std::vector<schedule::ScheduledTime> startable;  // of which it is asked whether they were started
  bool found = false;                              // one was, and is noted: the round is played when its run has been looked at
  schedule::Round round;
  absl::Status others;             // what came of ending other runs
  bool another_moved_on = false;   // one of them is not what it was when it was looked at
  absl::StatusOr<core::RunId> started = absl::UnknownError("");  // of round.start
  std::optional<journal::v1::ExecutionRef> execution;            // the same, once it is noted
  bool again = false;                                              // the round failed and was dropped
};

// Waits until all that were asked have answered.
class Schedules::Answers {
 public:
  explicit Answers(Schedules& schedules) : schedules_(schedules) {}

  // `take` is called with one answer, under the lock, before wait() returns.
  template <class Answer>
  std::function<void(Answer)> ask(std::function<void(Answer)> take) {
    {
      const std::lock_guard lock(schedules_.mutex_);
      ++missing_;
    }
    return [this, take = std::move(take)](Answer answer) {
      const std::lock_guard lock(schedules_.mutex_);
      take(std::move(answer));
      if (--missing_ == 0) schedules_.wake_.notify_all();
    };
  }
  void wait() {
    std::unique_lock lock(schedules_.mutex_);
    const auto all = [this] { return missing_ == 0; };
    while (!all()) schedules_.clock_.wait_until(schedules_.wake_, lock, INT64_MAX, all);
  }

 private:
  Schedules& schedules_;
  int missing_ = 0;
};

Schedules::Schedules(store::Store& store, const DatabaseClock& clock, Calls calls) : store_(store), clock_(clock), calls_(std::move(calls)) {}

void Schedules::start() {
  session_ = store_.open_lane();
  thread_ = std::thread([this] { run(); });
}

void Schedules::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Schedules::look() {
  {
    const std::lock_guard lock(mutex_);
    changed_ = true;
  }
  wake_.notify_all();
}

void Schedules::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_ = false;
    lock.unlock();
    const int64_t next_ms = play_all();
    lock.lock();
    clock_.wait_until(wake_, lock, next_ms, [this] { return stopping_ || changed_; });
  }
}

int64_t Schedules::play_all() {
  while (true) {
    const int64_t now_ms = clock_.now_ms();
    const size_t unread = unread_.size();
    auto rows = store_.due_schedules(now_ms + kBeatMs, static_cast<int32_t>(kRoundLimit + unread));
    if (!rows.ok()) return now_ms + kBeatMs;
    const auto later = std::find_if(rows->begin(), rows->end(), [&](const store::ScheduleRow& row) { return row.next_ms > now_ms; });
    const int64_t next_ms = later == rows->end() ? now_ms + kBeatMs : later->next_ms;
    rows->erase(later, rows->end());
    if (rows->empty()) return next_ms;
    const bool kept = play(*std::move(rows));
    const bool reads_on = unread_.size() > unread;  // behind those that it cannot read
    if (!kept && !reads_on) return now_ms + kBeatMs;
    const std::lock_guard lock(mutex_);
    if (stopping_) return now_ms;
  }
}

bool Schedules::play(std::vector<store::ScheduleRow> rows) {
  std::vector<Visit> visits = read(std::move(rows));
  const int64_t now_ms = clock_.now_ms();
  if (!look_at_runs(visits, now_ms).ok()) return false;
  for (Visit& visit : visits) {
    if (visit.found) continue;
    if (!find_doubtful(visit, now_ms).ok()) return false;
    visit.round = schedule::play(visit.contents, now_ms);
  }
  end_others(visits);
  start_runs(visits);
  for (Visit& visit : visits) settle(visit, now_ms);
  return keep(visits, now_ms);
}

std::vector<Schedules::Visit> Schedules::read(std::vector<store::ScheduleRow> rows) {
  std::vector<Visit> visits;
  std::set<store::ScheduleKey> unread;
  for (store::ScheduleRow& row : rows) {
    auto contents = schedule::read_contents(row.definition, row.state);
    if (contents.ok()) {
      Visit& visit = visits.emplace_back();
      visit.name = {row.key.domain, row.key.schedule_id};
      visit.contents = *std::move(contents);
      visit.row = std::move(row);
      continue;
    }
    unread.insert(row.key);
    if (!unread_.contains(row.key)) {
      log_event(LogLevel::kError, "schedule_unread",
                {{"domain", row.key.domain}, {"schedule_id", row.key.schedule_id}, {"message", std::string(contents.status().message())}});
    }
  }
  unread_ = std::move(unread);
  return visits;
}

store::WorkflowKey Schedules::workflow_key(const std::string& domain, const std::string& workflow_id) const {
  return {store::shard_of(domain, workflow_id, store_.shard_count()), domain, workflow_id};
}

void Schedules::ask_of(Visit& visit, int64_t now_ms, store::ConfirmRequest& ask) const {
  const v1::Schedule& schedule = visit.contents.schedule;
  auto& open = *visit.contents.state.mutable_open();
  if (schedule.start().fixed_workflow_id()) {
    // Whoever started it.
    const std::string id = schedule::workflow_id_of(visit.name, schedule, 0);
    const bool known = std::any_of(open.begin(), open.end(), [&](const auto& run) { return run.execution().workflow_id() == id; });
    if (!known) open.Add()->mutable_execution()->set_workflow_id(id);
  }
  for (const auto& run : open) ask.open_runs.push_back(workflow_key(visit.name.domain, run.execution().workflow_id()));
  visit.startable = schedule::startable(visit.contents, now_ms);
  for (const schedule::ScheduledTime& time : visit.startable) {
    ask.received.push_back({workflow_key(visit.name.domain, schedule::workflow_id_of(visit.name, schedule, time)),
                            "StartWorkflowExecution", schedule::request_id_of(visit.name, visit.contents.state, time)});
  }
}

// Which of their runs are open, and what was started already: one query for all, so that a run is not seen without what it was started for.
absl::Status Schedules::look_at_runs(std::vector<Visit>& visits, int64_t now_ms) {
  store::ConfirmRequest ask;
  for (Visit& visit : visits) ask_of(visit, now_ms, ask);
  if (ask.open_runs.empty() && ask.received.empty()) return absl::OkStatus();
  const auto reply = session_->confirm(ask);
  if (!reply.ok()) return reply.status();
  auto run_id = reply->open_runs.begin();
  auto verdict = reply->verdicts.begin();
  for (Visit& visit : visits) {
    auto& open = *visit.contents.state.mutable_open();
    for (int i = 0; i < open.size(); ++run_id) {
      if (!*run_id) {
        open.DeleteSubrange(i, 1);
        continue;
      }
      if (open[i].since_ms() == 0) open[i].set_since_ms(now_ms);
      open[i++].mutable_execution()->set_run_id(std::string((*run_id)->view()));
    }
    for (const schedule::ScheduledTime& time : visit.startable) {
      const auto started = run_in(*verdict++);
      if (!started) continue;
      const std::string id = schedule::workflow_id_of(visit.name, visit.contents.schedule, time);
      schedule::note_found(visit.contents, time, core::execution_ref(id, *started), true, now_ms);
      visit.found = true;
    }
  }
  return absl::OkStatus();
}

absl::Status Schedules::find_doubtful(Visit& visit, int64_t now_ms) {
  for (const schedule::ScheduledTime& time : schedule::doubtful(visit.contents, now_ms)) {
    const std::string id = schedule::workflow_id_of(visit.name, visit.contents.schedule, time);
    const auto found = store_.find_latest(workflow_key(visit.name.domain, id));
    if (!found.ok()) return found.status();
    if (!*found || (*found)->start_ms < std::max(time.nominal_ms(), time.since_ms())) continue;
    const auto execution = core::execution_ref(id, (*found)->run.run_id);
    if (schedule::knows(visit.contents.state, execution)) continue;
    schedule::note_found(visit.contents, time, execution, (*found)->close_status == 0, now_ms);
  }
  return absl::OkStatus();
}

// Each is named by its run id: what another coordinator may have started since under the same workflow id is not ended.
void Schedules::end_others(std::vector<Visit>& visits) {
  Answers answers(*this);
  const auto end = [&](Visit& visit, const journal::v1::ExecutionRef& other, auto request, const auto& call) {
    request.set_domain(visit.name.domain);
    request.set_workflow_id(other.workflow_id());
    request.set_run_id(core::run_id_text(other.run_id()));
    request.set_request_id(schedule::ending_id_of(visit.name, visit.contents.state, visit.round.for_time, other));
    call(std::move(request), answers.ask<absl::Status>([&visit](const absl::Status& status) {
      if (!status.ok()) visit.others = status;
      visit.another_moved_on |= core::fault_of(status) == v1::UNKNOWN_RESOURCE;
    }));
  };
  for (Visit& visit : visits) {
    for (const auto& other : visit.round.cancel) end(visit, other, v1::RequestCancelWorkflowExecutionRequest(), calls_.request_cancel);
    v1::TerminateWorkflowExecutionRequest terminate;
    terminate.set_reason("the next run of its schedule");
    for (const auto& other : visit.round.terminate) end(visit, other, terminate, calls_.terminate);
  }
  answers.wait();
}

void Schedules::start_runs(std::vector<Visit>& visits) {
  Answers answers(*this);
  for (Visit& visit : visits) {
    if (!visit.round.start || !visit.others.ok()) continue;
    calls_.start(schedule::start_request(visit.name, visit.contents, *visit.round.start),
                 answers.ask<absl::StatusOr<core::RunId>>([&visit](absl::StatusOr<core::RunId> started) { visit.started = std::move(started); }));
  }
  answers.wait();
}

void Schedules::settle(Visit& visit, int64_t now_ms) const {
  if (!visit.round.start && visit.others.ok()) return;
  const absl::Status failed = visit.others.ok() ? visit.started.status() : visit.others;
  schedule::State& state = visit.contents.state;
  if (failed.ok()) {
    const std::string id = schedule::workflow_id_of(visit.name, visit.contents.schedule, *visit.round.start);
    visit.execution = core::execution_ref(id, *visit.started);
    return schedule::note_started(state, *visit.round.start, *visit.execution, now_ms);
  }
  if (visit.another_moved_on) return drop(visit);
  const bool was_asked = visit.others.ok();
  const bool given_up = was_asked && (is_final(failed) || schedule::failed_for_long(visit.contents, *visit.round.start, now_ms));
  if (given_up || state.failing_since_ms() == 0) {
    log_event(LogLevel::kWarning, "schedule_not_started",
              {{"domain", visit.name.domain}, {"schedule_id", visit.name.id}, {"message", std::string(failed.message())}});
  }
  if (given_up) return schedule::note_refused(state, *visit.round.start, failed, now_ms);
  drop(visit);
  if (state.failing_since_ms() == 0) state.set_failing_since_ms(now_ms);
}

void Schedules::drop(Visit& visit) {
  visit.contents.state.ParseFromString(visit.row.state);
  visit.again = true;
}

bool Schedules::keep(const std::vector<Visit>& visits, int64_t now_ms) {
  std::vector<store::ScheduleRow> rows;
  for (const Visit& visit : visits) {
    store::ScheduleRow& row = rows.emplace_back();
    row.key = visit.row.key;
    row.version = visit.row.version + 1;
    // What failed makes room for the others.
    row.next_ms = visit.again ? now_ms + kBeatMs : schedule::next_ms(visit.contents, now_ms);
    row.state = visit.contents.state.SerializeAsString();
  }
  if (rows.empty()) return false;
  const auto moved = store_.move_schedules(rows);
  if (!moved.ok()) return false;
  for (size_t i = 0; i < visits.size(); ++i) {
    if (!(*moved)[i] && visits[i].execution) note_beside_others(visits[i], now_ms);
  }
  return std::find(moved->begin(), moved->end(), true) != moved->end();
}

// Somebody has moved or changed the schedule while this one started a run of it. Another coordinator noted that run; who paused the schedule, or
// started another run that stood in the way, did not.
void Schedules::note_beside_others(const Visit& visit, int64_t now_ms) {
  for (int tries = 0; tries < kNoteTries; ++tries) {
    const auto row = store_.find_schedule(visit.row.key);
    // So many rounds later its note may be gone, rather than missing.
    if (!row.ok() || !*row || (*row)->version - visit.row.version > schedule::kRecentRuns) return;
    auto contents = schedule::read_contents((*row)->definition, (*row)->state);
    if (!contents.ok() || contents->state.created_ms() != visit.contents.state.created_ms()) return;
    if (schedule::says(contents->state, *visit.execution)) return;
    schedule::note_found(*contents, *visit.round.start, *visit.execution, true, now_ms);
    const auto moved = store_.move_schedules(std::vector<store::ScheduleRow>{
        {visit.row.key, (*row)->version + 1, schedule::next_ms(*contents, now_ms), "", contents->state.SerializeAsString()}});
    if (!moved.ok() || (*moved)[0]) return;
  }
}

}  // namespace baton::engine
