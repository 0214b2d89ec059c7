// What a start asks for, in the messages of baton.v1. Private.
#pragma once

#include "baton/client.h"
#include "baton/v1/workflow_service.pb.h"

namespace baton {

// All but the domain, and a request id of its own where none is given.
void to_wire(const StartRequest& start, v1::StartWorkflowExecutionRequest* request);

}  // namespace baton
