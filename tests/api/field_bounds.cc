#include "tests/api/field_bounds.h"

#include <cmath>
#include <limits>

#include "coordinator/schedule/bounds.h"
#include "tests/api/coordinator_in_process.h"

namespace baton::testing {
namespace bounds {
namespace {

using Table = std::map<std::string, Bound>;

constexpr int64_t kDay = int64_t{24} * 3600;
constexpr int64_t kLongestSeconds = core::kMaxTimeoutMs / 1000;
constexpr int64_t kYear1 = -62'135'596'800, kYear9999 = 253'402'300'799;

Bound child_policy() { return one_of(v1::CHILD_POLICY_ABANDON); }
Bound registration_status() { return required(one_of(v1::REGISTRATION_STATUS_DEPRECATED, 1)); }
Bound overlap_policy() { return one_of(v1::OVERLAP_POLICY_ALLOW_ALL); }
Bound domain() { return name().like(CoordinatorInProcess::kDomain); }
// Things that are not there, so that what is accepted changes nothing.
Bound nobody() { return workflow_id().like("nobody"); }

void add_common(Table& t) {
  t["Payload.data"] = bytes(32'768);
  t["Payload.content_type"] = words(256);
  t["Payload.encoding"] = words(64);
  t["Payload.key_id"] = words(256);
  t["Timeout.kind"] = required(between(member("after", moment(60)), {}, {}));
  t["Timeout.after"] = lasting(0, core::kMaxTimeoutMs);
  t["Timeout.none"] = between(flag(true), {flag(true)}, {flag(false)});
  t["TaskList.name"] = name().optional();  // empty: as if the list were absent
  t["SearchAttribute.value"] = required(between(member("text", text("t")), {}, {}));
  t["SearchAttribute.text"] = words(256);
  t["SearchAttribute.integer"] = between(number(1), {number(std::numeric_limits<int64_t>::min()), number(std::numeric_limits<int64_t>::max())}, {});
  t["SearchAttribute.number"] = between(real(1), {real(std::numeric_limits<double>::max())}, {real(INFINITY), real(-INFINITY), real(NAN)});
  t["SearchAttribute.flag"] = any_flag();
  t["SearchAttribute.time"] = time_of_years(kYear1, kYear9999);
  t["WorkflowExecution.workflow_id"] = nobody();
  t["WorkflowExecution.run_id"] = run_id();
  t["WorkflowType.name"] = name().like("process");
  t["WorkflowType.version"] = version().like("1");
  t["ActivityType.name"] = name().like("charge");
  t["ActivityType.version"] = version().like("1");
  t["RetryPolicy.initial_interval"] = required(lasting(1, core::kMaxTimeoutMs));
  t["RetryPolicy.backoff_coefficient"] =
      between(real(1), {real(0), real(1), real(std::numeric_limits<double>::max())}, {real(0.999), real(-1), real(INFINITY), real(NAN)});
  t["RetryPolicy.maximum_interval"] = lasting(1, core::kMaxTimeoutMs);
  t["RetryPolicy.maximum_attempts"] = between(number(1), {number(0), number(std::numeric_limits<int32_t>::max())}, {number(-1)});
  t["RetryPolicy.non_retryable_reasons"] = words(256).elements(0, 100);
  for (const char* entry : {"HeadersEntry", "SignalHeadersEntry"}) {
    t[std::string(entry) + ".key"] = name();
    t[std::string(entry) + ".value"] = message();
    // All keys and values have 32,768 bytes together, and the key has six.
    t[std::string(entry) + ".value.data"] = bytes(32'768 - 6).as("^");
  }
  t["SearchAttributesEntry.key"] = name(64);
  t["SearchAttributesEntry.value"] = message().given();
}

// What starts a run, and what only differs by its prefix: a request, a child, a successor, a schedule.
void add_start(Table& t, const std::string& of) {
  t[of + ".task_list"] = message();
  t[of + ".task_priority"] = any_int();
  t[of + ".input"] = message();
  t[of + ".execution_start_to_close_timeout"] = message();
  t[of + ".execution_start_to_close_timeout.none"] = no_none();
  t[of + ".task_start_to_close_timeout"] = message();
  t[of + ".child_policy"] = child_policy();
  t[of + ".tag_list"] = tag(256).optional().elements(0, 5);
  t[of + ".lambda_role"] = words(1600).not_empty();
}

void add_limits_and_rates(Table& t) {
  t["DomainLimits.history_events"] = range(1, 100'000);
  for (const char* of_a_run : {"open_activities", "open_timers", "open_children", "open_lambda_functions"}) {
    t[std::string("DomainLimits.") + of_a_run] = range(1, 10'000);
  }
  t["DomainLimits.open_executions"] = range(1, 10'000'000);
  t["DomainLimits.decisions_per_answer"] = range(1, 10'000);
  t["DomainLimits.payload_bytes"] = range(1, 262'144);
  t["DomainLimits.headers_bytes"] = range(1, 262'144);
  t["DomainLimits.types"] = range(1, 100'000);
  t["DomainLimits.pollers_per_task_list"] = range(1, 100'000);
  // Each operation once, and there are fewer of them.
  t["RateLimits.rates"] = message().elements(0, 100, 1);
  t["RateLimit.operation"] = required(between(text("StartTimer"), {text("ListSchedules"), text("ScheduleLambdaFunction")},
                                              {text("RespondDecisionTaskCompleted"), text("nothing"), letters(257)}));
  t["RateLimit.bucket"] = required(range(1, 1'000'000));
  t["RateLimit.refill_per_second"] = required(range(1, 1'000'000));
}

void add_domains(Table& t) {
  for (const char* request : {"RegisterDomainRequest", "UpdateDomainRequest"}) {
    t[std::string(request) + ".limits"] = message();
    t[std::string(request) + ".rates"] = message();
    t[std::string(request) + ".functions_disabled"] = any_flag();
    t[std::string(request) + ".request_id"] = request_id();
  }
  t["RegisterDomainRequest.name"] = name();
  t["RegisterDomainRequest.description"] = words(1024);
  t["RegisterDomainRequest.workflow_execution_retention_period"] = needed_message();
  t["RegisterDomainRequest.workflow_execution_retention_period.kind"] = required(between(member("after", moment(kDay)), {}, {}));
  t["RegisterDomainRequest.workflow_execution_retention_period.after"] =
      between(moment(kDay), {moment(0), moment(90 * kDay)}, {moment(91 * kDay), moment(90 * kDay, 1), moment(kDay / 2), moment(-kDay)});
  t["RegisterDomainRequest.tags"] = message().elements(0, 50).too_many_is("TOO_MANY_TAGS");
  t["UpdateDomainRequest.name"] = name().like("spare");
  t["DescribeDomainRequest.name"] = domain();
  for (const char* request : {"DeprecateDomainRequest", "UndeprecateDomainRequest"}) {
    t[std::string(request) + ".name"] = name().like("nobody");
    t[std::string(request) + ".request_id"] = request_id();
  }
  t["ListDomainsRequest.registration_status"] = registration_status();
  t["ListDomainsRequest.next_page_token"] = page_token();
  t["ListDomainsRequest.maximum_page_size"] = page_size();
  t["ListDomainsRequest.reverse_order"] = any_flag();
  t["ResourceTag.key"] = tag(128);
  t["ResourceTag.value"] = tag(256).optional();
  t["TagResourceRequest.resource"] = resource();
  t["TagResourceRequest.tags"] = message().elements(1, 50, 40).too_many_is("TOO_MANY_TAGS");  // the domain has some
  t["TagResourceRequest.request_id"] = request_id();
  t["UntagResourceRequest.resource"] = resource();
  t["UntagResourceRequest.tag_keys"] = tag(128).elements(1, 50);
  t["UntagResourceRequest.request_id"] = request_id();
  t["ListTagsForResourceRequest.resource"] = resource();
}

void add_types(Table& t) {
  for (const std::string kind : {"Workflow", "Activity"}) {
    const std::string type = kind == "Workflow" ? ".workflow_type" : ".activity_type";
    for (const char* call : {"Register", "Describe", "Deprecate", "Undeprecate", "Delete"}) {
      const std::string request = call + kind + "TypeRequest";
      t[request + ".domain"] = domain();
      t[request + type] = needed_message();
      t[request + type + ".name"] = name();
      t[request + ".request_id"] = request_id();
    }
    t.erase("Describe" + kind + "TypeRequest.request_id");
    t["Register" + kind + "TypeRequest.description"] = words(1024);
    t["Register" + kind + "TypeRequest.configuration"] = message();
    t["List" + kind + "TypesRequest.domain"] = domain();
    t["List" + kind + "TypesRequest.name"] = name().optional();
    t["List" + kind + "TypesRequest.registration_status"] = registration_status();
    t["List" + kind + "TypesRequest.next_page_token"] = page_token();
    t["List" + kind + "TypesRequest.maximum_page_size"] = page_size();
    t["List" + kind + "TypesRequest.reverse_order"] = any_flag();
    t[kind + "TypeConfiguration.default_task_start_to_close_timeout"] = message();
    t[kind + "TypeConfiguration.default_task_list"] = message();
    t[kind + "TypeConfiguration.default_task_priority"] = any_int();
  }
  t["WorkflowTypeConfiguration.default_execution_start_to_close_timeout"] = message();
  t["WorkflowTypeConfiguration.default_execution_start_to_close_timeout.none"] = no_none();
  t["WorkflowTypeConfiguration.default_child_policy"] = child_policy();
  t["WorkflowTypeConfiguration.default_lambda_role"] = words(1600).not_empty();
  t["ActivityTypeConfiguration.default_task_heartbeat_timeout"] = message();
  t["ActivityTypeConfiguration.default_task_schedule_to_start_timeout"] = message();
  t["ActivityTypeConfiguration.default_task_schedule_to_close_timeout"] = message();
}

void add_starts(Table& t) {
  add_start(t, "StartWorkflowExecutionRequest");
  t["StartWorkflowExecutionRequest.domain"] = domain();
  t["StartWorkflowExecutionRequest.workflow_id"] = workflow_id();
  t["StartWorkflowExecutionRequest.workflow_type"] = needed_message();
  t["StartWorkflowExecutionRequest.request_id"] = request_id();
  t["StartWorkflowExecutionRequest.headers"] = message().elements(0, 16);
  t["StartWorkflowExecutionRequest.start_delay"] = lasting(0, core::kMaxTimeoutMs);
  t["StartWorkflowExecutionRequest.history_limit_warning"] = any_flag();
  t["StartWorkflowExecutionRequest.search_attributes"] = message().elements(0, 20);
  t["StartWorkflowExecutionsRequest.domain"] = domain();
  t["StartWorkflowExecutionsRequest.items"] = message().elements(1, 1000);
  t["StartWorkflowExecutionsRequest.items.domain"] =
      between(text(""), {text(""), text(CoordinatorInProcess::kDomain)}, {text("elsewhere"), letters(257)}).as("items[0].domain");
  t["SignalWithStartWorkflowExecutionRequest.start"] = needed_message().as("domain");  // the first that it lacks then
  t["SignalWithStartWorkflowExecutionRequest.signal_name"] = name();
  t["SignalWithStartWorkflowExecutionRequest.signal_input"] = message();
  t["SignalWithStartWorkflowExecutionRequest.signal_headers"] = message().elements(0, 16);
}

void add_calls_about_runs(Table& t) {
  for (const char* call : {"Signal", "Update", "RequestCancel", "Terminate", "Pause", "Resume", "Reset"}) {
    const std::string request = std::string(call) + "WorkflowExecutionRequest";
    t[request + ".domain"] = domain();
    t[request + ".workflow_id"] = nobody();
    t[request + ".run_id"] = run_id();
    t[request + ".request_id"] = request_id();
  }
  t["SignalWorkflowExecutionRequest.signal_name"] = name();
  t["SignalWorkflowExecutionRequest.input"] = message();
  t["SignalWorkflowExecutionRequest.headers"] = message().elements(0, 16);
  t["UpdateWorkflowExecutionRequest.request_id"] = required(request_id());
  t["UpdateWorkflowExecutionRequest.update_name"] = name();
  t["UpdateWorkflowExecutionRequest.input"] = message();
  t["UpdateWorkflowExecutionRequest.headers"] = message().elements(0, 16);
  t["UpdateWorkflowExecutionRequest.wait"] = lasting(0, core::kMaxAskWaitMs).given();
  t["UpdateWorkflowExecutionRequest.wait"].sample = moment(0);
  t["QueryWorkflowExecutionRequest.domain"] = domain();
  t["QueryWorkflowExecutionRequest.execution"] = needed_message();
  t["QueryWorkflowExecutionRequest.query_name"] = name();
  t["QueryWorkflowExecutionRequest.input"] = message();
  t["QueryWorkflowExecutionRequest.wait"] = lasting(1, core::kMaxAskWaitMs);
  t["TerminateWorkflowExecutionRequest.reason"] = words(256);
  t["TerminateWorkflowExecutionRequest.details"] = message();
  t["TerminateWorkflowExecutionRequest.child_policy"] = child_policy();
  t["PauseWorkflowExecutionRequest.reason"] = words(256);
  t["ResumeWorkflowExecutionRequest.reason"] = words(256);
  t["ResetWorkflowExecutionRequest.run_id"] = run_id().given();  // else the last run is looked at, which has no such decision
  t["ResetWorkflowExecutionRequest.reason"] = words(256);
  t["ResetWorkflowExecutionRequest.decision_task_completed_event_id"] =
      required(between(number(4), {number(1), number(std::numeric_limits<int64_t>::max())}, {number(0), number(-1)}));
  t["DescribeWorkflowExecutionRequest.domain"] = domain();
  t["DescribeWorkflowExecutionRequest.execution"] = needed_message();
  t["GetWorkflowExecutionHistoryRequest.domain"] = domain();
  t["GetWorkflowExecutionHistoryRequest.execution"] = needed_message();
  t["GetWorkflowExecutionHistoryRequest.next_page_token"] = page_token();
  t["GetWorkflowExecutionHistoryRequest.maximum_page_size"] = page_size();
  t["GetWorkflowExecutionHistoryRequest.reverse_order"] = any_flag();
}

void add_visibility(Table& t) {
  t["ExecutionTimeFilter.oldest_date"] = required(time_of_years(kYear1, kYear9999));
  t["ExecutionTimeFilter.latest_date"] = time_of_years(0, kYear9999);
  // Not before the oldest one, which is 1970 in the test.
  t["ExecutionTimeFilter.latest_date"].refused = {moment(-1), moment(kYear1 - 1), moment(kYear9999 + 1), moment(0, -1), moment(0, 1'000'000'000)};
  t["WorkflowExecutionFilter.workflow_id"] = workflow_id();
  t["WorkflowTypeFilter.name"] = name();
  t["WorkflowTypeFilter.version"] = version().optional();
  t["TagFilter.tag"] = tag(256);
  t["SearchAttributeFilter.name"] = name(64);
  t["SearchAttributeFilter.condition"] = required(between(member("equal_to", present()), {}, {}));
  t["SearchAttributeRange.least"] = needed_message().as("search_attribute_filter.within");
  t["SearchAttributeRange.most"] = message().excludes("least");
  t["CloseStatusFilter.status"] = required(one_of(v1::CLOSE_STATUS_TIMED_OUT, 1));
  for (const std::string call : {"List", "Count"}) {
    for (const std::string state : {"Open", "Closed"}) {
      const std::string request = call + state + "WorkflowExecutionsRequest";
      t[request + ".domain"] = domain();
      t[request + ".start_time_filter"] = needed_message();
      for (const char* filter : {".type_filter", ".tag_filter", ".execution_filter", ".search_attribute_filter"}) t[request + filter] = message();
      if (state == "Closed") {
        t[request + ".start_time_filter"] = needed_message().as("start_time_filter, close_time_filter");
        t[request + ".close_time_filter"] = message().excludes("start_time_filter");
        t[request + ".close_status_filter"] = message();
      }
      if (call == "Count") continue;
      t[request + ".next_page_token"] = page_token();
      t[request + ".maximum_page_size"] = page_size();
      t[request + ".reverse_order"] = any_flag();
    }
  }
}

void add_schedules(Table& t) {
  for (const char* call : {"Create", "Describe", "Update", "Delete", "Pause", "Resume", "Backfill", "Trigger"}) {
    const std::string request = std::string(call) + "ScheduleRequest";
    t[request + ".domain"] = domain();
    t[request + ".schedule_id"] = nobody();
    t[request + ".request_id"] = request_id();
  }
  t.erase("DescribeScheduleRequest.request_id");
  // A run's workflow id is the schedule's and its time: 231 characters, unless a workflow id is given.
  t["CreateScheduleRequest.schedule_id"] =
      required(between(fresh(), {letters(1), clefs(231)}, {clefs(257), text("a\x01z"), text(" a"), text("arn")}));
  t["CreateScheduleRequest.schedule"] = needed_message();
  t["CreateScheduleRequest.paused"] = any_flag().given();
  t["UpdateScheduleRequest.schedule_id"] = workflow_id().like("yearly");
  t["UpdateScheduleRequest.schedule"] = needed_message();
  t["PauseScheduleRequest.reason"] = words(256);
  t["ResumeScheduleRequest.reason"] = words(256);
  t["BackfillScheduleRequest.start_time"] = required(time_of_years(0, kYear9999));
  t["BackfillScheduleRequest.end_time"] = required(between(moment(kYear9999), {moment(0), moment(kYear9999)}, {moment(-1), moment(kYear9999 + 1)}));
  t["TriggerScheduleRequest.overlap_policy"] = overlap_policy();
  t["ListSchedulesRequest.domain"] = domain();
  t["ListSchedulesRequest.next_page_token"] = page_token();
  t["ListSchedulesRequest.maximum_page_size"] = page_size();
  t["Schedule.spec"] = needed_message();
  t["Schedule.start"] = needed_message();
  t["Schedule.overlap_policy"] = overlap_policy();
  t["Schedule.catch_up_window"] = lasting(schedule::kMinCatchUpMs, core::kMaxTimeoutMs);
  t["ScheduleSpec.when"] = required(between(member("cron", text("@yearly")), {}, {})).as("schedule.spec.cron");
  const std::string longest = "0 0 1 1 *" + std::string(256 - 9, ' ');
  t["ScheduleSpec.cron"] = between(text("@yearly"), {text(longest), text("0 0 1 1 0,7")},
                                   {text(longest + " ", "257 characters"), text(""), text("60 * * * *"), text("* * * *"), text("@never"), clefs(60)});
  t["ScheduleSpec.time_zone"] = between(text("UTC"), {text("Europe/Berlin"), text("")}, 
                                        {letters(65), text("Nowhere/Else"), text("/etc/passwd"), text("x" + repeated(kClef, 64), "65 characters")});
  t["ScheduleSpec.start_time"] = time_of_years(0, kYear9999);
  t["ScheduleSpec.end_time"] = time_of_years(0, kYear9999);
  t["FixedRate.interval"] =
      required(between(moment(3600), {moment(1), moment(kLongestSeconds)},
                       {moment(0), moment(kLongestSeconds + 1), moment(1, 500'000'000), moment(-1)}));
  t["FixedRate.offset"] = between(moment(0), {moment(0), moment(3599)}, {moment(3600), moment(-1), moment(1, 1)});
  add_start(t, "ScheduledStart");
  t["ScheduledStart.workflow_id"] = workflow_id().optional();
  t["ScheduledStart.workflow_id"].accepted = {letters(1), clefs(231)};
  t["ScheduledStart.workflow_id"].refused.push_back(clefs(232));
  t["ScheduledStart.fixed_workflow_id"] = any_flag();
  t["ScheduledStart.workflow_type"] = needed_message();
  t["ScheduledStart.headers"] = message().elements(0, 16);
  t["ScheduledStart.history_limit_warning"] = any_flag();
  t["ScheduledStart.search_attributes"] = message().elements(0, 20);
}

// Of a poll, of a stream's first frame, of a count.
void add_list(Table& t, const std::string& of) {
  t[of + ".domain"] = domain();
  t[of + ".task_list"] = needed_message();
  t[of + ".task_list.name"] = name().like("nobody's");
}

void add_streams(Table& t) {
  for (const std::string kind : {"Decision", "Activity"}) {
    const auto held = kind == "Decision" ? decision_token : activity_token;
    const std::string open = kind + "PollerOpen", frame = "Poll" + kind + "TasksRequest";
    add_list(t, open);
    t[open + ".identity"] = words(256);
    t[open + ".instance_id"] = required(words(64));
    t[open + ".slots"] = required(range(1, 100'000));
    t[open + ".held_task_tokens"] = held().as("open.held_task_tokens");
    t[frame + ".open"] = needed_message();
    for (const char* tokens : {".acknowledged_task_tokens", ".returned_task_tokens", ".held_task_tokens"}) {
      t[frame + tokens] = held().as(tokens + 1);
    }
    t[frame + ".answers"] = any("as many as fit in a frame");
    t[frame + ".draining"] = any_flag();
  }
  t["ActivityPollerOpen.functions"] = any_flag();
  t["DecisionPollerOpen.answers_queries"] = any_flag();
  // What is wrong with one becomes the answer.
  const std::string answers = "PollDecisionTasksRequest.query_answers";
  for (const std::string reply : {"", ".query_token", ".reply", ".reply.outcome", ".reply.completed.result", ".reply.failed.rejected",
                                  ".reply.failed.reason", ".reply.failed.details"}) {
    t[answers + reply] = any("it is for nobody, and so passed over");
  }
  for (const std::string payload : {".reply.completed.result", ".reply.failed.details"}) {
    for (const char* field : {".data", ".content_type", ".encoding", ".key_id"}) t[answers + payload + field] = any("it is for nobody");
  }
  t["PollActivityTasksRequest.heartbeats"] = any("as many as fit in a frame");
  t["PollDecisionTasksRequest.forget"] = any("as many as fit in a frame");
  t["PollDecisionTasksRequest.forget.workflow_id"] = any("what is not cached is passed over").given();
  t["PollDecisionTasksRequest.forget.run_id"] = any("what is not cached is passed over");
  t["DecisionTaskAnswer.answer"] = required(between(member("completed", present()), {}, {})).as("task_token").because("INVALID_TOKEN");
  t["ActivityTaskAnswer.task_token"] = required(activity_token());
  t["ActivityTaskAnswer.outcome"] = required(between(member("completed", present()), {}, {})).as("outcome");
  t["ActivityTaskHeartbeat.task_token"] = required(activity_token());
  t["ActivityCompleted.result"] = message();
  t["ActivityFailure.reason"] = words(256);
  t["ActivityFailure.details"] = message();
  t["ActivityCanceled.details"] = message();
}

void add_tasks(Table& t) {
  for (const char* request : {"PollForDecisionTaskRequest", "PollForActivityTaskRequest"}) {
    add_list(t, request);
    t[std::string(request) + ".identity"] = words(256);
  }
  add_list(t, "CountPendingDecisionTasksRequest");
  add_list(t, "CountPendingActivityTasksRequest");
  t["PollForActivityTaskRequest.functions"] = any_flag();
  t["CountPendingActivityTasksRequest.functions"] = any_flag();
  t["PollForDecisionTaskRequest.next_page_token"] = page_token();
  t["PollForDecisionTaskRequest.maximum_page_size"] = page_size();
  t["PollForDecisionTaskRequest.reverse_order"] = any_flag();
  t["PollForDecisionTaskRequest.answers_queries"] = any_flag();
  t["RespondQueryRequest.domain"] = domain();
  t["RespondQueryRequest.answer"] = needed_message();
  t["QueryAnswer.query_token"] = required(between(text("nobody's"), {}, {}));
  t["QueryAnswer.reply"] = needed_message();
  t["PollForDecisionTaskRequest.start_at_previous_started_event"] = any_flag();
  for (const char* answer :
       {"RespondActivityTaskCompleted", "RespondActivityTaskFailed", "RespondActivityTaskCanceled", "RecordActivityTaskHeartbeat"}) {
    t[std::string(answer) + "Request.task_token"] = required(activity_token());
    t[std::string(answer) + "Request.details"] = message();
  }
  t.erase("RespondActivityTaskCompletedRequest.details");
  t["RespondActivityTaskCompletedRequest.result"] = message();
  t["RespondActivityTaskFailedRequest.reason"] = words(256);
  for (const char* beat : {"RecordActivityTaskHeartbeatRequest.details.data", "ActivityTaskHeartbeat.details.data"}) t[beat] = bytes(2'048);
  t["ActivityTaskHeartbeat.details"] = message();
  t["RespondDecisionTaskFailedRequest.task_token"] = required(decision_token());
  t["RespondDecisionTaskFailedRequest.reason"] = words(256);
  t["RespondDecisionTaskFailedRequest.details"] = message();
  t["RespondDecisionTaskCompletedRequest.task_token"] = required(decision_token());
  t["RespondDecisionTaskCompletedRequest.decisions"] = message().elements(0, 1000);
  t["RespondDecisionTaskCompletedRequest.execution_context"] = words(32'768);
  t["RespondDecisionTaskCompletedRequest.task_list"] = message();
  t["RespondDecisionTaskCompletedRequest.task_list_schedule_to_start_timeout"] = message();
  t["RespondDecisionTaskCompletedRequest.all_or_nothing_close"] = any_flag();
  t["RespondDecisionTaskCompletedRequest.run_cached"] = any_flag();
}

void add_decisions(Table& t) {
  t["Decision.attributes"] = required(between(member("record_marker", present()), {}, {}));
  t["ScheduleActivityTaskAttributes.activity_id"] = name();
  t["ScheduleActivityTaskAttributes.activity_type"] = needed_message();
  for (const char* optional : {"task_list", "input", "schedule_to_start_timeout", "schedule_to_close_timeout", "start_to_close_timeout",
                               "heartbeat_timeout", "retry_policy"}) {
    t[std::string("ScheduleActivityTaskAttributes.") + optional] = message();
  }
  t["ScheduleActivityTaskAttributes.task_priority"] = any_int();
  t["ScheduleActivityTaskAttributes.headers"] = message().elements(0, 16);
  t["RequestCancelActivityTaskAttributes.activity_id"] = name();
  t["StartTimerAttributes.timer_id"] = name();
  t["StartTimerAttributes.start_to_fire_timeout"] = required(lasting(0, core::kMaxTimeoutMs));
  t["CancelTimerAttributes.timer_id"] = name();
  t["RecordMarkerAttributes.marker_name"] = name();
  t["RecordMarkerAttributes.details"] = message();
  add_start(t, "StartChildWorkflowExecutionAttributes");
  t["StartChildWorkflowExecutionAttributes.workflow_id"] = workflow_id();
  t["StartChildWorkflowExecutionAttributes.workflow_type"] = needed_message();
  t["StartChildWorkflowExecutionAttributes.headers"] = message().elements(0, 16);
  for (const char* request : {"SignalExternalWorkflowExecutionAttributes", "RequestCancelExternalWorkflowExecutionAttributes"}) {
    t[std::string(request) + ".workflow_id"] = workflow_id();
    t[std::string(request) + ".run_id"] = run_id();
  }
  t["SignalExternalWorkflowExecutionAttributes.signal_name"] = name();
  t["SignalExternalWorkflowExecutionAttributes.input"] = message();
  t["SignalExternalWorkflowExecutionAttributes.headers"] = message().elements(0, 16);
  t["ScheduleLambdaFunctionAttributes.id"] = name();
  t["ScheduleLambdaFunctionAttributes.name"] = name(64);
  t["ScheduleLambdaFunctionAttributes.input"] = message();
  t["ScheduleLambdaFunctionAttributes.start_to_close_timeout"] = message();
  t["ScheduleLambdaFunctionAttributes.start_to_close_timeout.after"] = lasting(1'000, 900'000);
  t["ScheduleLambdaFunctionAttributes.start_to_close_timeout.none"] = no_none();
  for (const char* with_control : {"ScheduleActivityTask", "StartTimer", "StartChildWorkflowExecution", "SignalExternalWorkflowExecution",
                                   "RequestCancelExternalWorkflowExecution", "ScheduleLambdaFunction"}) {
    t[std::string(with_control) + "Attributes.control"] = words(32'768);
  }
  t["AnswerUpdateAttributes.update_id"] = required(words(64));
  t["AnswerUpdateAttributes.reply"] = needed_message();
  t["Reply.outcome"] = required(between(member("completed", present()), {}, {}));
  t["ReplyCompleted.result"] = message();
  t["ReplyFailed.rejected"] = any_flag();
  t["ReplyFailed.reason"] = words(256);
  t["ReplyFailed.details"] = message();
  t["UpsertSearchAttributesAttributes.search_attributes"] = message().elements(0, 20);
  t["UpsertSearchAttributesAttributes.removed"] = name(64).elements(0, 20);
  t["CompleteWorkflowExecutionAttributes.result"] = message();
  t["FailWorkflowExecutionAttributes.reason"] = words(256);
  t["FailWorkflowExecutionAttributes.details"] = message();
  t["CancelWorkflowExecutionAttributes.details"] = message();
  add_start(t, "ContinueAsNewWorkflowExecutionAttributes");
  t["ContinueAsNewWorkflowExecutionAttributes.workflow_type_version"] = version().optional().not_empty();
}

}  // namespace
}  // namespace bounds

const std::map<std::string, Bound>& field_bounds() {
  static const std::map<std::string, Bound> table = [] {
    std::map<std::string, Bound> t;
    using namespace bounds;
    for (const auto add : {add_common, add_limits_and_rates, add_domains, add_types, add_starts, add_calls_about_runs, add_visibility, add_schedules,
                           add_streams, add_tasks, add_decisions}) {
      add(t);
    }
    return t;
  }();
  return table;
}

}  // namespace baton::testing
