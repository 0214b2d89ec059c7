// Approval with a deadline: a person decides, or nobody does in time. Nothing runs while it waits, be it for a second or for a month.
#include "pattern.h"

namespace patterns {
namespace {

struct Leave {
  std::string who;
  int days = 0;
  int64_t deadline_ms = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Leave, who, days, deadline_ms)

struct Verdict {
  bool granted = false;
  std::string by;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Verdict, granted, by)

constexpr baton::Activity<void(Leave)> ask_for_approval{"ask_for_approval", "1"};
constexpr baton::Activity<void(Leave)> enter_in_calendar{"enter_in_calendar", "1"};
constexpr baton::Signal<Verdict> decided{"decided"};
constexpr baton::WorkflowType<std::string(Leave)> request_leave{"approval", "1"};

baton::Task<std::string> grant_leave(baton::Workflow wf, Leave leave) {
  co_await wf.schedule(ask_for_approval, leave, kStep);  // a mail to whoever decides
  auto answer = wf.receive(decided);
  auto deadline = wf.sleep(baton::Duration(leave.deadline_ms));
  co_await wf.any(answer, deadline);
  if (!answer.ready()) co_return "nobody decided in time";

  deadline.cancel();
  const Verdict verdict = co_await answer;
  if (!verdict.granted) co_return "refused by " + verdict.by;
  co_await wf.schedule(enter_in_calendar, leave, kStep);
  co_return "granted by " + verdict.by;
}

void decide(baton::Decider& decider) { decider.on(request_leave, grant_leave); }

void work(baton::Worker& worker) {
  worker.on(ask_for_approval, [](Leave) {});
  worker.on(enter_in_calendar, [](Leave) {});
}

std::string run(baton::Client& client, const std::string& id) {
  constexpr int64_t kDay = 24 * 3600 * 1000;
  auto granted = client.start(request_leave, id + "-ann", {"Ann", 10, kDay});
  auto refused = client.start(request_leave, id + "-bob", {"Bob", 200, kDay});
  auto forgotten = client.start(request_leave, id + "-cem", {"Cem", 1, 500});
  client.signal(granted.execution(), decided, {true, "Dora"});
  client.signal(refused.execution(), decided, {false, "Dora"});
  return "Ann: " + granted.result() + "; Bob: " + refused.result() + "; Cem: " + forgotten.result();
}

}  // namespace

const Pattern approval{"approval", decide, work, run};

}  // namespace patterns
