#include "coordinator/api/workflow/execution_query.h"

#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"
#include "coordinator/core/search_attributes.h"

namespace baton::api {
namespace {

// What google.protobuf.Timestamp may hold: the years 1 to 9999.
constexpr int64_t kFirstSecond = -62'135'596'800, kLastSecond = 253'402'300'799;

absl::StatusOr<int64_t> time_ms(const std::string& field, const google::protobuf::Timestamp& time) {
  const bool legal = time.seconds() >= kFirstSecond && time.seconds() <= kLastSecond && time.nanos() >= 0 && time.nanos() <= 999'999'999;
  if (!legal) return core::invalid_field(field, "is not a time of the years 1 to 9999");
  return time.seconds() * 1000 + time.nanos() / 1'000'000;
}

absl::Status fill_times(const std::string& field, const v1::ExecutionTimeFilter& filter, store::ExecutionQuery& query) {
  if (!filter.has_oldest_date()) return core::invalid_field(field + ".oldest_date", "is required");
  const auto oldest = time_ms(field + ".oldest_date", filter.oldest_date());
  if (!oldest.ok()) return oldest.status();
  query.oldest_ms = *oldest;
  if (!filter.has_latest_date()) return absl::OkStatus();
  const auto latest = time_ms(field + ".latest_date", filter.latest_date());
  if (!latest.ok()) return latest.status();
  if (*latest < *oldest) return core::invalid_field(field + ".latest_date", "is before oldest_date");
  query.latest_ms = *latest == 0 ? -1 : *latest;  // the store's 0 is no bound, and nothing happened in that millisecond
  return absl::OkStatus();
}

absl::Status fill_range(const v1::SearchAttributeRange& range, store::ExecutionQuery& query) {
  const std::string field = "search_attribute_filter.within";
  if (!range.has_least() && !range.has_most()) return core::invalid_field(field, "has neither least nor most: give one of them, or both");
  if (range.has_least()) {
    if (absl::Status s = core::check_search_attribute(field + ".least", range.least()); !s.ok()) return s;
  }
  if (range.has_most()) {
    if (absl::Status s = core::check_search_attribute(field + ".most", range.most()); !s.ok()) return s;
  }
  const auto least = core::to_journal(range.has_least() ? range.least() : range.most());
  const auto most = core::to_journal(range.has_most() ? range.most() : range.least());
  if (least.value_case() != most.value_case()) return core::invalid_field(field, "has ends of two kinds");
  query.attribute_least = range.has_least() ? core::sortable_bytes(least) : core::before_its_kind(least);
  query.attribute_most = range.has_most() ? core::sortable_bytes(most) : core::after_its_kind(most);
  return absl::OkStatus();
}

absl::Status fill_attribute(const v1::SearchAttributeFilter& filter, store::ExecutionQuery& query) {
  const std::string field = "search_attribute_filter";
  if (absl::Status s = core::check_name(field + ".name", filter.name(), core::kMaxSearchNameChars); !s.ok()) return s;
  query.attribute_name = filter.name();
  switch (filter.condition_case()) {
    case v1::SearchAttributeFilter::kEqualTo:
      if (absl::Status s = core::check_search_attribute(field + ".equal_to", filter.equal_to()); !s.ok()) return s;
      query.attribute_least = query.attribute_most = core::sortable_bytes(core::to_journal(filter.equal_to()));
      return absl::OkStatus();
    case v1::SearchAttributeFilter::kWithin:
      return fill_range(filter.within(), query);
    case v1::SearchAttributeFilter::CONDITION_NOT_SET:
      break;
  }
  return core::invalid_field(field, "has no condition: give equal_to or within");
}

// The filters that all four requests have; how many there were goes to `filters`.
template <class Request>
absl::Status fill_common(const Request& request, store::ExecutionQuery& query, int& filters) {
  if (absl::Status s = core::check_name("domain", request.domain()); !s.ok()) return s;
  query.domain = request.domain();
  if (request.has_execution_filter()) {
    ++filters;
    query.workflow_id = request.execution_filter().workflow_id();
    if (absl::Status s = core::check_workflow_id("execution_filter.workflow_id", query.workflow_id); !s.ok()) return s;
  }
  if (request.has_type_filter()) {
    ++filters;
    query.type_name = request.type_filter().name();
    query.type_version = request.type_filter().version();
    if (absl::Status s = core::check_name("type_filter.name", query.type_name); !s.ok()) return s;
    if (!query.type_version.empty()) {
      if (absl::Status s = core::check_version("type_filter.version", query.type_version); !s.ok()) return s;
    }
  }
  if (request.has_search_attribute_filter()) {
    ++filters;
    if (absl::Status s = fill_attribute(request.search_attribute_filter(), query); !s.ok()) return s;
  }
  if (request.has_tag_filter()) {
    ++filters;
    query.tag = request.tag_filter().tag();
    if (absl::Status s = core::check_tag("tag_filter.tag", query.tag); !s.ok()) return s;
  }
  return absl::OkStatus();
}

absl::Status too_many_filters(const char* which) {
  return core::invalid_field(which, "exclude each other: give at most one of them");
}

template <class Request>
absl::StatusOr<store::ExecutionQuery> open_query(const Request& request) {
  store::ExecutionQuery query;
  int filters = 0;
  if (absl::Status s = fill_common(request, query, filters); !s.ok()) return s;
  if (filters > 1) return too_many_filters("execution_filter, type_filter, tag_filter, search_attribute_filter");
  if (!request.has_start_time_filter()) return core::invalid_field("start_time_filter", "is required");
  if (absl::Status s = fill_times("start_time_filter", request.start_time_filter(), query); !s.ok()) return s;
  return query;
}

template <class Request>
absl::StatusOr<store::ExecutionQuery> closed_query(const Request& request) {
  store::ExecutionQuery query;
  query.open = false;
  int filters = 0;
  if (absl::Status s = fill_common(request, query, filters); !s.ok()) return s;
  if (request.has_close_status_filter()) {
    ++filters;
    const auto status = request.close_status_filter().status();
    if (status == v1::CLOSE_STATUS_UNSPECIFIED || !v1::CloseStatus_IsValid(status)) {
      return core::invalid_field("close_status_filter.status", "is required, and must be one of CloseStatus");
    }
    query.close_status = static_cast<int16_t>(status);
  }
  if (filters > 1) return too_many_filters("execution_filter, type_filter, tag_filter, close_status_filter, search_attribute_filter");
  if (request.has_start_time_filter() == request.has_close_time_filter()) {
    return core::invalid_field("start_time_filter, close_time_filter", "exactly one of them is required");
  }
  query.by_close_time = request.has_close_time_filter();
  const std::string field = query.by_close_time ? "close_time_filter" : "start_time_filter";
  if (absl::Status s = fill_times(field, query.by_close_time ? request.close_time_filter() : request.start_time_filter(), query); !s.ok()) return s;
  return query;
}

}  // namespace

absl::StatusOr<store::ExecutionQuery> execution_query(const v1::ListOpenWorkflowExecutionsRequest& request) {
  auto query = open_query(request);
  if (query.ok()) query->oldest_first = request.reverse_order();
  return query;
}
absl::StatusOr<store::ExecutionQuery> execution_query(const v1::ListClosedWorkflowExecutionsRequest& request) {
  auto query = closed_query(request);
  if (query.ok()) query->oldest_first = request.reverse_order();
  return query;
}
absl::StatusOr<store::ExecutionQuery> execution_query(const v1::CountOpenWorkflowExecutionsRequest& request) { return open_query(request); }
absl::StatusOr<store::ExecutionQuery> execution_query(const v1::CountClosedWorkflowExecutionsRequest& request) { return closed_query(request); }

std::string to_bytes(const ExecutionPosition& position) {
  return std::to_string(position.first) + " " + std::string(position.second.view());
}

absl::StatusOr<ExecutionPosition> position_from_bytes(const std::string& bytes) {
  const size_t space = bytes.find(' ');
  const auto run_id = space == std::string::npos ? std::nullopt : store::RunId::from_bytes(bytes.substr(space + 1));
  if (!run_id) return core::fault(v1::INVALID_TOKEN, "next_page_token", "next_page_token: is damaged");
  return ExecutionPosition{std::stoll(bytes.substr(0, space)), *run_id};
}

ExecutionPosition position_of(const store::ExecutionQuery& query, const store::ExecutionRecord& record) {
  return {query.by_close_time ? record.close_ms : record.start_ms, record.run.run_id};
}

void show(const store::ExecutionRecord& record, v1::WorkflowExecutionInfo* info) {
  info->mutable_execution()->set_workflow_id(record.workflow_id);
  info->mutable_execution()->set_run_id(record.run.run_id.to_text());
  info->mutable_workflow_type()->set_name(record.type_name);
  info->mutable_workflow_type()->set_version(record.type_version);
  core::set_timestamp(record.start_ms, info->mutable_start_time());
  const bool closed = record.close_status != 0;
  if (closed) core::set_timestamp(record.close_ms, info->mutable_close_time());
  info->set_execution_status(closed ? v1::EXECUTION_STATUS_CLOSED : v1::EXECUTION_STATUS_OPEN);
  info->set_close_status(static_cast<v1::CloseStatus>(record.close_status));
  if (record.parent_run_id) {
    info->mutable_parent()->set_workflow_id(record.parent_workflow_id);
    info->mutable_parent()->set_run_id(record.parent_run_id->to_text());
  }
  for (const std::string& tag : record.tags) info->add_tag_list(tag);
  info->set_cancel_requested(record.cancel_requested);
}

}  // namespace baton::api
