// The example invoker as a program of its own: a decider asks for a function, and an HTTP endpoint in the format of AWS Lambda is it.
#include <gmock/gmock.h>
#include <httplib.h>

#include <future>
#include <thread>

#include "program.h"
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

// Answers the Invoke calls of function "resize".
class Function {
 public:
  explicit Function(httplib::Server::Handler handler) {
    server_.Post("/2015-03-31/functions/resize/invocations", std::move(handler));
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    EXPECT_TRUE(becomes_true([this] { return server_.is_running(); }));  // only then can it be stopped
  }
  ~Function() {
    server_.stop();
    thread_.join();
  }
  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

class Invoker : public SpecTest {
 protected:
  RunningProgram invoker_at(const std::string& endpoint) {
    return RunningProgram({INVOKER_PROGRAM, "--address", address(), "--domain", kDomain, "--function", "resize", "--endpoint", endpoint});
  }
  void call_function_of_run(const std::string& workflow_id) {
    start(workflow_id, "lambda_role: 'caller'");
    decide({call_function("f", "input { data: '{\"width\":3}' content_type: 'application/json' }")});
  }
};

TEST_F(Invoker, PostsTheInputAndTheBodyOfTheAnswerIsTheResult) {
  std::string posted;
  const Function function([&](const httplib::Request& request, httplib::Response& response) {
    posted = request.get_header_value("X-Amz-Invocation-Type") + " " + request.get_header_value("Content-Type") + " " + request.body;
    response.set_content("{\"height\":4}", "application/json");
  });
  auto invoker = invoker_at(function.endpoint());
  call_function_of_run("w");
  wait_for("w", "LambdaFunctionCompleted");
  EXPECT_EQ(posted, "RequestResponse application/json {\"width\":3}");
  EXPECT_EQ(attributes("w", 7), "scheduled_event_id: 5 started_event_id: 6 result { data: \"{\\\"height\\\":4}\" content_type: \"application/json\" }");
  invoker.signal(SIGTERM);
  EXPECT_EQ(invoker.wait(), 0);
}

TEST_F(Invoker, AnErrorOfTheFunctionFailsTheCall) {
  const Function function([](const httplib::Request&, httplib::Response& response) {
    response.set_header("X-Amz-Function-Error", "Unhandled");
    response.set_content("{\"errorMessage\":\"no picture\"}", "application/json");
  });
  auto invoker = invoker_at(function.endpoint());
  call_function_of_run("w");
  const auto failed = wait_for("w", "LambdaFunctionFailed").lambda_function_failed();
  EXPECT_EQ(failed.reason(), "Unhandled");
  EXPECT_EQ(failed.details().data(), "{\"errorMessage\":\"no picture\"}");
}

TEST_F(Invoker, AnEndpointThatRefusesOrIsNotThereFailsTheCall) {
  const Function function([](const httplib::Request&, httplib::Response& response) { response.status = 429; });
  std::string gone;
  { gone = Function([](const httplib::Request&, httplib::Response&) {}).endpoint(); }
  {
    auto invoker = invoker_at(function.endpoint());
    call_function_of_run("busy");
    EXPECT_EQ(wait_for("busy", "LambdaFunctionFailed").lambda_function_failed().reason(), "HTTP_429");
    decide({complete()});
  }
  auto invoker = invoker_at(gone);
  call_function_of_run("gone");
  EXPECT_EQ(wait_for("gone", "LambdaFunctionFailed").lambda_function_failed().reason(), "UNREACHABLE");
}

// An invoker that is killed once it has acknowledged loses the call to its timeout: the function is not called twice.
TEST_F(Invoker, AFunctionWhoseInvokerIsKilledTimesOut) {
  std::promise<void> called, go_on;
  const Function function([&](const httplib::Request&, httplib::Response&) {
    called.set_value();
    go_on.get_future().wait();
  });
  {
    auto invoker = invoker_at(function.endpoint());
    start("w", "lambda_role: 'caller'");
    decide({call_function("f", "start_to_close_timeout { after { seconds: 1 } }")});
    called.get_future().wait();
    wait_for("w", "LambdaFunctionStarted");
    invoker.signal(SIGKILL);
    invoker.wait();
  }
  wait_for("w", "LambdaFunctionTimedOut");
  go_on.set_value();
}

TEST(InvokerProgram, SaysWhatItNeeds) {
  const Ended ended = run_program({INVOKER_PROGRAM, "--domain", "d", "--function", "a/b", "--endpoint", "http://127.0.0.1:1"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, ::testing::HasSubstr("--function"));
}

}  // namespace
}  // namespace baton::testing
