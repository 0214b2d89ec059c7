// Hello: one activity. The workflow says what is done, the worker does it.
#include "pattern.h"

namespace patterns {
namespace {

constexpr baton::Activity<std::string(std::string)> greet{"greet", "1"};
constexpr baton::WorkflowType<std::string(std::string)> greet_someone{"hello", "1"};

baton::Task<std::string> greet_one(baton::Workflow wf, std::string name) { co_return co_await wf.schedule(greet, name, kStep); }

void decide(baton::Decider& decider) { decider.on(greet_someone, greet_one); }

void work(baton::Worker& worker) {
  worker.on(greet, [](std::string name) { return "Hello, " + name + "!"; });
}

std::string run(baton::Client& client, const std::string& id) { return client.start(greet_someone, id, "world").result(); }

}  // namespace

const Pattern hello{"hello", decide, work, run};

}  // namespace patterns
