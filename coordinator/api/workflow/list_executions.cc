#include "coordinator/api/workflow/list_executions.h"

#include <algorithm>

#include "coordinator/api/workflow/execution_query.h"

namespace baton::api {
namespace {

// Counting goes on to here, which takes less than a tenth of a second whatever the filter (tests/bench/visibility.cc); what is more is "at
// least that many".
constexpr int64_t kMaxCount = 100'000;

template <class Response>
void fill_page(const Backend& backend, uint64_t hash, const store::ExecutionQuery& query, size_t page,
               const std::vector<store::ExecutionRecord>& records, Response* response) {
  size_t bytes = 0;
  for (size_t i = 0; i < records.size(); ++i) {
    if (i == page || bytes >= core::kMaxPageBytes) {
      const std::string position = to_bytes(position_of(query, records[i - 1]));
      response->set_next_page_token(backend.tokens.sign_page(hash, position, backend.engine.now_ms()));
      return;
    }
    auto* info = response->add_execution_infos();
    show(records[i], info);
    bytes += info->ByteSizeLong();
  }
}

template <class Request, class Response>
void list(const Backend& backend, const char* operation, const Request& request, Response* response, engine::DoneEmpty done) {
  auto query = execution_query(request);
  if (!query.ok()) return done(query.status());
  const auto page = page_size(request.maximum_page_size());
  if (!page.ok()) return done(page.status());
  Request arguments = request;
  arguments.clear_next_page_token();
  const uint64_t hash = hash_arguments(operation, arguments);
  if (!request.next_page_token().empty()) {
    const auto bytes = backend.tokens.verify_page(request.next_page_token(), hash, backend.engine.now_ms());
    if (!bytes.ok()) return done(bytes.status());
    const auto after = position_from_bytes(*bytes);
    if (!after.ok()) return done(after.status());
    query->after = *after;
  }
  query->limit = *page + 1;  // one more tells whether there is a next page
  require_domain(backend, query->domain, [&backend, hash, query = *query, page = *page, response, done](const absl::Status& exists) {
    if (!exists.ok()) return done(exists);
    backend.engine.list_executions(query, [&backend, hash, query, page, response, done](const auto& records) {
      if (!records.ok()) return done(records.status());
      fill_page(backend, hash, query, static_cast<size_t>(page), *records, response);
      done(absl::OkStatus());
    });
  });
}

template <class Request, class Response>
void count(const Backend& backend, const Request& request, Response* response, engine::DoneEmpty done) {
  auto query = execution_query(request);
  if (!query.ok()) return done(query.status());
  require_domain(backend, query->domain, [&backend, query = *query, response, done](const absl::Status& exists) {
    if (!exists.ok()) return done(exists);
    backend.engine.count_executions(query, kMaxCount + 1, [response, done](const absl::StatusOr<int64_t>& counted) {
      if (!counted.ok()) return done(counted.status());
      response->set_count(std::min(*counted, kMaxCount));
      response->set_truncated(*counted > kMaxCount);
      done(absl::OkStatus());
    });
  });
}

}  // namespace

void list_executions(const Backend& backend, const v1::ListOpenWorkflowExecutionsRequest& request,
                     v1::ListOpenWorkflowExecutionsResponse* response, engine::DoneEmpty done) {
  list(backend, "ListOpenWorkflowExecutions", request, response, std::move(done));
}
void list_executions(const Backend& backend, const v1::ListClosedWorkflowExecutionsRequest& request,
                     v1::ListClosedWorkflowExecutionsResponse* response, engine::DoneEmpty done) {
  list(backend, "ListClosedWorkflowExecutions", request, response, std::move(done));
}
void count_executions(const Backend& backend, const v1::CountOpenWorkflowExecutionsRequest& request,
                      v1::CountOpenWorkflowExecutionsResponse* response, engine::DoneEmpty done) {
  count(backend, request, response, std::move(done));
}
void count_executions(const Backend& backend, const v1::CountClosedWorkflowExecutionsRequest& request,
                      v1::CountClosedWorkflowExecutionsResponse* response, engine::DoneEmpty done) {
  count(backend, request, response, std::move(done));
}

}  // namespace baton::api
