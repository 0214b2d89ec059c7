#include "cli/child_process.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>

namespace baton::cli {
namespace {

constexpr size_t kOutputTailBytes = 2000;

std::string error_text(const std::string& what) { return what + ": " + std::strerror(errno); }

// In the child, between fork and exec: only async-signal-safe calls. Returns the name of the call that failed.
const char* become_child(const ChildOptions& options, int output_fd, char** argv) {
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (output_fd >= 0 && (dup2(output_fd, 1) < 0 || dup2(output_fd, 2) < 0)) return "dup2";
  if (options.stderr_fd && dup2(*options.stderr_fd, 2) < 0) return "dup2";
  if (options.stdout_fd && dup2(*options.stdout_fd, 1) < 0) return "dup2";
  if (options.uid) {
    if (setgroups(0, nullptr) < 0) return "setgroups";
    if (setgid(options.gid) < 0) return "setgid";
    if (setuid(*options.uid) < 0) return "setuid";
    if (chdir("/") < 0) return "chdir";
  }
  // After setuid, which clears it.
  if (options.death_signal != 0 && prctl(PR_SET_PDEATHSIG, options.death_signal) < 0) return "prctl";
  execv(argv[0], argv);
  return "execv";
}

std::string tail_of(const std::string& path) {
  std::ifstream file(path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  return text.size() > kOutputTailBytes ? text.substr(text.size() - kOutputTailBytes) : text;
}

}  // namespace

absl::StatusOr<ChildProcess> ChildProcess::start(const ChildOptions& options) {
  std::vector<char*> argv;
  for (const std::string& argument : options.argv) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  int output_fd = -1;
  if (!options.output_file.empty()) {
    output_fd = open(options.output_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (output_fd < 0) return absl::UnavailableError(error_text("cannot write " + options.output_file));
  }
  int failure[2];  // the child writes here which call failed; exec closes it
  if (pipe2(failure, O_CLOEXEC) < 0) return absl::ResourceExhaustedError(error_text("pipe"));

  ChildProcess child;
  child.pid_ = fork();
  if (child.pid_ == 0) {
    const char* call = become_child(options, output_fd, argv.data());
    const int error = errno;
    [[maybe_unused]] ssize_t ignored = write(failure[1], &error, sizeof error);
    ignored = write(failure[1], call, std::strlen(call));
    _exit(127);
  }
  const int fork_error = errno;
  close(failure[1]);
  if (output_fd >= 0) close(output_fd);
  if (child.pid_ < 0) {
    close(failure[0]);
    return absl::ResourceExhaustedError(std::string("fork: ") + std::strerror(fork_error));
  }
  int error = 0;
  const bool failed = read(failure[0], &error, sizeof error) == sizeof error;
  char call[32] = {};
  if (failed && read(failure[0], call, sizeof call - 1) < 0) call[0] = '\0';
  close(failure[0]);
  if (failed) {
    child.wait();
    return absl::NotFoundError("cannot run " + options.argv[0] + ": " + call + ": " + std::strerror(error));
  }
  return child;
}

bool ChildProcess::reap(int flags) {
  if (pid_ <= 0 || ended_) return true;
  pid_t result;
  do {
    result = waitpid(pid_, &status_, flags);
  } while (result < 0 && errno == EINTR);
  if (result == pid_ || result < 0) ended_ = true;
  return ended_;
}

bool ChildProcess::running() { return pid_ > 0 && !reap(WNOHANG); }

void ChildProcess::wait() { reap(0); }

bool ChildProcess::succeeded() const { return ended_ && WIFEXITED(status_) && WEXITSTATUS(status_) == 0; }

std::string ChildProcess::ending() const {
  if (!ended_) return "still running";
  if (WIFSIGNALED(status_)) return "killed by signal " + std::to_string(WTERMSIG(status_));
  return "exit code " + std::to_string(WEXITSTATUS(status_));
}

void ChildProcess::stop(int signal, std::chrono::milliseconds patience) {
  if (!running()) return;
  kill(pid_, signal);
  // A pidfd becomes readable when the process ends: waiting without a busy loop and without SIGCHLD games.
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (pidfd >= 0) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (running()) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
      if (left <= 0) break;
      pollfd waiting{pidfd, POLLIN, 0};
      poll(&waiting, 1, static_cast<int>(left));
    }
    close(pidfd);
  }
  if (running()) kill(pid_, SIGKILL);
  wait();
}

absl::Status run_to_end(const ChildOptions& options) {
  auto child = ChildProcess::start(options);
  if (!child.ok()) return child.status();
  child->wait();
  if (child->succeeded()) return absl::OkStatus();
  std::string message = options.argv[0] + " failed (" + child->ending() + ")";
  if (!options.output_file.empty()) message += "; the end of " + options.output_file + ":\n" + tail_of(options.output_file);
  return absl::InternalError(message);
}

}  // namespace baton::cli
