#include "server_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace nightly {
namespace fs = std::filesystem;
namespace {

// Below the range from which the kernel takes ports for outgoing connections.
constexpr int kFirstPort = 20000;
constexpr int kPorts = 10000;
constexpr int kStopPatienceMs = 3000;
constexpr size_t kMaxOutputBytes = 2000;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

bool nobody_listens(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool free = bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return free;
}

// A file per port says that a place has it, so that two places never share one.
bool reserve_port(const fs::path& root, int port) {
  const fs::path file = root / ".ports" / std::to_string(port);
  const int fd = open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
  if (fd < 0) return false;
  close(fd);
  if (nobody_listens(port)) return true;
  fs::remove(file);
  return false;
}

int take_port(const fs::path& root, const std::string& key) {
  const size_t start = std::hash<std::string>{}(key);
  for (int i = 0; i < kPorts; ++i) {
    const int port = kFirstPort + static_cast<int>((start + static_cast<size_t>(i)) % kPorts);
    if (reserve_port(root, port)) return port;
  }
  throw std::runtime_error("no free port between 20000 and 29999");
}

fs::path port_file(const fs::path& directory) { return directory / ".port"; }

int read_number(const fs::path& file) {
  int number = 0;
  std::ifstream(file) >> number;
  return number;
}

// Written beside and renamed, so that a crash leaves the whole number or none.
void write_number(const fs::path& file, int number) {
  const fs::path part = file.string() + ".part";
  std::ofstream(part) << number << "\n";
  fs::rename(part, file);
}

// A process that works in the directory is the place's: no file could say so without a moment in which it is not yet, or no longer, true.
std::vector<pid_t> processes_in(const fs::path& directory) {
  std::error_code error;
  const fs::path wanted = fs::canonical(directory, error);
  std::vector<pid_t> found;
  if (error) return found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const pid_t pid = std::atoi(entry.path().filename().c_str());
    if (pid > 0 && fs::read_symlink(entry.path() / "cwd", error) == wanted) found.push_back(pid);
  }
  return found;
}

std::vector<std::string> with_port(const std::vector<std::string>& words, int port) {
  std::vector<std::string> result = words;
  for (std::string& word : result) {
    for (size_t at; (at = word.find("{port}")) != std::string::npos;) word.replace(at, 6, std::to_string(port));
  }
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

// In a child: a fresh session in the place, output to `output_fd`. Does not return.
[[noreturn]] void become(const Place& place, const std::vector<char*>& argv, int output_fd, int failure_fd) {
  setsid();
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  const int nothing = open("/dev/null", O_RDONLY);
  if (chdir(place.directory.c_str()) == 0 && dup2(nothing, 0) == 0 && dup2(output_fd, 1) == 1 && dup2(output_fd, 2) == 2) {
    execvp(argv[0], argv.data());
  }
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(failure_fd, &error, sizeof error);
  _exit(127);
}

void wait_gone(pid_t pid) {
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (pidfd < 0) return;
  pollfd waiting{pidfd, POLLIN, 0};
  if (poll(&waiting, 1, kStopPatienceMs) == 0) {
    kill(pid, SIGKILL);
    poll(&waiting, 1, kStopPatienceMs);
  }
  close(pidfd);
}

}  // namespace

Place make_place(const std::string& root, const std::string& key) {
  fs::create_directories(fs::path(root) / ".ports");
  std::string name;
  for (const char c : key) name += std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' ? c : '_';
  const fs::path directory = fs::absolute(fs::path(root) / name);
  fs::create_directories(directory);
  int port = read_number(port_file(directory));
  if (port == 0) {
    port = take_port(root, key);
    write_number(port_file(directory), port);
  }
  return {directory.string(), port};
}

int start_server_process(const ServerOrder& order) {
  const Place& place = order.place;
  if (const auto earlier = processes_in(place.directory); !earlier.empty()) return earlier.front();

  std::vector<std::string> words = with_port(order.server.command, place.port);
  const std::vector<char*> argv = pointers(words);
  const int log = open((fs::path(place.directory) / ".log").c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0644);
  if (log < 0) fail("cannot write in " + place.directory);
  int failure[2];
  if (pipe2(failure, O_CLOEXEC) < 0) fail("pipe");

  // The server is a grandchild, so that it belongs to nobody and outlives the worker; its parent reports the pid.
  int report[2];
  if (pipe2(report, O_CLOEXEC) < 0) fail("pipe");
  const pid_t parent = fork();
  if (parent < 0) fail("fork");
  if (parent == 0) {
    const pid_t server = fork();
    if (server == 0) {
      for (const auto& [name, value] : order.server.environment) setenv(name.c_str(), value.c_str(), 1);
      become(place, argv, log, failure[1]);
    }
    [[maybe_unused]] const ssize_t written = write(report[1], &server, sizeof server);
    _exit(0);
  }
  close(failure[1]);
  close(report[1]);
  close(log);
  pid_t server = -1;
  const bool reported = read(report[0], &server, sizeof server) == sizeof server;
  waitpid(parent, nullptr, 0);
  int error = 0;
  const bool failed = read(failure[0], &error, sizeof error) == sizeof error;
  close(failure[0]);
  close(report[0]);
  if (!reported || server < 0) throw std::runtime_error("the server could not be forked");
  if (failed) throw std::runtime_error("cannot run " + words[0] + ": " + std::strerror(error));
  return server;
}

int run_command(const Place& place, const std::vector<std::string>& command, std::stop_token stop, std::string& output) {
  std::vector<std::string> words = with_port(command, place.port);
  const std::vector<char*> argv = pointers(words);
  int pipe_fds[2];
  if (pipe2(pipe_fds, O_CLOEXEC) < 0) fail("pipe");
  const pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) become(place, argv, pipe_fds[1], 2);
  close(pipe_fds[1]);
  {
    // It leads a session of its own as soon as it runs; not reaped before the callback is gone, so that the number stays its own.
    const std::stop_callback end(stop, [child] {
      if (kill(-child, SIGKILL) != 0) kill(child, SIGKILL);
    });
    char buffer[512];
    for (ssize_t got; (got = read(pipe_fds[0], buffer, sizeof buffer)) > 0;) {
      if (output.size() < kMaxOutputBytes) output.append(buffer, static_cast<size_t>(got));
    }
    siginfo_t ended{};
    waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT);
  }
  close(pipe_fds[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void remove_place(const Place& place) {
  const fs::path directory(place.directory);
  if (!fs::exists(directory)) return;
  const auto servers = processes_in(directory);
  for (const pid_t server : servers) kill(server, SIGTERM);
  for (const pid_t server : servers) wait_gone(server);
  fs::remove(directory.parent_path() / ".ports" / std::to_string(place.port));
  fs::remove_all(directory);
}

}  // namespace nightly
