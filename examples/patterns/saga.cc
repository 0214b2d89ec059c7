// Saga: several steps in systems that share no transaction. When one of them is refused, what was done before it is undone, the last step first.
#include <mutex>
#include <set>

#include "pattern.h"

namespace patterns {
namespace {

struct Part {
  std::string trip, what;
  friend auto operator<=>(const Part&, const Part&) = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Part, trip, what)

constexpr baton::Activity<void(Part)> book{"book", "1"};
constexpr baton::Activity<void(Part)> cancel_booking{"cancel_booking", "1"};
constexpr baton::WorkflowType<std::string(std::vector<std::string>)> book_trip{"saga", "1"};

// An undo is not given up: it is tried again for as long as the execution may run.
constexpr baton::ActivityOptions kUndo{
    .start_to_close = 30s, .heartbeat = 10s, .task_list = kActivities, .retry = {.initial_interval = 1s, .maximum_interval = 60s}};

baton::Task<std::string> book_whole_trip(baton::Workflow wf, std::vector<std::string> wishes) {
  std::vector<Part> begun;
  std::string refused;
  try {
    for (const std::string& wish : wishes) {
      const Part part{wf.workflow_id(), wish};
      begun.push_back(part);  // before it is done: a step that timed out may have been
      co_await wf.schedule(book, part, kStep);
    }
  } catch (const baton::ActivityFailed& failed) {
    refused = failed.reason();  // a handler may not co_await
  }
  if (refused.empty()) co_return "booked";
  for (; !begun.empty(); begun.pop_back()) co_await wf.schedule(cancel_booking, begun.back(), kUndo);
  throw baton::WorkflowFailed(refused);
}

void decide(baton::Decider& decider) { decider.on(book_trip, book_whole_trip); }

// Stands for three companies. Both calls can be repeated, and cancel() may come for what was never booked.
class Bookings {
 public:
  void book(const Part& part) {
    if (part.what == "a room on the moon") throw baton::AttemptFailed("NO_ROOM");
    const std::lock_guard lock(mutex_);
    booked_.insert(part);
  }
  void cancel(const Part& part) {
    const std::lock_guard lock(mutex_);
    booked_.erase(part);
  }

 private:
  std::mutex mutex_;
  std::set<Part> booked_;
};

void work(baton::Worker& worker) {
  auto bookings = std::make_shared<Bookings>();
  worker.on(book, [bookings](Part part) { bookings->book(part); });
  worker.on(cancel_booking, [bookings](Part part) { bookings->cancel(part); });
}

std::string run(baton::Client& client, const std::string& id) {
  auto rome = client.start(book_trip, id + "-rome", {"a train", "a room", "a guide"});
  auto moon = client.start(book_trip, id + "-moon", {"a rocket", "a suit", "a room on the moon"});
  const baton::Closed failed = *moon.wait();
  return "Rome: " + rome.result() + "; the moon: " + to_string(failed.status) + ", " + failed.reason;
}

}  // namespace

const Pattern saga{"saga", decide, work, run};

}  // namespace patterns
