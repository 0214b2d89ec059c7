// Runs real programs and keeps what they say.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace baton::testing {

struct Ended {
  int exit_code = -1;  // 128 + signal when it was killed
  std::string out;
  std::string err;
};

// `environment`: "NAME=value", added to a copy of ours without BATON_…. `input` is given on standard input.
Ended run_program(const std::vector<std::string>& argv, const std::vector<std::string>& environment = {}, const std::string& input = "");

// A program that runs on. Ends with the object, by SIGKILL if need be, and with the thread that made it.
class RunningProgram {
 public:
  explicit RunningProgram(std::vector<std::string> argv, const std::vector<std::string>& environment = {});
  ~RunningProgram();

  pid_t pid() const { return pid_; }
  // Everything so far, both streams.
  std::string output() const;
  // The first of `text` in the output, and what follows it on its line. Fails the test after a bounded time, or when the program ends
  // without it; nothing then.
  std::optional<std::string> wait_for(const std::string& text);
  void signal(int number);
  bool ended();
  // Waits for its end, for a bounded time; the exit code, as in Ended. -1: it did not end.
  int wait();

 private:
  struct Output;
  std::unique_ptr<Output> output_;
  pid_t pid_ = 0;
  std::optional<int> exit_code_;
};

// Children of a process, by the name of their program.
std::vector<pid_t> children_of(pid_t pid, const std::string& program);

// Asks until it is true, for a bounded time.
bool becomes_true(const std::function<bool()>& condition);

// A directory that other users may enter (PostgreSQL does not run as root), removed at the end.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace baton::testing
