// SWF: 4, retention: how long a closed run and its history stay visible, counted from its close.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section4Retention : public SpecTest {
 protected:
  // Domain "brief" with the type that "orders" has. Calls register whole days; for the others the row is written as a call would.
  void register_brief(int64_t retention_ms) {
    const auto registry = store_->read_registry();
    ASSERT_TRUE(registry.ok()) << registry.status();
    store::Store::RegistryChange change;
    change.expected_version = registry->version;
    change.put_domains.push_back({.name = "brief", .description = "", .retention_ms = retention_ms, .tags = {}});
    ASSERT_TRUE(store_->change_registry(change).ok());
    v1::RegisterWorkflowTypeRequest type;
    merge("domain: 'brief' workflow_type { name: 'process' version: '1' } configuration { default_task_list { name: 'main' } "
          "default_execution_start_to_close_timeout { after { seconds: 60 } } default_task_start_to_close_timeout { none: true } "
          "default_child_policy: CHILD_POLICY_TERMINATE }",
          &type);
    ASSERT_EQ(outcome(*registry_, &Registry::RegisterWorkflowType, type).reason, "OK");
  }
  std::string start_brief() { return start("w", "domain: 'brief'"); }
  void terminate_brief() { terminate("w", "domain: 'brief'"); }

  template <class Request>
  static Request in_brief(const std::string& fields) {
    Request request;
    merge("domain: 'brief' " + fields, &request);
    return request;
  }
  std::string described(const std::string& run_id = "") {
    const std::string execution = "execution { workflow_id: 'w' run_id: '" + run_id + "' }";
    return outcome(*workflows_, &Workflows::DescribeWorkflowExecution, in_brief<v1::DescribeWorkflowExecutionRequest>(execution)).reason;
  }
  std::string read(const std::string& run_id = "") {
    const std::string execution = "execution { workflow_id: 'w' run_id: '" + run_id + "' }";
    return outcome(*workflows_, &Workflows::GetWorkflowExecutionHistory, in_brief<v1::GetWorkflowExecutionHistoryRequest>(execution)).reason;
  }
  // By either time, in lists and in counts: they agree.
  int64_t closed(const std::string& filter = "") {
    std::vector<int64_t> seen;
    for (const char* time : {"start_time_filter { oldest_date { } } ", "close_time_filter { oldest_date { } } "}) {
      v1::ListClosedWorkflowExecutionsResponse listed;
      v1::CountClosedWorkflowExecutionsResponse counted;
      EXPECT_TRUE(call(*workflows_, &Workflows::ListClosedWorkflowExecutions,
                       in_brief<v1::ListClosedWorkflowExecutionsRequest>(time + filter), &listed).ok());
      EXPECT_TRUE(call(*workflows_, &Workflows::CountClosedWorkflowExecutions,
                       in_brief<v1::CountClosedWorkflowExecutionsRequest>(time + filter), &counted).ok());
      seen.push_back(listed.execution_infos_size());
      seen.push_back(counted.count());
    }
    EXPECT_THAT(seen, ::testing::Each(seen[0]));
    return seen[0];
  }
};

// SWF: 4. 0 and NONE: the run and its history vanish as soon as it closes.
TEST_F(Section4Retention, WithoutRetentionARunVanishesAsItCloses) {
  register_brief(0);
  const std::string run_id = start_brief();
  EXPECT_EQ(described(), "OK");
  EXPECT_EQ(read(run_id), "OK");
  terminate_brief();
  EXPECT_EQ(described(), "UNKNOWN_RESOURCE");
  EXPECT_EQ(described(run_id), "UNKNOWN_RESOURCE");
  EXPECT_EQ(read(), "UNKNOWN_RESOURCE");
  EXPECT_EQ(read(run_id), "UNKNOWN_RESOURCE");
  EXPECT_EQ(closed(), 0);
  EXPECT_EQ(closed("tag_filter { tag: 'red' }"), 0);
}

// SWF: 4. Its workflow id is free, and a new run is visible.
TEST_F(Section4Retention, ANewRunOfAVanishedOneIsVisible) {
  register_brief(0);
  const std::string first = start_brief();
  terminate_brief();
  const std::string second = start_brief();
  EXPECT_EQ(described(), "OK");
  EXPECT_EQ(read(second), "OK");
  EXPECT_EQ(read(first), "UNKNOWN_RESOURCE");
}

// SWF: 4. Counted from the close, not from the start; after it the run is gone from every call.
TEST_F(Section4Retention, AClosedRunIsVisibleUntilItsRetentionIsOver) {
  constexpr int64_t kRetentionMs = 400;
  register_brief(kRetentionMs);
  start_brief();
  start("v");  // in another domain: a timer that is longer than the retention
  decide({start_timer("t", kRetentionMs + 50)});
  wait_for("v", "TimerFired");
  const int64_t closing_ms = engine_->now_ms();
  terminate_brief();
  EXPECT_EQ(described(), "OK");
  EXPECT_EQ(read(), "OK");
  EXPECT_EQ(closed(), 1);
  EXPECT_EQ(closed("execution_filter { workflow_id: 'w' }"), 1);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (described() == "OK" && std::chrono::steady_clock::now() < until) continue;
  EXPECT_GE(engine_->now_ms(), closing_ms + kRetentionMs);
  EXPECT_EQ(described(), "UNKNOWN_RESOURCE");
  EXPECT_EQ(read(), "UNKNOWN_RESOURCE");
  EXPECT_EQ(closed(), 0);
  EXPECT_EQ(closed("execution_filter { workflow_id: 'w' }"), 0);
}

// SWF: 4. When its rows are removed, some time after its retention, it is unknown to every call; a new run of its workflow id is not.
TEST_F(Section4Retention, ARemovedRunIsUnknownToEveryCall) {
  register_brief(90 * 24 * 3'600'000LL);
  const std::string run_id = start_brief();
  terminate_brief();
  EXPECT_EQ(described(run_id), "OK");
  ASSERT_EQ(store_->remove_closed_runs("brief", INT64_MAX, 10).value_or(0), 1);
  const auto is_unknown = [&] {
    EXPECT_EQ(described(run_id), "UNKNOWN_RESOURCE");
    EXPECT_EQ(read(run_id), "UNKNOWN_RESOURCE");
    const std::string execution = "workflow_id: 'w' run_id: '" + run_id + "'";
    EXPECT_EQ(outcome(*workflows_, &Workflows::SignalWorkflowExecution,
                      in_brief<v1::SignalWorkflowExecutionRequest>(execution + " signal_name: 's'")).reason, "UNKNOWN_RESOURCE");
    EXPECT_EQ(outcome(*workflows_, &Workflows::TerminateWorkflowExecution,
                      in_brief<v1::TerminateWorkflowExecutionRequest>(execution)).reason, "UNKNOWN_RESOURCE");
    EXPECT_EQ(outcome(*workflows_, &Workflows::RequestCancelWorkflowExecution,
                      in_brief<v1::RequestCancelWorkflowExecutionRequest>(execution)).reason, "UNKNOWN_RESOURCE");
    EXPECT_EQ(closed(), 0);
  };
  is_unknown();
  while (store_->remove_remains(1).value_or(0) > 0) continue;
  is_unknown();
  const std::string second = start_brief();
  EXPECT_EQ(described(), "OK");
  EXPECT_EQ(read(second), "OK");
}

}  // namespace
}  // namespace baton::testing
