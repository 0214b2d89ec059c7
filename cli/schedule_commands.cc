// baton schedule create | update | pause | resume | trigger | backfill | delete
#include <iostream>

#include "cli/arguments.h"
#include "cli/session.h"
#include "cli/table.h"
#include "connection.h"
#include "wire.h"

namespace baton::cli {
namespace {

using Workflows = v1::WorkflowService::Stub;

// What create and update have in common: the whole of a schedule.
struct Given {
  std::string id, cron, every, offset, time_zone, from, until, overlap, catch_up;
  std::string type, input, workflow_id, task_list, execution_timeout, task_timeout, child_policy;
  std::optional<int> priority;
  std::vector<std::string> tags;
  bool fixed_workflow_id = false, paused = false;
  const CLI::Option* input_option = nullptr;
};

Duration length(const std::string& option, const std::string& text) {
  const Timeout timeout = parse_timeout(option, text);
  if (timeout.is_none()) throw CLI::ValidationError(option, "\"none\" is not a duration: write 30s, 5m, 1h, 7d");
  return timeout.after();
}

v1::OverlapPolicy parse_overlap(const std::string& text) {
  std::string name = "OVERLAP_POLICY_";
  for (const char c : text) name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  v1::OverlapPolicy policy = v1::OVERLAP_POLICY_UNSPECIFIED;
  if (v1::OverlapPolicy_Parse(name, &policy)) return policy;
  throw CLI::ValidationError("--overlap", "\"" + text + "\" is not one of SKIP, BUFFER_ONE, CANCEL_OTHER, TERMINATE_OTHER, ALLOW_ALL");
}

void fill_spec(const Given& given, v1::ScheduleSpec& spec) {
  if (given.cron.empty() == given.every.empty()) throw CLI::RequiredError("either --cron or --every");
  if (!given.cron.empty()) spec.set_cron(given.cron);
  if (!given.every.empty()) to_wire(length("--every", given.every), spec.mutable_fixed_rate()->mutable_interval());
  if (!given.offset.empty()) {
    if (given.every.empty()) throw CLI::ValidationError("--offset", "is of --every");
    to_wire(length("--offset", given.offset), spec.mutable_fixed_rate()->mutable_offset());
  }
  spec.set_time_zone(given.time_zone);
  if (!given.from.empty()) to_wire(parse_time("--from", given.from), spec.mutable_start_time());
  if (!given.until.empty()) to_wire(parse_time("--until", given.until), spec.mutable_end_time());
}

void fill_start(const Given& given, v1::ScheduledStart& start) {
  to_wire(parse_type(given.type), start.mutable_workflow_type());
  start.set_workflow_id(given.workflow_id);
  start.set_fixed_workflow_id(given.fixed_workflow_id);
  if (given.input_option->count() > 0) to_wire(read_payload(given.input), start.mutable_input());
  if (!given.task_list.empty()) start.mutable_task_list()->set_name(given.task_list);
  if (!given.execution_timeout.empty()) {
    to_wire(parse_timeout("--execution-timeout", given.execution_timeout), start.mutable_execution_start_to_close_timeout());
  }
  if (!given.task_timeout.empty()) to_wire(parse_timeout("--task-timeout", given.task_timeout), start.mutable_task_start_to_close_timeout());
  if (!given.child_policy.empty()) start.set_child_policy(static_cast<v1::ChildPolicy>(parse_child_policy(given.child_policy)));
  if (given.priority) start.set_task_priority(*given.priority);
  for (const std::string& tag : given.tags) start.add_tag_list(tag);
}

v1::Schedule schedule_of(const Given& given) {
  v1::Schedule schedule;
  fill_spec(given, *schedule.mutable_spec());
  fill_start(given, *schedule.mutable_start());
  if (!given.overlap.empty()) schedule.set_overlap_policy(parse_overlap(given.overlap));
  if (!given.catch_up.empty()) to_wire(length("--catch-up", given.catch_up), schedule.mutable_catch_up_window());
  return schedule;
}

template <class Request>
Request request_for(const Session& session, const std::string& id) {
  Request request;
  request.set_domain(session.client().domain());
  request.set_schedule_id(id);
  request.set_request_id(make_request_id());
  return request;
}

void tell(const Session& session, const std::string& what, const std::string& id) {
  if (session.json()) return print({{what, id}});
  std::cout << "schedule " << printable(id) << " is " << what << std::endl;
}

void add_definition(CLI::App& command, Given& given) {
  command.add_option("ID", given.id, "Unique in the domain")->required();
  command.add_option("--cron", given.cron, "\"minute hour day-of-month month day-of-week\", or @daily, @hourly, @weekly, @monthly, @yearly");
  command.add_option("--time-zone", given.time_zone, "Of --cron, for example Europe/Berlin. Default: UTC");
  command.add_option("--every", given.every, "Instead of --cron: a fixed rate, for example 90s or 6h, counted from 1970");
  command.add_option("--offset", given.offset, "Of --every: so much later, for example 30m");
  command.add_option("--from", given.from, "No run before, for example 2026-01-31T09:15:00Z");
  command.add_option("--until", given.until, "No run after");
  command.add_option("--overlap", given.overlap,
                     "If a run is open: SKIP, BUFFER_ONE, CANCEL_OTHER, TERMINATE_OTHER or ALLOW_ALL. Default: SKIP");
  command.add_option("--catch-up", given.catch_up, "How late a run may start that could not in time. Default: 1h");
  command.add_option("--type", given.type, "NAME:VERSION of a registered workflow type")->required();
  given.input_option = command.add_option("--input", given.input, "As for workflow start");
  command.add_option("--workflow-id", given.workflow_id, "Of each run, before \"/\" and its time. Default: ID");
  command.add_flag("--fixed-workflow-id", given.fixed_workflow_id, "The workflow id of each run is --workflow-id alone");
  command.add_option("--task-list", given.task_list, "Where its decision tasks go. Default: the type's");
  command.add_option("--execution-timeout", given.execution_timeout, "How long a run may take, for example 1h. Default: the type's");
  command.add_option("--task-timeout", given.task_timeout, "How long one decision may take, or none. Default: the type's");
  command.add_option("--child-policy", given.child_policy, "TERMINATE, REQUEST_CANCEL or ABANDON. Default: the type's");
  command.add_option("--priority", given.priority, "Of its decision tasks; higher goes first");
  command.add_option("--tag", given.tags, "Up to 5, to find the runs by")->expected(1)->take_all();
}

void add_create(CLI::App& schedule, Session& session) {
  auto given = std::make_shared<Given>();
  auto* const command = schedule.add_subcommand("create", "Have executions started by the clock");
  add_definition(*command, *given);
  command->add_flag("--paused", given->paused, "It starts nothing until it is resumed");
  command->footer(
      "Example:\n  baton --domain tests schedule create nightly --cron '0 2 * * *' --time-zone Europe/Berlin \\\n"
      "        --type nightly_run:1 --input @manifest.json");
  command->callback([given, &session] {
    auto request = request_for<v1::CreateScheduleRequest>(session, given->id);
    *request.mutable_schedule() = schedule_of(*given);
    request.set_paused(given->paused);
    v1::CreateScheduleResponse response;
    session.client().connection()->call(&Workflows::CreateSchedule, request, &response);
    tell(session, "created", given->id);
  });
}

void add_update(CLI::App& schedule, Session& session) {
  auto given = std::make_shared<Given>();
  auto* const command = schedule.add_subcommand("update", "Replace a schedule as a whole; what is not given takes its default");
  add_definition(*command, *given);
  command->footer("Example:\n  baton --domain tests schedule update nightly --cron '30 1 * * *' --type nightly_run:2 --input @manifest.json");
  command->callback([given, &session] {
    auto request = request_for<v1::UpdateScheduleRequest>(session, given->id);
    *request.mutable_schedule() = schedule_of(*given);
    v1::UpdateScheduleResponse response;
    session.client().connection()->call(&Workflows::UpdateSchedule, request, &response);
    tell(session, "updated", given->id);
  });
}

// The calls that need no more than the schedule and what `add` lets be given.
template <class Request, class Response>
CLI::App* add_call(CLI::App& schedule, Session& session, const char* name, const char* explanation, const char* done,
                   grpc::Status (Workflows::*method)(grpc::ClientContext*, const Request&, Response*),
                   const std::function<std::function<void(Request&)>(CLI::App&)>& add) {
  auto id = std::make_shared<std::string>();
  auto* const command = schedule.add_subcommand(name, explanation);
  command->add_option("ID", *id)->required();
  const auto fill = add(*command);
  command->callback([id, fill, method, done, &session] {
    auto request = request_for<Request>(session, *id);
    fill(request);
    Response response;
    session.client().connection()->call(method, request, &response);
    tell(session, done, *id);
  });
  return command;
}

template <class Request>
std::function<void(Request&)> take_reason(CLI::App& command) {
  auto reason = std::make_shared<std::string>();
  command.add_option("--reason", *reason, "For people, at most 256 characters; describe shows it");
  return [reason](Request& request) { request.set_reason(*reason); };
}

std::function<void(v1::TriggerScheduleRequest&)> take_overlap(CLI::App& command) {
  auto overlap = std::make_shared<std::string>();
  command.add_option("--overlap", *overlap, "If a run is open, as for schedule create. Default: as the schedule says");
  return [overlap](v1::TriggerScheduleRequest& request) {
    if (!overlap->empty()) request.set_overlap_policy(parse_overlap(*overlap));
  };
}

std::function<void(v1::BackfillScheduleRequest&)> take_range(CLI::App& command) {
  auto from = std::make_shared<std::string>(), until = std::make_shared<std::string>("0s");
  command.add_option("--from", *from, "The first time: 2026-01-31, 2026-01-31T09:15:00Z, or 24h (ago)")->required();
  command.add_option("--until", *until, "The last time. Default: now");
  return [from, until](v1::BackfillScheduleRequest& request) {
    to_wire(parse_time("--from", *from), request.mutable_start_time());
    to_wire(parse_time("--until", *until), request.mutable_end_time());
  };
}

}  // namespace

void add_schedule_commands(CLI::App& app, Session& session) {
  auto* const schedule = app.add_subcommand("schedule", "Executions of --domain that are started by the clock");
  schedule->require_subcommand(1);
  add_create(*schedule, session);
  add_schedule_views(*schedule, session);
  add_update(*schedule, session);
  add_call<v1::PauseScheduleRequest>(*schedule, session, "pause", "Start nothing by the clock until it is resumed", "paused",
                                     &Workflows::PauseSchedule, take_reason<v1::PauseScheduleRequest>)
      ->footer("Example:\n  baton --domain tests schedule pause nightly --reason 'the hosts move'");
  add_call<v1::ResumeScheduleRequest>(*schedule, session, "resume", "Go on; what came meanwhile is not made up for", "resumed",
                                      &Workflows::ResumeSchedule, take_reason<v1::ResumeScheduleRequest>)
      ->footer("Example:\n  baton --domain tests schedule resume nightly");
  add_call<v1::TriggerScheduleRequest>(*schedule, session, "trigger", "Start a run now", "triggered", &Workflows::TriggerSchedule, take_overlap)
      ->footer("Example:\n  baton --domain tests schedule trigger nightly --overlap ALLOW_ALL");
  add_call<v1::BackfillScheduleRequest>(*schedule, session, "backfill", "Start a run for each time between two moments that have passed",
                                        "backfilled", &Workflows::BackfillSchedule, take_range)
      ->footer("Example:\n  baton --domain tests schedule backfill nightly --from 2026-01-28 --until 2026-01-31");
  add_call<v1::DeleteScheduleRequest>(*schedule, session, "delete", "Start nothing more; runs that are open go on", "deleted",
                                      &Workflows::DeleteSchedule, [](CLI::App&) { return [](v1::DeleteScheduleRequest&) {}; })
      ->footer("Example:\n  baton --domain tests schedule delete nightly");
}

}  // namespace baton::cli
