// `baton dev`: everything on one machine by one command.
#pragma once

#include <string>

namespace baton::cli {

struct DevOptions {
  std::string data_dir;                     // created when missing; one `baton dev` at a time
  std::string listen = "127.0.0.1:7450";    // port 0: any free one
  std::string postgres_url;                 // a server to use instead of a private one
  std::string coordinator_path;             // empty: beside this program, else on the PATH
  bool insecure = false;                    // listen beyond loopback without authentication
};

// Where `baton dev` keeps its data unless told otherwise.
std::string default_data_dir();

// Runs until SIGINT or SIGTERM, then stops the coordinator and after it PostgreSQL. Returns the exit code of the program.
int run_dev(const DevOptions& options);

}  // namespace baton::cli
