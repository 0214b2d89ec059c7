// Parameters of a prepared statement in PostgreSQL's binary form: every one is sent as bytes, so text with a NUL is refused by the
// server instead of being cut short, and an array of a thousand rows is one memcpy. A statement casts each: $1::int8[].
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/core/run_id.h"

namespace baton::store::postgres {

// In the order of $1, $2, …. A plain value.
class Params {
 public:
  Params& int2(int16_t value);
  Params& int4(int32_t value);
  Params& int8(int64_t value);
  Params& flag(bool value);
  Params& uuid(std::string_view bytes);  // 16
  Params& uuid(const core::RunId& id) { return uuid(id.view()); }
  Params& text(std::string_view value);  // bytea too: the cast tells them apart

  // One column of many rows: `field` gives a row's value.
  template <typename Rows, typename Field>
  Params& int2s(const Rows& rows, Field field) {
    begin_array(kInt2, rows.size());
    for (const auto& row : rows) put_element(int64_t{std::invoke(field, row)}, 2);
    return *this;
  }
  template <typename Rows, typename Field>
  Params& int4s(const Rows& rows, Field field) {
    begin_array(kInt4, rows.size());
    for (const auto& row : rows) put_element(int64_t{std::invoke(field, row)}, 4);
    return *this;
  }
  template <typename Rows, typename Field>
  Params& int8s(const Rows& rows, Field field) {
    begin_array(kInt8, rows.size());
    for (const auto& row : rows) put_element(int64_t{std::invoke(field, row)}, 8);
    return *this;
  }
  template <typename Rows, typename Field>
  Params& flags(const Rows& rows, Field field) {
    begin_array(kBool, rows.size());
    for (const auto& row : rows) put_element(std::invoke(field, row) ? 1 : 0, 1);
    return *this;
  }
  template <typename Rows, typename Field>
  Params& uuids(const Rows& rows, Field field) {
    begin_array(kUuid, rows.size());
    for (const auto& row : rows) put_element(core::RunId(std::invoke(field, row)).view());
    return *this;
  }
  template <typename Rows, typename Field>
  Params& texts(const Rows& rows, Field field) {
    begin_array(kText, rows.size());
    for (const auto& row : rows) put_element(std::string_view(std::invoke(field, row)));
    return *this;
  }
  template <typename Rows, typename Field>
  Params& byteas(const Rows& rows, Field field) {
    begin_array(kBytea, rows.size());
    for (const auto& row : rows) put_element(std::string_view(std::invoke(field, row)));
    return *this;
  }

  const std::vector<std::string>& values() const { return values_; }

 private:
  // src/include/catalog/pg_type.dat: array_recv() compares the element type with the declared one.
  enum Oid : int32_t { kBool = 16, kBytea = 17, kInt8 = 20, kInt2 = 21, kInt4 = 23, kText = 25, kUuid = 2950 };
  void begin_array(Oid element, size_t count);
  void put_element(int64_t value, int width);
  void put_element(std::string_view bytes);

  std::vector<std::string> values_;
};

// What the server shows of a bytea: \x and two digits for each byte.
std::string from_hex(std::string_view shown);

// The text form of a text[], for one element of an array of arrays (which PostgreSQL does not have): '{"a","b"}'.
std::string array_literal(const std::vector<std::string>& elements);

}  // namespace baton::store::postgres
