// The nightly example as its four kinds of processes, each of which a test may kill and start again, and what must be true in the end.
#pragma once

#include <baton/client.h>

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "history_check.h"
#include "program.h"

namespace baton::testing {

class NightlyProcesses {
 public:
  // Starts nothing. `database_url` is the coordinator's.
  explicit NightlyProcesses(std::string database_url, std::string manifest = kManifest);
  // Ends what runs, the servers under test included.
  ~NightlyProcesses();

  static const std::string kManifest;  // the example's own

  // Each returns when its process can be killed in earnest. A coordinator listens, always on the same port.
  void start_coordinator();
  void start_decider();
  void start_worker();
  void start_runner();
  void start_all();

  RunningProgram& coordinator() { return *coordinator_; }
  RunningProgram& decider() { return *decider_; }
  RunningProgram& worker() { return *worker_; }
  RunningProgram& runner() { return *runner_; }
  // SIGKILL, and another one of its kind.
  void replace_coordinator();
  void replace_decider();
  void replace_worker();
  // From now on the caller's; another one may be started beside it.
  std::unique_ptr<RunningProgram> take_worker() { return std::move(worker_); }
  std::unique_ptr<RunningProgram> take_decider() { return std::move(decider_); }

  // Waits until the runner has seen `number` executions closed. False: it ended before, or was too slow.
  bool wait_until_closed(size_t number);
  // How many it has seen closed so far.
  size_t closed() const;
  // Waits until the journal has this many rows, or the runner has ended: a moment that a seed can name.
  void wait_until_journal_has(int64_t rows);

  // Reads every history and keeps it: what was read once must still be so at the end.
  void remember_histories();

  // Waits for the runner and demands: exit 0, everything as expected; every start exactly once and closed as the manifest says; every
  // history unbroken, each activity ended once, nothing changed that was read before.
  void expect_success();
  // Then: SIGTERM ends worker, decider and coordinator with 0; no process is left at work; the journal and the rows beside it agree.
  void expect_clean_end();

  const std::string& address() const { return address_; }
  const std::string& database_url() const { return database_url_; }
  Client client() const;

 private:
  std::vector<pid_t> servers_under_test() const;

  ScratchDirectory directory_;
  std::string database_url_, manifest_, address_, work_;
  std::unique_ptr<RunningProgram> coordinator_, decider_, worker_, runner_;
  std::map<std::string, Events> remembered_;
};

// The whole history of an execution, page after page.
struct Reading {
  int page_size = 1000;
  bool newest_first = false;
};
Events read_history(Client& client, const Execution& execution, const Reading& reading = {});

// An address on this host that nobody listens on, below the ports that the kernel gives to outgoing connections: a client that tries to
// connect while nobody listens could otherwise meet itself.
std::string free_address();

}  // namespace baton::testing
