// The SDK's plain values to the messages of baton.v1 and back. Private.
#pragma once

#include <optional>

#include "baton/names.h"
#include "baton/payload.h"
#include "baton/reply.h"
#include "baton/search_attribute.h"
#include "baton/timeout.h"
#include "baton/v1/common.pb.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace baton {

void to_wire(const Payload& payload, v1::Payload* out);
void to_wire(Payload&& payload, v1::Payload* out);
Payload from_wire(const v1::Payload& payload);
// Takes the bytes out of the message.
Payload take(v1::Payload* payload);

using WireHeaders = google::protobuf::Map<std::string, v1::Payload>;
// Adds to what is there; what has the same key stays.
void to_wire(const Headers& headers, WireHeaders* out);
Headers from_wire(const WireHeaders& headers);

// Only for a timeout that is given: not is_default(). Cut to 0 ms … 366 days.
void to_wire(Timeout timeout, v1::Timeout* out);
void to_wire(Duration duration, google::protobuf::Duration* out);
Duration to_duration(const google::protobuf::Duration& duration);

TimePoint from_wire(const google::protobuf::Timestamp& time);
void to_wire(TimePoint time, google::protobuf::Timestamp* out);

void to_wire(const SearchAttribute& attribute, v1::SearchAttribute* out);
// A kind that is not known here is an empty text.
SearchAttribute from_wire(const v1::SearchAttribute& attribute);

void to_wire(Reply reply, v1::Reply* out);
Reply from_wire(const v1::Reply& reply);

template <class Type>  // v1::WorkflowType, v1::ActivityType
void to_wire(const TypeName& name, Type* out) {
  out->set_name(name.name);
  out->set_version(name.version);
}
inline Execution from_wire(const v1::WorkflowExecution& execution) {
  return {execution.workflow_id(), execution.run_id()};
}

// At most `limit` Unicode characters of the text, never half of one; bytes that are not UTF-8
// become '?', so that the message can be sent.
std::string cut(std::string_view text, size_t limit);

}  // namespace baton
