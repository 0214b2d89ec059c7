// A result or a failure, as a value.
#pragma once

#include <type_traits>
#include <utility>
#include <variant>

#include "baton/failures.h"

namespace baton {

// A value, or why there is none: nothing is thrown.
template <class T, class Failure = ActivityFailed>
class Outcome {
 public:
  using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  explicit Outcome(Value value) : content_(std::move(value)) {}
  explicit Outcome(Failure failure) : content_(std::move(failure)) {}

  bool ok() const { return content_.index() == 0; }
  explicit operator bool() const { return ok(); }
  // Only when ok().
  const Value& value() const { return std::get<0>(content_); }
  const Value& operator*() const { return value(); }
  const Value* operator->() const { return &value(); }
  // Only when not ok().
  const Failure& failure() const { return std::get<1>(content_); }

 private:
  std::variant<Value, Failure> content_;
};

}  // namespace baton
