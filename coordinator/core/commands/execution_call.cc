#include "coordinator/core/commands/execution_call.h"

#include "coordinator/core/fault.h"
#include "coordinator/core/names.h"

namespace baton::core {

absl::Status unknown_domain(const std::string& domain) {
  return mark_rests_on_registry(
      fault(baton::v1::UNKNOWN_RESOURCE, "domain", "domain " + domain + " does not exist: register it first (RegisterDomain)"));
}

absl::Status check_execution_call(const std::string& domain, const std::string& workflow_id, const std::string& run_id,
                                  const std::string& request_id, const Context& context) {
  if (absl::Status s = check_name("domain", domain); !s.ok()) return s;
  if (absl::Status s = check_workflow_id("workflow_id", workflow_id); !s.ok()) return s;
  if (absl::Status s = check_text("run_id", run_id, kMaxRunIdChars); !s.ok()) return s;
  if (absl::Status s = check_request_id("request_id", request_id); !s.ok()) return s;
  return context.registry.find_domain(domain) == nullptr ? unknown_domain(domain) : absl::OkStatus();
}

absl::Status check_open(const ExecutionState& state, const std::string& domain, const std::string& workflow_id,
                        const std::string& run_id) {
  if (state.open()) return absl::OkStatus();
  const std::string what = "workflow_id " + workflow_id + (run_id.empty() ? "" : " run_id " + run_id);
  if (state.exists()) return fault(baton::v1::UNKNOWN_RESOURCE, "workflow_id", what + " in domain " + domain + " is closed");
  const std::string missing = run_id.empty() ? " has no open run in domain " : " does not exist in domain ";
  return fault(baton::v1::UNKNOWN_RESOURCE, "workflow_id", what + missing + domain);
}

}  // namespace baton::core
