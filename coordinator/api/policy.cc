#include "coordinator/api/policy.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

#include "baton/v1/decider_service.pb.h"
#include "baton/v1/decision.pb.h"
#include "baton/v1/registry_service.pb.h"
#include "baton/v1/worker_service.pb.h"
#include "baton/v1/workflow_service.pb.h"

namespace baton::api {
namespace {

bool fits(const std::string& pattern, std::string_view word) {
  if (pattern.empty() || pattern.back() != '*') return pattern == word;
  return word.substr(0, pattern.size() - 1) == std::string_view(pattern).substr(0, pattern.size() - 1);
}

struct Rule {
  bool allow = false;
  std::string principal, action, domain;
};

class Policy final : public core::Authorizer {
 public:
  Policy(std::vector<Rule> rules, bool otherwise) : rules_(std::move(rules)), otherwise_(otherwise) {}

  bool allows(const core::Caller& caller, const core::Action& action) const override {
    for (const Rule& rule : rules_) {
      if (fits(rule.action, action.name) && fits(rule.domain, action.domain) && fits(rule.principal, caller.principal)) return rule.allow;
    }
    return otherwise_;
  }

 private:
  const std::vector<Rule> rules_;
  const bool otherwise_;
};

class AllowAll final : public core::Authorizer {
 public:
  bool allows(const core::Caller&, const core::Action&) const override { return true; }
};

// "start_timer" -> "StartTimer"
std::string camel_case(const std::string& snake) {
  std::string camel;
  bool up = true;
  for (const char c : snake) {
    if (c != '_') camel.push_back(up ? static_cast<char>(std::toupper(c)) : c);
    up = c == '_';
  }
  return camel;
}

std::set<std::string> known_actions() {
  std::set<std::string> actions;
  for (const auto* file : {v1::RegisterDomainRequest::descriptor()->file(), v1::StartWorkflowExecutionRequest::descriptor()->file(),
                           v1::DecisionTask::descriptor()->file(), v1::ActivityTask::descriptor()->file()}) {
    for (int i = 0; i < file->service(0)->method_count(); ++i) {
      const auto* method = file->service(0)->method(i);
      if (!method->client_streaming()) actions.insert(method->name());
    }
  }
  const auto* decision = v1::Decision::descriptor();
  for (int i = 0; i < decision->field_count(); ++i) actions.insert(camel_case(decision->field(i)->name()));
  return actions;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line.substr(0, line.find('#')));
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

// Reads line after line; `complaint` is set when one is malformed.
class Reader {
 public:
  std::string complaint;

  void read(const std::vector<std::string>& words) {
    if (default_seen_) {
      complaint = "\"default\" must be the last line";
    } else if (words[0] == "default") {
      read_default(words);
    } else {
      read_rule(words);
    }
  }
  std::unique_ptr<core::Authorizer> finish() { return std::make_unique<Policy>(std::move(rules_), otherwise_); }

 private:
  static bool is_verdict(const std::string& word) { return word == "allow" || word == "deny"; }

  void read_default(const std::vector<std::string>& words) {
    if (words.size() != 2 || !is_verdict(words[1])) {
      complaint = "expected \"default allow\" or \"default deny\"";
      return;
    }
    default_seen_ = true;
    otherwise_ = words[1] == "allow";
  }
  void read_rule(const std::vector<std::string>& words) {
    if (!is_verdict(words[0])) {
      complaint = "\"" + words[0] + "\" is not allow, deny or default";
    } else if (words.size() != 4) {
      complaint = "has " + std::to_string(words.size()) + " words; expected: " + words[0] + " PRINCIPAL ACTION DOMAIN";
    } else if (std::none_of(actions_.begin(), actions_.end(), [&](const std::string& action) { return fits(words[2], action); })) {
      complaint = "\"" + words[2] + "\" is not an action: give the name of a call or of a decision, such as StartWorkflowExecution or StartTimer";
    } else {
      rules_.push_back({words[0] == "allow", words[1], words[2], words[3]});
    }
  }

  const std::set<std::string> actions_ = known_actions();
  std::vector<Rule> rules_;
  bool otherwise_ = false, default_seen_ = false;
};

}  // namespace

std::unique_ptr<core::Authorizer> allow_all() { return std::make_unique<AllowAll>(); }

absl::StatusOr<std::unique_ptr<core::Authorizer>> parse_policy(std::string_view text, std::string_view name) {
  Reader reader;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::vector<std::string> words = words_of(line);
    if (words.empty()) continue;
    reader.read(words);
    if (!reader.complaint.empty()) {
      return absl::InvalidArgumentError(std::string(name) + ":" + std::to_string(number) + ": " + reader.complaint);
    }
  }
  return reader.finish();
}

absl::StatusOr<std::unique_ptr<core::Authorizer>> load_policy(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return absl::NotFoundError("the policy file " + path + " cannot be read (or is empty)");
  return parse_policy(text.str(), path);
}

}  // namespace baton::api
