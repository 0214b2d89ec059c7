#include "program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>

extern char** environ;

namespace baton::testing {
namespace {

// A file without a name: no pipe to fill up, nothing to clean up.
struct Scratch {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::tmpfile(), std::fclose};
  int descriptor() const { return fileno(file.get()); }
  void write(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), file.get());
    std::fflush(file.get());
    lseek(descriptor(), 0, SEEK_SET);
  }
  std::string read() {
    std::string text;
    char buffer[4096];
    lseek(descriptor(), 0, SEEK_SET);
    for (ssize_t got = 0; (got = ::read(descriptor(), buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<size_t>(got));
    return text;
  }
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

Ended run_program(const std::vector<std::string>& argv, const std::vector<std::string>& environment, const std::string& input) {
  Scratch in, out, err;
  in.write(input);
  std::vector<std::string> arguments = argv, variables = environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (std::strncmp(*variable, "BATON_", 6) != 0) variables.emplace_back(*variable);
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.descriptor(), 0);
  posix_spawn_file_actions_adddup2(&actions, out.descriptor(), 1);
  posix_spawn_file_actions_adddup2(&actions, err.descriptor(), 2);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, argv[0].c_str(), &actions, nullptr, pointers(arguments).data(), pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error(argv[0] + ": " + std::strerror(error));
  int status = 0;
  waitpid(pid, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), out.read(), err.read()};
}

}  // namespace baton::testing
