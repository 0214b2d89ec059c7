#include "coordinator/main/listen_address.h"

#include <gtest/gtest.h>

namespace baton {
namespace {

TEST(ListenAddress, on_loopback_needs_no_permission) {
  for (const char* address : {"127.0.0.1:7450", "127.8.9.10:0", "localhost:1", "[::1]:7450"}) {
    EXPECT_TRUE(check_listen(address, false).ok()) << address;
  }
}

TEST(ListenAddress, beyond_loopback_needs_insecure) {
  for (const char* address : {"0.0.0.0:7450", "[::]:7450", "10.0.0.1:7450", "coordinator.example:7450", "128.0.0.1:1"}) {
    const absl::Status refused = check_listen(address, false);
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << address;
    EXPECT_NE(refused.message().find("--insecure"), std::string::npos);
    EXPECT_TRUE(check_listen(address, true).ok()) << address;
  }
}

TEST(ListenAddress, is_a_host_and_a_port) {
  for (const char* address : {"", "7450", ":7450", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:http", "::1:7450", "127.0.0.1:-1"}) {
    EXPECT_FALSE(check_listen(address, true).ok()) << address;
  }
}

TEST(ListenAddress, takes_the_port_that_was_bound) {
  EXPECT_EQ(with_port("127.0.0.1:0", 4711), "127.0.0.1:4711");
  EXPECT_EQ(with_port("[::1]:0", 4711), "[::1]:4711");
}

}  // namespace
}  // namespace baton
