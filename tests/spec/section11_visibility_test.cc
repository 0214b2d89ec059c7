// SWF: 11, visibility: lists and counts of open and closed executions.
#include <cctype>

#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr const char* kAllStarts = "start_time_filter { oldest_date { } } ";
constexpr const char* kAllCloses = "close_time_filter { oldest_date { } } ";

class Section11Visibility : public SpecTest {
 protected:
  using Ids = std::vector<std::string>;

  template <class Request>
  static Request in_orders(const std::string& fields) {
    Request request;
    merge("domain: 'orders' " + fields, &request);
    return request;
  }
  template <class Response>
  static Ids ids_of(const Response& listed) {
    Ids ids;
    for (const auto& info : listed.execution_infos()) ids.push_back(info.execution().workflow_id());
    return ids;
  }
  Ids list_open(const std::string& fields) {
    v1::ListOpenWorkflowExecutionsResponse listed;
    const auto request = in_orders<v1::ListOpenWorkflowExecutionsRequest>(fields);
    EXPECT_TRUE(call(*workflows_, &Workflows::ListOpenWorkflowExecutions, request, &listed).ok());
    EXPECT_EQ(count_open(fields), static_cast<int64_t>(listed.execution_infos_size()));
    return ids_of(listed);
  }
  Ids list_closed(const std::string& fields) {
    v1::ListClosedWorkflowExecutionsResponse listed;
    const auto request = in_orders<v1::ListClosedWorkflowExecutionsRequest>(fields);
    EXPECT_TRUE(call(*workflows_, &Workflows::ListClosedWorkflowExecutions, request, &listed).ok());
    EXPECT_EQ(count_closed(fields), static_cast<int64_t>(listed.execution_infos_size()));
    return ids_of(listed);
  }
  // Of the same filters; counts know no order.
  int64_t count_open(const std::string& fields) {
    v1::CountOpenWorkflowExecutionsResponse counted;
    const auto request = in_orders<v1::CountOpenWorkflowExecutionsRequest>(fields.substr(0, fields.find("reverse_order")));
    EXPECT_TRUE(call(*workflows_, &Workflows::CountOpenWorkflowExecutions, request, &counted).ok());
    EXPECT_FALSE(counted.truncated());
    return counted.count();
  }
  int64_t count_closed(const std::string& fields) {
    v1::CountClosedWorkflowExecutionsResponse counted;
    const auto request = in_orders<v1::CountClosedWorkflowExecutionsRequest>(fields.substr(0, fields.find("reverse_order")));
    EXPECT_TRUE(call(*workflows_, &Workflows::CountClosedWorkflowExecutions, request, &counted).ok());
    EXPECT_FALSE(counted.truncated());
    return counted.count();
  }
  // Both the list and the count refuse these filters, naming `subject`.
  void expect_open_refused(const std::string& fields, const std::string& subject) {
    for (const Outcome& refused :
         {outcome(*workflows_, &Workflows::ListOpenWorkflowExecutions, in_orders<v1::ListOpenWorkflowExecutionsRequest>(fields)),
          outcome(*workflows_, &Workflows::CountOpenWorkflowExecutions,
                  in_orders<v1::CountOpenWorkflowExecutionsRequest>(fields))}) {
      EXPECT_EQ(refused.reason, "VALIDATION");
      EXPECT_EQ(refused.subject, subject);
    }
  }
  void expect_closed_refused(const std::string& fields, const std::string& subject) {
    for (const Outcome& refused : {outcome(*workflows_, &Workflows::ListClosedWorkflowExecutions,
                                           in_orders<v1::ListClosedWorkflowExecutionsRequest>(fields)),
                                   outcome(*workflows_, &Workflows::CountClosedWorkflowExecutions,
                                           in_orders<v1::CountClosedWorkflowExecutionsRequest>(fields))}) {
      EXPECT_EQ(refused.reason, "VALIDATION");
      EXPECT_EQ(refused.subject, subject);
    }
  }
  static std::string at(int64_t ms) {
    return "{ seconds: " + std::to_string(ms / 1000) + " nanos: " + std::to_string(ms % 1000 * 1'000'000) + " }";
  }
  static std::string range(const std::string& filter, int64_t oldest_ms, int64_t latest_ms) {
    return filter + " { oldest_date " + at(oldest_ms) + " latest_date " + at(latest_ms) + " } ";
  }
  // Starts the run in a later millisecond than all before it, so that its place in the order is certain.
  void start_later(const std::string& workflow_id) {
    const int64_t now_ms = engine_->now_ms();
    while (engine_->now_ms() == now_ms) continue;
    start(workflow_id);
  }
  void terminate_later(const std::string& workflow_id) {
    const int64_t now_ms = engine_->now_ms();
    while (engine_->now_ms() == now_ms) continue;
    terminate(workflow_id);
  }
};

// --- open executions ---

// SWF: 11. Start time, newest first; reverseOrder flips it.
TEST_F(Section11Visibility, OpenExecutionsAreListedNewestFirst) {
  for (const char* id : {"a", "c", "b"}) start_later(id);
  EXPECT_THAT(list_open(kAllStarts), ElementsAre("b", "c", "a"));
  EXPECT_THAT(list_open(std::string(kAllStarts) + "reverse_order: true"), ElementsAre("a", "c", "b"));
}

// SWF: 11. startTimeFilter is required, and in it the oldest date.
TEST_F(Section11Visibility, AListOfOpenExecutionsNeedsAStartTime) {
  expect_open_refused("", "start_time_filter");
  expect_open_refused("start_time_filter { }", "start_time_filter.oldest_date");
}

// SWF: 11. The range of times is inclusive; its end may be left open.
TEST_F(Section11Visibility, ARangeOfStartTimesIsInclusive) {
  start("w");
  const int64_t start_ms = time_ms("w", 1);
  EXPECT_THAT(list_open(range("start_time_filter", start_ms, start_ms)), ElementsAre("w"));
  EXPECT_THAT(list_open(range("start_time_filter", start_ms - 9, start_ms - 1)), IsEmpty());
  EXPECT_THAT(list_open(range("start_time_filter", start_ms + 1, start_ms + 9)), IsEmpty());
  EXPECT_THAT(list_open("start_time_filter { oldest_date " + at(start_ms) + " }"), ElementsAre("w"));
}

// SWF: 11. By workflow id, by type with or without its version, by tag: exact matches.
TEST_F(Section11Visibility, OpenExecutionsAreFilteredByWorkflowId) {
  start("w");
  start("ww");
  EXPECT_THAT(list_open(std::string(kAllStarts) + "execution_filter { workflow_id: 'w' }"), ElementsAre("w"));
}
TEST_F(Section11Visibility, OpenExecutionsAreFilteredByType) {
  ASSERT_EQ(register_workflow_type("process", "2", "default_task_list { name: 'main' } default_child_policy: CHILD_POLICY_ABANDON "
                                   "default_execution_start_to_close_timeout { after { seconds: 60 } } "
                                   "default_task_start_to_close_timeout { none: true }").reason, "OK");
  start("one");
  start("two", "workflow_type { version: '2' }");
  EXPECT_THAT(list_open(std::string(kAllStarts) + "type_filter { name: 'process' }"), UnorderedElementsAre("one", "two"));
  EXPECT_THAT(list_open(std::string(kAllStarts) + "type_filter { name: 'process' version: '2' }"), ElementsAre("two"));
  EXPECT_THAT(list_open(std::string(kAllStarts) + "type_filter { name: 'proc' }"), IsEmpty());
}

// SWF: 5 and 11. Tags are filtered one at a time.
TEST_F(Section11Visibility, OpenExecutionsAreFilteredByOneOfTheirTags) {
  start("w", "tag_list: ['red', 'blue']");
  start("v", "tag_list: 'blue'");
  EXPECT_THAT(list_open(std::string(kAllStarts) + "tag_filter { tag: 'red' }"), ElementsAre("w"));
  EXPECT_THAT(list_open(std::string(kAllStarts) + "tag_filter { tag: 'blue' }"), UnorderedElementsAre("v", "w"));
  EXPECT_THAT(list_open(std::string(kAllStarts) + "tag_filter { tag: 're' }"), IsEmpty());
}

// SWF: 11. At most one of execution, type and tag filter.
TEST_F(Section11Visibility, FiltersOfOpenExecutionsExcludeEachOther) {
  const std::string filters[] = {"execution_filter { workflow_id: 'w' } ", "type_filter { name: 'process' } ",
                                 "tag_filter { tag: 'red' } "};
  for (int i = 0; i < 3; ++i)
    expect_open_refused(kAllStarts + filters[i] + filters[(i + 1) % 3], "execution_filter, type_filter, tag_filter, search_attribute_filter");
}

// --- closed executions ---

// SWF: 11. Exactly one of start and close time; the order is by that time, newest first.
TEST_F(Section11Visibility, ClosedExecutionsAreListedByTheTimeFilteredOn) {
  for (const char* id : {"a", "b", "c"}) start_later(id);
  for (const char* id : {"b", "c", "a"}) terminate_later(id);
  EXPECT_THAT(list_closed(kAllStarts), ElementsAre("c", "b", "a"));
  EXPECT_THAT(list_closed(kAllCloses), ElementsAre("a", "c", "b"));
  EXPECT_THAT(list_closed(std::string(kAllCloses) + "reverse_order: true"), ElementsAre("b", "c", "a"));
}
TEST_F(Section11Visibility, AListOfClosedExecutionsNeedsOneTime) {
  expect_closed_refused("", "start_time_filter, close_time_filter");
  expect_closed_refused(std::string(kAllStarts) + kAllCloses, "start_time_filter, close_time_filter");
}

// SWF: 11. Inclusive, too.
TEST_F(Section11Visibility, ARangeOfCloseTimesIsInclusive) {
  start("w");
  terminate("w");
  const int64_t close_ms = time_ms("w", 3);
  EXPECT_THAT(list_closed(range("close_time_filter", close_ms, close_ms)), ElementsAre("w"));
  EXPECT_THAT(list_closed(range("close_time_filter", close_ms - 9, close_ms - 1)), IsEmpty());
  EXPECT_THAT(list_closed(range("close_time_filter", close_ms + 1, close_ms + 9)), IsEmpty());
}

// SWF: 11. The filters of open ones, and the close status.
TEST_F(Section11Visibility, ClosedExecutionsAreFilteredByCloseStatus) {
  start("terminated");
  terminate("terminated");
  for (const auto& [id, close] : {std::pair("completed", complete()), std::pair("failed", fail()), std::pair("canceled", cancel())}) {
    start(id);
    decide({close});
  }
  start("timed_out", "execution_start_to_close_timeout { after { } }");
  wait_for("timed_out", "WorkflowExecutionTimedOut");
  for (const char* status : {"COMPLETED", "FAILED", "CANCELED", "TERMINATED", "TIMED_OUT"}) {
    std::string id(status);
    for (char& c : id) c = static_cast<char>(std::tolower(c));
    EXPECT_THAT(list_closed(std::string(kAllCloses) + "close_status_filter { status: CLOSE_STATUS_" + status + " }"), ElementsAre(id));
  }
}
TEST_F(Section11Visibility, ClosedExecutionsAreFilteredAsOpenOnes) {
  start("w", "tag_list: 'red'");
  terminate("w");
  start("v");
  terminate("v");
  EXPECT_THAT(list_closed(std::string(kAllCloses) + "execution_filter { workflow_id: 'w' }"), ElementsAre("w"));
  EXPECT_THAT(list_closed(std::string(kAllStarts) + "type_filter { name: 'process' }"), UnorderedElementsAre("v", "w"));
  EXPECT_THAT(list_closed(std::string(kAllCloses) + "tag_filter { tag: 'red' }"), ElementsAre("w"));
}
TEST_F(Section11Visibility, FiltersOfClosedExecutionsExcludeEachOther) {
  const std::string filters[] = {"execution_filter { workflow_id: 'w' } ", "type_filter { name: 'process' } ",
                                 "tag_filter { tag: 'red' } ", "close_status_filter { status: CLOSE_STATUS_FAILED } "};
  for (int i = 0; i < 4; ++i) {
    expect_closed_refused(kAllCloses + filters[i] + filters[(i + 1) % 4],
                          "execution_filter, type_filter, tag_filter, close_status_filter, search_attribute_filter");
  }
}

// SWF: 11. A run is in one of the two lists, never in both and (better than SWF) never in neither: every read shows what was answered.
TEST_F(Section11Visibility, ARunIsInOneOfTheTwoLists) {
  start("w");
  EXPECT_THAT(list_open(kAllStarts), ElementsAre("w"));
  EXPECT_THAT(list_closed(kAllStarts), IsEmpty());
  decide({complete()});
  EXPECT_THAT(list_open(kAllStarts), IsEmpty());
  EXPECT_THAT(list_closed(kAllStarts), ElementsAre("w"));
}

// SWF: 1. Nothing crosses a domain.
TEST_F(Section11Visibility, AListIsOfOneDomain) {
  register_domain("other");
  start("w");
  EXPECT_THAT(list_open(std::string(kAllStarts) + "domain: 'other'"), IsEmpty());
  EXPECT_EQ(outcome(*workflows_, &Workflows::ListOpenWorkflowExecutions,
                    in_orders<v1::ListOpenWorkflowExecutionsRequest>(std::string(kAllStarts) + "domain: 'none'")).reason,
            "UNKNOWN_RESOURCE");
}

// SWF: 2 and 11. What a list shows of a run is what describe shows; it has neither input nor result.
TEST_F(Section11Visibility, AListShowsWhatDescribeShows) {
  start("w", "tag_list: ['red', 'blue'] input { data: 'in' }");
  request_cancel_workflow("w");
  v1::ListOpenWorkflowExecutionsResponse open;
  ASSERT_TRUE(call(*workflows_, &Workflows::ListOpenWorkflowExecutions,
                   in_orders<v1::ListOpenWorkflowExecutionsRequest>(kAllStarts), &open)
                  .ok());
  EXPECT_EQ(text_of(open.execution_infos(0)), text_of(describe("w").execution_info()));
  EXPECT_TRUE(open.execution_infos(0).cancel_requested());
  decide({complete("result { data: 'out' }")});
  v1::ListClosedWorkflowExecutionsResponse closed;
  ASSERT_TRUE(call(*workflows_, &Workflows::ListClosedWorkflowExecutions,
                   in_orders<v1::ListClosedWorkflowExecutionsRequest>(kAllStarts), &closed)
                  .ok());
  EXPECT_EQ(text_of(closed.execution_infos(0)), text_of(describe("w").execution_info()));
  EXPECT_EQ(milliseconds_of(closed.execution_infos(0).close_time()), time_ms("w", 6));
}

// SWF: 11. After the close describe tells what was, and (better than SWF, whose answers were seen to be stale) that nothing is open.
TEST_F(Section11Visibility, AClosedRunHasNothingOpen) {
  start("w");
  request_cancel_workflow("w");
  decide({schedule("a"), start_timer("t"), start_timer("again", 0)});
  poll_activity();
  terminate("w");
  const auto shown = describe("w");
  EXPECT_EQ(text_of(shown.open_counts()), "");
  EXPECT_TRUE(shown.execution_info().cancel_requested());
  EXPECT_EQ(shown.pending_activities_size() + shown.pending_timers_size(), 0);
  EXPECT_FALSE(shown.has_pending_decision());
}

}  // namespace
}  // namespace baton::testing
