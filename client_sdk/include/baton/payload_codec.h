// What happens to payloads between a program and the coordinator: encryption, compression.
//
//   auto codec = std::make_shared<baton::Aes256GcmCodec>("2026-11", keys);
//   baton::Client client{"localhost:7450", "orders", {.codec = codec}};
//
// Encoded is every payload that leaves, and decoded every one that comes in, of the client and of
// the deciders and workers made with it: inputs, results, details (of heartbeats, too), values of
// signals, markers and side effects, what updates and queries ask and are answered, and headers. Not encoded, since the coordinator works with
// them or people search for them: names, ids, tags, search attributes, reasons of failures (an
// exception's what() is one), `control` and the execution context. Do not put secrets there.
#pragma once

#include "baton/payload.h"

namespace baton {

// Called from many threads at a time. Whatever it throws is a PayloadError to the one who called,
// and what is named below to the others.
//
// The bounds of the coordinator hold for what encode() returns.
class PayloadCodec {
 public:
  virtual ~PayloadCodec() = default;

  // The payload as the coordinator sees it; `encoding` (at most 64 characters) and `key_id` (at most
  // 256) say to decode() how it was made. What throws here: a call of the client throws
  // PayloadError; an activity fails; a decision task fails, and is offered again later.
  virtual Payload encode(Payload payload) const = 0;

  // The reverse. Gets every payload, also those that no codec has seen: their `encoding` is empty.
  // What throws here (a key that is not known, damaged data): a call of the client throws
  // PayloadError, an activity fails with what() as its reason, and a decision task fails with the
  // reason "PAYLOAD_ERROR" and is offered again later. The workflow's code never sees it: keys are
  // not in the history, so what they lack must not decide anything.
  virtual Payload decode(Payload payload) const = 0;
};

}  // namespace baton
