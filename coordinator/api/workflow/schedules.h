// The calls about schedules, without gRPC.
#pragma once

#include <string_view>
#include <vector>

#include "baton/v1/schedule.pb.h"
#include "coordinator/api/backend.h"

namespace baton::api {

// What else than the call itself its caller must be allowed to do, since the schedule will do it.
std::vector<std::string_view> done_by_schedule(const v1::CreateScheduleRequest& request);
std::vector<std::string_view> done_by_schedule(const v1::UpdateScheduleRequest& request);
std::vector<std::string_view> done_by_schedule(const v1::BackfillScheduleRequest& request);
std::vector<std::string_view> done_by_schedule(const v1::TriggerScheduleRequest& request);
std::vector<std::string_view> done_by_schedule(const v1::DeleteScheduleRequest& request);
std::vector<std::string_view> done_by_schedule(const v1::PauseScheduleRequest& request);
std::vector<std::string_view> done_by_schedule(const v1::ResumeScheduleRequest& request);

// One page. `request` and `response` live until `done`.
void list_schedules(const Backend& backend, const v1::ListSchedulesRequest& request, v1::ListSchedulesResponse* response,
                    engine::DoneEmpty done);

}  // namespace baton::api
