// baton replay: saved histories against a decider program
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <map>
#include <sstream>

#include "cli/child_process.h"
#include "cli/exit_codes.h"
#include "cli/replay_coordinator.h"
#include "cli/replay_tasks.h"
#include "cli/session.h"
#include "cli/table.h"
#include "wire.h"

namespace baton::cli {
namespace fs = std::filesystem;
namespace {

using Milliseconds = std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr char kAddressMark[] = "{}";  // in the program's arguments
constexpr Milliseconds kWatchInterval(50);
constexpr Milliseconds kStopPatience(5'000);  // from SIGTERM to SIGKILL
constexpr size_t kMessageCharacters = 10'000;

struct ReplayGiven {
  std::vector<std::string> files;
  std::string task_list;  // empty: the histories' own
};

struct Saved {
  std::string file;
  SavedHistory history;
};

// What came out of one history. An empty reason: it fits.
struct Verdict {
  const Saved* of = nullptr;
  std::string reason;
  std::string message;
};

// As a shell finds it.
std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* const path = std::getenv("PATH");
  std::istringstream directories(path == nullptr ? "" : path);
  for (std::string directory; std::getline(directories, directory, ':');) {
    std::error_code error;
    if (const fs::path file = fs::path(directory) / name; fs::is_regular_file(file, error)) return file.string();
  }
  return name;
}

// The decider program, and the coordinator that it believes to have.
class DeciderProgram {
 public:
  // Throws std::runtime_error when it does not start.
  DeciderProgram(std::vector<std::string> argv, std::string task_list, Milliseconds patience)
      : name_(argv[0]), task_list_(std::move(task_list)), patience_(patience) {
    argv[0] = find_program(argv[0]);
    for (std::string& argument : argv) {
      for (size_t at = 0; (at = argument.find(kAddressMark, at)) != std::string::npos;) {
        argument.replace(at, std::strlen(kAddressMark), coordinator_.address());
        at += coordinator_.address().size();
      }
    }
    auto started = ChildProcess::start({.argv = std::move(argv), .death_signal = SIGTERM, .stdout_fd = STDERR_FILENO});
    if (!started.ok()) throw std::runtime_error(std::string(started.status().message()));
    process_ = *started;
  }
  ~DeciderProgram() { process_.stop(SIGTERM, kStopPatience); }

  // Its answer when it is shown these events. Throws std::runtime_error when none comes.
  v1::DecisionTaskAnswer ask(const SavedHistory& history, Events events, int64_t previous_started_event_id = 0) {
    const auto& started = history.events.Get(0).workflow_execution_started();
    ReplayCoordinator::Task task{task_list_.empty() ? started.task_list().name() : task_list_, {}, started.workflow_type(), std::move(events),
                                 previous_started_event_id};
    task.execution.set_workflow_id(history.execution.workflow_id);
    task.execution.set_run_id(history.execution.run_id);
    const std::string list = task.task_list;
    coordinator_.hand_out(std::move(task));
    for (const auto until = Clock::now() + patience_; Clock::now() < until;) {
      if (auto answer = coordinator_.wait_for_answer(kWatchInterval)) return *std::move(answer);
      if (process_.running()) continue;
      throw std::runtime_error(name_ + " ended with " + process_.ending() + (coordinator_.taken() ? " over this history" : ""));
    }
    throw std::runtime_error(why_silent(list));
  }

 private:
  std::string why_silent(const std::string& list) const {
    const std::string within = " within " + duration_text(patience_) + " (--timeout)";
    if (coordinator_.taken()) return name_ + " did not answer" + within;
    std::string polled;
    for (const std::string& other : coordinator_.polled()) polled += (polled.empty() ? "" : ", ") + other;
    if (polled.empty()) {
      return name_ + " did not poll for decision tasks at " + coordinator_.address() + within + ": does it take its address from the argument {}?";
    }
    return name_ + " did not poll task list " + list + within + ", but " + polled + ": give that as --task-list if its decider is there";
  }

  const std::string name_;
  const std::string task_list_;
  const Milliseconds patience_;
  ReplayCoordinator coordinator_;
  ChildProcess process_;
};

Verdict failed(const Saved& saved, const v1::RespondDecisionTaskFailedRequest& answer) {
  const bool told = answer.has_details();
  return {&saved, answer.reason().empty() ? "FAILED" : answer.reason(), told ? payload_text(from_wire(answer.details()), kMessageCharacters) : ""};
}

// Does the decider replay this type's code and compare, so that one task checks a whole history? Found out once, with a decision that no code
// has made; one that decides by the bare history, as SWF's deciders do, overlooks it.
bool compares(const Saved& saved, DeciderProgram& decider, std::map<TypeName, bool>& known) {
  const auto [place, is_new] = known.try_emplace(saved.history.type, false);
  if (is_new) place->second = decider.ask(saved.history, with_impossible_decision(saved.history)).has_failed();
  return place->second;
}

// Decision by decision: for code that does not compare by itself.
Verdict check_each_decision(const Saved& saved, DeciderProgram& decider) {
  int64_t previous = 0;
  for (const MadeDecision& decision : decisions_of(saved.history.events)) {
    const auto answer = decider.ask(saved.history, before(saved.history, decision), std::exchange(previous, decision.started_event_id));
    if (answer.has_failed()) return failed(saved, answer.failed());
    const std::string other = difference(saved.history.events, decision.completed_event_id, answer.completed());
    if (!other.empty()) return {&saved, "OTHER_DECISIONS", other};
  }
  return {&saved, "", ""};
}

Verdict check(const Saved& saved, DeciderProgram& decider, std::map<TypeName, bool>& known) {
  const auto answer = decider.ask(saved.history, with_open_task(saved.history));
  if (answer.has_failed()) return failed(saved, answer.failed());
  if (compares(saved, decider, known)) return {&saved, "", ""};
  return check_each_decision(saved, decider);
}

nlohmann::json to_json(const Verdict& verdict) {
  nlohmann::json json{{"file", verdict.of->file},
                      {"fits", verdict.reason.empty()},
                      {"events", verdict.of->history.events.size()},
                      {"decisions", decisions_of(verdict.of->history.events).size()}};
  if (!verdict.reason.empty()) json.update({{"reason", verdict.reason}, {"message", verdict.message}});
  return json;
}

void print_line(const Verdict& verdict) {
  std::cout << printable(verdict.of->file) << ": ";
  if (verdict.reason.empty()) {
    const auto& events = verdict.of->history.events;
    std::cout << "ok: " << events.size() << " events, " << decisions_of(events).size() << " decisions" << std::endl;
  } else {
    std::cout << printable(verdict.reason) << (verdict.message.empty() ? "" : ": " + printable(verdict.message)) << std::endl;
  }
}

std::vector<Saved> read_files(const std::vector<std::string>& files) {
  std::vector<Saved> all;
  for (const std::string& file : files) {
    try {
      all.push_back({file, read_saved_history(file)});
    } catch (const std::runtime_error& error) {
      throw CLI::ValidationError("--history", file + ": " + error.what());
    }
  }
  return all;
}

int replay(Session& session, const ReplayGiven& given) {
  const auto takes_address = [](const std::string& argument) { return argument.find(kAddressMark) != std::string::npos; };
  if (std::none_of(session.program.begin(), session.program.end(), takes_address)) {
    throw CLI::ValidationError("-- PROGRAM", "it is needed, and one of its arguments must have {} where the coordinator's address belongs");
  }
  const std::vector<Saved> histories = read_files(given.files);
  std::vector<Verdict> verdicts;
  std::map<TypeName, bool> comparing;
  std::string broken;
  try {
    DeciderProgram decider(session.program, given.task_list, Milliseconds(static_cast<int64_t>(session.timeout_s * 1000)));
    for (const Saved& saved : histories) {
      verdicts.push_back(check(saved, decider, comparing));
      if (!session.json()) print_line(verdicts.back());
    }
  } catch (const std::runtime_error& error) {
    broken = histories[verdicts.size()].file + ": " + error.what();
  }
  if (session.json()) {
    nlohmann::json all = nlohmann::json::array();
    for (const Verdict& verdict : verdicts) all.push_back(to_json(verdict));
    print(all);
  }
  if (!broken.empty()) {
    std::cerr << "baton replay: " << printable(broken) << std::endl;
    return kExitUsage;
  }
  const auto misfits = std::count_if(verdicts.begin(), verdicts.end(), [](const Verdict& verdict) { return !verdict.reason.empty(); });
  return misfits == 0 ? kExitOk : kExitFailed;
}

}  // namespace

void add_replay_command(CLI::App& app, Session& session, int& exit_code) {
  auto given = std::make_shared<ReplayGiven>();
  auto* const command = app.add_subcommand("replay", "Check saved histories against a decider program: does it decide as they have it?");
  command->add_option("--history", given->files, "Files as `baton workflow history ID -o json` prints them")->required();
  command->add_option("--task-list", given->task_list, "Which list the program polls. Default: each history's own");
  command->footer(
      "After -- stands the decider with its arguments; {} in them is replaced by the address of a coordinator that plays the histories: no other\n"
      "is needed. --timeout is how long the program may take to poll, and to answer each history. What it prints goes to standard error.\n"
      "Exit codes: 0 it decides as the histories have it; 1 it does not, or cannot decide; 2 it could not be asked, or a file is no history.\n"
      "Example:\n  baton --domain orders workflow history order-17 -o json > order-17.json\n"
      "  baton replay --history order-17.json -- ./orders-decider {}");
  command->callback([given, &session, &exit_code] { exit_code = replay(session, *given); });
}

}  // namespace baton::cli
