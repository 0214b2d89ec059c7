// baton workflow update | query
#include <iostream>

#include "cli/arguments.h"
#include "cli/exit_codes.h"
#include "cli/session.h"
#include "cli/table.h"
#include "connection.h"

namespace baton::cli {
namespace {

constexpr size_t kLongText = 100'000;

struct AskGiven {
  Execution execution;
  std::string name, input, wait, request_id;
  bool has_input = false;

  std::optional<Payload> payload() const { return has_input ? std::optional(read_payload(input)) : std::nullopt; }
};

// Adds "WORKFLOW_ID NAME [--run-id] [--input]".
CLI::Option* add_arguments(CLI::App& command, AskGiven& given) {
  command.add_option("WORKFLOW_ID", given.execution.workflow_id)->required();
  command.add_option("NAME", given.name, "What the workflow code knows it by")->required();
  command.add_option("--run-id", given.execution.run_id, "Default: the open run");
  return command.add_option("--input", given.input, "As for workflow start");
}

// A duration, not "none".
Duration parse_wait(const std::string& text) {
  const Timeout wait = parse_timeout("--wait", text);
  if (wait.is_none()) throw CLI::ValidationError("--wait", "\"" + text + "\" is not a duration: write 500ms, 30s, 5m, 1h, 7d");
  return wait.after();
}

// The exit code: an answer that says no is a failed command.
int show(const Session& session, const Reply& reply, nlohmann::json shown) {
  const char* const outcome = !reply.failed ? "completed" : reply.rejected ? "rejected" : "failed";
  if (session.json()) {
    shown["outcome"] = outcome;
    if (reply.failed) shown["reason"] = reply.reason;
    if (reply.payload) shown[reply.failed ? "details" : "result"] = reply.payload->data;
    print(shown);
  } else {
    if (reply.failed) std::cout << outcome << ": " << printable(reply.reason) << "\n";
    if (reply.payload) std::cout << payload_text(*reply.payload, kLongText) << "\n";
    std::cout << std::flush;
  }
  return reply.failed ? kExitFailed : kExitOk;
}

int update(const Session& session, const AskGiven& given) {
  UpdateOptions options{.request_id = given.request_id.empty() ? make_request_id() : given.request_id};
  if (!given.wait.empty()) options.patience = parse_wait(given.wait);
  const auto reply = session.client().update(given.execution, given.name, given.payload(), options);
  if (reply) return show(session, *reply, {{"update_id", options.request_id}});
  std::cerr << "baton: update " << printable(given.name) << " is recorded and not answered yet: --request-id " << printable(options.request_id)
            << " waits on" << std::endl;
  return kExitUnavailable;
}

void add_update(CLI::App& workflow, Session& session, int& exit_code) {
  auto given = std::make_shared<AskGiven>();
  auto* const command = workflow.add_subcommand("update", "Send an update, a signal that is answered, to an open execution; prints the answer");
  auto* const input = add_arguments(*command, *given);
  command->add_option("--wait", given->wait, "How long to wait for the answer, 0s: not at all. Default: until it is there, or the run is closed");
  command->add_option("--request-id", given->request_id, "Names the update: the same one, sent again within the hour, waits on for the same answer");
  command->footer(
      "Exit code 1 when the answer says no, 4 when there is none yet.\n"
      "Example:\n  baton --domain orders workflow update order-17 add_item --input '{\"sku\": \"book\"}'");
  command->callback([given, input, &session, &exit_code] {
    given->has_input = input->count() > 0;
    exit_code = update(session, *given);
  });
}

int query(const Session& session, const AskGiven& given) {
  QueryOptions options;
  if (!given.wait.empty()) options.patience = parse_wait(given.wait);
  const Reply reply = session.client().query(given.execution, given.name, given.payload(), options);
  return show(session, reply, {{"workflow_id", given.execution.workflow_id}});
}

void add_query(CLI::App& workflow, Session& session, int& exit_code) {
  auto given = std::make_shared<AskGiven>();
  auto* const command = workflow.add_subcommand("query", "Ask the code of an open execution how it stands; writes nothing, prints the answer");
  auto* const input = add_arguments(*command, *given);
  command->add_option("--wait", given->wait, "How long a decider may take to answer: 1ms to 60s. Default: 10s");
  command->footer("Exit code 1 when the code fails to answer.\nExample:\n  baton --domain orders workflow query order-17 stage");
  command->callback([given, input, &session, &exit_code] {
    given->has_input = input->count() > 0;
    exit_code = query(session, *given);
  });
}

}  // namespace

void add_workflow_asking(CLI::App& workflow, Session& session, int& exit_code) {
  add_update(workflow, session, exit_code);
  add_query(workflow, session, exit_code);
}

}  // namespace baton::cli
