// What clients sent and what they were told of it, held against the journals step by step: what is acknowledged is there once, what is
// refused is not, and what nobody was sure of is there once at the most. Failures are GoogleTest failures.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/core/run_id.h"
#include "coordinator/engine/poller.h"

namespace baton::testing {

enum class Told { kNothing, kMaybe, kNo, kYes };

// A call with all its copies.
struct Sent {
  std::string mark;         // the event that it leads to bears it, and no other does; empty: it bears none
  std::string workflow_id;  // of the run that it is for
  core::RunId run;          // empty: whatever run is open
  bool repeatable = true;   // it has an identity, so that a second copy is no second call
  // Sends one more copy to this coordinator, over this poller's stream; 0: by itself.
  std::function<void(size_t at, engine::PollerId over)> send;
  // The reply of a copy came, and the journals have been taken in: whether it may be such a reply.
  std::function<void(const absl::StatusOr<core::RunId>&)> judge;

  int64_t since = 0;  // how many commits there were when its first copy was sent
  int copies_out = 0;
  Told told = Told::kNothing;
  core::RunId found_run;  // where its event is; empty: nowhere
  int64_t found_event_id = 0;
};

class Ledger {
 public:
  using Outcome = absl::StatusOr<core::RunId>;
  using Tell = std::function<void(const std::string& what)>;

  explicit Ledger(Tell tell) : tell_(std::move(tell)) {}

  // --- the test's thread ---
  // Stays where it is.
  Sent& add(Sent sent);
  // Sends a copy.
  void send(Sent& sent, size_t at, engine::PollerId over = 0);
  // Those that are in doubt and can be sent again.
  std::vector<Sent*> in_doubt();
  Sent* find(const std::string& mark);

  // An event with this mark came into a journal.
  void found(const std::string& mark, const core::RunId& run, int64_t event_id, const std::string& workflow_id);
  // Considers the replies that have come.
  void read_replies();
  // No call is under way any more.
  void expect_all_answered() const;

  // --- any thread ---
  void reply(Sent& sent, Outcome outcome);

 private:
  void note(Sent& sent, const Outcome& outcome);

  const Tell tell_;
  std::deque<Sent> sent_;
  std::map<std::string, Sent*> by_mark_;
  std::mutex mutex_;
  std::vector<std::pair<Sent*, Outcome>> replies_;  // guarded by mutex_
};

}  // namespace baton::testing
