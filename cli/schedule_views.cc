// baton schedule list | describe
#include <iostream>

#include "cli/session.h"
#include "cli/table.h"
#include "connection.h"
#include "wire.h"

namespace baton::cli {
namespace {

using Workflows = v1::WorkflowService::Stub;

constexpr size_t kShortText = 60;

// "NOT_STARTED_REASON_OVERLAP" -> "OVERLAP"
std::string without(const std::string& prefix, const std::string& name) { return name.starts_with(prefix) ? name.substr(prefix.size()) : name; }

std::string spec_text(const v1::ScheduleSpec& spec) {
  if (spec.has_cron()) return spec.cron() + (spec.time_zone().empty() ? "" : " " + spec.time_zone());
  std::string text = "every " + duration_text(to_duration(spec.fixed_rate().interval()));
  if (spec.fixed_rate().has_offset()) text += " + " + duration_text(to_duration(spec.fixed_rate().offset()));
  return text;
}

std::string outcome_text(const v1::ScheduleRun& run) {
  switch (run.outcome_case()) {
    case v1::ScheduleRun::kStarted:
      return run.started().workflow_id();
    case v1::ScheduleRun::kNotStarted: {
      const std::string reason = without("NOT_STARTED_REASON_", v1::NotStartedReason_Name(run.not_started()));
      return run.missed_count() > 1 ? reason + " (" + std::to_string(run.missed_count()) + " times)" : reason;
    }
    case v1::ScheduleRun::kRefused:
      return v1::Fault_Name(run.refused().fault()) + ": " + run.refused().message();
    case v1::ScheduleRun::OUTCOME_NOT_SET:
      break;
  }
  return "";
}

void list_schedules(Session& session) {
  Client client = session.client();
  v1::ListSchedulesRequest request;
  request.set_domain(client.domain());
  Table table({"SCHEDULE", "WHEN", "TYPE", "NEXT", "LAST"});
  nlohmann::json all = nlohmann::json::array();
  do {
    v1::ListSchedulesResponse response;
    client.connection()->call(&Workflows::ListSchedules, request, &response);
    for (const v1::ScheduleInfo& info : response.schedule_infos()) {
      table.add({info.schedule_id(), spec_text(info.spec()), info.workflow_type().name() + ":" + info.workflow_type().version(),
                 info.paused() ? "PAUSED" : time_text(info.next_time()), outcome_text(info.last_run()).substr(0, kShortText)});
      all.push_back(to_json(info));
    }
    request.set_next_page_token(response.next_page_token());
  } while (!request.next_page_token().empty());
  if (session.json()) return print(all);
  table.print(std::cout);
}

void describe_schedule(Session& session, const std::string& id) {
  Client client = session.client();
  v1::DescribeScheduleRequest request;
  v1::DescribeScheduleResponse response;
  request.set_domain(client.domain());
  request.set_schedule_id(id);
  client.connection()->call(&Workflows::DescribeSchedule, request, &response);
  if (session.json()) return print(to_json(response));
  const v1::Schedule& schedule = response.schedule();
  const v1::ScheduledStart& start = schedule.start();
  Table table({"SCHEDULE", response.schedule_id()});
  table.add({"when", spec_text(schedule.spec())});
  table.add({"starts", start.workflow_type().name() + ":" + start.workflow_type().version()});
  if (start.has_input()) table.add({"input", payload_text(from_wire(start.input()), kShortText)});
  const auto policy = schedule.overlap_policy() == v1::OVERLAP_POLICY_UNSPECIFIED ? v1::OVERLAP_POLICY_SKIP : schedule.overlap_policy();
  table.add({"overlap", without("OVERLAP_POLICY_", v1::OverlapPolicy_Name(policy))});
  table.add({"state", response.paused() ? "PAUSED" : "ACTIVE"});
  if (!response.reason().empty()) table.add({"reason", response.reason()});
  if (response.waiting_starts() > 0) table.add({"starts that wait", std::to_string(response.waiting_starts())});
  if (response.backfills() > 0) table.add({"backfills", std::to_string(response.backfills())});
  for (const auto& time : response.next_times()) table.add({"next", time_text(time)});
  table.print(std::cout);
  if (response.recent_runs().empty()) return;
  std::cout << "\n";
  Table runs({"TIME", "FROM", "AT", "OUTCOME"});
  for (const v1::ScheduleRun& run : response.recent_runs()) {
    runs.add({time_text(run.nominal_time()), without("RUN_SOURCE_", v1::RunSource_Name(run.source())), time_text(run.action_time()),
              outcome_text(run)});
  }
  runs.print(std::cout);
}

}  // namespace

void add_schedule_views(CLI::App& schedule, Session& session) {
  auto* const list = schedule.add_subcommand("list", "List the schedules of the domain");
  list->footer("Example:\n  baton --domain tests schedule list");
  list->callback([&session] { list_schedules(session); });

  auto id = std::make_shared<std::string>();
  auto* const describe = schedule.add_subcommand("describe", "Show one: what it starts, its next times, and what became of the last ones");
  describe->add_option("ID", *id)->required();
  describe->footer("Example:\n  baton --domain tests schedule describe nightly");
  describe->callback([id, &session] { describe_schedule(session, *id); });
}

}  // namespace baton::cli
