#include "coordinator/store/postgres/binary.h"

#include <cassert>

namespace baton::store::postgres {
namespace {

// Network byte order; the low `width` bytes of `value`.
void put_int(std::string& out, int64_t value, int width) {
  for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

std::string of_int(int64_t value, int width) {
  std::string out;
  put_int(out, value, width);
  return out;
}

int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

}  // namespace

Params& Params::int2(int16_t value) {
  values_.push_back(of_int(value, 2));
  return *this;
}

Params& Params::int4(int32_t value) {
  values_.push_back(of_int(value, 4));
  return *this;
}

Params& Params::int8(int64_t value) {
  values_.push_back(of_int(value, 8));
  return *this;
}

Params& Params::flag(bool value) {
  values_.push_back(of_int(value, 1));
  return *this;
}

Params& Params::uuid(std::string_view bytes) {
  assert(bytes.size() == 16);
  return text(bytes);
}

Params& Params::text(std::string_view value) {
  values_.emplace_back(value);
  return *this;
}

// src/backend/utils/adt/arrayfuncs.c, array_recv(): dimensions, has-null flag, element type, then length and lower bound of each
// dimension. An empty array has no dimension.
void Params::begin_array(Oid element, size_t count) {
  std::string& out = values_.emplace_back();
  put_int(out, count == 0 ? 0 : 1, 4);
  put_int(out, 0, 4);
  put_int(out, element, 4);
  if (count == 0) return;
  put_int(out, static_cast<int64_t>(count), 4);
  put_int(out, 1, 4);
}

void Params::put_element(int64_t value, int width) {
  put_int(values_.back(), width, 4);
  put_int(values_.back(), value, width);
}

void Params::put_element(std::string_view bytes) {
  put_int(values_.back(), static_cast<int64_t>(bytes.size()), 4);
  values_.back().append(bytes);
}

std::string from_hex(std::string_view shown) {
  std::string bytes;
  if (!shown.starts_with("\\x")) return bytes;
  bytes.reserve(shown.size() / 2);
  for (size_t i = 2; i + 1 < shown.size(); i += 2) {
    bytes.push_back(static_cast<char>(digit(shown[i]) << 4 | digit(shown[i + 1])));
  }
  return bytes;
}

std::string array_literal(const std::vector<std::string>& elements) {
  std::string out = "{";
  for (const std::string& element : elements) {
    if (out.size() > 1) out.push_back(',');
    out.push_back('"');
    for (const char c : element) {
      if (c == '"' || c == '\\') out.push_back('\\');
      out.push_back(c);
    }
    out.push_back('"');
  }
  return out + "}";
}

}  // namespace baton::store::postgres
