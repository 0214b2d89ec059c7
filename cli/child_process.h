// A child process of ours: started in its own process group (so that Ctrl-C reaches only us), told to stop when we die, reaped by us.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace baton::cli {

struct ChildOptions {
  std::vector<std::string> argv;         // argv[0] is a path
  std::optional<uid_t> uid;              // drop to this user...
  gid_t gid = 0;                         // ...and this group
  std::string output_file;               // stdout and stderr are appended to it; empty: inherited
  int death_signal = 0;                  // sent to the child when this process dies; 0: none
  std::optional<int> stderr_fd;          // stderr goes here instead of output_file
  std::optional<int> stdout_fd;          // and stdout here
};

// Not copyable; does not stop the child when destroyed: stop() does. Not thread-safe.
class ChildProcess {
 public:
  ChildProcess() = default;
  // Fails when the program cannot be executed at all.
  static absl::StatusOr<ChildProcess> start(const ChildOptions& options);

  bool started() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }
  // True while it runs; reaps it when it has ended.
  bool running();
  // "exit code 3", "killed by signal 9"; meaningful after it has ended.
  std::string ending() const;
  bool succeeded() const;
  // Sends `signal`, waits up to `patience`, then SIGKILL. Idempotent.
  void stop(int signal, std::chrono::milliseconds patience);
  // Waits until it has ended by itself.
  void wait();

 private:
  bool reap(int flags);
  pid_t pid_ = 0;
  bool ended_ = false;
  int status_ = 0;
};

// Runs to the end; the error names the program, how it ended and the tail of its output.
absl::Status run_to_end(const ChildOptions& options);

}  // namespace baton::cli
