// What a schedule is made of: what its maker said, and how far it is; and the calls that it makes. Pure.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "baton/journal/v1/schedule.pb.h"
#include "baton/v1/schedule.pb.h"
#include "baton/v1/workflow_service.pb.h"
#include "coordinator/schedule/schedule_times.h"

namespace baton::schedule {

using State = journal::v1::ScheduleState;
using ScheduledTime = journal::v1::ScheduledTime;

// Unique in a domain.
struct Name {
  std::string domain, id;
};

struct Contents {
  v1::Schedule schedule;
  ScheduleTimes times;  // of schedule.spec
  State state;
};

// From the two columns of a row. DATA_LOSS when they cannot be read, or name a time zone that this host does not know.
absl::StatusOr<Contents> read_contents(const std::string& definition, const std::string& state);

v1::OverlapPolicy policy_of(const v1::Schedule& schedule);
int64_t catch_up_ms(const v1::Schedule& schedule);

// Of the run for this time, as the schedule names its runs now.
std::string workflow_id_of(const Name& name, const v1::Schedule& schedule, int64_t nominal_ms);
// The same, unless the time has had one before.
std::string workflow_id_of(const Name& name, const v1::Schedule& schedule, const ScheduledTime& time);
// The same for one time of one schedule, whoever asks and however often; at most 64 characters.
std::string request_id_of(const Name& name, const State& state, const ScheduledTime& time);
// Of what ends another run for the sake of this time.
std::string ending_id_of(const Name& name, const State& state, const ScheduledTime& time, const journal::v1::ExecutionRef& other);
v1::StartWorkflowExecutionRequest start_request(const Name& name, const Contents& contents, const ScheduledTime& time);

}  // namespace baton::schedule
