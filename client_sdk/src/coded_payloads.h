// A codec for all payloads of a message, wherever in it they are: requests, tasks, events, answers.
// Private.
#pragma once

#include <google/protobuf/message.h>

#include "baton/payload_codec.h"

namespace baton {

// One payload. Throws PayloadError only, whatever the codec throws.
Payload encoded(const PayloadCodec& codec, Payload payload);
Payload decoded(const PayloadCodec& codec, Payload payload);

// All of a message, in place; no codec: nothing is done. Throws PayloadError only; part of the
// payloads may be done then. Safe to call from any thread for messages that nobody else uses.
void encode_payloads(const PayloadCodec* codec, google::protobuf::Message* message);
void decode_payloads(const PayloadCodec* codec, google::protobuf::Message* message);
// For what people look at: a payload that cannot be decoded stays as it is.
void decode_what_can_be(const PayloadCodec* codec, google::protobuf::Message* message);

}  // namespace baton
