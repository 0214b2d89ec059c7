// A schedule as the API shows it. Pure; `response` is empty before.
#pragma once

#include "coordinator/schedule/contents.h"

namespace baton::schedule {

void show(const Name& name, const Contents& contents, int64_t now_ms, v1::DescribeScheduleResponse* response);
void show(const Name& name, const Contents& contents, int64_t now_ms, v1::ScheduleInfo* info);

}  // namespace baton::schedule
