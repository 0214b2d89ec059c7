// Sends a batch and finds out what became of it. When the connection is lost around the commit, reading proves nothing (the old
// backend may still commit): the identical transaction is sent again, and the permanent keys, journal and received, tell. A row of ours
// there means applied, another's means surely not; anything else (the open-run index, a deadlock, a timeout) proves nothing while
// in doubt.
#include <algorithm>
#include <thread>

#include "absl/strings/str_cat.h"
#include "coordinator/store/postgres/postgres_lane.h"

namespace baton::store::postgres {
namespace {

using namespace std::chrono_literals;

constexpr auto kFirstPause = 5ms;
constexpr auto kLongestPause = 500ms;
constexpr char kWrongCount[] = "BATON";  // stands where an SQLSTATE would

struct Sent {
  std::optional<SqlError> error;  // empty: committed
  bool in_doubt = false;          // lost in the very statement that commits
};

Answer run_step(Connection& connection, const CommitStep& step) {
  Answer answer = connection.run(*step.statement, step.params);
  if (answer.ok() && step.expected && answer.result.integer(0, 0) != *step.expected) {
    answer.error = SqlError{kWrongCount, "a run that is closed or changed is not open", false};
  }
  return answer;
}

Sent send(Connection& connection, const CommitForm& form) {
  if (form.autocommit()) {
    Answer answer = run_step(connection, form.steps.front());
    const bool lost = answer.error && answer.error->lost;
    return {std::move(answer.error), lost};
  }
  Answer answer = connection.run_text("BEGIN");
  for (const CommitStep& step : form.steps) {
    if (!answer.ok()) break;
    answer = run_step(connection, step);
  }
  if (!answer.ok()) {
    if (!connection.lost()) connection.run_text("ROLLBACK");
    return {std::move(answer.error), false};
  }
  answer = connection.run_text("COMMIT");
  const bool lost = answer.error && answer.error->lost;
  return {std::move(answer.error), lost};
}

enum class Writer { kNobody, kUs, kAnother };

// Whose rows stand at the batch's permanent keys. Meaningful after a unique violation, which waits for the other's commit.
absl::StatusOr<Writer> writer_of(Connection& connection, const CommitForm& form, const CommitId& commit_id) {
  bool another = false;
  for (const std::optional<CommitStep>& look_up : {form.journal_writers, form.received_writers}) {
    if (!look_up) continue;
    const Answer answer = connection.run(*look_up->statement, look_up->params);
    if (!answer.ok()) return to_status(*answer.error);
    for (int i = 0; i < answer.result.size(); ++i) {
      if (answer.result.uuid(i, 0).bytes == commit_id) return Writer::kUs;
      another = true;
    }
  }
  return another ? Writer::kAnother : Writer::kNobody;
}

enum class Kind { kUniqueViolation, kBroken, kBadRows, kNotNow, kAgain, kOther };

Kind kind_of(const SqlError& error) {
  const std::string& state = error.state;
  if (error.lost) return Kind::kAgain;
  if (state == "23505") return Kind::kUniqueViolation;
  if (state == "40P01" || state == "40001") return Kind::kBroken;  // deadlock or serialization failure
  // Bad data, a check, a value too large for an index: the same rows are refused for ever.
  if (state.starts_with("22") || state.starts_with("23") || state.starts_with("54")) return Kind::kBadRows;
  // A server that became a standby, no room for a connection.
  if (state == "25006" || state == "53300") return Kind::kAgain;
  // Statement or lock timeout, a full disk, no memory, an error of the server's own: other rows may pass, and these later.
  if (state == "57014" || state == "55P03" || state.starts_with("53") || state.starts_with("58") || state.starts_with("XX")) {
    return Kind::kNotNow;
  }
  return Kind::kOther;
}

absl::Status reason(absl::StatusCode code, const SqlError& error) {
  return absl::Status(code, absl::StrCat(error.message, " (", error.state, ")"));
}

// The outcome, unless it has to be sent again.
std::optional<CommitResult> judge(Connection& connection, const CommitForm& form, const CommitId& commit_id, const SqlError& error,
                                  bool in_doubt) {
  const CommitResult conflict = {CommitOutcome::kConflict, reason(absl::StatusCode::kAborted, error)};
  const CommitResult rejected = {CommitOutcome::kRejected, reason(absl::StatusCode::kInvalidArgument, error)};
  switch (kind_of(error)) {
    case Kind::kUniqueViolation: {
      if (!in_doubt) return conflict;
      const absl::StatusOr<Writer> writer = writer_of(connection, form, commit_id);
      if (writer.ok() && *writer == Writer::kUs) return CommitResult{};
      if (writer.ok() && *writer == Writer::kAnother) return conflict;
      return std::nullopt;
    }
    case Kind::kBadRows: return rejected;
    case Kind::kBroken:
      if (!in_doubt) return conflict;
      return std::nullopt;
    case Kind::kOther:
      if (!in_doubt) return rejected;
      return std::nullopt;
    case Kind::kNotNow:
      if (!in_doubt) return CommitResult{CommitOutcome::kRejected, reason(absl::StatusCode::kUnavailable, error)};
      return std::nullopt;
    case Kind::kAgain: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

CommitResult commit_and_settle(Session& session, const CommitForm& form, const CommitId& commit_id, SteadyTime until) {
  bool in_doubt = false;
  std::chrono::milliseconds pause = kFirstPause;
  for (;;) {
    const absl::StatusOr<Connection*> connection = session.connect(until);
    if (!connection.ok()) return {CommitOutcome::kMaybe, connection.status()};
    const Sent sent = send(**connection, form);
    if (!sent.error) return {};
    in_doubt |= sent.in_doubt;
    if (std::optional<CommitResult> result = judge(**connection, form, commit_id, *sent.error, in_doubt)) return *result;
    if (std::chrono::steady_clock::now() >= until) return {CommitOutcome::kMaybe, to_status(*sent.error)};
    if (sent.error->state == "25006") session.drop();  // the address may lead to the new primary
    std::this_thread::sleep_for(pause);
    pause = std::min<std::chrono::milliseconds>(2 * pause, kLongestPause);
  }
}

}  // namespace baton::store::postgres
