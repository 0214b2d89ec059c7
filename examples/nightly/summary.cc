#include "summary.h"

#include <algorithm>
#include <iomanip>
#include <optional>
#include <ostream>

namespace nightly {
namespace {

// The columns of the table; the probes and the waits between them are one step to a reader.
constexpr std::pair<const char*, const char*> kSteps[] = {{"provision", "provision"}, {"deploy", "deploy"},
                                                          {"start_server", "start"},  {"probe", "healthy"},
                                                          {"check", "checks"},        {"collect_report", "report"},
                                                          {"tear_down", "tear down"}};

std::string close_status_name(baton::EventType type) {
  switch (type) {
    case baton::EventType::kWorkflowExecutionCompleted:
      return "COMPLETED";
    case baton::EventType::kWorkflowExecutionFailed:
      return "FAILED";
    case baton::EventType::kWorkflowExecutionCanceled:
      return "CANCELED";
    case baton::EventType::kWorkflowExecutionTerminated:
      return "TERMINATED";
    case baton::EventType::kWorkflowExecutionTimedOut:
      return "TIMED_OUT";
    default:
      return "OPEN";
  }
}

bool closes_activity(baton::EventType type) {
  return type == baton::EventType::kActivityTaskCompleted || type == baton::EventType::kActivityTaskFailed ||
         type == baton::EventType::kActivityTaskTimedOut || type == baton::EventType::kActivityTaskCanceled;
}

// A step lasts from when its first activity was scheduled to when its last one closed.
void measure_steps(const baton::History& history, Outcome& outcome) {
  std::map<int64_t, std::string> names;
  std::map<std::string, baton::TimePoint> began;
  for (const baton::HistoryEvent& event : history) {
    if (event.type() == baton::EventType::kActivityTaskScheduled) {
      names[event.id()] = event.activity_type().name;
      began.try_emplace(event.activity_type().name, event.time());
    } else if (closes_activity(event.type())) {
      const std::string& name = names[event.scheduled_event_id()];
      outcome.step_ms[name] = (event.time() - began[name]).count();
    }
  }
}

std::optional<Report> report_of(const baton::HistoryEvent& close) {
  const auto payload = close.result() ? close.result() : close.details();
  if (!payload) return std::nullopt;
  const auto json = nlohmann::json::parse(payload->data, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  return json.get<Report>();
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text.empty() ? "none" : text;
}

std::string mismatch_of(const Outcome& outcome, const Expectation& expect) {
  if (outcome.close_status != expect.close_status) return "expected " + expect.close_status + ", got " + outcome.close_status;
  if (outcome.reason != expect.reason) return "expected reason \"" + expect.reason + "\", got \"" + outcome.reason + "\"";
  auto expected = expect.failed_checks, failed = outcome.failed_checks;
  std::sort(expected.begin(), expected.end());
  std::sort(failed.begin(), failed.end());
  if (expected != failed) return "expected failed checks: " + joined(expected) + "; got: " + joined(failed);
  // Whatever happened: once a place was provisioned it must have been torn down.
  if (outcome.step_ms.contains("provision") && !outcome.step_ms.contains("tear_down")) return "it was not torn down";
  return "";
}

}  // namespace

Outcome read_outcome(baton::Client& client, const Service& service, const baton::Execution& execution) {
  const baton::History history = client.history(execution);
  const baton::HistoryEvent& close = history.back();
  Outcome outcome;
  outcome.service = service.name;
  outcome.execution = execution;
  outcome.close_status = close_status_name(close.type());
  outcome.reason = std::string(close.reason());
  if (const auto report = report_of(close)) {
    for (const CheckResult& check : report->checks) {
      if (!check.passed) outcome.failed_checks.push_back(check.name);
    }
  }
  measure_steps(history, outcome);
  outcome.total_ms = (close.time() - history[0].time()).count();
  outcome.events = history.size();
  outcome.mismatch = mismatch_of(outcome, service.expect);
  return outcome;
}

void print_summary(std::ostream& out, const std::vector<Outcome>& outcomes) {
  constexpr int kStepWidth = 11;
  std::vector<std::string> ended;
  size_t width = std::size("service"), ended_width = std::size("ended");
  for (const Outcome& outcome : outcomes) {
    ended.push_back(outcome.close_status + (outcome.reason.empty() ? "" : " (" + outcome.reason + ")"));
    width = std::max(width, outcome.service.size() + 2);
    ended_width = std::max(ended_width, ended.back().size() + 2);
  }
  const auto row = [&](const std::string& service, const std::string& how, const std::string& expected, const auto& step, const std::string& total) {
    out << std::left << std::setw(static_cast<int>(width)) << service << std::setw(static_cast<int>(ended_width)) << how << std::setw(8)
        << expected << std::right;
    for (const auto& [name, title] : kSteps) out << std::setw(kStepWidth) << step(name, title);
    out << std::setw(kStepWidth) << total << "\n";
  };
  out << "\n";
  row("service", "ended", "expected", [](const char*, const char* title) { return std::string(title); }, "total");
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const auto took = [&](const char* name, const char*) {
      const auto found = outcomes[i].step_ms.find(name);
      return found == outcomes[i].step_ms.end() ? "-" : std::to_string(found->second) + " ms";
    };
    row(outcomes[i].service, ended[i], outcomes[i].mismatch.empty() ? "yes" : "NO", took, std::to_string(outcomes[i].total_ms) + " ms");
  }
  out << "\n";
  for (const Outcome& outcome : outcomes) {
    if (!outcome.mismatch.empty()) out << "NOT AS EXPECTED: " << outcome.service << ": " << outcome.mismatch << "\n";
  }
}

}  // namespace nightly
