// Where the coordinator listens: HOST:PORT, "[::1]:7450" for IPv6.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace baton {

bool is_loopback(const std::string& host);
// INVALID_ARGUMENT when it is not HOST:PORT, or beyond loopback without `insecure`.
absl::Status check_listen(const std::string& address, bool insecure);
// The same host with the port that was bound.
std::string with_port(const std::string& address, int port);

}  // namespace baton
