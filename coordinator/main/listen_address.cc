#include "coordinator/main/listen_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>

namespace baton {
namespace {

constexpr int kMaxPort = 65535;

std::string host_of(const std::string& address) {
  std::string host = address.substr(0, address.rfind(':'));
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return host;
}

bool is_port(const std::string& text) {
  return !text.empty() && text.size() <= 5 && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; }) &&
         std::stoi(text) <= kMaxPort;
}

}  // namespace

bool is_loopback(const std::string& host) {
  if (host == "localhost") return true;
  in_addr four{};
  if (inet_pton(AF_INET, host.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six{};
  return inet_pton(AF_INET6, host.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

absl::Status check_listen(const std::string& address, bool insecure) {
  const size_t colon = address.rfind(':');
  const bool bare_ipv6 = colon != std::string::npos && address.front() != '[' && address.find(':') != colon;
  if (colon == std::string::npos || colon == 0 || bare_ipv6 || !is_port(address.substr(colon + 1))) {
    return absl::InvalidArgumentError("--listen " + address + " is not HOST:PORT, for example 127.0.0.1:7450 or [::1]:0");
  }
  if (insecure || is_loopback(host_of(address))) return absl::OkStatus();
  return absl::InvalidArgumentError("--listen " + address +
                                    " is beyond loopback, and whoever reaches it could do anything, since there is no authentication: "
                                    "listen on 127.0.0.1, or give --insecure if the network is trusted");
}

std::string with_port(const std::string& address, int port) { return address.substr(0, address.rfind(':') + 1) + std::to_string(port); }

}  // namespace baton
