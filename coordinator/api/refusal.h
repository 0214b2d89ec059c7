// A refusal inside a response or on a stream: what a status says, as a message.
#pragma once

#include "absl/status/status.h"
#include "baton/v1/errors.pb.h"

namespace baton::api {

// `status` is not OK.
void to_refusal(const absl::Status& status, v1::Refusal* refusal);

}  // namespace baton::api
