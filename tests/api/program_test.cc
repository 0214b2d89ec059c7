// The program baton-coordinator: what it refuses, with which exit code and one clear line; how it starts and stops.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "baton/v1/registry_service.grpc.pb.h"
#include "baton/v1/worker_service.grpc.pb.h"
#include "tests/e2e/program.h"

namespace baton::testing {
namespace {

using ::testing::HasSubstr;

const std::string kProgram = BATON_COORDINATOR_PROGRAM;
// Nobody listens on port 1.
const std::string kNoDatabase = "postgresql://nobody@127.0.0.1:1/none";

// The one error line of a coordinator that refused to start.
std::string complaint_of(const Ended& ended) {
  std::string message;
  int errors = 0;
  std::istringstream lines(ended.err);
  for (std::string line; std::getline(lines, line);) {
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    EXPECT_TRUE(entry.is_object()) << line;
    if (!entry.is_object() || entry.value("level", "") != "error") continue;
    ++errors;
    message = entry.value("message", "");
    EXPECT_FALSE(entry.value("time", "").empty());
  }
  EXPECT_EQ(errors, 1) << ended.err;
  return message;
}

TEST(Coordinator, explains_itself) {
  const Ended help = run_program({kProgram, "--help"});
  EXPECT_EQ(help.exit_code, 0);
  for (const char* word : {"--database-url", "--listen", "--insecure", "--policy-file", "migrate", "Exit codes"}) EXPECT_THAT(help.out, HasSubstr(word));
}

TEST(Coordinator, says_its_version) {
  const Ended ended = run_program({kProgram, "--version"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.out, ::testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(Coordinator, needs_a_database_url) {
  const Ended ended = run_program({kProgram});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(complaint_of(ended), HasSubstr("--database-url"));
}

TEST(Coordinator, refuses_what_it_does_not_know) {
  EXPECT_EQ(run_program({kProgram, "--database-url", kNoDatabase, "--lains", "2"}).exit_code, 2);
  const Ended lanes = run_program({kProgram, "--database-url", kNoDatabase, "--lanes", "0"});
  EXPECT_EQ(lanes.exit_code, 2);
  EXPECT_THAT(complaint_of(lanes), HasSubstr("--lanes"));
}

TEST(Coordinator, refuses_to_listen_beyond_loopback) {
  const Ended ended = run_program({kProgram, "--database-url", kNoDatabase, "--listen", "0.0.0.0:0"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(complaint_of(ended), HasSubstr("--insecure"));
}

TEST(Coordinator, names_the_line_of_a_malformed_policy) {
  const ScratchDirectory scratch;
  const std::string path = scratch.path() + "/policy";
  std::ofstream(path) << "allow * * orders\nallow everything\n";
  const Ended ended = run_program({kProgram, "--database-url", kNoDatabase, "--policy-file", path});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(complaint_of(ended), HasSubstr(path + ":2:"));
}

TEST(Coordinator, says_that_the_database_does_not_answer) {
  const Ended ended = run_program({kProgram, "--database-url", kNoDatabase});
  EXPECT_EQ(ended.exit_code, 4);
  EXPECT_FALSE(complaint_of(ended).empty());
}

TEST(Coordinator, takes_its_settings_from_the_environment_and_a_file) {
  EXPECT_EQ(run_program({kProgram}, {"BATON_DATABASE_URL=" + kNoDatabase}).exit_code, 4);
  EXPECT_EQ(run_program({kProgram}, {"BATON_DATABASE_URL=" + kNoDatabase, "BATON_LISTEN=0.0.0.0:0"}).exit_code, 2);
  const ScratchDirectory scratch;
  const std::string path = scratch.path() + "/config";
  std::ofstream(path) << "database-url = \"" << kNoDatabase << "\"\nlisten = \"0.0.0.0:0\"\n";
  EXPECT_EQ(run_program({kProgram, "--config", path}).exit_code, 2);
  // What the command line says counts.
  EXPECT_EQ(run_program({kProgram, "--config", path, "--listen", "127.0.0.1:0"}).exit_code, 4);
  std::ofstream(path) << "no-such-setting = 1\n";
  EXPECT_EQ(run_program({kProgram, "--config", path, "--database-url", kNoDatabase}).exit_code, 2);
}

// With a PostgreSQL.
class CoordinatorOnPostgres : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* url = std::getenv("BATON_TEST_POSTGRES_URL");
    if (url == nullptr) GTEST_SKIP() << "BATON_TEST_POSTGRES_URL is not set: run under deploy/with-postgres.sh";
    url_ = url;
  }
  // Where it says that it listens.
  static std::string address_of(RunningProgram& program) {
    const auto line = program.wait_for("\"event\":\"listening\"");
    if (!line) return "";
    const std::string key = "\"address\":\"";
    const size_t begin = line->find(key) + key.size();
    return line->substr(begin, line->find('"', begin) - begin);
  }
  std::string url_;
};

TEST_F(CoordinatorOnPostgres, migrates_and_ends) {
  EXPECT_EQ(run_program({kProgram, "migrate", "--database-url", url_}).exit_code, 0);
  EXPECT_EQ(run_program({kProgram, "--database-url", url_, "migrate"}).exit_code, 0);
}

TEST_F(CoordinatorOnPostgres, two_on_one_port_are_refused) {
  RunningProgram first({kProgram, "--database-url", url_, "--listen", "127.0.0.1:0"});
  const std::string address = address_of(first);
  ASSERT_FALSE(address.empty());
  const Ended second = run_program({kProgram, "--database-url", url_, "--listen", address});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(complaint_of(second), HasSubstr(address));
}

TEST_F(CoordinatorOnPostgres, stops_within_its_time_with_polls_parked) {
  RunningProgram coordinator({kProgram, "--database-url", url_, "--listen", "127.0.0.1:0"});
  const std::string address = address_of(coordinator);
  ASSERT_FALSE(address.empty());
  const auto channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  v1::RegisterDomainRequest domain;
  v1::RegisterDomainResponse registered;
  domain.set_name("stops");
  domain.mutable_workflow_execution_retention_period()->set_none(true);
  grpc::ClientContext context;
  const grpc::Status made = v1::RegistryService::NewStub(channel)->RegisterDomain(&context, domain, &registered);
  ASSERT_TRUE(made.ok() || made.error_code() == grpc::StatusCode::ALREADY_EXISTS) << made.error_message();

  const auto workers = v1::WorkerService::NewStub(channel);
  struct Parked {
    grpc::ClientContext context;
    v1::PollForActivityTaskResponse response;
    grpc::Status status;
    std::unique_ptr<grpc::ClientAsyncResponseReader<v1::PollForActivityTaskResponse>> reader;
  };
  constexpr int kPolls = 100;
  std::vector<Parked> parked(kPolls);
  grpc::CompletionQueue queue;
  v1::PollForActivityTaskRequest poll;
  poll.set_domain("stops");
  poll.mutable_task_list()->set_name("main");
  for (Parked& each : parked) {
    each.reader = workers->AsyncPollForActivityTask(&each.context, poll, &queue);
    each.reader->Finish(&each.response, &each.status, &each);
  }
  // A call that came after them is answered: they have arrived.
  v1::CountPendingActivityTasksRequest count;
  v1::CountPendingActivityTasksResponse counted;
  count.set_domain("stops");
  count.mutable_task_list()->set_name("main");
  grpc::ClientContext count_context;
  ASSERT_TRUE(workers->CountPendingActivityTasks(&count_context, count, &counted).ok());

  const auto begin = std::chrono::steady_clock::now();
  coordinator.signal(SIGTERM);
  int empty = 0;
  for (int i = 0; i < kPolls; ++i) {
    void* tag = nullptr;
    bool ok = false;
    ASSERT_EQ(queue.AsyncNext(&tag, &ok, std::chrono::system_clock::now() + std::chrono::seconds(20)), grpc::CompletionQueue::GOT_EVENT);
    const Parked& each = *static_cast<Parked*>(tag);
    if (each.status.ok() && each.response.task().task_token().empty()) ++empty;
  }
  EXPECT_EQ(empty, kPolls);
  EXPECT_EQ(coordinator.wait(), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  EXPECT_THAT(coordinator.output(), HasSubstr("\"event\":\"stopped\""));
}

}  // namespace
}  // namespace baton::testing
