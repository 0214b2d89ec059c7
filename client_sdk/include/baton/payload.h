// What travels as an input, a result or details: bytes and a note of what they are.
#pragma once

#include <stdexcept>
#include <string>

namespace baton {

// A plain value. The coordinator never looks inside and refuses more than 32,768 bytes of `data`
// unless the domain's limits say otherwise.
struct Payload {
  std::string data;
  std::string content_type;  // a media type, for example "application/json"
  std::string encoding;      // what a codec did to `data`; empty: nothing
  std::string key_id;        // the codec's key; empty: none

  friend bool operator==(const Payload&, const Payload&) = default;
};

// A payload that cannot be made from a value, or that does not hold the type that was asked for.
class PayloadError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace baton
