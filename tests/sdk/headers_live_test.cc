// Headers on their way from the start to activities and with signals, against a real coordinator; with and without a codec.
#include <gmock/gmock.h>

#include <future>

#include "baton/aes256_gcm_codec.h"
#include "baton/client.h"
#include "baton/decider.h"
#include "baton/worker.h"
#include "live_coordinator.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr Activity<std::string()> trace_of_activity{"trace_of_activity", "1"};
constexpr Signal<std::string> ping{"ping"};
constexpr WorkflowType<std::string()> traces{"traces", "1"};
constexpr ActivityOptions kStep{
    .start_to_close = 30s, .task_list = "work", .retry = {.initial_interval = 1ms, .maximum_attempts = 3}};

std::string text(const std::optional<Payload>& header) { return header ? from_payload<std::string>(header) : "none"; }

// Which traces it saw: its own, its activity's, and those of two signals.
Task<std::string> traces_code(Workflow wf) {
  std::string seen = text(wf.header("trace")) + "/" + text(wf.header("other")) + "/" + std::to_string(wf.headers().size());
  const std::string activity = co_await wf.schedule(trace_of_activity, kStep);
  seen += " " + activity;
  auto channel = wf.receive(ping);
  for (int i = 0; i < 2; ++i) {
    const std::string value = co_await channel;
    const auto trace = channel.headers().find("trace");
    seen += " " + value + ":" + (trace == channel.headers().end() ? "none" : from_payload<std::string>(trace->second));
  }
  co_return seen;
}

class HeadersLiveTest : public ::testing::TestWithParam<bool> {
 protected:
  HeadersLiveTest() : client_(coordinator_.address(), "live", {.identity = "test", .codec = codec()}) {
    client_.ensure_domain();
    client_.ensure_activity_type({"trace_of_activity", "1"});
    client_.ensure_workflow_type({"traces", "1"}, {.task_list = "decisions"});
    decider_.on(traces, traces_code);
    worker_.on(trace_of_activity, [](Attempt& attempt) {
      if (attempt.number() < 2) throw AttemptFailed("again");  // every attempt has them
      return text(attempt.header("trace")) + "/" + std::to_string(attempt.headers().size());
    });
    deciding_ = std::async(std::launch::async, [this] { return decider_.run(); });
    working_ = std::async(std::launch::async, [this] { return worker_.run(); });
  }
  ~HeadersLiveTest() override {
    decider_.stop();
    worker_.stop();
    EXPECT_EQ(deciding_.get(), 0);
    EXPECT_EQ(working_.get(), 0);
  }
  static std::shared_ptr<const PayloadCodec> codec() {
    if (!GetParam()) return nullptr;
    return std::make_shared<Aes256GcmCodec>("k", std::vector<AesKey>{{"k", std::string(32, 'k')}});
  }
  static Headers trace(const std::string& value) { return {{"trace", *to_payload(value)}}; }

  LiveCoordinator coordinator_;
  Client client_;
  Decider decider_{client_, "decisions", {.threads = 1}};
  Worker worker_{client_, "work"};
  std::future<int> deciding_, working_;
};

TEST_P(HeadersLiveTest, TheyReachTheWorkflowItsActivitiesAndTheReceiversOfSignals) {
  Headers headers = trace("t1");
  headers["user"] = *to_payload(std::string("Ann"));
  auto run = client_.start(traces, "w", {.headers = headers});
  client_.signal(run.execution(), ping, "one", trace("t2"));
  client_.signal(run.execution(), ping, "two");
  EXPECT_EQ(run.result(), "t1/none/2 t1/2 one:t2 two:none");
  const History history = client_.history(run.execution());
  EXPECT_EQ(history[0].headers(), headers);
  EXPECT_TRUE(history[1].headers().empty());
}

TEST_P(HeadersLiveTest, TheirBoundsAreTheCoordinators) {
  Headers many;
  for (int i = 0; i < 17; ++i) many[std::to_string(i)] = {};
  try {
    client_.start(traces, "many", {.headers = many});
    FAIL() << "it was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kInvalidArgument);
    EXPECT_THAT(error.what(), HasSubstr("at most 16"));
  }
  EXPECT_THROW(client_.start(traces, "large", {.headers = trace(std::string(33'000, 'x'))}), Error);
}

INSTANTIATE_TEST_SUITE_P(WithACodec, HeadersLiveTest, ::testing::Values(false, true));

}  // namespace
}  // namespace baton::testing
