// The registry of a test: domain "test", and what the test gave code for.
#pragma once

#include <map>
#include <string>

#include "baton/client.h"
#include "coordinator/core/context.h"

namespace baton::testing::detail {

inline constexpr char kDomain[] = "test";
inline constexpr char kTaskList[] = "test";  // the default of every type

class KnownTypes final : public core::RegistryView {
 public:
  void add_workflow(const TypeName& type);
  void add_activity(const TypeName& type, const ActivityTypeOptions& options);

  const core::DomainRecord* find_domain(std::string_view domain) const override;
  const core::WorkflowTypeRecord* find_workflow_type(std::string_view domain, std::string_view name,
                                                     std::string_view version) const override;
  // Every activity type is known: whoever schedules one without a handler is told so by name.
  const core::ActivityTypeRecord* find_activity_type(std::string_view domain, std::string_view name,
                                                     std::string_view version) const override;

 private:
  core::DomainRecord domain_;
  std::map<TypeName, core::WorkflowTypeRecord> workflows_;
  mutable std::map<TypeName, core::ActivityTypeRecord> activities_;
};

}  // namespace baton::testing::detail
