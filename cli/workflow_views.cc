// baton workflow list | describe | history
#include <iostream>

#include "cli/arguments.h"
#include "cli/session.h"
#include "cli/table.h"
#include "connection.h"
#include "wire.h"

namespace baton::cli {
namespace {

using Workflows = v1::WorkflowService::Stub;

constexpr size_t kShortText = 60;
constexpr size_t kWholeText = 100'000;

std::string type_text(const TypeName& type) { return type.name.empty() ? "" : type.name + ":" + type.version; }

std::string join(const std::vector<std::string>& parts, const char* separator) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : separator) + part;
  return text;
}

// --- list ---

struct ListGiven {
  bool closed = false, by_close_time = false, oldest_first = false, count = false;
  std::string workflow_id, type, tag, status, since, until;
  std::vector<std::string> attributes;
  size_t limit = 100;
};

ListFilter filter_of(const ListGiven& given) {
  ListFilter filter;
  filter.closed = given.closed || given.by_close_time || !given.status.empty();
  filter.by_close_time = given.by_close_time;
  filter.oldest_first = given.oldest_first;
  filter.workflow_id = given.workflow_id;
  filter.tag = given.tag;
  if (!given.status.empty()) filter.close_status = parse_close_status(given.status);
  if (!given.since.empty()) filter.oldest = parse_time("--since", given.since);
  if (!given.until.empty()) filter.latest = parse_time("--until", given.until);
  for (const std::string& attribute : given.attributes) add_attribute_filter(attribute, filter);
  const size_t colon = given.type.find(':');
  filter.type_name = given.type.substr(0, colon);
  if (colon != std::string::npos) filter.type_version = given.type.substr(colon + 1);
  return filter;
}

// As JSON writes times.
std::string zulu_text(TimePoint time) {
  std::string text = time_text(time) + "Z";
  text[text.find(' ')] = 'T';
  return text;
}

nlohmann::json info_json(const ExecutionInfo& info) {
  nlohmann::json json{{"workflow_id", info.execution.workflow_id},
                      {"run_id", info.execution.run_id},
                      {"workflow_type", {{"name", info.type.name}, {"version", info.type.version}}},
                      {"start_time", zulu_text(info.start_time)},
                      {"status", to_string(info.close_status)},
                      {"cancel_requested", info.cancel_requested},
                      {"tags", info.tags}};
  if (info.close_time) json["close_time"] = zulu_text(*info.close_time);
  return json;
}

void list(Session& session, const ListGiven& given) {
  const ListFilter filter = filter_of(given);
  Client client = session.client();
  if (given.count) {
    const int64_t count = client.count(filter);
    if (session.json()) return print({{"count", count}});
    std::cout << count << std::endl;
    return;
  }
  const auto infos = client.list(filter, given.limit);
  if (session.json()) {
    nlohmann::json all = nlohmann::json::array();
    for (const ExecutionInfo& info : infos) all.push_back(info_json(info));
    return print(all);
  }
  Table table({"WORKFLOW ID", "RUN ID", "TYPE", "STATUS", "STARTED (UTC)", "CLOSED (UTC)", "TAGS"});
  for (const ExecutionInfo& info : infos) {
    const bool canceling = info.close_status == CloseStatus::kOpen && info.cancel_requested;
    table.add({info.execution.workflow_id, info.execution.run_id, type_text(info.type),
               canceling ? "OPEN, cancel requested" : to_string(info.close_status), time_text(info.start_time),
               info.close_time ? time_text(*info.close_time) : "", join(info.tags, ", ")});
  }
  table.print(std::cout);
  if (infos.size() == given.limit) std::cerr << "there may be more: --limit is " << given.limit << std::endl;
}

void add_list(CLI::App& workflow, Session& session) {
  auto given = std::make_shared<ListGiven>();
  auto* const command = workflow.add_subcommand("list", "List open or closed executions, newest first");
  command->add_flag("--closed", given->closed, "Closed executions instead of open ones");
  auto* const id = command->add_option("--id", given->workflow_id, "Only runs of this workflow id");
  auto* const type = command->add_option("--type", given->type, "Only of this type: NAME or NAME:VERSION");
  auto* const tag = command->add_option("--tag", given->tag, "Only with this tag");
  auto* const status = command->add_option("--status", given->status,
                                           "Only closed so: COMPLETED, FAILED, CANCELED, TERMINATED, CONTINUED_AS_NEW, TIMED_OUT");
  auto* const attribute =
      command->add_option("--attribute", given->attributes, "Only with this search attribute: NAME=VALUE, or NAME>=VALUE, NAME<=VALUE or both")
          ->expected(1)
          ->take_all();
  // The coordinator takes one of them.
  for (auto* const one : {id, type, tag, status, attribute}) {
    for (auto* const other : {id, type, tag, status, attribute}) {
      if (one != other) one->excludes(other);
    }
  }
  command->add_option("--since", given->since, "Only started since: 2026-01-31, 2026-01-31T09:15:00Z, or 24h for so long ago");
  command->add_option("--until", given->until, "Only started until");
  command->add_flag("--by-close-time", given->by_close_time, "Order, --since and --until by when it closed");
  command->add_flag("--oldest-first", given->oldest_first);
  command->add_option("--limit", given->limit, "At most so many")->check(CLI::Range(1, 1'000'000))->capture_default_str();
  command->add_flag("--count", given->count, "Only how many there are");
  command->footer("Example:\n  baton --domain orders workflow list --status FAILED --since 24h\n"
                  "  baton --domain orders workflow list --closed --attribute 'total>=100' --attribute 'total<=500'");
  command->callback([given, &session] { list(session, *given); });
}

// --- describe ---

std::string state_text(v1::TaskState state) {
  switch (state) {
    case v1::TASK_STATE_SCHEDULED:
      return "waits for a poller";
    case v1::TASK_STATE_OFFERED:
      return "offered";
    case v1::TASK_STATE_STARTED:
      return "running";
    default:
      return "";
  }
}

// "customer=eu, total=42", in order.
std::string attributes_text(const google::protobuf::Map<std::string, v1::SearchAttribute>& attributes) {
  std::vector<std::string> parts;
  for (const auto& [name, attribute] : attributes) {
    const auto text = [](const auto& value) -> std::string {
      using T = std::remove_cvref_t<decltype(value)>;
      if constexpr (std::is_same_v<T, TimePoint>) {
        return time_text(value);
      } else if constexpr (std::is_same_v<T, std::string>) {
        return value;
      } else {
        return nlohmann::json(value).dump();
      }
    };
    parts.push_back(name + "=" + std::visit(text, from_wire(attribute).value()));
  }
  std::sort(parts.begin(), parts.end());
  return join(parts, ", ");
}

// `closed`: how it ended, if it has.
void print_facts(const v1::DescribeWorkflowExecutionResponse& response, const Closed& closed) {
  const auto& info = response.execution_info();
  const auto& configuration = response.execution_configuration();
  const bool open = info.execution_status() == v1::EXECUTION_STATUS_OPEN;
  Table table({"WORKFLOW ID", info.execution().workflow_id()});
  table.add({"run id", info.execution().run_id()});
  table.add({"type", info.workflow_type().name() + ":" + info.workflow_type().version()});
  table.add({"status", std::string(to_string(static_cast<CloseStatus>(info.close_status()))) +
                           (open && info.cancel_requested() ? ", cancel requested" : "")});
  if (response.has_pause()) {
    table.add({"paused", time_text(response.pause().since()) + (response.pause().reason().empty() ? "" : ": " + response.pause().reason())});
  }
  table.add({"started", time_text(info.start_time())});
  if (!open) table.add({"closed", time_text(info.close_time())});
  if (!closed.reason.empty()) table.add({"reason", with_causes(closed.reason, closed.causes)});
  if (info.has_parent()) table.add({"parent", info.parent().workflow_id() + " " + info.parent().run_id()});
  if (!response.search_attributes().empty()) table.add({"attributes", attributes_text(response.search_attributes())});
  if (info.tag_list_size() > 0) table.add({"tags", join({info.tag_list().begin(), info.tag_list().end()}, ", ")});
  table.add({"task list", configuration.task_list().name()});
  table.add({"timeouts", timeout_text(configuration.execution_start_to_close_timeout()) + " for all, " +
                             timeout_text(configuration.task_start_to_close_timeout()) + " for a decision"});
  table.add({"events", std::to_string(response.history_length())});
  if (response.has_latest_execution_context()) {
    table.add({"context", cut(response.latest_execution_context(), kShortText)});
  }
  table.print(std::cout);
}

// Why no decider could decide so far.
void print_failures(const v1::PendingDecision& task) {
  std::cout << "  not decided, " << task.consecutive_failures() << " in a row: " << printable(task.failure_reason());
  if (task.has_failure_details()) std::cout << ": " << payload_text(from_wire(task.failure_details()), kShortText);
  std::cout << "\n";
}

std::string state_text(const v1::PendingActivity& task) {
  std::string text = state_text(task.state());
  if (task.has_parked_until()) text += ", parked until " + time_text(task.parked_until());
  return task.cancel_requested() ? text + ", cancel requested" : text;
}

// What the worker said last, in this attempt or by the end of the one before.
std::string details_text(const v1::PendingActivity& task) {
  if (task.has_heartbeat_details()) return payload_text(from_wire(task.heartbeat_details()), kShortText);
  if (task.attempt() < 2) return "";
  const bool timed_out = task.last_timeout_type() != v1::ACTIVITY_TASK_TIMEOUT_TYPE_UNSPECIFIED;
  const std::string why = timed_out ? "timed out" : task.last_failure_reason().empty() ? "failed" : task.last_failure_reason();
  return "attempt " + std::to_string(task.attempt() - 1) + ": " + why;
}

void print_pending(const v1::DescribeWorkflowExecutionResponse& response) {
  if (response.has_pending_decision()) {
    const auto& task = response.pending_decision();
    std::cout << "\ndecision task: " << state_text(task.state()) << ", list " << printable(task.task_list().name()) << ", scheduled "
              << time_text(task.scheduled_time());
    if (!task.identity().empty()) std::cout << ", by " << printable(task.identity());
    if (task.has_parked_until()) std::cout << ", parked until " << time_text(task.parked_until());
    std::cout << "\n";
    if (task.consecutive_failures() > 0) print_failures(task);
  }
  if (response.pending_activities_size() > 0) {
    Table table({"ACTIVITY", "TYPE", "STATE", "ATTEMPT", "SCHEDULED (UTC)", "STARTED (UTC)", "HEARTBEAT (UTC)", "DETAILS", "BY"});
    for (const auto& task : response.pending_activities()) {
      table.add({task.activity_id(), task.activity_type().name() + ":" + task.activity_type().version(),
                 state_text(task), std::to_string(task.attempt()),
                 time_text(task.scheduled_time()), time_text(task.started_time()), time_text(task.last_heartbeat_time()),
                 details_text(task), task.identity()});
    }
    std::cout << "\n";
    table.print(std::cout);
  }
  if (response.pending_timers_size() > 0) {
    Table table({"TIMER", "DUE (UTC)"});
    for (const auto& timer : response.pending_timers()) table.add({timer.timer_id(), time_text(timer.fire_time())});
    std::cout << "\n";
    table.print(std::cout);
  }
  if (response.pending_updates_size() > 0) {
    Table table({"UPDATE", "NOT ANSWERED SINCE (UTC)", "ID"});
    for (const auto& update : response.pending_updates()) table.add({update.update_name(), time_text(update.signaled_time()), update.update_id()});
    std::cout << "\n";
    table.print(std::cout);
  }
}

void describe(Session& session, const Execution& execution) {
  v1::DescribeWorkflowExecutionRequest request;
  v1::DescribeWorkflowExecutionResponse response;
  request.set_domain(session.domain);
  request.mutable_execution()->set_workflow_id(execution.workflow_id);
  request.mutable_execution()->set_run_id(execution.run_id);
  Client client = session.client();
  client.connection()->call(&Workflows::DescribeWorkflowExecution, request, &response);
  if (session.json()) return print(to_json(response));
  const auto& info = response.execution_info();
  const bool failed = info.close_status() == v1::CLOSE_STATUS_FAILED || info.close_status() == v1::CLOSE_STATUS_TERMINATED;
  print_facts(response, failed ? client.wait(from_wire(info.execution())).value_or(Closed{}) : Closed{});
  print_pending(response);
  std::cout << std::flush;
}

void add_describe(CLI::App& workflow, Session& session) {
  auto execution = std::make_shared<Execution>();
  auto* const command = workflow.add_subcommand("describe", "Show what an execution is and what it waits for");
  command->add_option("WORKFLOW_ID", execution->workflow_id)->required();
  command->add_option("RUN_ID", execution->run_id, "Default: the open run, or the latest closed one");
  command->footer("Example:\n  baton --domain orders workflow describe order-17");
  command->callback([execution, &session] { describe(session, *execution); });
}

// --- history ---

// The activity that an event is about, which only its ActivityTaskScheduled names.
std::string activity_text(const HistoryEvent& event, const History& history) {
  const int64_t id = event.scheduled_event_id();
  return id >= 1 && static_cast<size_t>(id) <= history.size() ? history[static_cast<size_t>(id) - 1].activity_type().name : "";
}

// What an event says beyond its name, the telling things first.
std::string event_text(const HistoryEvent& event, const History& history, size_t limit) {
  std::vector<std::string> parts;
  const auto add = [&](const char* name, std::string_view value) {
    if (!value.empty()) parts.push_back(std::string(name) + std::string(value));
  };
  const auto add_payload = [&](const char* name, const std::optional<Payload>& payload) {
    if (payload) parts.push_back(std::string(name) + payload_text(*payload, limit));
  };
  add("", type_text(event.activity_type()));
  add("", activity_text(event, history));
  add("", type_text(event.workflow_type()));
  add("id=", event.activity_id());
  add("timer=", event.timer_id());
  if (const auto wait = event.start_to_fire()) add("after ", duration_text(*wait));
  add("signal=", event.signal_name());
  add("update=", event.update_id());
  add("marker=", event.marker_name());
  add("workflow=", event.workflow_id());
  add("timeout=", event.timeout_type());
  add("cause=", event.cause());
  add("reason=", event.reason());
  add_payload("input=", event.input());
  add_payload("result=", event.result());
  add_payload("details=", event.details());
  add("type=", event.failure_type());
  if (const FailureCauses causes = event.causes(); !causes.empty()) add("", with_causes("", causes).substr(1));
  if (const auto reply = event.reply()) {
    add("", !reply->failed ? "completed" : reply->rejected ? "rejected" : "failed");
    add("reason=", reply->reason);
    add_payload(reply->failed ? "details=" : "result=", reply->payload);
  }
  if (event.scheduled_event_id() > 0) add("of ", "#" + std::to_string(event.scheduled_event_id()));
  add("by ", event.identity());
  return join(parts, "  ");
}

struct HistoryGiven {
  Execution execution;
  bool newest_first = false, full = false;
};

void history(Session& session, const HistoryGiven& given) {
  Client client = session.client();
  const Execution execution = client.describe(given.execution).info.execution;  // with its run id
  const History history = client.history(execution);
  std::vector<HistoryEvent> events(history.begin(), history.end());
  if (given.newest_first) std::reverse(events.begin(), events.end());
  if (session.json()) return print(nlohmann::json::parse(to_json(execution, History(nullptr, events))));
  Table table({"EVENT", "TIME (UTC)", "NAME", ""});
  for (const HistoryEvent& event : events) {
    table.add({"#" + std::to_string(event.id()), time_text(event.time()), event.name(),
               event_text(event, history, given.full ? kWholeText : kShortText)});
  }
  table.print(std::cout);
  std::cout << std::flush;
}

void add_history(CLI::App& workflow, Session& session) {
  auto given = std::make_shared<HistoryGiven>();
  auto* const command = workflow.add_subcommand("history", "Show all events of an execution, oldest first");
  command->add_option("WORKFLOW_ID", given->execution.workflow_id)->required();
  command->add_option("RUN_ID", given->execution.run_id, "Default: the open run, or the latest closed one");
  command->add_flag("--newest-first", given->newest_first);
  command->add_flag("--full", given->full, "Payloads are not shortened");
  command->footer(
      "With -o json every attribute is shown, payload data in base64; that is also the file that `baton replay` takes.\n"
      "Example:\n  baton --domain orders workflow history order-17\n  baton --domain orders workflow history order-17 -o json > order-17.json");
  command->callback([given, &session] { history(session, *given); });
}

}  // namespace

void add_workflow_views(CLI::App& workflow, Session& session) {
  add_list(workflow, session);
  add_describe(workflow, session);
  add_history(workflow, session);
}

}  // namespace baton::cli
