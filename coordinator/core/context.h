// What decide() may know besides the state and the command. Read-only; outlives the call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/arena.h>

#include "baton/journal/v1/event.pb.h"
#include "coordinator/core/command.h"
#include "coordinator/core/limits.h"
#include "coordinator/core/run_id.h"
#include "coordinator/core/state.h"

namespace baton::core {

struct WorkflowTypeRecord {
  bool deprecated = false;
  std::optional<int64_t> default_task_start_to_close_ms;
  std::optional<int64_t> default_execution_start_to_close_ms;
  std::string default_task_list;  // empty: undefined
  std::optional<int32_t> default_task_priority;
  int32_t default_child_policy = 0;  // 0: undefined
  std::string default_lambda_role;
};

struct ActivityTypeRecord {
  bool deprecated = false;
  std::optional<int64_t> default_task_start_to_close_ms;
  std::optional<int64_t> default_task_heartbeat_ms;
  std::optional<int64_t> default_task_schedule_to_start_ms;
  std::optional<int64_t> default_task_schedule_to_close_ms;
  std::string default_task_list;
  std::optional<int32_t> default_task_priority;
};

// A token bucket of one kind of call or decision: how many at once, and how many come back in a second.
struct RateLimit {
  std::string operation;
  double bucket = 0;
  double refill_per_second = 0;
};

struct DomainRecord {
  bool deprecated = false;
  int64_t retention_ms = 0;
  Limits limits = {};               // in effect: the coordinator's where the domain set none
  bool functions_disabled = false;  // ScheduleLambdaFunction fails
  std::vector<RateLimit> rates = {};  // of few operations, as a rule of none
};

// An immutable picture of domains and types. Pointers stay valid as long as the view.
class RegistryView {
 public:
  virtual ~RegistryView() = default;
  virtual const DomainRecord* find_domain(std::string_view domain) const = 0;
  virtual const WorkflowTypeRecord* find_workflow_type(std::string_view domain, std::string_view name,
                                                       std::string_view version) const = 0;
  virtual const ActivityTypeRecord* find_activity_type(std::string_view domain, std::string_view name,
                                                       std::string_view version) const = 0;
};

// One thing that someone wants to do. Actions are SWF's operation and decision names ("StartWorkflowExecution", "StartTimer").
struct Action {
  std::string_view name;
  std::string_view domain;
};

// Asked for every call and for every decision in an answer. Pure and thread-safe.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  virtual bool allows(const Caller& caller, const Action& action) const = 0;
};

// Whether a domain may make one more decision of a kind now. What it said is in the records: the decision's event, or its failure. The
// engine's own; a state decided on again asks again.
class Rates {
 public:
  virtual ~Rates() = default;
  // `decision` goes by its name in Action, a literal. True: a token was taken, or none is needed.
  virtual bool take(std::string_view domain, std::string_view decision) = 0;
};

// Where no domain limits its rates.
class Unlimited final : public Rates {
 public:
  bool take(std::string_view, std::string_view) override { return true; }
};
inline Unlimited unlimited;

struct Context {
  int64_t now_ms = 0;  // the database's clock
  const RegistryView& registry;
  const Limits& limits;  // of the run's domain
  const Authorizer& authorizer;
  google::protobuf::Arena& arena;  // where a commit's records are made: it outlives them
  Rates& rates = unlimited;
};

}  // namespace baton::core
