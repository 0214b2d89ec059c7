#include "coordinator/engine/cached_run.h"

#include <algorithm>
#include <array>

#include "coordinator/core/history_view.h"
#include "coordinator/core/limits.h"

namespace baton::engine {
namespace {
constexpr size_t kTailBytes = 64 << 10;
constexpr size_t kTailBatches = 256;
constexpr size_t kScratchBytes = 8 << 10;  // parses a few batches without an allocation
}  // namespace

void HistoryTail::append(int64_t first_event_id, int64_t last_event_id, std::string records) {
  bytes_ += records.size();
  entries_.push_back({first_event_id, last_event_id, std::move(records)});
  const auto is_too_much = [&] {
    if (entries_.size() > 1) return bytes_ > kTailBytes || entries_.size() > kTailBatches;
    return bytes_ > core::kMaxPageBytes;  // no page has room for it: what a reset took over
  };
  while (is_too_much()) {
    bytes_ -= entries_.front().records.size();
    entries_.pop_front();
  }
}

bool HistoryTail::covers(int64_t from_event_id, int64_t until_event_id) const {
  return !entries_.empty() && entries_.front().first_event_id <= from_event_id && entries_.back().last_event_id >= until_event_id;
}

size_t HistoryTail::bytes_of(int64_t from_event_id, int64_t until_event_id) const {
  size_t bytes = 0;
  for (auto at = entries_.rbegin(); at != entries_.rend() && at->last_event_id >= from_event_id; ++at) {
    if (at->first_event_id <= until_event_id) bytes += at->records.size();
  }
  return bytes;
}

void HistoryTail::show(int64_t from_event_id, int64_t until_event_id, const journal::v1::RecordBatch* latest,
                       google::protobuf::RepeatedPtrField<v1::HistoryEvent>* events) const {
  alignas(8) std::array<char, kScratchBytes> scratch;
  google::protobuf::Arena arena(scratch.data(), scratch.size());
  auto at = std::partition_point(entries_.begin(), entries_.end(),
                                 [&](const Entry& entry) { return entry.last_event_id < from_event_id; });
  for (; at != entries_.end() && at->first_event_id <= until_event_id; ++at) {
    const journal::v1::RecordBatch* batch = std::next(at) == entries_.end() ? latest : nullptr;
    if (batch == nullptr) {
      auto* parsed = google::protobuf::Arena::CreateMessage<journal::v1::RecordBatch>(&arena);
      parsed->ParseFromString(at->records);
      batch = parsed;
    }
    int64_t event_id = at->first_event_id;
    for (const journal::v1::Record& record : batch->records()) {
      if (!record.has_event()) continue;
      if (event_id >= from_event_id && event_id <= until_event_id) core::to_history_event(record.event(), event_id, events->Add());
      ++event_id;
    }
  }
}

}  // namespace baton::engine
