// What the CLI prints: aligned tables, and values in the form people read.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "baton/payload.h"
#include "baton/timeout.h"
#include "baton/v1/common.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace baton::cli {

// Columns as wide as their widest cell, two spaces apart; the last one is not padded.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : rows_{std::move(header)} {}
  // As many cells as the header has. Control characters are shown as '?': no cell can move the cursor.
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  size_t size() const { return rows_.size() - 1; }
  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// "2026-01-31 09:15:00.123", UTC; empty when it is not set.
std::string time_text(TimePoint time);
std::string time_text(const google::protobuf::Timestamp& time);
// "1.5s", "2m 5s", "none"; empty when it is not given.
std::string duration_text(Duration duration);
std::string timeout_text(const v1::Timeout& timeout);
// The bytes as they are when they are text, at most `limit` of its characters; otherwise how many there are.
std::string payload_text(const Payload& payload, size_t limit);
// One line for a terminal: control characters become '?', what is no UTF-8 too.
std::string printable(std::string_view text);

}  // namespace baton::cli
