#include "coordinator/store/batch_check.h"

#include <algorithm>
#include <initializer_list>

#include "absl/strings/str_cat.h"

namespace baton::store {
namespace {

constexpr int16_t kLastCloseStatus = 6;  // baton.v1.CLOSE_STATUS_TIMED_OUT

// The length of the UTF-8 sequence that begins with this byte; 0: none does.
size_t sequence_length(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >> 5 == 0b110) return 2;
  if (lead >> 4 == 0b1110) return 3;
  return lead >> 3 == 0b11110 ? 4 : 0;
}

bool is_text(std::string_view text) {
  constexpr uint32_t kSmallest[] = {0, 1, 0x80, 0x800, 0x10000};  // of each length; below it a shorter sequence would do
  for (size_t i = 0; i < text.size();) {
    const uint8_t lead = static_cast<uint8_t>(text[i]);
    const size_t length = sequence_length(lead);
    if (length == 0 || i + length > text.size()) return false;
    uint32_t point = length == 1 ? lead : lead & (0x7f >> length);
    for (size_t k = 1; k < length; ++k) {
      const uint8_t byte = static_cast<uint8_t>(text[i + k]);
      if (byte >> 6 != 0b10) return false;
      point = point << 6 | (byte & 0x3f);
    }
    const bool is_surrogate = point >= 0xd800 && point <= 0xdfff;
    if (point < kSmallest[length] || point > 0x10ffff || is_surrogate) return false;
    i += length;
  }
  return true;
}

// The first of the rows that `ok` does not like.
template <typename Row, typename RunOf, typename Ok>
absl::Status check_rows(const std::vector<Row>& rows, const char* what, RunOf run_of, Ok ok) {
  for (const Row& row : rows) {
    if (ok(row)) continue;
    return absl::InvalidArgumentError(absl::StrCat(what, " of run ", run_of(row).run_id.to_text(),
                                                   " has a number out of bounds, or text that is not UTF-8 or has a NUL"));
  }
  return absl::OkStatus();
}

bool are_texts(std::initializer_list<std::string_view> texts) { return std::all_of(texts.begin(), texts.end(), is_text); }

bool is_journal_row(const JournalRow& row) {
  return row.run.shard >= 0 && row.batch_no >= 1 && row.first_event_id >= 1 && row.format >= 1 && !row.records.empty();
}

bool are_attributes(const std::vector<Attribute>& attributes) {
  return std::all_of(attributes.begin(), attributes.end(), [](const Attribute& attribute) { return is_text(attribute.name); });
}

bool is_opened(const ExecutionOpened& row) {
  return row.run.shard >= 0 && row.start_ms >= 0 && row.deadline_ms >= 0 &&
         are_texts({row.domain, row.workflow_id, row.type_name, row.type_version, row.parent_workflow_id}) &&
         std::all_of(row.tags.begin(), row.tags.end(), is_text) && are_attributes(row.attributes);
}

bool is_closed(const ExecutionClosed& row) {
  return row.close_status >= 1 && row.close_status <= kLastCloseStatus && row.close_ms > 0 &&
         are_texts({row.domain, row.workflow_id});
}

bool is_changed(const ExecutionChanged& row) {
  return row.deadline_ms.value_or(0) >= 0 && are_texts({row.domain, row.workflow_id}) &&
         are_attributes(row.attributes.value_or(std::vector<Attribute>{}));
}

bool is_backlog_row(const BacklogRow& row) {
  const bool known_kind = row.kind >= core::TaskKind::kDecision && row.kind <= core::TaskKind::kFunction;
  return row.key.run.shard >= 0 && row.key.scheduled_event_id >= 1 && known_kind &&
         are_texts({row.domain, row.task_list, row.workflow_id});
}

bool is_outbox_row(const OutboxRow& row) {
  return row.key.source.shard >= 0 && row.key.kind >= 1 && row.key.subject >= 1 && row.created_ms >= 0;
}

absl::Status check_received(const std::vector<ReceivedRow>& rows) {
  for (const ReceivedRow& row : rows) {
    const WorkflowKey& workflow = row.key.workflow;
    if (workflow.shard >= 0 && are_texts({workflow.domain, workflow.workflow_id, row.key.source, row.key.id})) continue;
    return absl::InvalidArgumentError("a received row has a negative shard, or text that is not UTF-8 or has a NUL");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status check_batch(const CommitBatch& batch) {
  const auto run = [](const auto& row) { return row.run; };
  if (absl::Status s = check_rows(batch.journal, "a journal row", run, is_journal_row); !s.ok()) return s;
  if (absl::Status s = check_rows(batch.closed, "the close", run, is_closed); !s.ok()) return s;
  if (absl::Status s = check_rows(batch.opened, "the execution", run, is_opened); !s.ok()) return s;
  if (absl::Status s = check_rows(batch.changed, "a change", run, is_changed); !s.ok()) return s;
  const auto run_of_task = [](const BacklogRow& row) { return row.key.run; };
  if (absl::Status s = check_rows(batch.backlog_added, "a task", run_of_task, is_backlog_row); !s.ok()) return s;
  const auto source = [](const OutboxRow& row) { return row.key.source; };
  if (absl::Status s = check_rows(batch.outbox_added, "a message", source, is_outbox_row); !s.ok()) return s;
  return check_received(batch.received);
}

}  // namespace baton::store
