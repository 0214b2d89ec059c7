#include "cli/dev.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "cli/child_process.h"
#include "cli/exit_codes.h"
#include "cli/private_postgres.h"

namespace baton::cli {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kReadyPatience = std::chrono::seconds(60);
constexpr auto kStopPatience = std::chrono::seconds(25);  // the coordinator drains for at most 20 s
constexpr auto kWatchInterval = std::chrono::milliseconds(50);
constexpr int kRestartsPerMinute = 10;
constexpr mode_t kDirectoryMode = 0755;  // the user that runs PostgreSQL must pass through

volatile std::sig_atomic_t stop_requested = 0;

void request_stop(int) { stop_requested = 1; }

// Only one `baton dev` works in a directory; the lock goes with the process.
bool lock_directory(const fs::path& directory) {
  const int fd = open((directory / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
}

std::string coordinator_program(const DevOptions& options) {
  if (!options.coordinator_path.empty()) return options.coordinator_path;
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  for (const fs::path& candidate : {self.parent_path() / "baton-coordinator",
                                    self.parent_path().parent_path() / "coordinator" / "main" / "baton-coordinator",
                                    fs::path("/usr/local/bin/baton-coordinator"), fs::path("/usr/bin/baton-coordinator")}) {
    if (fs::exists(candidate, error)) return candidate.string();
  }
  return "baton-coordinator";
}

// What the coordinator says of itself in its log, from `offset` on.
struct CoordinatorNews {
  std::string address;  // empty: not listening yet
  std::string complaint;
};
CoordinatorNews read_news(const fs::path& log, std::streamoff offset) {
  CoordinatorNews news;
  std::ifstream file(log);
  file.seekg(offset);
  for (std::string line; std::getline(file, line);) {
    const auto entry = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!entry.is_object()) {
      if (!line.empty()) news.complaint = line;
      continue;
    }
    if (entry.value("event", "") == "listening") news.address = entry.value("address", "");
    if (entry.value("level", "") == "error") news.complaint = entry.value("message", line);
  }
  return news;
}

class Coordinator {
 public:
  Coordinator(const DevOptions& options, std::string database_url) : log_(fs::absolute(options.data_dir) / "coordinator.log") {
    argv_ = {coordinator_program(options), "--database-url", std::move(database_url), "--listen", options.listen};
    if (options.insecure) argv_.emplace_back("--insecure");
  }

  // Starts it and waits until it listens; an empty result means that it ended or that we were asked to stop.
  std::optional<std::string> start() {
    std::error_code error;
    const auto offset = fs::exists(log_, error) ? static_cast<std::streamoff>(fs::file_size(log_, error)) : 0;
    auto started = ChildProcess::start({.argv = argv_, .output_file = log_.string(), .death_signal = SIGTERM});
    if (!started.ok()) {
      complaint_ = std::string(started.status().message());
      return std::nullopt;
    }
    process_ = *started;
    for (const auto until = Clock::now() + kReadyPatience; Clock::now() < until && stop_requested == 0;) {
      const bool alive = process_.running();
      const CoordinatorNews news = read_news(log_, offset);
      if (!news.address.empty()) return news.address;
      complaint_ = news.complaint;
      if (!alive) {
        if (complaint_.empty()) complaint_ = "it ended with " + process_.ending();
        return std::nullopt;
      }
      std::this_thread::sleep_for(kWatchInterval);
    }
    if (complaint_.empty()) complaint_ = "it did not listen within 60 s";
    stop();
    return std::nullopt;
  }

  bool running() { return process_.running(); }
  std::string ending() const { return process_.ending(); }
  void stop() { process_.stop(SIGTERM, kStopPatience); }
  std::string complaint() const { return complaint_ + " (log: " + log_.string() + ")"; }
  // A restart must come back where clients know it.
  void listen_on(const std::string& address) { argv_[4] = address; }
  const fs::path& log() const { return log_; }

 private:
  fs::path log_;
  std::vector<std::string> argv_;
  ChildProcess process_;
  std::string complaint_;
};

// Waits for a signal, restarting a coordinator that was killed; the exit code when something cannot be mended.
int supervise(Coordinator& coordinator, PrivatePostgres* postgres) {
  int restarts = 0;
  auto minute = Clock::now();
  while (stop_requested == 0) {
    std::this_thread::sleep_for(kWatchInterval);
    if (postgres != nullptr && !postgres->running()) {
      std::cerr << "baton dev: PostgreSQL ended (" << postgres->ending() << ")" << std::endl;
      return kExitUnavailable;
    }
    if (coordinator.running()) continue;
    if (Clock::now() - minute > std::chrono::minutes(1)) {
      restarts = 0;
      minute = Clock::now();
    }
    std::cerr << "baton dev: the coordinator ended (" << coordinator.ending() << "), starting it again" << std::endl;
    if (++restarts > kRestartsPerMinute) {
      std::cerr << "baton dev: it ended " << restarts << " times within a minute: " << coordinator.complaint() << std::endl;
      return kExitUnavailable;
    }
    if (const auto address = coordinator.start()) std::cout << "baton dev: ready again at " << *address << std::endl;
  }
  return kExitOk;
}

void handle_signals() {
  struct sigaction action = {};
  action.sa_handler = request_stop;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGHUP, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

}  // namespace

std::string default_data_dir() {
  // As root PostgreSQL runs as another user, who cannot enter root's home.
  if (geteuid() == 0) return "/var/lib/baton/dev";
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0') return std::string(data) + "/baton/dev";
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : ".") + "/.local/share/baton/dev";
}

int run_dev(const DevOptions& options) {
  handle_signals();
  const fs::path directory = fs::absolute(options.data_dir);
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    std::cerr << "baton dev: cannot create --data-dir " << directory.string() << ": " << error.message() << std::endl;
    return kExitUsage;
  }
  if (geteuid() == 0) chmod(directory.c_str(), kDirectoryMode);
  if (!lock_directory(directory)) {
    std::cerr << "baton dev: " << directory.string() << " is in use by another baton dev (or not writable): stop it, or give another "
              << "--data-dir" << std::endl;
    return kExitUsage;
  }

  std::optional<PrivatePostgres> postgres;
  if (options.postgres_url.empty()) {
    auto started = PrivatePostgres::start(directory.string());
    if (!started.ok()) {
      std::cerr << "baton dev: " << started.status().message() << std::endl;
      return kExitUnavailable;
    }
    postgres = *std::move(started);
  }
  Coordinator coordinator(options, postgres ? postgres->url() : options.postgres_url);
  int exit_code = kExitOk;
  if (const auto address = coordinator.start()) {
    coordinator.listen_on(*address);
    std::cout << "baton dev: ready at " << *address << "\n"
              << "  data      " << directory.string() << (postgres ? " (private PostgreSQL)" : "") << "\n"
              << "  log       " << coordinator.log().string() << "\n"
              << "  try       baton --address " << *address << " domain register hello\n"
              << "  stop      Ctrl-C" << std::endl;
    exit_code = supervise(coordinator, postgres ? &*postgres : nullptr);
  } else if (stop_requested == 0) {
    std::cerr << "baton dev: the coordinator did not start: " << coordinator.complaint() << std::endl;
    exit_code = kExitUnavailable;
  }
  coordinator.stop();
  if (postgres) postgres->stop();
  if (exit_code == kExitOk) std::cout << "baton dev: stopped" << std::endl;
  return exit_code;
}

}  // namespace baton::cli
