// What every command needs: where the coordinator is, which domain, how to print.
#pragma once

#include <google/protobuf/message.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "baton/client.h"

namespace baton::cli {

struct Session {
  std::string address = "127.0.0.1:7450";
  std::string domain;  // empty: not given
  std::string output = "table";
  double timeout_s = 10;
  std::vector<std::string> program;  // of `baton replay`: what stands after --

  bool json() const { return output == "json"; }
  // Of the given domain; a usage error when there is none.
  Client client() const;
  // For what concerns no domain, or the one named.
  Client client_for(const std::string& domain_name) const;
};

// A message with the protos' field names, payloads in base64.
nlohmann::json to_json(const google::protobuf::Message& message);
void print(const nlohmann::json& value);

// Each adds its commands to `app`; they run while the command line is parsed, and throw Error.
void add_dev_command(CLI::App& app, Session& session, int& exit_code);
void add_domain_commands(CLI::App& app, Session& session);
void add_replay_command(CLI::App& app, Session& session, int& exit_code);
void add_workflow_commands(CLI::App& app, Session& session, int& exit_code);
void add_schedule_commands(CLI::App& app, Session& session);
void add_schedule_views(CLI::App& schedule, Session& session);
void add_workflow_views(CLI::App& workflow, Session& session);
void add_workflow_asking(CLI::App& workflow, Session& session, int& exit_code);

}  // namespace baton::cli
