#include "cli/private_postgres.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <optional>
#include <thread>
#include <vector>

namespace baton::cli {
namespace fs = std::filesystem;
namespace {

constexpr auto kStartPatience = std::chrono::seconds(60);
constexpr auto kStopPatience = std::chrono::seconds(30);
constexpr auto kProbeInterval = std::chrono::milliseconds(50);
constexpr size_t kLongestSocketDirectory = 80;  // sun_path holds 108 bytes, with the socket's own name
constexpr char kInstallHint[] = "install it (Debian: apt-get install postgresql-15) or give --postgres URL";

struct ServerUser {
  std::optional<uid_t> uid;  // absent: ourselves
  gid_t gid = 0;
  std::string name;
};

// PostgreSQL refuses to run as root.
absl::StatusOr<ServerUser> server_user() {
  if (geteuid() != 0) return ServerUser{};
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* entry = getpwnam(name)) return ServerUser{entry->pw_uid, entry->pw_gid, name};
  }
  return absl::FailedPreconditionError(
      "PostgreSQL does not run as root, and there is neither a user 'postgres' nor 'nobody' to run it as: create one, run as another "
      "user, or give --postgres URL");
}

// The newest installed server's programs.
absl::StatusOr<fs::path> server_programs() {
  std::vector<fs::path> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", error)) {
    if (fs::exists(entry.path() / "bin" / "initdb", error)) found.push_back(entry.path() / "bin");
  }
  for (const char* directory : {"/usr/bin", "/usr/local/bin", "/usr/local/pgsql/bin"}) {
    if (found.empty() && fs::exists(fs::path(directory) / "initdb", error)) found.emplace_back(directory);
  }
  if (found.empty()) return absl::NotFoundError(std::string("no PostgreSQL server found (looked for initdb): ") + kInstallHint);
  const auto version = [](const fs::path& bin) { return std::atoi(bin.parent_path().filename().c_str()); };
  return *std::max_element(found.begin(), found.end(), [&](const auto& a, const auto& b) { return version(a) < version(b); });
}

absl::Status make_directory(const fs::path& directory, const ServerUser& user) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return absl::PermissionDeniedError("cannot create " + directory.string() + ": " + error.message());
  if (user.uid && chown(directory.c_str(), *user.uid, user.gid) != 0) {
    return absl::PermissionDeniedError("cannot give " + directory.string() + " to user " + user.name);
  }
  fs::permissions(directory, fs::perms::owner_all, error);
  return absl::OkStatus();
}

absl::Status check_reachable(const fs::path& directory, const ServerUser& user) {
  if (!user.uid) return absl::OkStatus();
  const absl::Status status = run_to_end({.argv = {"/usr/bin/test", "-w", directory.string()}, .uid = user.uid, .gid = user.gid});
  if (status.ok()) return status;
  return absl::PermissionDeniedError("user " + user.name + ", who runs PostgreSQL, cannot reach " + directory.string() +
                                     ": choose a --data-dir that is not below a private directory");
}

}  // namespace

absl::StatusOr<PrivatePostgres> PrivatePostgres::start(const std::string& data_dir) {
  const auto user = server_user();
  if (!user.ok()) return user.status();
  const auto bin = server_programs();
  if (!bin.ok()) return bin.status();

  const fs::path home = fs::absolute(data_dir) / "postgres";
  const fs::path cluster = home / "cluster";
  fs::path sockets = home / "run";
  if (sockets.string().size() > kLongestSocketDirectory) {
    sockets = fs::temp_directory_path() / ("baton-" + std::to_string(std::hash<std::string>{}(home.string())));
  }
  const std::string log = (home / "server.log").string();
  for (const fs::path& directory : {home, sockets}) {
    if (absl::Status made = make_directory(directory, *user); !made.ok()) return made;
  }
  if (absl::Status reachable = check_reachable(home, *user); !reachable.ok()) return reachable;

  if (!fs::exists(cluster / "PG_VERSION")) {
    // An interrupted initdb leaves a directory without meaning: begin anew.
    fs::remove_all(cluster);
    const absl::Status made = run_to_end({.argv = {(*bin / "initdb").string(), "-D", cluster.string(), "--username=baton", "--auth=trust",
                                                   "--encoding=UTF8", "--locale=C", "--data-checksums"},
                                          .uid = user->uid,
                                          .gid = user->gid,
                                          .output_file = (fs::absolute(data_dir) / "initdb.log").string()});
    if (!made.ok()) {
      fs::remove_all(cluster);
      return made;
    }
  }

  PrivatePostgres postgres;
  auto server = ChildProcess::start({.argv = {(*bin / "postgres").string(), "-D", cluster.string(), "-c", "listen_addresses=", "-c",
                                              "unix_socket_directories=" + sockets.string(), "-c", "max_connections=200", "-c",
                                              "shared_buffers=128MB", "-c", "max_wal_size=2GB"},
                                     .uid = user->uid,
                                     .gid = user->gid,
                                     .output_file = log,
                                     .death_signal = SIGINT});
  if (!server.ok()) return server.status();
  postgres.server_ = *server;
  postgres.url_ = "postgresql:///postgres?user=baton&host=" + sockets.string();

  const auto until = std::chrono::steady_clock::now() + kStartPatience;
  const ChildOptions probe{.argv = {(*bin / "pg_isready").string(), "-q", "-h", sockets.string(), "-U", "baton", "-d", "postgres"},
                           .uid = user->uid,
                           .gid = user->gid};
  while (!run_to_end(probe).ok()) {
    if (!postgres.server_.running()) {
      return absl::InternalError("PostgreSQL did not start (" + postgres.server_.ending() + "): see " + log);
    }
    if (std::chrono::steady_clock::now() > until) {
      postgres.stop();
      return absl::DeadlineExceededError("PostgreSQL did not answer within 60 s: see " + log);
    }
    std::this_thread::sleep_for(kProbeInterval);
  }
  return postgres;
}

void PrivatePostgres::stop() { server_.stop(SIGINT, kStopPatience); }

}  // namespace baton::cli
