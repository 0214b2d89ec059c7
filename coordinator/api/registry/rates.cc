// Which operations and decisions have a rate, and within which bounds.
#include <set>
#include <string>

#include "baton/v1/decider_service.pb.h"
#include "baton/v1/worker_service.pb.h"
#include "baton/v1/workflow_service.pb.h"
#include "coordinator/api/registry/edits.h"
#include "coordinator/core/fault.h"

namespace baton::api::registry {
namespace {

void add_calls(const google::protobuf::FileDescriptor& file, std::set<std::string>& names) {
  for (int i = 0; i < file.service_count(); ++i) {
    for (int j = 0; j < file.service(i)->method_count(); ++j) names.insert(file.service(i)->method(j)->name());
  }
}

// What is done is never refused for coming too fast; a stream counts as the poll of its kind.
const std::set<std::string>& operations_with_rates() {
  static const std::set<std::string> operations = [] {
    std::set<std::string> names{"ScheduleActivityTask",
                                "StartTimer",
                                "StartChildWorkflowExecution",
                                "SignalExternalWorkflowExecution",
                                "RequestCancelExternalWorkflowExecution",
                                "ScheduleLambdaFunction",
                                "ContinueAsNewWorkflowExecution"};
    add_calls(*v1::RegisterDomainRequest::descriptor()->file(), names);
    add_calls(*v1::StartWorkflowExecutionRequest::descriptor()->file(), names);
    add_calls(*v1::PollForDecisionTaskRequest::descriptor()->file(), names);
    add_calls(*v1::PollForActivityTaskRequest::descriptor()->file(), names);
    // Of no domain that exists yet, of none, and what takes rates away.
    for (const char* name : {"RegisterDomain", "ListDomains", "UpdateDomain"}) names.erase(name);
    for (const char* name : {"RespondDecisionTaskCompleted", "RespondDecisionTaskFailed", "RespondActivityTaskCompleted",
                             "RespondActivityTaskFailed", "RespondActivityTaskCanceled", "RecordActivityTaskHeartbeat", "RespondQuery",
                             "PollDecisionTasks", "PollActivityTasks"}) {
      names.erase(name);
    }
    return names;
  }();
  return operations;
}

absl::Status check_tokens(const std::string& field, int32_t tokens) {
  if (tokens >= 1 && tokens <= core::kMostTokens) return absl::OkStatus();
  return core::invalid_field(field, "is " + std::to_string(tokens) + ": give 1 to " + std::to_string(core::kMostTokens));
}

}  // namespace

absl::Status check_rates(const std::string& field, const v1::RateLimits& rates) {
  if (rates.rates_size() > core::kMaxRates) {
    return core::invalid_field(field + ".rates", "has " + std::to_string(rates.rates_size()) + " rates: at most " + std::to_string(core::kMaxRates));
  }
  std::set<std::string> seen;
  for (int i = 0; i < rates.rates_size(); ++i) {
    const v1::RateLimit& rate = rates.rates(i);
    const std::string name = field + ".rates[" + std::to_string(i) + "]";
    if (!operations_with_rates().contains(rate.operation())) {
      return core::invalid_field(name + ".operation", "names no call and no decision that has a rate: see RateLimit in registry_service.proto");
    }
    if (!seen.insert(rate.operation()).second) return core::invalid_field(name + ".operation", "has a rate already: give each operation once");
    if (absl::Status s = check_tokens(name + ".bucket", rate.bucket()); !s.ok()) return s;
    if (absl::Status s = check_tokens(name + ".refill_per_second", rate.refill_per_second()); !s.ok()) return s;
  }
  return absl::OkStatus();
}

}  // namespace baton::api::registry
