// All three libraries in one program, compiled with nothing but what linking them gives.
#include <baton/client.h>
#include <baton/decider.h>
#include <baton/worker.h>

namespace {

constexpr baton::Activity<std::string(std::string)> greet{"greet", "1"};
constexpr baton::WorkflowType<std::string(std::string)> welcome{"welcome", "1"};

baton::Task<std::string> welcome_code(baton::Workflow wf, std::string name) {
  auto greeting = wf.schedule(greet, name);
  co_return co_await greeting;
}

}  // namespace

int main() {
  baton::Client client("127.0.0.1:7450", "greetings");
  baton::Decider decider(client, "greeting-decisions");
  decider.on(welcome, welcome_code);
  baton::Worker worker(client, "greeting-activities");
  worker.on(greet, [](std::string name) { return "hello " + name; });
  return client.start(welcome, "welcome-1", "Ann").result().empty() ? 1 : 0;
}
