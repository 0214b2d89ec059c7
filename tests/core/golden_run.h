// One run told as text: each step is a command as a golden script writes it (tests/core/golden/README.md) and gives what came of it, as
// text too. On every step, besides what LiveRun checks: the engine work derived from commits adds up to the state, no deadline is armed
// too late, and what must hold of every history holds (reliability: I2 to I4, I8). Failures are GoogleTest failures.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/core/live_run.h"

namespace baton::core {

class GoldenRun {
 public:
  // `lines`: settings, then at most one command with its indented lines. Empty text when there was no command. What cannot be read is a
  // failure that names the line.
  std::string step(const std::vector<std::string>& lines);

 private:
  struct Words;

  LiveRun& run();
  bool take_setting(const Words& words);
  absl::StatusOr<Commit> decide(const Words& words, const std::vector<std::string>& fields);
  absl::StatusOr<Commit> decide_call(const Words& words, const std::vector<std::string>& fields);
  absl::StatusOr<Commit> decide_answer(const Words& words, const std::vector<std::string>& fields);
  absl::StatusOr<Commit> decide_hand_out(const Words& words);
  absl::StatusOr<Commit> decide_message(const Words& words, const std::vector<std::string>& fields);
  TaskRef task_of(const Words& words);
  TaskRef task_named(const std::string& text);
  void remember_hand_out(const Commit& commit);

  std::string told(const absl::StatusOr<Commit>& commit, int64_t first_event_id) const;
  void check(const RunCommit& commit);
  void check_waiting(const RunCommit& commit);
  void check_history();

  Limits limits_;
  std::unique_ptr<LiveRun> run_;
  std::map<std::pair<int64_t, int32_t>, TaskRef> hand_outs_;
  std::set<std::pair<TaskKind, int64_t>> waiting_;  // what an engine that only follows commits believes to be waiting
};

}  // namespace baton::core
