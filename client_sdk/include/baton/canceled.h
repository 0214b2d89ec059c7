// The exception that ends work as canceled, in workflow code and in activity handlers.
#pragma once

#include <optional>
#include <stdexcept>

#include "baton/payload.h"

namespace baton {

// Thrown out of workflow code: the execution closes as CANCELED. Thrown out of an activity handler
// after a cancel request: the task is answered as canceled.
class Canceled : public std::runtime_error {
 public:
  explicit Canceled(std::optional<Payload> details = std::nullopt)
      : std::runtime_error("canceled"), details_(std::move(details)) {}
  const std::optional<Payload>& details() const { return details_; }

 private:
  std::optional<Payload> details_;
};

}  // namespace baton
