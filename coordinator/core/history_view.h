// The public events that the stored ones show. Called several times per activity step: no
// reflection, and nothing is copied but what the message itself must own. Pure, thread-safe.
#pragma once

#include <cstdint>

#include "baton/journal/v1/event.pb.h"
#include "baton/v1/history_event.pb.h"

namespace baton::core {

// `event_id` is the event's place in its run, from 1. An event whose kind this build does not know
// comes out without attributes; whoever reads journals must not let one get here.
baton::v1::HistoryEvent to_history_event(const baton::journal::v1::Event& event, int64_t event_id);

// The same, over whatever `shown` held: for events that are added to a response or live on an
// arena.
void to_history_event(const baton::journal::v1::Event& event, int64_t event_id,
                      baton::v1::HistoryEvent* shown);

}  // namespace baton::core
