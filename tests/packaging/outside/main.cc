// All three libraries in one program, compiled with nothing but what linking them gives.
#include <baton/aes256_gcm_codec.h>
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
  const auto codec = std::make_shared<baton::Aes256GcmCodec>(
      "k", std::vector<baton::AesKey>{{"k", std::string(32, 'k')}});
  baton::Client client("127.0.0.1:7450", "greetings", {.codec = codec});
  baton::Decider decider(client, "greeting-decisions");
  decider.on(welcome, welcome_code);
  baton::Worker worker(client, "greeting-activities", {.slots = 4, .metrics = std::make_shared<baton::MetricsHooks>()});
  worker.on(greet, [](std::string name) { return "hello " + name; });
  return client.start(welcome, "welcome-1", "Ann", {.headers = {{"trace", *baton::to_payload(1)}}}).result().empty() ? 1 : 0;
}
