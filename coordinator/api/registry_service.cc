#include "coordinator/api/registry_service.h"

#include "baton/v1/registry_service.grpc.pb.h"
#include "coordinator/api/call.h"
#include "coordinator/api/registry/edits.h"
#include "coordinator/api/registry/reads.h"

namespace baton::api {
namespace {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

// The calls that write. The engine may ask for the edit several times; the request lives until the call ends.
template <class Request>
Reactor* change(const Backend& backend, Context* context, const char* operation, const std::string& domain, const Request* request) {
  const Call call(context);
  if (!call.passes(admit(backend, call.caller(), operation, domain))) return call.reactor();
  if (!call.passes(registry::check(*request))) return call.reactor();
  backend.engine.edit_registry(
      domain, operation, request->request_id(),
      [&backend, request](const registry::Dump& dump) {
        return registry::edit(dump, *request, {backend.limits, backend.engine.now_ms()});
      },
      call.ender());
  return call.reactor();
}

// The calls that read; `fill(dump)` fills the response.
template <class Request, class Fill>
Reactor* read(const Backend& backend, Context* context, const char* operation, const std::string& domain, const Request& request, Fill fill) {
  const Call call(context);
  if (!call.passes(admit(backend, call.caller(), operation, domain))) return call.reactor();
  if (!call.passes(registry::check(request))) return call.reactor();
  read_registry(backend, [call, fill](const absl::StatusOr<RegistrySnapshot>& dump) {
    call.end(dump.ok() ? fill(**dump) : dump.status());
  });
  return call.reactor();
}

template <class Request, class Response>
Reactor* describe(const Backend& backend, Context* context, const char* operation, const std::string& domain, const Request* request,
                  Response* response) {
  return read(backend, context, operation, domain, *request,
              [request, response](const registry::Dump& dump) { return registry::describe(dump, *request, response); });
}

template <class Request, class Response>
absl::Status fill_page(const Backend& backend, const char* operation, const Request& request, const registry::Dump& dump, Response* response) {
  Request arguments = request;
  arguments.clear_next_page_token();
  const uint64_t hash = hash_arguments(operation, arguments);
  std::string after;
  if (!request.next_page_token().empty()) {
    auto position = backend.tokens.verify_page(request.next_page_token(), hash, backend.engine.now_ms());
    if (!position.ok()) return position.status();
    after = *std::move(position);
  }
  auto next = registry::list(dump, request, after, response);
  if (!next.ok()) return next.status();
  if (!next->empty()) response->set_next_page_token(backend.tokens.sign_page(hash, *std::move(next), backend.engine.now_ms()));
  return absl::OkStatus();
}

template <class Request, class Response>
Reactor* list(const Backend& backend, Context* context, const char* operation, const std::string& domain, const Request* request,
              Response* response) {
  return read(backend, context, operation, domain, *request, [&backend, operation, request, response](const registry::Dump& dump) {
    return fill_page(backend, operation, *request, dump, response);
  });
}

class RegistryService final : public v1::RegistryService::CallbackService {
 public:
  explicit RegistryService(const Backend& backend) : backend_(backend) {}

  // --- domains ---
  Reactor* RegisterDomain(Context* c, const v1::RegisterDomainRequest* q, v1::RegisterDomainResponse*) override {
    return change(backend_, c, "RegisterDomain", q->name(), q);
  }
  Reactor* UpdateDomain(Context* c, const v1::UpdateDomainRequest* q, v1::UpdateDomainResponse*) override {
    return change(backend_, c, "UpdateDomain", q->name(), q);
  }
  Reactor* DescribeDomain(Context* c, const v1::DescribeDomainRequest* q, v1::DescribeDomainResponse* r) override {
    return read(backend_, c, "DescribeDomain", q->name(), *q,
                [this, q, r](const registry::Dump& dump) { return registry::describe(dump, *q, backend_.limits, r); });
  }
  Reactor* ListDomains(Context* c, const v1::ListDomainsRequest* q, v1::ListDomainsResponse* r) override {
    return list(backend_, c, "ListDomains", "", q, r);
  }
  Reactor* DeprecateDomain(Context* c, const v1::DeprecateDomainRequest* q, v1::DeprecateDomainResponse*) override {
    return change(backend_, c, "DeprecateDomain", q->name(), q);
  }
  Reactor* UndeprecateDomain(Context* c, const v1::UndeprecateDomainRequest* q, v1::UndeprecateDomainResponse*) override {
    return change(backend_, c, "UndeprecateDomain", q->name(), q);
  }

  // --- workflow types ---
  Reactor* RegisterWorkflowType(Context* c, const v1::RegisterWorkflowTypeRequest* q, v1::RegisterWorkflowTypeResponse*) override {
    return change(backend_, c, "RegisterWorkflowType", q->domain(), q);
  }
  Reactor* DescribeWorkflowType(Context* c, const v1::DescribeWorkflowTypeRequest* q, v1::DescribeWorkflowTypeResponse* r) override {
    return describe(backend_, c, "DescribeWorkflowType", q->domain(), q, r);
  }
  Reactor* ListWorkflowTypes(Context* c, const v1::ListWorkflowTypesRequest* q, v1::ListWorkflowTypesResponse* r) override {
    return list(backend_, c, "ListWorkflowTypes", q->domain(), q, r);
  }
  Reactor* DeprecateWorkflowType(Context* c, const v1::DeprecateWorkflowTypeRequest* q, v1::DeprecateWorkflowTypeResponse*) override {
    return change(backend_, c, "DeprecateWorkflowType", q->domain(), q);
  }
  Reactor* UndeprecateWorkflowType(Context* c, const v1::UndeprecateWorkflowTypeRequest* q, v1::UndeprecateWorkflowTypeResponse*) override {
    return change(backend_, c, "UndeprecateWorkflowType", q->domain(), q);
  }
  Reactor* DeleteWorkflowType(Context* c, const v1::DeleteWorkflowTypeRequest* q, v1::DeleteWorkflowTypeResponse*) override {
    return change(backend_, c, "DeleteWorkflowType", q->domain(), q);
  }

  // --- activity types ---
  Reactor* RegisterActivityType(Context* c, const v1::RegisterActivityTypeRequest* q, v1::RegisterActivityTypeResponse*) override {
    return change(backend_, c, "RegisterActivityType", q->domain(), q);
  }
  Reactor* DescribeActivityType(Context* c, const v1::DescribeActivityTypeRequest* q, v1::DescribeActivityTypeResponse* r) override {
    return describe(backend_, c, "DescribeActivityType", q->domain(), q, r);
  }
  Reactor* ListActivityTypes(Context* c, const v1::ListActivityTypesRequest* q, v1::ListActivityTypesResponse* r) override {
    return list(backend_, c, "ListActivityTypes", q->domain(), q, r);
  }
  Reactor* DeprecateActivityType(Context* c, const v1::DeprecateActivityTypeRequest* q, v1::DeprecateActivityTypeResponse*) override {
    return change(backend_, c, "DeprecateActivityType", q->domain(), q);
  }
  Reactor* UndeprecateActivityType(Context* c, const v1::UndeprecateActivityTypeRequest* q, v1::UndeprecateActivityTypeResponse*) override {
    return change(backend_, c, "UndeprecateActivityType", q->domain(), q);
  }
  Reactor* DeleteActivityType(Context* c, const v1::DeleteActivityTypeRequest* q, v1::DeleteActivityTypeResponse*) override {
    return change(backend_, c, "DeleteActivityType", q->domain(), q);
  }

  // --- tags ---
  Reactor* TagResource(Context* c, const v1::TagResourceRequest* q, v1::TagResourceResponse*) override {
    return change(backend_, c, "TagResource", registry::domain_of_resource(q->resource()), q);
  }
  Reactor* UntagResource(Context* c, const v1::UntagResourceRequest* q, v1::UntagResourceResponse*) override {
    return change(backend_, c, "UntagResource", registry::domain_of_resource(q->resource()), q);
  }
  Reactor* ListTagsForResource(Context* c, const v1::ListTagsForResourceRequest* q, v1::ListTagsForResourceResponse* r) override {
    return describe(backend_, c, "ListTagsForResource", registry::domain_of_resource(q->resource()), q, r);
  }

 private:
  const Backend& backend_;
};

}  // namespace

std::unique_ptr<grpc::Service> make_registry_service(const Backend& backend) { return std::make_unique<RegistryService>(backend); }

}  // namespace baton::api
