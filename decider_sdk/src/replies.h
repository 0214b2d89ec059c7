// What code says to a query, and what is said in its place.
#pragma once

#include <exception>
#include <string>
#include <utility>

#include "baton/reply.h"
#include "wire.h"

namespace baton::detail {

// With the message, cut to what a reply may hold, as its details.
inline Reply failed_reply(const std::string& reason, const std::string& message) {
  constexpr size_t kReasonCharacters = 256;
  constexpr size_t kMessageCharacters = 8'000;  // at most 4 bytes each, in 32,768
  return {true, false, cut(reason, kReasonCharacters),
          Payload{cut(message, kMessageCharacters), std::string(kTextType), {}, {}}};
}

// `code` gives the result; throws nothing.
template <class Code>
Reply reply_of(Code code) {
  try {
    return {false, false, {}, code()};
  } catch (const PayloadError& error) {
    return failed_reply("PAYLOAD_ERROR", error.what());
  } catch (const std::exception& error) {
    return failed_reply("EXCEPTION", error.what());
  } catch (...) {
    return failed_reply("EXCEPTION", "the code threw something that is no std::exception");
  }
}

}  // namespace baton::detail
