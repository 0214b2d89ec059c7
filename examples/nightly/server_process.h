// Real server processes of the services under test. They outlive the worker that started them; the working directory of a process says
// which test it belongs to, so that any worker can find and stop it.
#pragma once

#include <stop_token>

#include "nightly.h"

namespace nightly {

// Makes the directory for `key` below `root` and takes a port that nobody listens on. The same key gives the same place again.
Place make_place(const std::string& root, const std::string& key);

// Starts the server in the place, or finds the one that an earlier attempt started. Throws std::runtime_error when it cannot be run.
int start_server_process(const ServerOrder& order);

// Runs a command in the place to its end, or kills it and what it started when `stop` asks. Its combined output, at most 2,000 bytes,
// ends up in `output`. Returns the exit code, or 128 + signal.
int run_command(const Place& place, const std::vector<std::string>& command, std::stop_token stop, std::string& output);

// Stops the server, removes the directory and frees the port. Harmless when that was done before.
void remove_place(const Place& place);

}  // namespace nightly
