// baton workflow start | signal | cancel | terminate | pause | resume | reset
#include <iostream>

#include "cli/arguments.h"
#include "cli/exit_codes.h"
#include "cli/session.h"
#include "cli/table.h"
#include "connection.h"

namespace baton::cli {
namespace {

constexpr size_t kLongText = 10'000;

// Adds "WORKFLOW_ID [RUN_ID]".
void add_execution(CLI::App& command, Execution& execution, const std::string& what_run = "Default: the open run") {
  command.add_option("WORKFLOW_ID", execution.workflow_id)->required();
  command.add_option("RUN_ID", execution.run_id, what_run);
}

struct StartGiven {
  std::string workflow_id, type, input, execution_timeout, task_timeout, child_policy;
  StartOptions options;
  bool has_input = false, wait = false;
};

nlohmann::json closed_json(const Closed& closed) {
  nlohmann::json json{{"close_status", to_string(closed.status)}};
  if (closed.result) json["result"] = closed.result->data;
  if (!closed.reason.empty()) json["reason"] = closed.reason;
  if (closed.details) json["details"] = closed.details->data;
  if (!closed.type.empty()) json["type"] = closed.type;
  for (const FailureCause& cause : closed.causes) json["causes"].push_back({{"type", cause.type}, {"reason", cause.reason}});
  if (!closed.new_run_id.empty()) json["new_run_id"] = closed.new_run_id;
  return json;
}

// The exit code: an execution that did not complete is a failed command.
int wait_for_close(Session& session, Client& client, const Execution& execution, nlohmann::json shown) {
  const Closed closed = client.wait(execution).value_or(Closed{});
  if (session.json()) {
    shown.update(closed_json(closed));
    print(shown);
  } else {
    std::cout << to_string(closed.status) << (closed.reason.empty() ? "" : ": " + printable(with_causes(closed.reason, closed.causes))) << "\n";
    const auto& payload = closed.result ? closed.result : closed.details;
    if (payload) std::cout << payload_text(*payload, kLongText) << "\n";
    std::cout << std::flush;
  }
  return closed.status == CloseStatus::kCompleted ? kExitOk : kExitFailed;
}

int start(Session& session, const StartGiven& given) {
  StartRequest request{.workflow_id = given.workflow_id, .type = parse_type(given.type), .input = {}, .options = given.options};
  if (given.has_input) request.input = read_payload(given.input);
  if (!given.execution_timeout.empty()) {
    request.options.execution_start_to_close = parse_timeout("--execution-timeout", given.execution_timeout);
  }
  if (!given.task_timeout.empty()) request.options.task_start_to_close = parse_timeout("--task-timeout", given.task_timeout);
  if (!given.child_policy.empty()) request.options.child_policy = parse_child_policy(given.child_policy);
  Client client = session.client();
  const Execution execution = client.start(request);
  const nlohmann::json shown{{"workflow_id", execution.workflow_id}, {"run_id", execution.run_id}};
  if (!session.json()) std::cout << printable(execution.workflow_id) << " " << execution.run_id << std::endl;
  if (given.wait) return wait_for_close(session, client, execution, shown);
  if (session.json()) print(shown);
  return kExitOk;
}

void add_start(CLI::App& workflow, Session& session, int& exit_code) {
  auto given = std::make_shared<StartGiven>();
  auto* const command = workflow.add_subcommand("start", "Start an execution; prints its workflow id and run id");
  command->add_option("WORKFLOW_ID", given->workflow_id, "At most one run of it is open at any time")->required();
  command->add_option("--type", given->type, "NAME:VERSION of a registered workflow type")->required();
  auto* const input =
      command->add_option("--input", given->input, "Text or JSON; @FILE: the bytes of a file; -: standard input. At most 32,768 bytes");
  command->add_option("--task-list", given->options.task_list, "Where its decision tasks go. Default: the type's");
  command->add_option("--execution-timeout", given->execution_timeout, "How long it may take, for example 1h. Default: the type's");
  command->add_option("--task-timeout", given->task_timeout, "How long one decision may take, or none. Default: the type's");
  command->add_option("--child-policy", given->child_policy, "TERMINATE, REQUEST_CANCEL or ABANDON. Default: the type's");
  command->add_option("--priority", given->options.task_priority, "Of its decision tasks; higher goes first");
  command->add_option("--tag", given->options.tags, "Up to 5, to find it by")->expected(1)->take_all();
  command->add_option("--request-id", given->options.request_id, "Starting again with the same one within the hour starts nothing twice");
  command->add_flag("--wait", given->wait, "Wait until it is closed and show how it ended; exit code 1 unless it completed");
  command->footer("Example:\n  baton --domain orders workflow start order-17 --type process_order:1 --input '\"17\"' --tag eu --wait");
  command->callback([given, input, &session, &exit_code] {
    given->has_input = input->count() > 0;
    exit_code = start(session, *given);
  });
}

void add_signal(CLI::App& workflow, Session& session) {
  struct Given {
    Execution execution;
    std::string name, input;
  };
  auto given = std::make_shared<Given>();
  auto* const command = workflow.add_subcommand("signal", "Send a signal to an open execution");
  add_execution(*command, given->execution);
  command->add_option("--name", given->name, "What the decider knows it by")->required();
  auto* const input = command->add_option("--input", given->input, "As for workflow start");
  command->footer("Example:\n  baton --domain orders workflow signal order-17 --name approved --input '\"by Ann\"'");
  command->callback([given, input, &session] {
    std::optional<Payload> payload;
    if (input->count() > 0) payload = read_payload(given->input);
    session.client().signal(given->execution, given->name, payload);
    if (session.json()) return print({{"signaled", given->execution.workflow_id}, {"signal_name", given->name}});
    std::cout << "signal " << printable(given->name) << " is recorded" << std::endl;
  });
}

void add_cancel(CLI::App& workflow, Session& session) {
  auto execution = std::make_shared<Execution>();
  auto* const command = workflow.add_subcommand("cancel", "Ask an open execution to cancel itself; its decider may heed that");
  add_execution(*command, *execution);
  command->footer("Example:\n  baton --domain orders workflow cancel order-17");
  command->callback([execution, &session] {
    session.client().request_cancel(*execution);
    if (session.json()) return print({{"cancel_requested", execution->workflow_id}});
    std::cout << "the cancel request is recorded" << std::endl;
  });
}

void add_terminate(CLI::App& workflow, Session& session) {
  struct Given {
    Execution execution;
    std::string reason, details;
  };
  auto given = std::make_shared<Given>();
  auto* const command = workflow.add_subcommand("terminate", "Close an open execution at once, without asking its decider");
  add_execution(*command, given->execution);
  command->add_option("--reason", given->reason, "For people, at most 256 characters");
  auto* const details = command->add_option("--details", given->details, "As the input of workflow start");
  command->footer("Example:\n  baton --domain orders workflow terminate order-17 --reason 'ordered twice'");
  command->callback([given, details, &session] {
    std::optional<Payload> payload;
    if (details->count() > 0) payload = read_payload(given->details);
    session.client().terminate(given->execution, given->reason, payload);
    if (session.json()) return print({{"terminated", given->execution.workflow_id}});
    std::cout << "the execution is terminated" << std::endl;
  });
}

// Pause and resume differ in their names only.
template <class Request, class Response>
void add_pause_call(CLI::App& workflow, Session& session, const std::string& name, const std::string& what, const std::string& done,
                    grpc::Status (v1::WorkflowService::Stub::*call)(grpc::ClientContext*, const Request&, Response*)) {
  struct Given {
    Execution execution;
    std::string reason;
  };
  auto given = std::make_shared<Given>();
  auto* const command = workflow.add_subcommand(name, what);
  add_execution(*command, given->execution);
  command->add_option("--reason", given->reason, "For people, at most 256 characters");
  command->footer("Example:\n  baton --domain orders workflow " + name + " order-17 --reason 'the bank is closed'");
  command->callback([given, done, call, &session] {
    Client client = session.client();
    Request request;
    request.set_domain(session.domain);
    request.set_workflow_id(given->execution.workflow_id);
    request.set_run_id(given->execution.run_id);
    request.set_reason(given->reason);
    request.set_request_id(make_request_id());
    Response response;
    client.connection()->call(call, request, &response);
    if (session.json()) return print({{done, given->execution.workflow_id}});
    std::cout << "the execution is " << done << std::endl;
  });
}

void add_reset(CLI::App& workflow, Session& session) {
  struct Given {
    Execution execution;
    int64_t event_id = 0;
    std::string reason;
  };
  auto given = std::make_shared<Given>();
  auto* const command = workflow.add_subcommand(
      "reset", "Begin a new run with what a run did before one of its decisions, which is made anew; the old run, if it is open, is terminated");
  add_execution(*command, given->execution, "Default: the open run, else the last one");
  command->add_option("--to", given->event_id, "Event id of the decision's DecisionTaskCompleted (baton workflow history)")->required();
  command->add_option("--reason", given->reason, "For people, at most 256 characters");
  command->footer("Example:\n  baton --domain orders workflow reset order-17 --to 10 --reason 'the bank was closed'");
  command->callback([given, &session] {
    Client client = session.client();
    v1::ResetWorkflowExecutionRequest request;
    request.set_domain(session.domain);
    request.set_workflow_id(given->execution.workflow_id);
    request.set_run_id(given->execution.run_id);
    request.set_decision_task_completed_event_id(given->event_id);
    request.set_reason(given->reason);
    request.set_request_id(make_request_id());
    v1::ResetWorkflowExecutionResponse response;
    client.connection()->call(&v1::WorkflowService::Stub::ResetWorkflowExecution, request, &response);
    if (session.json()) return print({{"workflow_id", given->execution.workflow_id}, {"run_id", response.run_id()}});
    std::cout << printable(given->execution.workflow_id) << " " << response.run_id() << std::endl;
  });
}

}  // namespace

void add_workflow_commands(CLI::App& app, Session& session, int& exit_code) {
  auto* const workflow = app.add_subcommand("workflow", "Start, tell and look at workflow executions of --domain");
  workflow->require_subcommand(1);
  add_start(*workflow, session, exit_code);
  add_workflow_views(*workflow, session);
  add_signal(*workflow, session);
  add_workflow_asking(*workflow, session, exit_code);
  add_cancel(*workflow, session);
  add_terminate(*workflow, session);
  add_pause_call(*workflow, session, "pause", "Hand nothing of an execution out until it is resumed", "paused",
                 &v1::WorkflowService::Stub::PauseWorkflowExecution);
  add_pause_call(*workflow, session, "resume", "Hand out again what waits in a paused execution", "resumed",
                 &v1::WorkflowService::Stub::ResumeWorkflowExecution);
  add_reset(*workflow, session);
}

}  // namespace baton::cli
