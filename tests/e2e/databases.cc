#include "databases.h"

#include <gtest/gtest.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <pqxx/pqxx>
#include <stdexcept>

namespace baton::testing {
namespace fs = std::filesystem;
namespace {

void execute(const std::string& url, const std::string& sql) {
  pqxx::connection connection(url);
  pqxx::nontransaction transaction(connection);
  transaction.exec(sql);
}

std::string other_database(const std::string& url, const std::string& name) {
  const size_t options = std::min(url.find('?'), url.size());
  const size_t slash = url.rfind('/', options);
  return url.substr(0, slash + 1) + name + url.substr(options);
}

fs::path server_programs() {
  fs::path newest;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql")) newest = std::max(newest, entry.path() / "bin");
  return newest;
}

// PostgreSQL refuses to run as root.
std::vector<std::string> as_server_user(std::vector<std::string> argv) {
  if (geteuid() != 0) return argv;
  std::vector<std::string> prefix = {"/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=KILL", "--"};
  argv.insert(argv.begin(), prefix.begin(), prefix.end());
  return argv;
}

}  // namespace

OwnDatabase::OwnDatabase() {
  static int made = 0;
  const char* server = std::getenv("BATON_TEST_POSTGRES_URL");
  if (server == nullptr) throw std::runtime_error("run this under deploy/with-postgres.sh: BATON_TEST_POSTGRES_URL is not set");
  server_url_ = server;
  name_ = "e2e_" + std::to_string(getpid()) + "_" + std::to_string(++made);
  url_ = other_database(server_url_, name_);
  execute(server_url_, "CREATE DATABASE " + name_);
}

OwnDatabase::~OwnDatabase() {
  try {
    execute(server_url_, "DROP DATABASE " + name_ + " WITH (FORCE)");
  } catch (const std::exception& error) {
    ADD_FAILURE() << "cannot drop the database: " << error.what();
  }
}

OwnServer::OwnServer() {
  if (geteuid() == 0) {
    const passwd* const user = getpwnam("postgres");
    if (user == nullptr || chown(directory_.path().c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw std::runtime_error("as root this test needs the user postgres");
    }
  }
  url_ = "postgresql:///postgres?user=baton&host=" + directory_.path();
  const Ended made = run_program(as_server_user({server_programs() / "initdb", "-D", directory_.path() + "/data", "--username=baton",
                                                 "--auth=trust", "--encoding=UTF8", "--locale=C"}));
  if (made.exit_code != 0) throw std::runtime_error("initdb: " + made.err);
}

// Not SIGKILL, which would leave its shared memory behind.
OwnServer::~OwnServer() { crash(); }

void OwnServer::start() {
  server_ = std::make_unique<RunningProgram>(
      as_server_user({server_programs() / "postgres", "-D", directory_.path() + "/data", "-c", "listen_addresses=", "-c",
                      "unix_socket_directories=" + directory_.path(), "-c", "max_connections=100", "-c", "shared_buffers=64MB"}));
  const auto answers = [this] {
    try {
      execute(url_, "SELECT 1");
      return true;
    } catch (const std::exception&) {
      return false;
    }
  };
  if (!becomes_true(answers)) throw std::runtime_error("PostgreSQL does not answer: " + server_->output());
}

void OwnServer::crash() {
  if (server_ == nullptr) return;
  server_->signal(SIGQUIT);
  server_->wait();
  server_.reset();
}

int64_t journal_rows(const std::string& database_url) {
  try {
    pqxx::connection connection(database_url);
    pqxx::nontransaction transaction(connection);
    return transaction.exec("SELECT count(*) FROM baton.journal")[0][0].as<int64_t>();
  } catch (const std::exception&) {
    return 0;
  }
}

}  // namespace baton::testing
