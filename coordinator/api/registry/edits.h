// The changes to the registry: each looks at the registry as it is and says what to write, or why not. Pure; the engine writes it by
// compare-and-set. What depends on the request alone is checked by check(), before the registry is looked at.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "baton/v1/registry_service.pb.h"
#include "coordinator/core/limits.h"
#include "coordinator/store/store.h"

namespace baton::api::registry {

using Dump = store::RegistryDump;
using Edit = absl::StatusOr<store::Store::RegistryChange>;

struct EditContext {
  const core::Limits& limits;
  int64_t now_ms = 0;
};

// --- domains.cc ---
absl::Status check(const v1::RegisterDomainRequest& request);
absl::Status check(const v1::UpdateDomainRequest& request);
absl::Status check(const v1::DeprecateDomainRequest& request);
absl::Status check(const v1::UndeprecateDomainRequest& request);
Edit edit(const Dump& dump, const v1::RegisterDomainRequest& request, const EditContext& context);
Edit edit(const Dump& dump, const v1::UpdateDomainRequest& request, const EditContext& context);
Edit edit(const Dump& dump, const v1::DeprecateDomainRequest& request, const EditContext& context);
Edit edit(const Dump& dump, const v1::UndeprecateDomainRequest& request, const EditContext& context);

// --- types.cc ---
absl::Status check(const v1::RegisterWorkflowTypeRequest& request);
absl::Status check(const v1::DeprecateWorkflowTypeRequest& request);
absl::Status check(const v1::UndeprecateWorkflowTypeRequest& request);
absl::Status check(const v1::DeleteWorkflowTypeRequest& request);
absl::Status check(const v1::RegisterActivityTypeRequest& request);
absl::Status check(const v1::DeprecateActivityTypeRequest& request);
absl::Status check(const v1::UndeprecateActivityTypeRequest& request);
absl::Status check(const v1::DeleteActivityTypeRequest& request);
Edit edit(const Dump& dump, const v1::RegisterWorkflowTypeRequest& request, const EditContext& context);
Edit edit(const Dump& dump, const v1::DeprecateWorkflowTypeRequest& request, const EditContext& context);
Edit edit(const Dump& dump, const v1::UndeprecateWorkflowTypeRequest& request, const EditContext& context);
Edit edit(const Dump& dump, const v1::DeleteWorkflowTypeRequest& request, const EditContext& context);
Edit edit(const Dump& dump, const v1::RegisterActivityTypeRequest& request, const EditContext& context);
Edit edit(const Dump& dump, const v1::DeprecateActivityTypeRequest& request, const EditContext& context);
Edit edit(const Dump& dump, const v1::UndeprecateActivityTypeRequest& request, const EditContext& context);
Edit edit(const Dump& dump, const v1::DeleteActivityTypeRequest& request, const EditContext& context);

// --- tags.cc ---
// The domain in "baton:domain/NAME"; empty when it is not of that form.
std::string domain_of_resource(const std::string& resource);
std::string resource_of_domain(const std::string& domain);
absl::Status check_tags(const std::string& field, const google::protobuf::RepeatedPtrField<v1::ResourceTag>& tags);
// A key that is there gets the new value; TOO_MANY_TAGS past the bound.
absl::Status put_tags(const google::protobuf::RepeatedPtrField<v1::ResourceTag>& tags, store::DomainRow& domain);
absl::Status check(const v1::TagResourceRequest& request);
absl::Status check(const v1::UntagResourceRequest& request);
Edit edit(const Dump& dump, const v1::TagResourceRequest& request, const EditContext& context);
Edit edit(const Dump& dump, const v1::UntagResourceRequest& request, const EditContext& context);

// --- rates.cc ---
// Each names an operation or a decision that has a rate, once, within its bounds.
absl::Status check_rates(const std::string& field, const v1::RateLimits& rates);

// --- what they share ---
// What the domain set for itself, and nothing else.
v1::DomainConfiguration configuration_of(const store::DomainRow& row);
// Null when there is none.
const store::DomainRow* find_domain(const Dump& dump, const std::string& name);
const store::TypeRow* find_type(const Dump& dump, store::TypeKind kind, const std::string& domain, const std::string& name,
                                const std::string& version);

}  // namespace baton::api::registry
