// The command line of Baton. Each command is in the file of its noun; errors and exit codes are here.
#include <algorithm>
#include <csignal>
#include <iostream>
#include <string_view>

#include "cli/dev.h"
#include "cli/exit_codes.h"
#include "cli/session.h"
#include "cli/table.h"

namespace baton::cli {

void add_dev_command(CLI::App& app, Session&, int& exit_code) {
  auto options = std::make_shared<DevOptions>();
  options->data_dir = default_data_dir();
  auto* const command = app.add_subcommand("dev", "Run everything on this machine: a private PostgreSQL and a coordinator, until Ctrl-C");
  command->add_option("--data-dir", options->data_dir, "Where the data live; made when it is not there")->capture_default_str();
  command->add_option("--listen", options->listen, "HOST:PORT for clients; port 0: any free one")->capture_default_str();
  command->add_option("--postgres", options->postgres_url, "Use this server instead of a private one: a URL as libpq takes it");
  command->add_option("--coordinator", options->coordinator_path,
                      "The baton-coordinator program. Default: beside this one, else on the PATH");
  command->add_flag("--insecure", options->insecure, "Allow --listen beyond loopback: there is no authentication");
  command->footer(
      "Needs PostgreSQL's programs (Debian: postgresql-15). As root the private server runs as user postgres.\n"
      "Example:\n  baton dev --data-dir /var/tmp/baton --listen 127.0.0.1:7450\n  baton dev --postgres postgresql://baton@db/baton");
  command->callback([options, &exit_code] { exit_code = run_dev(*options); });
}

namespace {

constexpr char kExitCodes[] =
    "Exit codes: 0 done; 1 refused, surely not applied; 2 the command line is wrong; 3 no such domain, type or execution;\n"
    "            4 the coordinator or its database cannot be reached, maybe applied.\n"
    "Example:\n  baton dev &\n  baton domain register orders\n  baton --domain orders workflow list";

int exit_code_of(const Error& error) {
  if (error.code() == Code::kNotFound) return kExitNotFound;
  return error.maybe_applied() ? kExitUnavailable : kExitFailed;
}

void complain(const Error& error) {
  std::cerr << "baton: " << to_string(error.code());
  if (!error.fault().empty()) std::cerr << " (" << error.fault() << ")";
  std::cerr << ": " << printable(error.what()) << std::endl;
}

void add_global_options(CLI::App& app, Session& session) {
  app.add_option("--address", session.address, "The coordinator, HOST:PORT; several with commas")
      ->envname("BATON_ADDRESS")
      ->capture_default_str();
  app.add_option("--domain", session.domain, "The domain of the executions")->envname("BATON_DOMAIN");
  app.add_option("-o,--output", session.output, "table or json")->check(CLI::IsMember({"table", "json"}))->capture_default_str();
  app.add_option("--timeout", session.timeout_s, "Seconds until a call that is not answered is given up")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
}

// Options of the program may stand after the command, too.
void let_through(CLI::App& app) {
  for (CLI::App* const command : app.get_subcommands({})) {
    command->fallthrough();
    let_through(*command);
  }
}

// The command line of the program that `baton replay` starts is not ours: its options are not, and {} is no file. How many words are ours.
int take_program(int argc, char** argv, Session& session) {
  const auto dashes = std::find(argv, argv + argc, std::string_view("--"));
  if (dashes == argv + argc || std::find(argv, dashes, std::string_view("replay")) == dashes) return argc;
  session.program.assign(dashes + 1, argv + argc);
  return static_cast<int>(dashes - argv);
}

}  // namespace

int run(int argc, char** argv) {
  Session session;
  argc = take_program(argc, argv, session);
  int exit_code = kExitOk;
  CLI::App app{"Baton: workflows whose steps are done once and whose state survives. See also: baton COMMAND --help", "baton"};
  app.require_subcommand(1);
  app.footer(kExitCodes);
  app.set_version_flag("--version", BATON_VERSION);
  add_global_options(app, session);
  add_dev_command(app, session, exit_code);
  add_domain_commands(app, session);
  add_workflow_commands(app, session, exit_code);
  add_schedule_commands(app, session);
  add_replay_command(app, session, exit_code);
  let_through(app);
  try {
    app.parse(argc, argv);
    return exit_code;
  } catch (const CLI::Success& help) {
    app.exit(help);
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    // A word that is no command is told as such, not as a command that is missing.
    const auto unknown = app.remaining(true);
    const bool no_command = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !unknown.empty();
    std::cerr << "baton: " << printable(no_command ? "unknown command or option: " + unknown[0] : error.what()) << "\nbaton: see baton --help" << std::endl;
    return kExitUsage;
  } catch (const Error& error) {
    complain(error);
    return exit_code_of(error);
  } catch (const std::exception& error) {
    std::cerr << "baton: " << printable(error.what()) << std::endl;
    return kExitFailed;
  }
}

}  // namespace baton::cli

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  return baton::cli::run(argc, argv);
}
