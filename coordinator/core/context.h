// What decide() may know besides the state and the command. Read-only; outlives the call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

struct DomainRecord {
  bool deprecated = false;
  int64_t retention_ms = 0;
  Limits limits;
  bool functions_disabled = false;
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

// How fast a domain may decide what. What it said is in the records, so that nobody need ask again.
class DecisionRates {
 public:
  virtual ~DecisionRates() = default;
  // False: too fast; no token was taken.
  virtual bool take(std::string_view domain, std::string_view decision) = 0;
};

struct Context {
  int64_t now_ms = 0;  // the database's clock
  const RegistryView& registry;
  const Limits& limits;  // of the run's domain
  const Authorizer& authorizer;
  google::protobuf::Arena& arena;  // where a commit's records are made: it outlives them
  DecisionRates* rates = nullptr;  // null: as fast as can be
};

}  // namespace baton::core
