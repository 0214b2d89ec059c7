#include "nightly_processes.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "connection.h"
#include "coordinator/store/postgres/postgres_store.h"
#include "databases.h"
#include "tests/engine/history_checks.h"

namespace baton::testing {
namespace fs = std::filesystem;
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kKilled = 128 + SIGKILL;
constexpr size_t kMoreThanAny = 10'000;
constexpr int kFirstPort = 10'000;
constexpr int kPorts = 10'000;

// "COMPLETED", … of the event that closed the run.
std::string close_of(const Events& events) {
  const v1::HistoryEvent& last = events.back();
  if (last.has_workflow_execution_completed()) return "COMPLETED";
  if (last.has_workflow_execution_failed()) return "FAILED";
  if (last.has_workflow_execution_canceled()) return "CANCELED";
  return kinds_of({last});
}

void kill_hard(RunningProgram& program) {
  program.signal(SIGKILL);
  EXPECT_EQ(program.wait(), kKilled) << "it had ended before: " << program.output();
}

}  // namespace

const std::string NightlyProcesses::kManifest = NIGHTLY_MANIFEST;

NightlyProcesses::NightlyProcesses(std::string database_url, std::string manifest)
    : database_url_(std::move(database_url)), manifest_(std::move(manifest)), address_(free_address()), work_(directory_.path() + "/places") {}

NightlyProcesses::~NightlyProcesses() {
  for (auto* program : {&runner_, &worker_, &decider_, &coordinator_}) program->reset();
  for (const pid_t server : servers_under_test()) kill(server, SIGKILL);
}

void NightlyProcesses::start_coordinator() {
  coordinator_ = std::make_unique<RunningProgram>(
      std::vector<std::string>{BATON_COORDINATOR_PROGRAM, "--database-url", database_url_, "--listen", address_});
  ASSERT_TRUE(coordinator_->wait_for("\"event\":\"listening\""));
}
void NightlyProcesses::start_decider() {
  decider_ = std::make_unique<RunningProgram>(std::vector<std::string>{NIGHTLY_DECIDER_PROGRAM, "--address", address_});
}
void NightlyProcesses::start_worker() {
  worker_ = std::make_unique<RunningProgram>(std::vector<std::string>{NIGHTLY_WORKER_PROGRAM, "--address", address_, "--work", work_});
}
void NightlyProcesses::start_runner() {
  runner_ = std::make_unique<RunningProgram>(
      std::vector<std::string>{NIGHTLY_RUN_PROGRAM, "--address", address_, "--manifest", manifest_});
}
void NightlyProcesses::start_all() {
  start_coordinator();
  start_decider();
  start_worker();
  start_runner();
}

void NightlyProcesses::replace_coordinator() {
  kill_hard(*coordinator_);
  start_coordinator();
}
void NightlyProcesses::replace_decider() {
  kill_hard(*decider_);
  start_decider();
}
void NightlyProcesses::replace_worker() {
  kill_hard(*worker_);
  start_worker();
}

size_t NightlyProcesses::closed() const {
  const std::string said = runner_->output();
  const size_t end = said.rfind(" done, ");
  const size_t begin = said.rfind("nightly: ", end);
  if (end == std::string::npos || begin == std::string::npos) return 0;
  return std::stoul(said.substr(begin + 9));
}

bool NightlyProcesses::wait_until_closed(size_t number) {
  becomes_true([&] { return closed() >= number || runner_->ended(); });
  return closed() >= number && !runner_->ended();
}

void NightlyProcesses::wait_until_journal_has(int64_t rows) {
  becomes_true([&] { return runner_->ended() || journal_rows(database_url_) >= rows; });
}

Client NightlyProcesses::client() const { return Client(address_, "nightly"); }

void NightlyProcesses::remember_histories() {
  Client client = this->client();
  for (const bool closed : {false, true}) {
    for (const ExecutionInfo& info : client.list({.closed = closed}, kMoreThanAny)) {
      Events events = read_history(client, info.execution);
      Events& remembered = remembered_[info.execution.workflow_id];
      EXPECT_EQ(first_change(remembered, events), "") << info.execution.workflow_id;
      remembered = std::move(events);
    }
  }
}

void NightlyProcesses::expect_success() {
  const nlohmann::json services = nlohmann::json::parse(std::ifstream(manifest_))["services"];
  const std::string count = std::to_string(services.size());
  EXPECT_EQ(runner_->wait(), 0) << runner_->output() << "\nworker: " << worker_->output() << "\ndecider: " << decider_->output();
  EXPECT_THAT(runner_->output(), HasSubstr("nightly: " + count + " executions, " + count + " as expected\n"));

  // What was started carries the runner's tag, which begins every workflow id.
  const auto first = runner_->wait_for("first execution: ");
  ASSERT_TRUE(first);
  const std::string tag = first->substr(0, first->find('/'));
  Client client = this->client();
  EXPECT_THAT(client.list({.tag = tag}, kMoreThanAny), IsEmpty()) << "executions are still open";
  const auto closed = client.list({.closed = true, .tag = tag}, kMoreThanAny);
  EXPECT_EQ(closed.size(), services.size()) << "a start counts once";
  std::map<std::string, Events> histories;
  for (const ExecutionInfo& info : closed) histories[info.execution.workflow_id] = read_history(client, info.execution);
  EXPECT_EQ(histories.size(), services.size());
  for (const auto& [workflow_id, events] : histories) {
    EXPECT_THAT(broken_rules(events), IsEmpty()) << workflow_id << ": " << kinds_of(events);
    EXPECT_THAT(activities_without_end(events), IsEmpty()) << workflow_id << ": " << kinds_of(events);
  }
  for (const auto& service : services) {
    const std::string name = service["name"];
    const auto found = histories.find(tag + "/" + name);
    ASSERT_NE(found, histories.end()) << name << " was not tested";
    EXPECT_EQ(close_of(found->second), service["expect"]["close_status"].get<std::string>()) << name;
  }
  for (const auto& [workflow_id, events] : remembered_) {
    EXPECT_EQ(first_change(events, histories.at(workflow_id)), "") << workflow_id;
  }
}

void NightlyProcesses::expect_clean_end() {
  for (auto* program : {&worker_, &decider_, &coordinator_}) {
    (*program)->signal(SIGTERM);
    EXPECT_EQ((*program)->wait(), 0) << (*program)->output();
  }
  EXPECT_THAT(servers_under_test(), IsEmpty()) << "a server under test is left behind";
  auto store = store::open_postgres_store(database_url_);
  ASSERT_TRUE(store.ok()) << store.status();
  check_histories(**store);
}

// They outlive the worker; each works in the directory of its test.
std::vector<pid_t> NightlyProcesses::servers_under_test() const {
  std::vector<pid_t> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const pid_t pid = std::atoi(entry.path().filename().c_str());
    std::error_code error;
    const std::string cwd = pid > 0 ? fs::read_symlink(entry.path() / "cwd", error).string() : "";
    if (cwd.compare(0, work_.size() + 1, work_ + "/") == 0) found.push_back(pid);
  }
  return found;
}

Events read_history(Client& client, const Execution& execution, const Reading& reading) {
  v1::GetWorkflowExecutionHistoryRequest request;
  request.set_domain(client.domain());
  request.mutable_execution()->set_workflow_id(execution.workflow_id);
  request.mutable_execution()->set_run_id(execution.run_id);
  request.set_maximum_page_size(reading.page_size);
  request.set_reverse_order(reading.newest_first);
  Events events;
  do {
    v1::GetWorkflowExecutionHistoryResponse page;
    client.connection()->call(&v1::WorkflowService::Stub::GetWorkflowExecutionHistory, request, &page);
    events.insert(events.end(), page.events().begin(), page.events().end());
    request.set_next_page_token(page.next_page_token());
  } while (!request.next_page_token().empty());
  return events;
}

std::string free_address() {
  static int next = static_cast<int>(getpid());
  for (int tried = 0; tried < kPorts; ++tried) {
    const int port = kFirstPort + (next += 7) % kPorts;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool is_free = bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    close(fd);
    if (is_free) return "127.0.0.1:" + std::to_string(port);
  }
  throw std::runtime_error("no free port");
}

}  // namespace baton::testing
