// The program `baton` as a person uses it, against a coordinator that answers what the test says: what it sends, what it prints, how it
// exits.
#include <gmock/gmock.h>
#include <google/protobuf/util/time_util.h>
#include <grpcpp/grpcpp.h>

#include <nlohmann/json.hpp>

#include "baton/v1/registry_service.grpc.pb.h"
#include "baton/v1/workflow_service.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "program.h"

namespace baton::testing {
namespace {

using google::protobuf::util::TimeUtil;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

grpc::Status fault(grpc::StatusCode code, const std::string& reason, const std::string& message) {
  google::rpc::ErrorInfo info;
  info.set_domain("baton");
  info.set_reason(reason);
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  status.add_details()->PackFrom(info);
  return {code, message, status.SerializeAsString()};
}

// Remembers the last request of each kind and answers with `status`.
class Answering : public v1::RegistryService::Service, public v1::WorkflowService::Service {
 public:
  Answering() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(static_cast<v1::RegistryService::Service*>(this));
    builder.RegisterService(static_cast<v1::WorkflowService::Service*>(this));
    server_ = builder.BuildAndStart();
  }
  ~Answering() override { server_->Shutdown(std::chrono::system_clock::now()); }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  grpc::Status status;
  v1::RegisterDomainRequest registered;
  v1::UpdateDomainRequest updated;
  v1::PauseWorkflowExecutionRequest paused;
  v1::ResumeWorkflowExecutionRequest resumed;
  v1::ResetWorkflowExecutionRequest reset;
  v1::StartWorkflowExecutionRequest started;
  v1::SignalWorkflowExecutionRequest signaled;
  v1::TerminateWorkflowExecutionRequest terminated;
  v1::RequestCancelWorkflowExecutionRequest cancel;
  v1::ListClosedWorkflowExecutionsRequest listed_closed;
  v1::ListOpenWorkflowExecutionsResponse open;
  v1::DescribeWorkflowExecutionResponse described;
  v1::GetWorkflowExecutionHistoryResponse history;

 private:
  using Context = grpc::ServerContext*;
  template <class Kept, class Request>
  grpc::Status keep(Kept& kept, const Request& request) {
    kept = request;
    return status;
  }
  grpc::Status RegisterDomain(Context, const v1::RegisterDomainRequest* request, v1::RegisterDomainResponse*) override {
    return keep(registered, *request);
  }
  grpc::Status UpdateDomain(Context, const v1::UpdateDomainRequest* request, v1::UpdateDomainResponse*) override {
    return keep(updated, *request);
  }
  grpc::Status PauseWorkflowExecution(Context, const v1::PauseWorkflowExecutionRequest* request, v1::PauseWorkflowExecutionResponse*) override {
    return keep(paused, *request);
  }
  grpc::Status ResumeWorkflowExecution(Context, const v1::ResumeWorkflowExecutionRequest* request, v1::ResumeWorkflowExecutionResponse*) override {
    return keep(resumed, *request);
  }
  grpc::Status ResetWorkflowExecution(Context, const v1::ResetWorkflowExecutionRequest* request,
                                      v1::ResetWorkflowExecutionResponse* response) override {
    response->set_run_id("run-2");
    return keep(reset, *request);
  }
  grpc::Status ListDomains(Context, const v1::ListDomainsRequest* request, v1::ListDomainsResponse* response) override {
    // Two pages.
    const bool first = request->next_page_token().empty();
    response->add_domain_infos()->set_name(first ? "orders" : "tests");
    response->mutable_domain_infos(0)->set_status(request->registration_status());
    if (first) response->set_next_page_token("more");
    return status;
  }
  grpc::Status DescribeDomain(Context, const v1::DescribeDomainRequest* request, v1::DescribeDomainResponse* response) override {
    response->mutable_domain_info()->set_name(request->name());
    response->mutable_configuration()->mutable_workflow_execution_retention_period()->mutable_after()->set_seconds(7 * 86400);
    return status;
  }
  grpc::Status StartWorkflowExecution(Context, const v1::StartWorkflowExecutionRequest* request,
                                      v1::StartWorkflowExecutionResponse* response) override {
    response->set_run_id("run-1");
    return keep(started, *request);
  }
  grpc::Status SignalWorkflowExecution(Context, const v1::SignalWorkflowExecutionRequest* request,
                                       v1::SignalWorkflowExecutionResponse*) override {
    return keep(signaled, *request);
  }
  grpc::Status RequestCancelWorkflowExecution(Context, const v1::RequestCancelWorkflowExecutionRequest* request,
                                              v1::RequestCancelWorkflowExecutionResponse*) override {
    return keep(cancel, *request);
  }
  grpc::Status TerminateWorkflowExecution(Context, const v1::TerminateWorkflowExecutionRequest* request,
                                          v1::TerminateWorkflowExecutionResponse*) override {
    return keep(terminated, *request);
  }
  grpc::Status ListOpenWorkflowExecutions(Context, const v1::ListOpenWorkflowExecutionsRequest*,
                                          v1::ListOpenWorkflowExecutionsResponse* response) override {
    *response = open;
    return status;
  }
  grpc::Status ListClosedWorkflowExecutions(Context, const v1::ListClosedWorkflowExecutionsRequest* request,
                                            v1::ListClosedWorkflowExecutionsResponse*) override {
    return keep(listed_closed, *request);
  }
  grpc::Status DescribeWorkflowExecution(Context, const v1::DescribeWorkflowExecutionRequest*,
                                         v1::DescribeWorkflowExecutionResponse* response) override {
    *response = described;
    return status;
  }
  grpc::Status GetWorkflowExecutionHistory(Context, const v1::GetWorkflowExecutionHistoryRequest*,
                                           v1::GetWorkflowExecutionHistoryResponse* response) override {
    *response = history;
    return status;
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

class CliTest : public ::testing::Test {
 protected:
  Ended baton(std::vector<std::string> arguments, const std::vector<std::string>& environment = {}, const std::string& input = "") {
    arguments.insert(arguments.begin(), {BATON_PROGRAM, "--address", coordinator_.address(), "--timeout", "2"});
    return run_program(arguments, environment, input);
  }
  Ended shop(std::vector<std::string> arguments, const std::string& input = "") {
    return baton(std::move(arguments), {"BATON_DOMAIN=shop"}, input);
  }
  Answering coordinator_;
};

TEST_F(CliTest, EveryCommandExplainsItselfWithAnExample) {
  const std::vector<std::vector<std::string>> commands = {
      {},
      {"dev"},
      {"domain", "register"},
      {"domain", "update"},
      {"domain", "list"},
      {"domain", "describe"},
      {"workflow", "start"},
      {"workflow", "list"},
      {"workflow", "describe"},
      {"workflow", "history"},
      {"workflow", "signal"},
      {"workflow", "update"},
      {"workflow", "query"},
      {"workflow", "cancel"},
      {"workflow", "terminate"},
      {"workflow", "pause"},
      {"workflow", "resume"},
      {"workflow", "reset"},
      {"schedule", "create"},
      {"schedule", "update"},
      {"schedule", "list"},
      {"schedule", "describe"},
      {"schedule", "pause"},
      {"schedule", "resume"},
      {"schedule", "trigger"},
      {"schedule", "backfill"},
      {"schedule", "delete"},
  };
  for (std::vector<std::string> command : commands) {
    command.push_back("--help");
    const Ended ended = baton(command);
    EXPECT_EQ(ended.exit_code, 0);
    EXPECT_THAT(ended.out, HasSubstr("Example:\n  baton ")) << command[0];
    EXPECT_EQ(ended.err, "");
  }
}

TEST_F(CliTest, AWrongCommandLineExitsWithTwoAndSaysWhatIsWrong) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
      {{}, "subcommand"},
      {{"dance"}, "dance"},
      {{"workflow"}, "subcommand"},
      {{"domain", "register"}, "NAME"},
      {{"domain", "register", "x", "--retention", "91"}, "--retention"},
      {{"domain", "register", "x", "--limit", "timers=3"}, "open_timers"},
      {{"domain", "update", "x", "--limit", "open_timers=many"}, "\"many\" is not a whole number"},
      {{"domain", "update", "x", "--rate", "StartTimer=5"}, "CALL=BUCKET/PER_SECOND"},
      {{"domain", "update", "x", "--functions", "maybe"}, "--functions"},
      {{"workflow", "list"}, "--domain"},
      {{"-o", "xml", "domain", "list"}, "xml"},
      {{"--domain", "d", "workflow", "start", "id"}, "--type"},
      {{"--domain", "d", "workflow", "start", "id", "--type", "noversion"}, "NAME:VERSION"},
      {{"--domain", "d", "workflow", "start", "id", "--type", "t:1", "--execution-timeout", "soon"}, "\"soon\" is not a duration"},
      {{"--domain", "d", "workflow", "start", "id", "--type", "t:1", "--execution-timeout", "367d"}, "at most 366d"},
      {{"--domain", "d", "workflow", "start", "id", "--type", "t:1", "--child-policy", "adopt"}, "TERMINATE, REQUEST_CANCEL, ABANDON"},
      {{"--domain", "d", "workflow", "start", "id", "--type", "t:1", "--input", "@/nowhere"}, "cannot read /nowhere"},
      {{"--domain", "d", "workflow", "list", "--tag", "a", "--status", "FAILED"}, "excludes"},
      {{"--domain", "d", "workflow", "list", "--status", "LOST"}, "CONTINUED_AS_NEW"},
      {{"--domain", "d", "workflow", "list", "--since", "yesterday"}, "is not a time"},
      {{"--domain", "d", "workflow", "signal", "id"}, "--name"},
      {{"--domain", "d", "schedule", "create", "id", "--type", "t:1"}, "either --cron or --every"},
      {{"--domain", "d", "schedule", "create", "id", "--type", "t:1", "--cron", "@daily", "--every", "1h"}, "either --cron or --every"},
      {{"--domain", "d", "schedule", "create", "id", "--type", "t:1", "--cron", "@daily", "--offset", "1h"}, "--offset"},
      {{"--domain", "d", "schedule", "create", "id", "--type", "t:1", "--every", "none"}, "is not a duration"},
      {{"--domain", "d", "schedule", "create", "id", "--type", "t:1", "--every", "1h", "--overlap", "wait"}, "BUFFER_ONE"},
      {{"--domain", "d", "schedule", "backfill", "id"}, "--from"},
  };
  for (const auto& [arguments, complaint] : wrong) {
    const Ended ended = baton(arguments);
    EXPECT_EQ(ended.exit_code, 2) << complaint;
    EXPECT_THAT(ended.err, AllOf(StartsWith("baton: "), HasSubstr(complaint)));
    EXPECT_EQ(ended.out, "");
  }
}

TEST_F(CliTest, ARefusalIsOneLineWithItsFaultAndExitsWithOne) {
  coordinator_.status = fault(grpc::StatusCode::ALREADY_EXISTS, "DOMAIN_ALREADY_EXISTS", "domain orders is there already");
  const Ended ended = baton({"domain", "register", "orders"});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_EQ(ended.err, "baton: ALREADY_EXISTS (DOMAIN_ALREADY_EXISTS): domain orders is there already\n");
  EXPECT_EQ(ended.out, "");
}

TEST_F(CliTest, WhatIsNotThereExitsWithThree) {
  coordinator_.status = fault(grpc::StatusCode::NOT_FOUND, "UNKNOWN_RESOURCE", "no open run of o-1");
  const Ended ended = shop({"workflow", "cancel", "o-1"});
  EXPECT_EQ(ended.exit_code, 3);
  EXPECT_THAT(ended.err, HasSubstr("no open run of o-1"));
}

TEST_F(CliTest, ACoordinatorThatIsAwayExitsWithFour) {
  const Ended ended = run_program({BATON_PROGRAM, "--address", "127.0.0.1:1", "--timeout", "0.5", "domain", "list"});
  EXPECT_EQ(ended.exit_code, 4);
  EXPECT_THAT(ended.err, AllOf(StartsWith("baton: UNAVAILABLE"), HasSubstr("is a coordinator running at 127.0.0.1:1?")));
}

TEST_F(CliTest, DomainsAreRegisteredListedAndDescribed) {
  EXPECT_EQ(baton({"domain", "register", "orders", "--retention", "30", "--description", "The shop"}).exit_code, 0);
  EXPECT_EQ(coordinator_.registered.name(), "orders");
  EXPECT_EQ(coordinator_.registered.description(), "The shop");
  EXPECT_EQ(coordinator_.registered.workflow_execution_retention_period().after().seconds(), 30 * 86400);
  EXPECT_FALSE(coordinator_.registered.request_id().empty());
  EXPECT_EQ(baton({"domain", "list"}).out,
            "DOMAIN  STATUS      DESCRIPTION\n"
            "orders  REGISTERED\n"
            "tests   REGISTERED\n");
  const auto listed = nlohmann::json::parse(baton({"domain", "list", "--deprecated", "-o", "json"}).out);
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[1]["name"], "tests");
  EXPECT_EQ(listed[1]["status"], "REGISTRATION_STATUS_DEPRECATED");
  EXPECT_THAT(baton({"domain", "describe", "orders"}).out, MatchesRegex("(.|\n)*\nretention +7d\n(.|\n)*"));
}

TEST_F(CliTest, ADomainHasItsOwnLimitsAndRates) {
  EXPECT_EQ(baton({"domain", "register", "orders", "--limit", "open_timers=5", "--limit", "types=7", "--rate", "StartTimer=1000/200"}).exit_code, 0);
  EXPECT_EQ(coordinator_.registered.limits().open_timers(), 5);
  EXPECT_EQ(coordinator_.registered.limits().types(), 7);
  EXPECT_FALSE(coordinator_.registered.limits().has_open_activities());
  EXPECT_EQ(coordinator_.registered.rates().rates(0).operation(), "StartTimer");
  EXPECT_EQ(coordinator_.registered.rates().rates(0).bucket(), 1000);
  EXPECT_EQ(coordinator_.registered.rates().rates(0).refill_per_second(), 200);
  EXPECT_EQ(baton({"domain", "update", "orders", "--functions", "off"}).out, "domain orders is updated\n");
  EXPECT_TRUE(coordinator_.updated.functions_disabled());
  EXPECT_FALSE(coordinator_.updated.has_limits());
  EXPECT_FALSE(coordinator_.updated.has_rates());
  EXPECT_FALSE(coordinator_.updated.request_id().empty());
}

TEST_F(CliTest, AnExecutionIsPausedAndResumed) {
  EXPECT_EQ(shop({"workflow", "pause", "o/1", "--reason", "closed"}).out, "the execution is paused\n");
  EXPECT_EQ(coordinator_.paused.workflow_id(), "o/1");
  EXPECT_EQ(coordinator_.paused.reason(), "closed");
  EXPECT_EQ(shop({"workflow", "resume", "o/1"}).out, "the execution is resumed\n");
  EXPECT_EQ(coordinator_.resumed.workflow_id(), "o/1");
}

TEST_F(CliTest, AnExecutionIsReset) {
  EXPECT_EQ(shop({"workflow", "reset", "o/1", "run-1", "--to", "10", "--reason", "closed"}).out, "o/1 run-2\n");
  EXPECT_EQ(coordinator_.reset.workflow_id(), "o/1");
  EXPECT_EQ(coordinator_.reset.run_id(), "run-1");
  EXPECT_EQ(coordinator_.reset.decision_task_completed_event_id(), 10);
  EXPECT_EQ(coordinator_.reset.reason(), "closed");
  EXPECT_FALSE(coordinator_.reset.request_id().empty());
  EXPECT_EQ(shop({"workflow", "reset", "o/1"}).exit_code, 2) << "to what?";
}

TEST_F(CliTest, AStartSendsAllThatWasGiven) {
  const Ended ended = shop({"workflow", "start", "o/1", "--type", "process_order:1:b", "--input", "{\"id\": 1}", "--task-list", "special",
                            "--execution-timeout", "1.5h", "--task-timeout", "none", "--child-policy", "request-cancel", "--priority", "-3",
                            "--tag", "eu", "--tag", "vip", "--request-id", "r-1"});
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(ended.out, "o/1 run-1\n");
  const auto& sent = coordinator_.started;
  EXPECT_EQ(sent.domain(), "shop");
  EXPECT_EQ(sent.workflow_id(), "o/1");
  EXPECT_EQ(sent.workflow_type().name(), "process_order");
  EXPECT_EQ(sent.workflow_type().version(), "1:b");
  EXPECT_EQ(sent.input().data(), "{\"id\": 1}");
  EXPECT_EQ(sent.input().content_type(), "application/json");
  EXPECT_EQ(sent.task_list().name(), "special");
  EXPECT_EQ(sent.execution_start_to_close_timeout().after().seconds(), 5400);
  EXPECT_TRUE(sent.task_start_to_close_timeout().none());
  EXPECT_EQ(sent.child_policy(), v1::CHILD_POLICY_REQUEST_CANCEL);
  EXPECT_EQ(sent.task_priority(), -3);
  EXPECT_THAT(sent.tag_list(), ::testing::ElementsAre("eu", "vip"));
  EXPECT_EQ(sent.request_id(), "r-1");
}

TEST_F(CliTest, WhatIsNotGivenIsLeftToTheType) {
  EXPECT_EQ(shop({"workflow", "start", "o-1", "--type", "t:1"}).exit_code, 0);
  const auto& sent = coordinator_.started;
  EXPECT_FALSE(sent.has_input());
  EXPECT_FALSE(sent.has_task_list());
  EXPECT_FALSE(sent.has_execution_start_to_close_timeout());
  EXPECT_FALSE(sent.has_task_priority());
  EXPECT_EQ(sent.child_policy(), v1::CHILD_POLICY_UNSPECIFIED);
  EXPECT_FALSE(sent.request_id().empty());
}

TEST_F(CliTest, AnInputMayComeFromStandardInput) {
  EXPECT_EQ(shop({"workflow", "start", "o-1", "--type", "t:1", "--input", "-"}, "plain words").exit_code, 0);
  EXPECT_EQ(coordinator_.started.input().data(), "plain words");
  EXPECT_EQ(coordinator_.started.input().content_type(), "text/plain");
}

TEST_F(CliTest, TheOptionsOfTheProgramMayStandAfterTheCommand) {
  const Ended ended = run_program({BATON_PROGRAM, "workflow", "signal", "o-1", "r-9", "--name", "approved", "--input", "5", "--domain", "shop",
                                   "--address", coordinator_.address(), "-o", "json"});
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(nlohmann::json::parse(ended.out)["signaled"], "o-1");
  EXPECT_EQ(coordinator_.signaled.run_id(), "r-9");
  EXPECT_EQ(coordinator_.signaled.signal_name(), "approved");
  EXPECT_EQ(coordinator_.signaled.input().data(), "5");
}

TEST_F(CliTest, CancelAndTerminateNameTheExecution) {
  EXPECT_EQ(shop({"workflow", "cancel", "o-1"}).exit_code, 0);
  EXPECT_EQ(coordinator_.cancel.workflow_id(), "o-1");
  EXPECT_EQ(shop({"workflow", "terminate", "o-2", "--reason", "ordered twice"}).exit_code, 0);
  EXPECT_EQ(coordinator_.terminated.workflow_id(), "o-2");
  EXPECT_EQ(coordinator_.terminated.reason(), "ordered twice");
  EXPECT_FALSE(coordinator_.terminated.has_details());
}

TEST_F(CliTest, ExecutionsAreListedInAlignedColumnsThatCannotMoveTheCursor) {
  auto* const info = coordinator_.open.add_execution_infos();
  info->mutable_execution()->set_workflow_id("o\x1b[2J-\xC3\xBC");
  info->mutable_execution()->set_run_id("r-1");
  info->mutable_workflow_type()->set_name("process_order");
  info->mutable_workflow_type()->set_version("1");
  info->mutable_start_time()->set_seconds(1'700'000'000);
  info->mutable_start_time()->set_nanos(5'000'000);
  info->set_cancel_requested(true);
  info->add_tag_list("eu");
  EXPECT_EQ(shop({"workflow", "list"}).out,
            "WORKFLOW ID  RUN ID  TYPE             STATUS                  STARTED (UTC)            CLOSED (UTC)  TAGS\n"
            "o?[2J-\xC3\xBC      r-1     process_order:1  OPEN, cancel requested  2023-11-14 22:13:20.005                eu\n");
  const auto json = nlohmann::json::parse(shop({"workflow", "list", "-o", "json"}).out);
  EXPECT_EQ(json[0]["start_time"], "2023-11-14T22:13:20.005Z");
  EXPECT_EQ(json[0]["status"], "OPEN");
}

TEST_F(CliTest, AStatusMeansClosedExecutions) {
  EXPECT_EQ(shop({"workflow", "list", "--status", "timed-out", "--by-close-time", "--since", "2026-01-31", "--oldest-first"}).exit_code, 0);
  const auto& sent = coordinator_.listed_closed;
  EXPECT_EQ(sent.close_status_filter().status(), v1::CLOSE_STATUS_TIMED_OUT);
  EXPECT_EQ(TimeUtil::ToString(sent.close_time_filter().oldest_date()), "2026-01-31T00:00:00Z");
  EXPECT_FALSE(sent.has_start_time_filter());
  EXPECT_TRUE(sent.reverse_order());
}

TEST_F(CliTest, DescribeShowsWhatAnExecutionWaitsFor) {
  auto& response = coordinator_.described;
  response.mutable_execution_info()->mutable_execution()->set_workflow_id("o-1");
  response.mutable_execution_info()->set_execution_status(v1::EXECUTION_STATUS_OPEN);
  response.mutable_execution_configuration()->mutable_execution_start_to_close_timeout()->mutable_after()->set_seconds(3725);
  response.mutable_execution_configuration()->mutable_task_start_to_close_timeout()->set_none(true);
  response.set_history_length(12);
  auto* const task = response.add_pending_activities();
  task->set_activity_id("7");
  task->mutable_activity_type()->set_name("charge");
  task->mutable_activity_type()->set_version("2");
  task->set_state(v1::TASK_STATE_STARTED);
  task->mutable_heartbeat_details()->set_data("authorizing");
  task->mutable_heartbeat_details()->set_content_type("text/plain");
  response.add_pending_timers()->set_timer_id("deadline");
  const std::string out = shop({"workflow", "describe", "o-1"}).out;
  EXPECT_THAT(out, HasSubstr("status       OPEN\n"));
  EXPECT_THAT(out, HasSubstr("1h 2m 5s for all, none for a decision"));
  EXPECT_THAT(out, HasSubstr("charge:2"));
  EXPECT_THAT(out, HasSubstr("authorizing"));
  EXPECT_THAT(out, HasSubstr("deadline"));
  EXPECT_EQ(nlohmann::json::parse(shop({"workflow", "describe", "o-1", "-o", "json"}).out)["pending_activities"][0]["activity_id"], "7");
}

TEST_F(CliTest, DescribeShowsWhichAttemptAnActivityIsAtAndWhy) {
  auto* const task = coordinator_.described.add_pending_activities();
  task->set_activity_id("7");
  task->set_state(v1::TASK_STATE_SCHEDULED);
  task->set_attempt(3);
  task->mutable_parked_until()->set_seconds(1'770'000'000);
  task->set_last_failure_reason("BUSY");
  const std::string out = shop({"workflow", "describe", "o-1"}).out;
  EXPECT_THAT(out, HasSubstr("parked until 2026-02-02"));
  EXPECT_THAT(out, HasSubstr("attempt 2: BUSY"));
}

TEST_F(CliTest, DescribeShowsWhyNoDeciderCouldDecide) {
  auto& decision = *coordinator_.described.mutable_pending_decision();
  decision.set_state(v1::TASK_STATE_SCHEDULED);
  decision.mutable_task_list()->set_name("decisions");
  decision.mutable_parked_until()->set_seconds(1'770'000'000);
  decision.set_consecutive_failures(3);
  decision.set_failure_reason("NONDETERMINISM");
  decision.mutable_failure_details()->set_data("event 5: orders.cc:17");
  decision.mutable_failure_details()->set_content_type("text/plain");
  const std::string out = shop({"workflow", "describe", "o-1"}).out;
  EXPECT_THAT(out, HasSubstr("parked until 2026-02-02"));
  EXPECT_THAT(out, HasSubstr("not decided, 3 in a row: NONDETERMINISM: event 5: orders.cc:17"));
}

TEST_F(CliTest, AHistoryReadsAsAStory) {
  coordinator_.described.mutable_execution_info()->mutable_execution()->set_run_id("run-7");
  auto* event = coordinator_.history.add_events();
  event->set_event_id(1);
  auto* const started = event->mutable_workflow_execution_started();
  started->mutable_workflow_type()->set_name("process_order");
  started->mutable_workflow_type()->set_version("1");
  started->mutable_input()->set_data(std::string(100, 'x'));
  started->mutable_input()->set_content_type("text/plain");
  event = coordinator_.history.add_events();
  event->set_event_id(2);
  event->mutable_activity_task_failed()->set_reason("NO_FUNDS");
  event->mutable_activity_task_failed()->set_scheduled_event_id(9);
  event->mutable_activity_task_failed()->mutable_details()->set_data(std::string("\x00\xFF", 2));
  event = coordinator_.history.add_events();
  event->set_event_id(3);
  event->mutable_timer_started()->set_timer_id("t");
  event->mutable_timer_started()->mutable_start_to_fire_timeout()->set_seconds(90);
  event = coordinator_.history.add_events();
  event->set_event_id(4);
  event->mutable_activity_task_scheduled()->mutable_activity_type()->set_name("charge");
  event->mutable_activity_task_scheduled()->set_activity_id("7");
  event = coordinator_.history.add_events();
  event->set_event_id(5);
  event->mutable_activity_task_started()->set_scheduled_event_id(4);
  event->mutable_activity_task_started()->set_identity("w@host");
  const std::string out = shop({"workflow", "history", "o-1"}).out;
  EXPECT_THAT(out, HasSubstr("TimerStarted              timer=t  after 1m 30s\n"));
  EXPECT_THAT(out, HasSubstr("ActivityTaskStarted       charge  of #4  by w@host\n"));
  EXPECT_THAT(out, HasSubstr("WorkflowExecutionStarted  process_order:1  input=" + std::string(60, 'x') + "…\n"));
  EXPECT_THAT(out, HasSubstr("ActivityTaskFailed        reason=NO_FUNDS  details=2 bytes  of #9\n"));
  EXPECT_THAT(shop({"workflow", "history", "o-1", "--full"}).out, HasSubstr(std::string(100, 'x') + "\n"));
  EXPECT_THAT(shop({"workflow", "history", "o-1", "--newest-first"}).out, HasSubstr("#2"));
  const auto json = nlohmann::json::parse(shop({"workflow", "history", "o-1", "--newest-first", "-o", "json"}).out);
  EXPECT_EQ(json["events"][3]["activity_task_failed"]["reason"], "NO_FUNDS");
  EXPECT_EQ(json["execution"]["run_id"], "run-7") << "which run it is is found out";
}

TEST_F(CliTest, WaitingForAFailureExitsWithOne) {
  coordinator_.described.mutable_execution_info()->set_execution_status(v1::EXECUTION_STATUS_CLOSED);
  coordinator_.described.mutable_execution_info()->set_close_status(v1::CLOSE_STATUS_FAILED);
  auto* const event = coordinator_.history.add_events();
  event->set_event_id(9);
  event->mutable_workflow_execution_failed()->set_reason("out of stock");
  auto* const details = event->mutable_workflow_execution_failed()->mutable_details();
  details->set_content_type("application/vnd.baton.failure+json");
  details->set_data(R"({"type": "StockError", "causes": [{"type": "DiskError", "reason": "shelf 7"}]})");
  const Ended ended = shop({"workflow", "start", "o-1", "--type", "t:1", "--wait"});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_EQ(ended.out, "o-1 run-1\nFAILED: out of stock <- DiskError: shelf 7\n");
  EXPECT_THAT(shop({"workflow", "history", "o-1"}).out, HasSubstr("reason=out of stock  type=StockError  <- DiskError: shelf 7\n"));
  EXPECT_THAT(shop({"workflow", "describe", "o-1"}).out, HasSubstr("reason       out of stock <- DiskError: shelf 7\n"));
}

}  // namespace
}  // namespace baton::testing
