// Cancellation and clean-up: a cancel request ends what is open in a scope; what was begun is cleared away by what no request reaches.
#include <thread>

#include "pattern.h"

namespace patterns {
namespace {

constexpr baton::Activity<std::string(std::string)> make_folder{"make_folder", "1"};
constexpr baton::Activity<std::string(std::string)> render{"render", "1"};
constexpr baton::Activity<void(std::string)> remove_folder{"remove_folder", "1"};
constexpr baton::WorkflowType<std::string(std::string)> make_film{"cancellation", "1"};

baton::Task<std::string> render_film(baton::Workflow wf, std::string film) {
  const std::string folder = co_await wf.schedule(make_folder, film, kStep);
  auto scope = wf.cancel_scope();
  std::string reel;
  bool canceled = false;
  try {
    reel = co_await scope.schedule(render, folder, kStep);  // asked to end by a cancel request, and waited for until it has
  } catch (const baton::Canceled&) {
    canceled = true;  // a handler may not co_await
  }
  co_await wf.schedule(remove_folder, folder, kStep);  // by wf, not by the scope: however it ended
  if (canceled) throw baton::Canceled();
  co_return reel;
}

void decide(baton::Decider& decider) { decider.on(make_film, render_film); }

void work(baton::Worker& worker) {
  worker.on(make_folder, [](std::string film) { return "folder of " + film; });
  worker.on(render, [](baton::Attempt& attempt, std::string folder) -> std::string {
    if (!folder.ends_with("epic")) return "reel from " + folder;
    while (!attempt.wait(10s)) {  // frame by frame, for days
    }
    throw baton::Canceled();  // it was asked to end
  });
  worker.on(remove_folder, [](std::string) {});
}

std::string run(baton::Client& client, const std::string& id) {
  auto sketch = client.start(make_film, id + "-sketch", "a sketch");
  auto epic = client.start(make_film, id + "-epic", "an epic");
  const auto renders = [&] {
    for (const baton::HistoryEvent& event : client.history(epic.execution())) {
      if (event.type() == baton::EventType::kActivityTaskScheduled && event.activity_type().name == render.name) return true;
    }
    return false;
  };
  while (!renders()) std::this_thread::sleep_for(20ms);
  epic.request_cancel();
  return "the sketch: " + sketch.result() + "; the epic: " + to_string(epic.wait()->status);
}

}  // namespace

const Pattern cancellation{"cancellation", decide, work, run};

}  // namespace patterns
