// baton domain register | list | describe
#include <iostream>

#include "cli/session.h"
#include "cli/table.h"
#include "connection.h"

namespace baton::cli {
namespace {

using Registry = v1::RegistryService::Stub;

const char* status_text(v1::RegistrationStatus status) {
  return status == v1::REGISTRATION_STATUS_DEPRECATED ? "DEPRECATED" : "REGISTERED";
}

void add_register(CLI::App& domain, Session& session) {
  struct Given {
    std::string name, description;
    int retention_days = 7;
  };
  auto given = std::make_shared<Given>();
  auto* const command = domain.add_subcommand("register", "Make a domain");
  command->add_option("NAME", given->name, "1 to 256 characters")->required();
  command->add_option("--description", given->description, "For people, at most 1,024 characters");
  command->add_option("--retention", given->retention_days, "How many days closed executions stay visible; fixed for ever")
      ->check(CLI::Range(0, 90))
      ->capture_default_str();
  command->footer("Example:\n  baton domain register orders --retention 30 --description 'The shop'");
  command->callback([given, &session] {
    session.client_for(given->name)
        .register_domain({.description = given->description, .retention = std::chrono::days(given->retention_days)});
    if (session.json()) return print({{"registered", given->name}});
    std::cout << "domain " << printable(given->name) << " is registered" << std::endl;
  });
}

void list_domains(Session& session, bool deprecated) {
  Client client = session.client_for("");
  v1::ListDomainsRequest request;
  request.set_registration_status(deprecated ? v1::REGISTRATION_STATUS_DEPRECATED : v1::REGISTRATION_STATUS_REGISTERED);
  Table table({"DOMAIN", "STATUS", "DESCRIPTION"});
  nlohmann::json all = nlohmann::json::array();
  do {
    v1::ListDomainsResponse response;
    client.connection()->call(&Registry::ListDomains, request, &response);
    for (const auto& info : response.domain_infos()) {
      table.add({info.name(), status_text(info.status()), info.description()});
      all.push_back(to_json(info));
    }
    request.set_next_page_token(response.next_page_token());
  } while (!request.next_page_token().empty());
  if (session.json()) return print(all);
  table.print(std::cout);
}

void add_list(CLI::App& domain, Session& session) {
  auto deprecated = std::make_shared<bool>(false);
  auto* const command = domain.add_subcommand("list", "List the domains");
  command->add_flag("--deprecated", *deprecated, "The deprecated ones instead");
  command->footer("Example:\n  baton domain list -o json");
  command->callback([deprecated, &session] { list_domains(session, *deprecated); });
}

void describe_domain(Session& session, const std::string& name) {
  v1::DescribeDomainRequest request;
  v1::DescribeDomainResponse response;
  request.set_name(name);
  session.client_for(name).connection()->call(&Registry::DescribeDomain, request, &response);
  if (session.json()) return print(to_json(response));
  const auto& info = response.domain_info();
  Table table({"DOMAIN", info.name()});
  table.add({"status", status_text(info.status())});
  table.add({"description", info.description()});
  table.add({"retention", timeout_text(response.configuration().workflow_execution_retention_period())});
  table.add({"resource", info.resource()});
  table.print(std::cout);
}

void add_describe(CLI::App& domain, Session& session) {
  auto name = std::make_shared<std::string>();
  auto* const command = domain.add_subcommand("describe", "Show one domain");
  command->add_option("NAME", *name)->required();
  command->footer("Example:\n  baton domain describe orders");
  command->callback([name, &session] { describe_domain(session, *name); });
}

}  // namespace

void add_domain_commands(CLI::App& app, Session& session) {
  auto* const domain = app.add_subcommand("domain", "Register and look at domains, the rooms that executions and types live in");
  domain->require_subcommand(1);
  add_register(*domain, session);
  add_list(*domain, session);
  add_describe(*domain, session);
}

}  // namespace baton::cli
