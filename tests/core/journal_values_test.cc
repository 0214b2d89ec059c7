#include "coordinator/core/journal_values.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace baton::core {
namespace {

namespace journal = baton::journal::v1;

google::protobuf::Duration duration(int64_t seconds, int32_t nanos) {
  google::protobuf::Duration value;
  value.set_seconds(seconds);
  value.set_nanos(nanos);
  return value;
}

v1::Timeout after(int64_t seconds, int32_t nanos) {
  v1::Timeout timeout;
  *timeout.mutable_after() = duration(seconds, nanos);
  return timeout;
}

TEST(JournalValuesTest, AbsentNoneAndZeroAreThreeTimeouts) {
  EXPECT_EQ(timeout_ms(v1::Timeout()), std::nullopt);
  v1::Timeout none;
  none.set_none(true);
  EXPECT_EQ(timeout_ms(none), kNoTimeout);
  EXPECT_EQ(timeout_ms(after(0, 0)), 0);
}

TEST(JournalValuesTest, AFractionOfAMillisecondIsRoundedUp) {
  EXPECT_EQ(timeout_ms(after(2, 500'000'000)), 2'500);
  EXPECT_EQ(timeout_ms(after(0, 1)), 1);
  EXPECT_EQ(timeout_ms(after(1, 1'000'001)), 1'002);
}

TEST(JournalValuesTest, ANegativeTimeoutIsNeverTakenForNone) {
  EXPECT_EQ(timeout_ms(after(0, -1'000'000)), 0);
  EXPECT_EQ(timeout_ms(after(-1, 0)), 0);
}

TEST(JournalValuesTest, AHugeDurationDoesNotOverflow) {
  EXPECT_EQ(duration_ms(duration(std::numeric_limits<int64_t>::max(), 0)), 315'576'000'000'000);
  EXPECT_EQ(duration_ms(duration(std::numeric_limits<int64_t>::min(), 0)), -315'576'000'000'000);
}

TEST(JournalValuesTest, TimeoutsComeBackAsTheyWere) {
  for (const int64_t ms : {kNoTimeout, int64_t{0}, int64_t{1}, int64_t{31'622'400'000}}) {
    v1::Timeout timeout;
    set_timeout(ms, &timeout);
    EXPECT_EQ(timeout_ms(timeout), ms);
  }
}

TEST(JournalValuesTest, ATimestampHasNonNegativeNanosBeforeTheEpochToo) {
  google::protobuf::Timestamp timestamp;
  set_timestamp(-1, &timestamp);
  EXPECT_EQ(timestamp.seconds(), -1);
  EXPECT_EQ(timestamp.nanos(), 999'000'000);
}

TEST(JournalValuesTest, APayloadComesBackWhole) {
  v1::Payload payload;
  payload.set_data(std::string("\0\xff", 2));
  payload.set_content_type("text/plain");
  payload.set_encoding("aes-256-gcm");
  payload.set_key_id("k1");
  v1::Payload shown;
  to_api(to_journal(payload), &shown);
  EXPECT_EQ(shown.SerializeAsString(), payload.SerializeAsString());
}

TEST(JournalValuesTest, APayloadThatIsMovedInIsNotCopied) {
  v1::Payload payload;
  payload.set_data(std::string(1'000, 'x'));
  const char* data = payload.data().data();
  EXPECT_EQ(to_journal(std::move(payload)).data().data(), data);
}

TEST(JournalValuesTest, HeadersComeBackWhole) {
  ApiHeaders headers;
  headers["trace"].set_data("1");
  headers["tenant"].set_data("2");
  JournalHeaders kept;
  to_journal(headers, &kept);
  ApiHeaders shown;
  to_api(kept, &shown);
  ASSERT_EQ(shown.size(), 2U);
  EXPECT_EQ(shown["trace"].data(), "1");
  EXPECT_EQ(shown["tenant"].data(), "2");
}

TEST(JournalValuesTest, ARetryPolicyComesBackWhole) {
  v1::RetryPolicy policy;
  *policy.mutable_initial_interval() = duration(1, 5'000'000);
  policy.set_backoff_coefficient(1.5);
  *policy.mutable_maximum_interval() = duration(60, 0);
  policy.set_maximum_attempts(5);
  policy.add_non_retryable_reasons("bad card");
  v1::RetryPolicy shown;
  to_api(to_journal(policy), &shown);
  EXPECT_EQ(shown.SerializeAsString(), policy.SerializeAsString());
}

TEST(JournalValuesTest, ARetryPolicyWithoutAMaximumIntervalStaysWithout) {
  v1::RetryPolicy policy;
  *policy.mutable_initial_interval() = duration(1, 0);
  EXPECT_FALSE(to_journal(policy).has_maximum_interval_ms());
}

TEST(JournalValuesTest, TypesAndExecutionsComeBackWhole) {
  v1::ActivityType type;
  type.set_name("charge");
  type.set_version("2");
  v1::ActivityType shown_type;
  to_api(to_journal(type), &shown_type);
  EXPECT_EQ(shown_type.SerializeAsString(), type.SerializeAsString());

  const std::string run_id = "018bcfe5-687b-75a5-a5a5-a5a5a5a5a5a5";
  v1::WorkflowExecution shown;
  to_api(execution_ref("order-1", RunId::from_text(run_id).value()), &shown);
  EXPECT_EQ(shown.workflow_id(), "order-1");
  EXPECT_EQ(shown.run_id(), run_id);
}

TEST(JournalValuesTest, NoRunIdHasNoText) {
  EXPECT_EQ(run_id_text(""), "");
  EXPECT_EQ(run_id_text("damaged"), "");
}

}  // namespace
}  // namespace baton::core
