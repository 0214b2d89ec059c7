// baton domain register | update | list | describe
#include <algorithm>
#include <charconv>
#include <iostream>
#include <vector>

#include "cli/session.h"
#include "cli/table.h"
#include "connection.h"

namespace baton::cli {
namespace {

using Registry = v1::RegistryService::Stub;

const char* status_text(v1::RegistrationStatus status) {
  return status == v1::REGISTRATION_STATUS_DEPRECATED ? "DEPRECATED" : "REGISTERED";
}

// What a domain may set for itself, as the command line gives it.
struct GivenConfiguration {
  std::vector<std::string> limits, rates;

  void add_to(CLI::App& command) {
    command.add_option("--limit", limits, "NAME=N, for example open_timers=5000; see DomainLimits in registry_service.proto");
    command.add_option("--rate", rates, "CALL=BUCKET/PER_SECOND, for example StartTimer=1000/200: a burst, and what comes back each second");
  }
  // Into a RegisterDomainRequest or an UpdateDomainRequest.
  template <class Request>
  void fill(Request& request) const {
    for (const std::string& text : limits) add_limit(text, *request.mutable_limits());
    for (const std::string& text : rates) add_rate(text, *request.mutable_rates()->add_rates());
  }

 private:
  static int number(const std::string& option, const std::string& text, const std::string& digits) {
    int value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc() && end == digits.data() + digits.size()) return value;
    throw CLI::ValidationError(option, "\"" + text + "\": \"" + digits + "\" is not a whole number");
  }
  static void add_limit(const std::string& text, v1::DomainLimits& limits) {
    const size_t equals = std::min(text.find('='), text.size());
    const auto* field = v1::DomainLimits::descriptor()->FindFieldByName(text.substr(0, equals));
    if (field == nullptr || equals == text.size()) {
      std::string names;
      for (int i = 0; i < v1::DomainLimits::descriptor()->field_count(); ++i) {
        names += (i == 0 ? "" : ", ") + v1::DomainLimits::descriptor()->field(i)->name();
      }
      throw CLI::ValidationError("--limit", "\"" + text + "\" is not NAME=N with one of " + names);
    }
    limits.GetReflection()->SetInt32(&limits, field, number("--limit", text, text.substr(equals + 1)));
  }
  static void add_rate(const std::string& text, v1::RateLimit& rate) {
    const size_t equals = text.find('='), slash = text.find('/', equals == std::string::npos ? 0 : equals);
    if (equals == std::string::npos || slash == std::string::npos) {
      throw CLI::ValidationError("--rate", "\"" + text + "\" is not CALL=BUCKET/PER_SECOND, for example StartTimer=1000/200");
    }
    rate.set_operation(text.substr(0, equals));
    rate.set_bucket(number("--rate", text, text.substr(equals + 1, slash - equals - 1)));
    rate.set_refill_per_second(number("--rate", text, text.substr(slash + 1)));
  }
};

void add_register(CLI::App& domain, Session& session) {
  struct Given {
    std::string name, description;
    int retention_days = 7;
    GivenConfiguration configuration;
  };
  auto given = std::make_shared<Given>();
  auto* const command = domain.add_subcommand("register", "Make a domain");
  command->add_option("NAME", given->name, "1 to 256 characters")->required();
  command->add_option("--description", given->description, "For people, at most 1,024 characters");
  command->add_option("--retention", given->retention_days, "How many days closed executions stay visible; fixed for ever")
      ->check(CLI::Range(0, 90))
      ->capture_default_str();
  given->configuration.add_to(*command);
  command->footer("Example:\n  baton domain register orders --retention 30 --description 'The shop' --limit open_timers=5000");
  command->callback([given, &session] {
    v1::RegisterDomainRequest request;
    request.set_name(given->name);
    request.set_description(given->description);
    request.mutable_workflow_execution_retention_period()->mutable_after()->set_seconds(int64_t{86'400} * given->retention_days);
    given->configuration.fill(request);
    request.set_request_id(make_request_id());
    v1::RegisterDomainResponse response;
    session.client_for(given->name).connection()->call(&Registry::RegisterDomain, request, &response);
    if (session.json()) return print({{"registered", given->name}});
    std::cout << "domain " << printable(given->name) << " is registered" << std::endl;
  });
}

void add_update(CLI::App& domain, Session& session) {
  struct Given {
    std::string name, functions;
    GivenConfiguration configuration;
  };
  auto given = std::make_shared<Given>();
  auto* const command = domain.add_subcommand("update", "Change how much there may be of what in a domain, and how fast");
  command->add_option("NAME", given->name)->required();
  given->configuration.add_to(*command);
  command->add_option("--functions", given->functions, "on or off: whether deciders may call functions")->check(CLI::IsMember({"on", "off"}));
  command->footer("Limits that are not given have their defaults, if any is; so it is with rates.\n"
                  "Example:\n  baton domain update orders --limit open_timers=5000 --rate StartWorkflowExecution=200/50");
  command->callback([given, &session] {
    v1::UpdateDomainRequest request;
    request.set_name(given->name);
    given->configuration.fill(request);
    if (!given->functions.empty()) request.set_functions_disabled(given->functions == "off");
    request.set_request_id(make_request_id());
    v1::UpdateDomainResponse response;
    session.client_for(given->name).connection()->call(&Registry::UpdateDomain, request, &response);
    if (session.json()) return print({{"updated", given->name}});
    std::cout << "domain " << printable(given->name) << " is updated" << std::endl;
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
  table.add({"functions", response.configuration().functions_disabled() ? "off" : "on"});
  const v1::DomainLimits& limits = response.configuration().limits();
  for (int i = 0; i < v1::DomainLimits::descriptor()->field_count(); ++i) {
    const auto* field = v1::DomainLimits::descriptor()->field(i);
    table.add({"limit " + field->name(), std::to_string(limits.GetReflection()->GetInt32(limits, field))});
  }
  for (const auto& rate : response.configuration().rates().rates()) {
    table.add({"rate " + rate.operation(), std::to_string(rate.bucket()) + ", " + std::to_string(rate.refill_per_second()) + " per second"});
  }
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
  add_update(*domain, session);
  add_list(*domain, session);
  add_describe(*domain, session);
}

}  // namespace baton::cli
