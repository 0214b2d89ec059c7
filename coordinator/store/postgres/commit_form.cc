#include "coordinator/store/postgres/commit_form.h"

#include <algorithm>

#include "coordinator/store/batch_check.h"
#include "coordinator/store/net_changes.h"

namespace baton::store::postgres {
namespace {

// Pointers to the rows, by the key of their table.
template <typename Row, typename Key>
std::vector<const Row*> sorted(const std::vector<Row>& rows, Key key) {
  std::vector<const Row*> order;
  order.reserve(rows.size());
  for (const Row& row : rows) order.push_back(&row);
  std::sort(order.begin(), order.end(), [&](const Row* a, const Row* b) { return key(*a) < key(*b); });
  return order;
}

std::string_view nonce(const CommitBatch& batch) {
  return {reinterpret_cast<const char*>(batch.commit_id.data()), batch.commit_id.size()};
}

void add_journal(const CommitBatch& batch, CommitForm& form) {
  if (batch.journal.empty()) return;
  const auto rows = sorted(batch.journal, [](const JournalRow& row) { return std::tie(row.run, row.batch_no); });
  Params keys;
  keys.int2s(rows, [](const JournalRow* row) { return row->run.shard; })
      .uuids(rows, [](const JournalRow* row) { return row->run.run_id; })
      .int8s(rows, [](const JournalRow* row) { return row->batch_no; });
  Params params = keys;
  params.int8s(rows, [](const JournalRow* row) { return row->first_event_id; })
      .int2s(rows, [](const JournalRow* row) { return row->format; })
      .byteas(rows, [](const JournalRow* row) { return std::string_view(row->records); })
      .uuid(nonce(batch));
  form.steps.push_back({&kAppendJournal, std::move(params), std::nullopt});
  form.journal_writers = CommitStep{&kJournalWriters, std::move(keys), std::nullopt};
}

void add_updates(const std::vector<ExecutionUpdate>& rows, CommitForm& form) {
  if (rows.empty()) return;
  Params params;
  params.int2s(rows, [](const ExecutionUpdate& row) { return row.run.shard; })
      .uuids(rows, [](const ExecutionUpdate& row) { return row.run.run_id; })
      .int2s(rows, &ExecutionUpdate::close_status)
      .int8s(rows, &ExecutionUpdate::close_ms)
      .int8s(rows, [](const ExecutionUpdate& row) { return row.deadline_ms.value_or(kSameDeadline); })
      .flags(rows, &ExecutionUpdate::cancel_requested);
  form.steps.push_back({&kUpdateExecutions, std::move(params), static_cast<int64_t>(rows.size())});
}

void add_opened(const std::vector<NewExecution>& rows, CommitForm& form) {
  if (rows.empty()) return;
  Params params;
  params.int2s(rows, [](const NewExecution& row) { return row.opened.run.shard; })
      .uuids(rows, [](const NewExecution& row) { return row.opened.run.run_id; })
      .texts(rows, [](const NewExecution& row) { return std::string_view(row.opened.domain); })
      .texts(rows, [](const NewExecution& row) { return std::string_view(row.opened.workflow_id); })
      .texts(rows, [](const NewExecution& row) { return std::string_view(row.opened.type_name); })
      .texts(rows, [](const NewExecution& row) { return std::string_view(row.opened.type_version); })
      .int8s(rows, [](const NewExecution& row) { return row.opened.start_ms; })
      .texts(rows, [](const NewExecution& row) { return array_literal(row.opened.tags); })
      .texts(rows, [](const NewExecution& row) { return std::string_view(row.opened.parent_workflow_id); })
      .uuids(rows, [](const NewExecution& row) { return row.opened.parent_run_id.value_or(RunId{}); })
      .int8s(rows, [](const NewExecution& row) { return row.opened.deadline_ms; })
      .int2s(rows, &NewExecution::close_status)
      .int8s(rows, &NewExecution::close_ms)
      .flags(rows, &NewExecution::cancel_requested);
  form.steps.push_back({&kOpenExecutions, std::move(params), std::nullopt});
}

// A run's attribute, on its way into the table.
struct AttributeRow {
  RunKey run;
  const Attribute* attribute;
};

void add_attributes(const NetChanges& net, CommitForm& form) {
  std::vector<const ExecutionUpdate*> changed, closed;
  std::vector<AttributeRow> rows;
  const auto add = [&](RunKey run, const std::vector<Attribute>& attributes) {
    for (const Attribute& attribute : attributes) rows.push_back({run, &attribute});
  };
  for (const ExecutionUpdate& update : net.updates) {
    if (update.attributes) {
      changed.push_back(&update);
      add(update.run, *update.attributes);
    } else if (update.closes_attributes) {
      closed.push_back(&update);
    }
  }
  for (const NewExecution& row : net.opened) add(row.opened.run, row.opened.attributes);
  const auto runs = [](const std::vector<const ExecutionUpdate*>& updates) {
    return Params().int2s(updates, [](const ExecutionUpdate* update) { return update->run.shard; })
        .uuids(updates, [](const ExecutionUpdate* update) { return update->run.run_id; });
  };
  if (!changed.empty()) form.steps.push_back({&kForgetAttributes, runs(changed), std::nullopt});
  if (!closed.empty()) {
    Params params = runs(closed);
    params.int2s(closed, [](const ExecutionUpdate* update) { return update->close_status; })
        .int8s(closed, [](const ExecutionUpdate* update) { return update->close_ms; });
    form.steps.push_back({&kCloseAttributes, std::move(params), std::nullopt});
  }
  if (rows.empty()) return;
  Params params;
  params.int2s(rows, [](const AttributeRow& row) { return row.run.shard; })
      .uuids(rows, [](const AttributeRow& row) { return row.run.run_id; })
      .texts(rows, [](const AttributeRow& row) { return std::string_view(row.attribute->name); })
      .byteas(rows, [](const AttributeRow& row) { return std::string_view(row.attribute->value); });
  form.steps.push_back({&kAddAttributes, std::move(params), std::nullopt});
}

void add_backlog(const CommitBatch& batch, CommitForm& form) {
  if (!batch.backlog_removed.empty()) {
    const auto rows = sorted(batch.backlog_removed, [](const BacklogKey& key) { return key; });
    Params params;
    params.int2s(rows, [](const BacklogKey* key) { return key->run.shard; })
        .uuids(rows, [](const BacklogKey* key) { return key->run.run_id; })
        .int8s(rows, [](const BacklogKey* key) { return key->scheduled_event_id; });
    form.steps.push_back({&kRemoveBacklog, std::move(params), std::nullopt});
  }
  if (!batch.backlog_added.empty()) {
    const auto rows = sorted(batch.backlog_added, [](const BacklogRow& row) { return row.key; });
    Params params;
    params.int2s(rows, [](const BacklogRow* row) { return row->key.run.shard; })
        .uuids(rows, [](const BacklogRow* row) { return row->key.run.run_id; })
        .int8s(rows, [](const BacklogRow* row) { return row->key.scheduled_event_id; })
        .int2s(rows, [](const BacklogRow* row) { return static_cast<int16_t>(row->kind); })
        .texts(rows, [](const BacklogRow* row) { return std::string_view(row->domain); })
        .texts(rows, [](const BacklogRow* row) { return std::string_view(row->task_list); })
        .texts(rows, [](const BacklogRow* row) { return std::string_view(row->workflow_id); })
        .int4s(rows, [](const BacklogRow* row) { return row->priority; })
        .int8s(rows, [](const BacklogRow* row) { return row->scheduled_ms; });
    form.steps.push_back({&kAddBacklog, std::move(params), std::nullopt});
  }
}

void add_outbox(const CommitBatch& batch, CommitForm& form) {
  if (!batch.outbox_removed.empty()) {
    const auto rows = sorted(batch.outbox_removed, [](const OutboxKey& key) { return key; });
    Params params;
    params.int2s(rows, [](const OutboxKey* key) { return key->source.shard; })
        .uuids(rows, [](const OutboxKey* key) { return key->source.run_id; })
        .int2s(rows, [](const OutboxKey* key) { return key->kind; })
        .int8s(rows, [](const OutboxKey* key) { return key->subject; });
    form.steps.push_back({&kRemoveOutbox, std::move(params), std::nullopt});
  }
  if (!batch.outbox_added.empty()) {
    const auto rows = sorted(batch.outbox_added, [](const OutboxRow& row) { return row.key; });
    Params params;
    params.int2s(rows, [](const OutboxRow* row) { return row->key.source.shard; })
        .uuids(rows, [](const OutboxRow* row) { return row->key.source.run_id; })
        .int2s(rows, [](const OutboxRow* row) { return row->key.kind; })
        .int8s(rows, [](const OutboxRow* row) { return row->key.subject; })
        .int8s(rows, [](const OutboxRow* row) { return row->created_ms; })
        .byteas(rows, [](const OutboxRow* row) { return std::string_view(row->message); });
    form.steps.push_back({&kAddOutbox, std::move(params), std::nullopt});
  }
}

void add_received(const CommitBatch& batch, CommitForm& form) {
  if (batch.received.empty()) return;
  const auto rows = sorted(batch.received, [](const ReceivedRow& row) { return std::tie(row.key); });
  Params keys;
  keys.int2s(rows, [](const ReceivedRow* row) { return row->key.workflow.shard; })
      .texts(rows, [](const ReceivedRow* row) { return std::string_view(row->key.workflow.domain); })
      .texts(rows, [](const ReceivedRow* row) { return std::string_view(row->key.workflow.workflow_id); })
      .texts(rows, [](const ReceivedRow* row) { return std::string_view(row->key.source); })
      .texts(rows, [](const ReceivedRow* row) { return std::string_view(row->key.id); });
  Params params = keys;
  params.byteas(rows, [](const ReceivedRow* row) { return std::string_view(row->verdict); })
      .int8s(rows, [](const ReceivedRow* row) { return row->received_ms; })
      .uuid(nonce(batch));
  form.steps.push_back({&kAddReceived, std::move(params), std::nullopt});
  form.received_writers = CommitStep{&kReceivedWriters, std::move(keys), std::nullopt};
}

}  // namespace

absl::StatusOr<CommitForm> commit_form(const CommitBatch& batch) {
  if (absl::Status status = check_batch(batch); !status.ok()) return status;
  const absl::StatusOr<NetChanges> net = net_changes(batch);
  if (!net.ok()) return net.status();
  CommitForm form;
  add_journal(batch, form);
  add_updates(net->updates, form);
  add_opened(net->opened, form);
  add_attributes(*net, form);
  add_backlog(batch, form);
  add_outbox(batch, form);
  add_received(batch, form);
  return form;
}

}  // namespace baton::store::postgres
