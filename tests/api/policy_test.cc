#include "coordinator/api/policy.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

namespace baton::api {
namespace {

bool allows(std::string_view policy, std::string_view action, std::string_view domain, const std::string& principal = "anonymous") {
  const auto authorizer = parse_policy(policy, "policy");
  EXPECT_TRUE(authorizer.ok()) << authorizer.status();
  return authorizer.ok() && (*authorizer)->allows({principal, "peer"}, {action, domain});
}

std::string complaint(std::string_view policy) {
  const auto authorizer = parse_policy(policy, "file");
  EXPECT_FALSE(authorizer.ok());
  return std::string(authorizer.status().message());
}

TEST(Policy, decides_by_the_first_line_that_fits) {
  constexpr char kPolicy[] = "deny * StartTimer orders\nallow * * orders\n";
  EXPECT_FALSE(allows(kPolicy, "StartTimer", "orders"));
  EXPECT_TRUE(allows(kPolicy, "CancelTimer", "orders"));
}

TEST(Policy, denies_what_no_line_allows) {
  EXPECT_FALSE(allows("", "DescribeDomain", "orders"));
  EXPECT_FALSE(allows("allow * * orders\n", "DescribeDomain", "other"));
}

TEST(Policy, may_end_with_a_default) {
  EXPECT_TRUE(allows("deny * * secret\ndefault allow", "DescribeDomain", "orders"));
  EXPECT_FALSE(allows("deny * * secret\ndefault allow", "DescribeDomain", "secret"));
  EXPECT_FALSE(allows("default deny", "DescribeDomain", "orders"));
}

TEST(Policy, fits_the_beginning_of_a_word_with_a_star_at_its_end) {
  EXPECT_TRUE(allows("allow * PollFor* ord*", "PollForDecisionTask", "orders"));
  EXPECT_FALSE(allows("allow * PollFor* ord*", "StartTimer", "orders"));
  EXPECT_FALSE(allows("allow * PollFor* ord*", "PollForDecisionTask", "or"));
}

TEST(Policy, tells_principals_apart) {
  EXPECT_TRUE(allows("allow alice * *", "DescribeDomain", "orders", "alice"));
  EXPECT_FALSE(allows("allow alice * *", "DescribeDomain", "orders", "bob"));
}

TEST(Policy, passes_over_comments_and_empty_lines) {
  EXPECT_TRUE(allows("# who\n\n  \nallow * * * # all\n", "DescribeDomain", "orders"));
}

TEST(Policy, names_the_file_and_line_of_what_is_malformed) {
  EXPECT_EQ(complaint("allow * * *\npermit * * *").substr(0, 7), "file:2:");
  EXPECT_EQ(complaint("\nallow *\n").substr(0, 7), "file:2:");
  EXPECT_EQ(complaint("allow a b c d e").substr(0, 7), "file:1:");
  EXPECT_EQ(complaint("default maybe").substr(0, 7), "file:1:");
  EXPECT_EQ(complaint("default allow\nallow * * *").substr(0, 7), "file:2:");
  EXPECT_NE(complaint("allow * StartTimr *").find("StartTimr"), std::string::npos);
}

TEST(Policy, that_cannot_be_read_is_an_error_that_names_it) {
  const auto missing = load_policy("/nonexistent/policy");
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.status().message().find("/nonexistent/policy"), std::string::npos);
}

TEST(Policy, is_read_from_a_file) {
  const std::string path = ::testing::TempDir() + "policy." + std::to_string(getpid());
  std::ofstream(path) << "allow * * orders\noops";
  const auto policy = load_policy(path);
  std::remove(path.c_str());
  ASSERT_FALSE(policy.ok());
  EXPECT_NE(policy.status().message().find(path + ":2:"), std::string::npos);
}

}  // namespace
}  // namespace baton::api
