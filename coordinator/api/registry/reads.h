// What the registry's describe and list calls show, from the registry as it is. Pure.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "baton/v1/registry_service.pb.h"
#include "coordinator/api/registry/edits.h"

namespace baton::api::registry {

absl::Status check(const v1::DescribeDomainRequest& request);
absl::Status check(const v1::DescribeWorkflowTypeRequest& request);
absl::Status check(const v1::DescribeActivityTypeRequest& request);
absl::Status check(const v1::ListTagsForResourceRequest& request);
// All but the page token.
absl::Status check(const v1::ListDomainsRequest& request);
absl::Status check(const v1::ListWorkflowTypesRequest& request);
absl::Status check(const v1::ListActivityTypesRequest& request);

// `limits`: of a domain that sets none.
absl::Status describe(const Dump& dump, const v1::DescribeDomainRequest& request, const core::Limits& limits,
                      v1::DescribeDomainResponse* response);
absl::Status describe(const Dump& dump, const v1::DescribeWorkflowTypeRequest& request, v1::DescribeWorkflowTypeResponse* response);
absl::Status describe(const Dump& dump, const v1::DescribeActivityTypeRequest& request, v1::DescribeActivityTypeResponse* response);
absl::Status describe(const Dump& dump, const v1::ListTagsForResourceRequest& request, v1::ListTagsForResourceResponse* response);

// Fills a page with what comes after `after` (empty: from the beginning); returns where the next one begins, empty on the last.
absl::StatusOr<std::string> list(const Dump& dump, const v1::ListDomainsRequest& request, const std::string& after,
                                 v1::ListDomainsResponse* response);
absl::StatusOr<std::string> list(const Dump& dump, const v1::ListWorkflowTypesRequest& request, const std::string& after,
                                 v1::ListWorkflowTypesResponse* response);
absl::StatusOr<std::string> list(const Dump& dump, const v1::ListActivityTypesRequest& request, const std::string& after,
                                 v1::ListActivityTypesResponse* response);

}  // namespace baton::api::registry
