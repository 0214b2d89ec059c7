// WorkflowService over a channel: starts, batches, history page by page, lists and counts.
#include <gmock/gmock.h>

#include <array>

#include "tests/api/coordinator_in_process.h"

namespace baton::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class WorkflowCalls : public CoordinatorInProcess {
 protected:
  WorkflowCalls() { set_up_types(); }

  void signal(const std::string& workflow_id, const std::string& name, const std::string& input = "") {
    v1::SignalWorkflowExecutionRequest request;
    request.set_domain(kDomain);
    request.set_workflow_id(workflow_id);
    request.set_signal_name(name);
    if (!input.empty()) request.mutable_input()->set_data(input);
    EXPECT_EQ(outcome(*workflows_, &Workflows::SignalWorkflowExecution, request).reason, "OK");
  }
  void terminate(const std::string& workflow_id) {
    v1::TerminateWorkflowExecutionRequest request;
    request.set_domain(kDomain);
    request.set_workflow_id(workflow_id);
    request.set_reason("enough");
    EXPECT_EQ(outcome(*workflows_, &Workflows::TerminateWorkflowExecution, request).reason, "OK");
  }
  static v1::ListOpenWorkflowExecutionsRequest list_open_request() {
    v1::ListOpenWorkflowExecutionsRequest request;
    request.set_domain(kDomain);
    request.mutable_start_time_filter()->mutable_oldest_date();
    return request;
  }
  static v1::ListClosedWorkflowExecutionsRequest list_closed_request() {
    v1::ListClosedWorkflowExecutionsRequest request;
    request.set_domain(kDomain);
    request.mutable_close_time_filter()->mutable_oldest_date();
    return request;
  }
  std::vector<std::string> list_open(v1::ListOpenWorkflowExecutionsRequest request) {
    std::vector<std::string> ids;
    do {
      v1::ListOpenWorkflowExecutionsResponse page;
      const grpc::Status status = call(*workflows_, &Workflows::ListOpenWorkflowExecutions, request, &page);
      EXPECT_TRUE(status.ok()) << status.error_message();
      for (const auto& info : page.execution_infos()) ids.push_back(info.execution().workflow_id());
      request.set_next_page_token(page.next_page_token());
    } while (!request.next_page_token().empty());
    return ids;
  }
  std::vector<std::string> list_closed(const v1::ListClosedWorkflowExecutionsRequest& request) {
    v1::ListClosedWorkflowExecutionsResponse response;
    const grpc::Status status = call(*workflows_, &Workflows::ListClosedWorkflowExecutions, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    std::vector<std::string> ids;
    for (const auto& info : response.execution_infos()) ids.push_back(info.execution().workflow_id());
    return ids;
  }
  v1::StartWorkflowExecutionsResponse start_many(const v1::StartWorkflowExecutionsRequest& request) {
    v1::StartWorkflowExecutionsResponse response;
    const grpc::Status status = call(*workflows_, &Workflows::StartWorkflowExecutions, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
};

TEST_F(WorkflowCalls, a_start_with_the_same_request_id_is_answered_as_the_first_was) {
  auto request = start_request("w");
  request.set_request_id("r1");
  v1::StartWorkflowExecutionResponse first, second;
  ASSERT_TRUE(call(*workflows_, &Workflows::StartWorkflowExecution, request, &first).ok());
  ASSERT_TRUE(call(*workflows_, &Workflows::StartWorkflowExecution, request, &second).ok());
  EXPECT_EQ(first.run_id(), second.run_id());
  EXPECT_EQ(first.run_id().size(), 36U);
}

TEST_F(WorkflowCalls, a_batch_gives_each_item_its_own_verdict_in_order) {
  start("taken");
  v1::StartWorkflowExecutionsRequest request;
  request.set_domain(kDomain);
  for (const char* id : {"a", "taken", "", "b"}) {
    *request.add_items() = start_request(id);
    request.mutable_items()->rbegin()->clear_domain();
  }
  const auto response = start_many(request);
  ASSERT_EQ(response.verdicts_size(), 4);
  EXPECT_EQ(response.verdicts(0).run_id().size(), 36U);
  EXPECT_EQ(response.verdicts(1).refused().fault(), v1::WORKFLOW_EXECUTION_ALREADY_STARTED);
  EXPECT_EQ(response.verdicts(2).refused().fault(), v1::VALIDATION);
  EXPECT_THAT(response.verdicts(2).refused().message(), HasSubstr("workflow_id"));
  EXPECT_EQ(response.verdicts(3).run_id().size(), 36U);
  EXPECT_THAT(list_open(list_open_request()), UnorderedElementsAre("taken", "a", "b"));
}

TEST_F(WorkflowCalls, a_batch_sent_again_starts_nothing_twice) {
  v1::StartWorkflowExecutionsRequest request;
  request.set_domain(kDomain);
  for (int i = 0; i < 100; ++i) {
    *request.add_items() = start_request("w" + std::to_string(i));
    request.mutable_items()->rbegin()->set_request_id("r" + std::to_string(i));
  }
  const auto first = start_many(request), second = start_many(request);
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  EXPECT_EQ(list_open(list_open_request()).size(), 100U);
}

TEST_F(WorkflowCalls, a_batch_that_is_empty_too_long_too_large_or_of_two_domains_starts_none) {
  v1::StartWorkflowExecutionsRequest request;
  request.set_domain(kDomain);
  EXPECT_EQ(outcome(*workflows_, &Workflows::StartWorkflowExecutions, request).subject, "items");
  *request.add_items() = start_request("w");
  request.mutable_items(0)->set_domain("other");
  EXPECT_EQ(outcome(*workflows_, &Workflows::StartWorkflowExecutions, request).subject, "items[0].domain");
  request.mutable_items(0)->clear_domain();
  for (int i = 0; i < 40; ++i) {
    *request.add_items() = start_request("w" + std::to_string(i));
    request.mutable_items()->rbegin()->mutable_input()->set_data(std::string(32'000, 'x'));
  }
  EXPECT_EQ(outcome(*workflows_, &Workflows::StartWorkflowExecutions, request).subject, "items");
  request.clear_items();
  for (int i = 0; i < core::kMaxBatchStarts + 1; ++i) *request.add_items() = start_request("w" + std::to_string(i));
  EXPECT_EQ(outcome(*workflows_, &Workflows::StartWorkflowExecutions, request).subject, "items");
  EXPECT_THAT(list_open(list_open_request()), ElementsAre());
}

TEST_F(WorkflowCalls, a_history_is_read_page_by_page_in_both_orders) {
  start("w");
  for (int i = 0; i < 5; ++i) signal("w", "s" + std::to_string(i));
  const auto read = [&](bool reverse) {
    std::vector<int64_t> ids;
    v1::GetWorkflowExecutionHistoryRequest request;
    request.set_domain(kDomain);
    request.mutable_execution()->set_workflow_id("w");
    request.set_maximum_page_size(3);
    request.set_reverse_order(reverse);
    do {
      v1::GetWorkflowExecutionHistoryResponse page;
      const grpc::Status status = call(*workflows_, &Workflows::GetWorkflowExecutionHistory, request, &page);
      EXPECT_TRUE(status.ok()) << status.error_message();
      EXPECT_LE(page.events_size(), 3);
      for (const auto& event : page.events()) ids.push_back(event.event_id());
      request.set_next_page_token(page.next_page_token());
    } while (!request.next_page_token().empty());
    return ids;
  };
  EXPECT_THAT(read(false), ElementsAre(1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(read(true), ElementsAre(7, 6, 5, 4, 3, 2, 1));
}

TEST_F(WorkflowCalls, the_pages_of_a_history_are_of_one_run) {
  const std::string run_id = start("w");
  signal("w", "s");
  v1::GetWorkflowExecutionHistoryRequest request;
  v1::GetWorkflowExecutionHistoryResponse page;
  request.set_domain(kDomain);
  request.mutable_execution()->set_workflow_id("w");
  request.set_maximum_page_size(2);
  ASSERT_TRUE(call(*workflows_, &Workflows::GetWorkflowExecutionHistory, request, &page).ok());
  terminate("w");
  ASSERT_NE(start("w"), run_id);
  request.set_next_page_token(page.next_page_token());
  ASSERT_TRUE(call(*workflows_, &Workflows::GetWorkflowExecutionHistory, request, &page).ok());
  ASSERT_EQ(page.events_size(), 2);
  EXPECT_TRUE(page.events(0).has_workflow_execution_signaled());
  EXPECT_TRUE(page.events(1).has_workflow_execution_terminated());
}

TEST_F(WorkflowCalls, a_page_token_with_changed_arguments_is_refused) {
  start("w");
  signal("w", "s");
  v1::GetWorkflowExecutionHistoryRequest request;
  v1::GetWorkflowExecutionHistoryResponse page;
  request.set_domain(kDomain);
  request.mutable_execution()->set_workflow_id("w");
  request.set_maximum_page_size(1);
  ASSERT_TRUE(call(*workflows_, &Workflows::GetWorkflowExecutionHistory, request, &page).ok());
  request.set_next_page_token(page.next_page_token());
  auto changed = request;
  changed.set_maximum_page_size(2);
  EXPECT_EQ(outcome(*workflows_, &Workflows::GetWorkflowExecutionHistory, changed).reason, "INVALID_TOKEN");
  changed = request;
  changed.mutable_execution()->set_workflow_id("other");
  EXPECT_EQ(outcome(*workflows_, &Workflows::GetWorkflowExecutionHistory, changed).reason, "INVALID_TOKEN");
  changed = request;
  changed.mutable_next_page_token()->pop_back();
  EXPECT_EQ(outcome(*workflows_, &Workflows::GetWorkflowExecutionHistory, changed).reason, "INVALID_TOKEN");
  EXPECT_EQ(outcome(*workflows_, &Workflows::GetWorkflowExecutionHistory, request).reason, "OK");
}

TEST_F(WorkflowCalls, a_page_ends_at_one_mebibyte) {
  start("w");
  for (int i = 0; i < 40; ++i) signal("w", "s", std::string(32'000, 'x'));
  v1::GetWorkflowExecutionHistoryRequest request;
  v1::GetWorkflowExecutionHistoryResponse page;
  request.set_domain(kDomain);
  request.mutable_execution()->set_workflow_id("w");
  ASSERT_TRUE(call(*workflows_, &Workflows::GetWorkflowExecutionHistory, request, &page).ok());
  EXPECT_LE(page.ByteSizeLong(), core::kMaxPageBytes + 4096);
  EXPECT_FALSE(page.next_page_token().empty());
  EXPECT_GT(page.events_size(), 20);
}

TEST_F(WorkflowCalls, open_executions_are_listed_newest_first_page_by_page) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back("w" + std::to_string(i));
    start(ids.back());
  }
  auto request = list_open_request();
  request.set_maximum_page_size(2);
  const auto newest_first = list_open(request);
  EXPECT_THAT(newest_first, ::testing::UnorderedElementsAreArray(ids));
  request.set_reverse_order(true);
  const auto oldest_first = list_open(request);
  EXPECT_EQ(std::vector<std::string>(newest_first.rbegin(), newest_first.rend()), oldest_first);
}

TEST_F(WorkflowCalls, executions_are_found_by_workflow_id_type_tag_and_close_status) {
  auto tagged = start_request("tagged");
  tagged.add_tag_list("red");
  v1::StartWorkflowExecutionResponse started;
  ASSERT_TRUE(call(*workflows_, &Workflows::StartWorkflowExecution, tagged, &started).ok());
  start("plain");
  start("gone");
  terminate("gone");

  auto by_tag = list_open_request();
  by_tag.mutable_tag_filter()->set_tag("red");
  EXPECT_THAT(list_open(by_tag), ElementsAre("tagged"));
  auto by_id = list_open_request();
  by_id.mutable_execution_filter()->set_workflow_id("plain");
  EXPECT_THAT(list_open(by_id), ElementsAre("plain"));
  auto by_type = list_open_request();
  by_type.mutable_type_filter()->set_name("process");
  EXPECT_THAT(list_open(by_type), UnorderedElementsAre("tagged", "plain"));
  by_type.mutable_type_filter()->set_version("2");
  EXPECT_THAT(list_open(by_type), ElementsAre());

  auto closed = list_closed_request();
  EXPECT_THAT(list_closed(closed), ElementsAre("gone"));
  closed.mutable_close_status_filter()->set_status(v1::CLOSE_STATUS_TERMINATED);
  EXPECT_THAT(list_closed(closed), ElementsAre("gone"));
  closed.mutable_close_status_filter()->set_status(v1::CLOSE_STATUS_COMPLETED);
  EXPECT_THAT(list_closed(closed), ElementsAre());

  v1::CountOpenWorkflowExecutionsRequest count;
  v1::CountOpenWorkflowExecutionsResponse counted;
  count.set_domain(kDomain);
  *count.mutable_start_time_filter() = list_open_request().start_time_filter();
  ASSERT_TRUE(call(*workflows_, &Workflows::CountOpenWorkflowExecutions, count, &counted).ok());
  EXPECT_EQ(counted.count(), 2);
  EXPECT_FALSE(counted.truncated());
}

TEST_F(WorkflowCalls, a_count_ends_at_a_hundred_thousand_and_says_whether_there_are_more) {
  const int64_t now_ms = engine_->now_ms();
  int64_t written = 0;
  const auto write = [&](int64_t closed_executions) {
    store::CommitBatch batch;
    for (int64_t i = 0; i < closed_executions; ++i) {
      const std::string id = "old-" + std::to_string(++written);
      const core::RunId run_id = core::make_time_ordered(now_ms + written, std::array<uint8_t, 10>{});
      const store::RunKey run{store::shard_of(kDomain, id, store_->shard_count()), run_id};
      batch.opened.push_back({.run = run, .domain = kDomain, .workflow_id = id, .type_name = "process", .type_version = "1", .start_ms = now_ms});
      batch.closed.push_back({.run = run, .domain = kDomain, .workflow_id = id, .close_status = 1, .close_ms = now_ms});
    }
    ASSERT_EQ(store_->open_lane()->commit(batch).outcome, store::CommitOutcome::kCommitted);
  };
  const auto count = [&] {
    v1::CountClosedWorkflowExecutionsRequest request;
    request.set_domain(kDomain);
    *request.mutable_close_time_filter() = list_closed_request().close_time_filter();
    v1::CountClosedWorkflowExecutionsResponse counted;
    EXPECT_TRUE(call(*workflows_, &Workflows::CountClosedWorkflowExecutions, request, &counted).ok());
    return counted;
  };
  write(100'000);
  EXPECT_EQ(count().count(), 100'000);
  EXPECT_FALSE(count().truncated());
  write(1);
  EXPECT_EQ(count().count(), 100'000);
  EXPECT_TRUE(count().truncated());
  EXPECT_EQ(store_->remove_closed_runs(kDomain, INT64_MAX, 1'000'000).value_or(0), 100'001);  // they have no history
}

TEST_F(WorkflowCalls, filters_exclude_each_other_and_a_time_is_needed) {
  auto two = list_open_request();
  two.mutable_tag_filter()->set_tag("red");
  two.mutable_type_filter()->set_name("process");
  EXPECT_EQ(outcome(*workflows_, &Workflows::ListOpenWorkflowExecutions, two).reason, "VALIDATION");
  v1::ListOpenWorkflowExecutionsRequest timeless;
  timeless.set_domain(kDomain);
  EXPECT_EQ(outcome(*workflows_, &Workflows::ListOpenWorkflowExecutions, timeless).subject, "start_time_filter");
  timeless.mutable_start_time_filter();
  EXPECT_EQ(outcome(*workflows_, &Workflows::ListOpenWorkflowExecutions, timeless).subject, "start_time_filter.oldest_date");

  auto both = list_closed_request();
  both.mutable_start_time_filter()->mutable_oldest_date();
  EXPECT_EQ(outcome(*workflows_, &Workflows::ListClosedWorkflowExecutions, both).reason, "VALIDATION");
  v1::ListClosedWorkflowExecutionsRequest neither;
  neither.set_domain(kDomain);
  EXPECT_EQ(outcome(*workflows_, &Workflows::ListClosedWorkflowExecutions, neither).reason, "VALIDATION");
  auto backwards = list_closed_request();
  backwards.mutable_close_time_filter()->mutable_oldest_date()->set_seconds(10);
  backwards.mutable_close_time_filter()->mutable_latest_date()->set_seconds(5);
  EXPECT_EQ(outcome(*workflows_, &Workflows::ListClosedWorkflowExecutions, backwards).subject, "close_time_filter.latest_date");
  auto statusless = list_closed_request();
  statusless.mutable_close_status_filter();
  EXPECT_EQ(outcome(*workflows_, &Workflows::ListClosedWorkflowExecutions, statusless).subject, "close_status_filter.status");
}

TEST_F(WorkflowCalls, a_run_is_described_while_open_and_after_its_close) {
  const std::string run_id = start("w");
  v1::DescribeWorkflowExecutionRequest request;
  v1::DescribeWorkflowExecutionResponse shown;
  request.set_domain(kDomain);
  request.mutable_execution()->set_workflow_id("w");
  ASSERT_TRUE(call(*workflows_, &Workflows::DescribeWorkflowExecution, request, &shown).ok());
  EXPECT_EQ(shown.execution_info().execution().run_id(), run_id);
  EXPECT_EQ(shown.execution_info().execution_status(), v1::EXECUTION_STATUS_OPEN);
  EXPECT_EQ(shown.open_counts().open_decision_tasks(), 1);
  terminate("w");
  ASSERT_TRUE(call(*workflows_, &Workflows::DescribeWorkflowExecution, request, &shown).ok());
  EXPECT_EQ(shown.execution_info().execution().run_id(), run_id);
  EXPECT_EQ(shown.execution_info().close_status(), v1::CLOSE_STATUS_TERMINATED);
}

TEST_F(WorkflowCalls, tasks_that_wait_are_counted) {
  start("a");
  start("b");
  v1::CountPendingDecisionTasksRequest request;
  v1::CountPendingDecisionTasksResponse response;
  request.set_domain(kDomain);
  request.mutable_task_list()->set_name(kList);
  ASSERT_TRUE(call(*deciders_, &Deciders::CountPendingDecisionTasks, request, &response).ok());
  EXPECT_EQ(response.count(), 2);
  ASSERT_TRUE(decide(poll_decision(), {schedule_activity("x")}).ok());
  v1::CountPendingActivityTasksRequest activities;
  v1::CountPendingActivityTasksResponse counted;
  activities.set_domain(kDomain);
  activities.mutable_task_list()->set_name(kList);
  ASSERT_TRUE(call(*workers_, &Workers::CountPendingActivityTasks, activities, &counted).ok());
  EXPECT_EQ(counted.count(), 1);
  activities.mutable_task_list()->set_name("unknown");
  ASSERT_TRUE(call(*workers_, &Workers::CountPendingActivityTasks, activities, &counted).ok());
  EXPECT_EQ(counted.count(), 0);
}

}  // namespace
}  // namespace baton::testing
