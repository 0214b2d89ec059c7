#include "coordinator/api/workflow/schedules.h"

#include "coordinator/core/names.h"

namespace baton::api {
namespace {

std::vector<std::string_view> starts(v1::OverlapPolicy policy) {
  std::vector<std::string_view> actions{"StartWorkflowExecution"};
  if (policy == v1::OVERLAP_POLICY_CANCEL_OTHER) actions.push_back("RequestCancelWorkflowExecution");
  if (policy == v1::OVERLAP_POLICY_TERMINATE_OTHER) actions.push_back("TerminateWorkflowExecution");
  return actions;
}

}  // namespace

std::vector<std::string_view> done_by_schedule(const v1::CreateScheduleRequest& request) { return starts(request.schedule().overlap_policy()); }
std::vector<std::string_view> done_by_schedule(const v1::UpdateScheduleRequest& request) { return starts(request.schedule().overlap_policy()); }
std::vector<std::string_view> done_by_schedule(const v1::BackfillScheduleRequest&) { return starts(v1::OVERLAP_POLICY_UNSPECIFIED); }
std::vector<std::string_view> done_by_schedule(const v1::TriggerScheduleRequest& request) { return starts(request.overlap_policy()); }
std::vector<std::string_view> done_by_schedule(const v1::DeleteScheduleRequest&) { return {}; }
std::vector<std::string_view> done_by_schedule(const v1::PauseScheduleRequest&) { return {}; }
std::vector<std::string_view> done_by_schedule(const v1::ResumeScheduleRequest&) { return {}; }

void list_schedules(const Backend& backend, const v1::ListSchedulesRequest& request, v1::ListSchedulesResponse* response,
                    engine::DoneEmpty done) {
  if (absl::Status s = core::check_name("domain", request.domain()); !s.ok()) return done(s);
  const auto page = page_size(request.maximum_page_size());
  if (!page.ok()) return done(page.status());
  v1::ListSchedulesRequest arguments = request;
  arguments.clear_next_page_token();
  const uint64_t hash = hash_arguments("ListSchedules", arguments);
  std::string after;
  if (!request.next_page_token().empty()) {
    auto position = backend.tokens.verify_page(request.next_page_token(), hash, backend.engine.now_ms());
    if (!position.ok()) return done(position.status());
    after = *std::move(position);
  }
  require_domain(backend, request.domain(), [&backend, &request, hash, after, page = *page, response, done](const absl::Status& exists) {
    if (!exists.ok()) return done(exists);
    // One more tells whether there is a next page.
    backend.engine.list_schedules(request.domain(), after, page + 1, [&backend, hash, page, response, done](auto infos) {
      if (!infos.ok()) return done(infos.status());
      size_t bytes = 0;
      for (v1::ScheduleInfo& info : *infos) {
        if (response->schedule_infos_size() == page || bytes >= core::kMaxPageBytes) {
          const std::string& last = response->schedule_infos(response->schedule_infos_size() - 1).schedule_id();
          response->set_next_page_token(backend.tokens.sign_page(hash, last, backend.engine.now_ms()));
          break;
        }
        bytes += info.ByteSizeLong();
        *response->add_schedule_infos() = std::move(info);
      }
      done(absl::OkStatus());
    });
  });
}

}  // namespace baton::api
