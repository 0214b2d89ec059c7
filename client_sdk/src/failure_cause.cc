#include "baton/failure_cause.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <typeinfo>

#include "wire.h"

namespace baton {
namespace {

void remove_all(std::string_view part, std::string* text) {
  for (size_t at = 0; (at = text->find(part)) != std::string::npos;) text->erase(at, part.size());
}

std::string name_of(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> demangled(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  std::string name = status == 0 ? demangled.get() : type.name();
  // What std::throw_with_nested() throws, in libstdc++ and in libc++.
  for (const std::string_view nested : {"std::_Nested_exception<", "std::__1::__nested<"}) {
    if (name.starts_with(nested)) name = name.substr(nested.size(), name.size() - nested.size() - 1);
  }
  remove_all("(anonymous namespace)::", &name);
  return cut(name, kMostCauseTypeCharacters);
}

// A class of Baton's own, as opposed to one of a namespace inside.
bool is_of_the_sdk(std::string_view type) {
  constexpr std::string_view kNamespace = "baton::";
  return type.starts_with(kNamespace) &&
         type.find("::", kNamespace.size()) == std::string_view::npos;
}

void explain(const std::exception& exception, FailureCauses* causes) {
  if (const auto* explained = dynamic_cast<const detail::ExplainedException*>(&exception)) {
    return explained->explain(causes);
  }
  detail::explain(exception, {detail::type_of(exception), exception.what(), std::nullopt}, causes);
}

}  // namespace

std::string with_causes(std::string_view what, std::span<const FailureCause> causes) {
  std::string text(what);
  for (const FailureCause& cause : causes) {
    const bool tells = !cause.type.empty() && !is_of_the_sdk(cause.type);
    text += " <- " + (tells ? cause.type : "");
    text += (tells && !cause.reason.empty() ? ": " : "") + cause.reason;
  }
  return text;
}

FailureCauses causes_of(const std::exception& exception) {
  FailureCauses causes;
  const auto* const nesting = dynamic_cast<const std::nested_exception*>(&exception);
  if (nesting == nullptr || nesting->nested_ptr() == nullptr) return causes;
  try {
    nesting->rethrow_nested();
  } catch (const std::exception& nested) {
    explain(nested, &causes);
  } catch (...) {
    causes.push_back({detail::type_of_current_exception(), "", std::nullopt});
  }
  if (causes.size() > kMostCauses) causes.resize(kMostCauses);
  return causes;
}

namespace detail {

void explain(const std::exception& exception, FailureCause self, FailureCauses* causes) {
  self.reason = cut(self.reason, kMostCauseReasonCharacters);
  causes->push_back(std::move(self));
  for (FailureCause& cause : causes_of(exception)) causes->push_back(std::move(cause));
}

std::string type_of(const std::exception& exception, const std::type_info* plain) {
  const std::string name = name_of(typeid(exception));
  return plain != nullptr && name == name_of(*plain) ? std::string() : name;
}

std::string type_of_current_exception() {
  const std::type_info* const type = abi::__cxa_current_exception_type();
  return type == nullptr ? std::string() : name_of(*type);
}

}  // namespace detail
}  // namespace baton
