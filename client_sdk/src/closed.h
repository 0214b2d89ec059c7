// From the event that closed a run to how it ended. Private.
#pragma once

#include "baton/client.h"
#include "baton/v1/history_event.pb.h"

namespace baton {

// kOpen: the event is no close.
Closed closed_by(const v1::HistoryEvent& event);

}  // namespace baton
