// What a decider can decide: its workflow types, each with a coroutine or a plain function.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

#include "baton/decision_task.h"
#include "baton/detail/root.h"
#include "baton/names.h"

namespace baton::detail {

using DecisionFunction = std::function<Decisions(const DecisionTask&)>;
// What a run that is decided plainly answers.
using AnswerFunction = std::function<std::optional<Payload>(
    const DecisionTask&, std::string_view query, const std::optional<Payload>& input)>;

// Filled before the decider runs, then only read, from any thread.
class Workflows {
 public:
  using Function = std::variant<WorkflowFunction, DecisionFunction>;

  // Throws std::logic_error when the type has one.
  void add(const TypeName& type, Function function) {
    if (functions_.try_emplace(type, std::move(function)).second) return;
    throw std::logic_error("workflow type " + type.name + " " + type.version +
                           " has code already: give this code another version");
  }
  // Null: not known here.
  const Function* find(const TypeName& type) const {
    const auto place = functions_.find(type);
    return place == functions_.end() ? nullptr : &place->second;
  }
  // Who answers for a type that has a plain function.
  void add_answers(const TypeName& type, AnswerFunction function) {
    answers_[type] = std::move(function);
  }
  // Null: nobody.
  const AnswerFunction* find_answers(const TypeName& type) const {
    const auto place = answers_.find(type);
    return place == answers_.end() ? nullptr : &place->second;
  }
  const std::map<TypeName, Function>& all() const { return functions_; }

 private:
  std::map<TypeName, Function> functions_;
  std::map<TypeName, AnswerFunction> answers_;
};

}  // namespace baton::detail
