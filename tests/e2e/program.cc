#include "program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

extern char** environ;

namespace baton::testing {
namespace {

constexpr auto kPatience = std::chrono::seconds(60);
constexpr int kLookMs = 20;

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

int exit_code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// Starts it with these descriptors as its standard ones.
pid_t spawn(const std::vector<std::string>& argv, const std::vector<std::string>& environment, int in, int out, int err) {
  std::vector<std::string> arguments = argv, variables = environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (std::strncmp(*variable, "BATON_", 6) != 0) variables.emplace_back(*variable);
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_adddup2(&actions, err, 2);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, argv[0].c_str(), &actions, nullptr, pointers(arguments).data(), pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error(argv[0] + ": " + std::strerror(error));
  return pid;
}

}  // namespace

Ended run_program(const std::vector<std::string>& argv, const std::vector<std::string>& environment, const std::string& input) {
  Scratch in, out, err;
  in.write(input);
  const pid_t pid = spawn(argv, environment, in.descriptor(), out.descriptor(), err.descriptor());
  int status = 0;
  waitpid(pid, &status, 0);
  return {exit_code_of(status), out.read(), err.read()};
}

struct RunningProgram::Output : Scratch {};

RunningProgram::RunningProgram(std::vector<std::string> argv, const std::vector<std::string>& environment)
    : output_(std::make_unique<Output>()) {
  const int out = output_->descriptor();
  fcntl(out, F_SETFL, O_APPEND);  // both streams, and us, share one offset otherwise
  Scratch nothing;
  argv.insert(argv.begin(), {"/usr/bin/setpriv", "--pdeathsig=KILL", "--"});
  pid_ = spawn(argv, environment, nothing.descriptor(), out, out);
}

RunningProgram::~RunningProgram() {
  if (ended()) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

bool RunningProgram::ended() {
  int status = 0;
  if (!exit_code_ && waitpid(pid_, &status, WNOHANG) == pid_) exit_code_ = exit_code_of(status);
  return exit_code_.has_value();
}

std::string RunningProgram::output() const {
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = pread(output_->descriptor(), buffer, sizeof buffer, static_cast<off_t>(text.size()))) > 0;) {
    text.append(buffer, static_cast<size_t>(got));
  }
  return text;
}

std::optional<std::string> RunningProgram::wait_for(const std::string& text) {
  std::optional<std::string> rest;
  becomes_true([&] {
    const bool is_last_look = ended();
    const std::string said = output();
    const size_t at = said.find(text);
    const size_t end = at == std::string::npos ? at : said.find('\n', at);
    if (end != std::string::npos) rest = said.substr(at + text.size(), end - at - text.size());
    return rest || is_last_look;
  });
  EXPECT_TRUE(rest) << "it never said \"" << text << "\" but: " << output();
  return rest;
}

void RunningProgram::signal(int number) { kill(pid_, number); }

int RunningProgram::wait() {
  EXPECT_TRUE(becomes_true([this] { return ended(); })) << "it does not end; it said: " << output();
  return exit_code_.value_or(-1);
}

std::vector<pid_t> children_of(pid_t pid, const std::string& program) {
  std::vector<pid_t> found;
  std::ifstream children("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children");
  for (pid_t child = 0; children >> child;) {
    std::error_code error;
    const auto path = std::filesystem::read_symlink("/proc/" + std::to_string(child) + "/exe", error);
    if (path.filename() == program) found.push_back(child);
  }
  return found;
}

bool becomes_true(const std::function<bool()>& condition) {
  for (const auto until = std::chrono::steady_clock::now() + kPatience; !condition();) {
    if (std::chrono::steady_clock::now() > until) return false;
    poll(nullptr, 0, kLookMs);
  }
  return true;
}

ScratchDirectory::ScratchDirectory() : path_((std::filesystem::temp_directory_path() / "baton-test.XXXXXX").string()) {
  if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("mkdtemp: " + std::string(std::strerror(errno)));
  chmod(path_.c_str(), 0755);
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

}  // namespace baton::testing
