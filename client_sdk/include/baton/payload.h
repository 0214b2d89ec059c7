// What travels as an input, a result or details: bytes and a note of what they are.
#pragma once

#include <map>
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

// Context that travels along, for example a trace, by key. What an execution is started with goes on
// by itself to its activities, the signals that it sends and its children. At most 16 entries, whose
// keys are names (1 to 256 characters), and 32,768 bytes in all.
using Headers = std::map<std::string, Payload>;

// A payload that cannot be made from a value, or that does not hold the type that was asked for.
class PayloadError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace baton
