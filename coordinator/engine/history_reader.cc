#include "coordinator/engine/history_reader.h"

#include <algorithm>

#include "coordinator/core/history_view.h"
#include "coordinator/core/limits.h"

namespace baton::engine {
namespace {

// Internal records between two events (heartbeats of a long activity) are read over, up to this.
constexpr int64_t kMaxReadBytes = 1 << 30;

// Gathers events until the page is full or the range ends.
class PageBuilder {
 public:
  explicit PageBuilder(const EventRange& range) : range_(range) {}

  // False: the page is complete.
  bool add(const journal::v1::Event& event, int64_t event_id) {
    if (event_id < range_.first || (range_.last != 0 && event_id > range_.last)) {
      const bool beyond = range_.reverse ? event_id < range_.first : range_.last != 0 && event_id > range_.last;
      return !beyond;
    }
    // The first row of what is read next may hold the last events of what was read before.
    if (!page_.events.empty() && (range_.reverse ? event_id > next_event_id() : event_id < next_event_id())) return true;
    v1::HistoryEvent shown = core::to_history_event(event, event_id);
    const size_t bytes = shown.ByteSizeLong();
    if (!page_.events.empty() && (static_cast<int32_t>(page_.events.size()) >= range_.limit || bytes_ + bytes > core::kMaxPageBytes)) {
      page_.next_event_id = event_id;
      return false;
    }
    bytes_ += bytes;
    page_.events.push_back(std::move(shown));
    return true;
  }
  EventPage& page() { return page_; }
  // Where to go on reading.
  int64_t next_event_id() const {
    if (page_.events.empty()) return range_.reverse ? range_.last : range_.first;
    return page_.events.back().event_id() + (range_.reverse ? -1 : 1);
  }

 private:
  const EventRange range_;
  EventPage page_;
  size_t bytes_ = 0;
};

absl::Status unreadable(const store::JournalRow& row, std::string_view why) {
  return absl::DataLossError("batch " + std::to_string(row.batch_no) + " of run " + row.run.run_id.to_text() +
                             " cannot be read by this release: " + std::string(why));
}

absl::StatusOr<journal::v1::RecordBatch> records_of(const store::JournalRow& row) {
  journal::v1::RecordBatch batch;
  if (row.format != store::kJournalFormat || !batch.ParseFromString(row.records)) return unreadable(row, "its format is not known");
  for (const auto& record : batch.records()) {
    if (record.kind_case() == journal::v1::Record::KIND_NOT_SET) return unreadable(row, "it has a record of an unknown kind");
    const bool is_unknown = record.has_event() && record.event().attributes_case() == journal::v1::Event::ATTRIBUTES_NOT_SET;
    if (is_unknown) return unreadable(row, "it has an unknown event");
  }
  return batch;
}

// False: the page is complete.
absl::StatusOr<bool> add_row(const store::JournalRow& row, bool reverse, PageBuilder& builder) {
  const auto batch = records_of(row);
  if (!batch.ok()) return batch.status();
  std::vector<std::pair<const journal::v1::Event*, int64_t>> events;
  int64_t event_id = row.first_event_id;
  for (const auto& record : batch->records()) {
    if (record.has_event()) events.emplace_back(&record.event(), event_id++);
  }
  if (reverse) std::reverse(events.begin(), events.end());
  for (const auto& [event, id] : events) {
    if (!builder.add(*event, id)) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<EventPage> read_events(store::Store& store, store::RunKey run, const EventRange& range) {
  PageBuilder builder(range);
  int64_t from = range.reverse ? range.last : range.first;
  int64_t read_bytes = static_cast<int64_t>(core::kMaxPageBytes);
  while (true) {
    const auto rows = store.read_history(run, from, range.reverse, read_bytes);
    if (!rows.ok()) return rows.status();
    for (const store::JournalRow& row : rows->rows) {
      const auto more = add_row(row, range.reverse, builder);
      if (!more.ok()) return more.status();
      if (!*more) return std::move(builder.page());
    }
    if (!rows->more || rows->rows.empty()) return std::move(builder.page());
    // The rows may have held more bytes than events: internal records are not shown.
    const store::JournalRow& last = rows->rows.back();
    const int64_t next = range.reverse ? last.first_event_id - 1 : builder.next_event_id();
    if (range.reverse && next < 1) return std::move(builder.page());
    const bool progress = next != from;
    if (!progress && read_bytes >= kMaxReadBytes) return unreadable(last, "it holds too much between two events");
    read_bytes = progress ? static_cast<int64_t>(core::kMaxPageBytes) : 2 * read_bytes;
    from = next;
  }
}

absl::StatusOr<int64_t> read_records(store::Store& store, store::RunKey run, int64_t from_batch_no,
                                     const std::function<bool(const journal::v1::Record&)>& visit) {
  int64_t next_batch_no = from_batch_no;
  while (true) {
    const auto rows = store.read_journal(run, next_batch_no, static_cast<int64_t>(core::kMaxPageBytes));
    if (!rows.ok()) return rows.status();
    if (rows->empty()) return next_batch_no;
    for (const store::JournalRow& row : *rows) {
      if (row.batch_no != next_batch_no++) return unreadable(row, "rows before it are missing");
      const auto batch = records_of(row);
      if (!batch.ok()) return batch.status();
      for (const auto& record : batch->records()) {
        if (!visit(record)) return next_batch_no;
      }
    }
  }
}

}  // namespace baton::engine
