#include "coordinator/store/postgres/statements.h"

// A statement is planned once and kept, often while its tables are empty, and PostgreSQL looks at them again once a minute at most. So that it
// cannot do anything but look each row up by its key, in the order of the arrays: most look up in a LATERAL with a LIMIT, and an update says
// `shard = ANY (ARRAY[x])`, which leaves no join but the one by the index.
namespace baton::store::postgres {

// The hot one. The order of unnest is the order of insertion, so two writers meet at their first common key.
constinit const Statement kAppendJournal = {"append_journal", R"(
INSERT INTO journal (shard, run_id, batch_no, first_event_id, format, records, commit_id)
SELECT r.shard, r.run_id, r.batch_no, r.first_event_id, r.format, r.records, $7::uuid
FROM unnest($1::int2[], $2::uuid[], $3::int8[], $4::int8[], $5::int2[], $6::bytea[])
  AS r(shard, run_id, batch_no, first_event_id, format, records)
)"};

// Closes and changes together: both are of rows that are open and stay unique. The tags follow their run's close. "< 1" is 0 for every row there
// is, and does not lead to the index of open runs, as "= 0" would.
constinit const Statement kUpdateExecutions = {"update_executions", R"(
WITH updated AS (
  UPDATE execution e
  SET close_status = u.close_status, close_ms = u.close_ms,
      deadline_ms = CASE WHEN u.deadline_ms < 0 THEN e.deadline_ms ELSE u.deadline_ms END,
      cancel_requested = e.cancel_requested OR u.cancel_requested
  FROM unnest($1::int2[], $2::uuid[], $3::int2[], $4::int8[], $5::int8[], $6::bool[])
    AS u(shard, run_id, close_status, close_ms, deadline_ms, cancel_requested)
  WHERE e.shard = ANY (ARRAY[u.shard]) AND e.run_id = u.run_id AND e.close_status < 1
  RETURNING e.shard, e.run_id, e.close_status, e.close_ms, e.tags
), tags AS (
  UPDATE execution_tag t SET close_status = c.close_status, close_ms = c.close_ms
  FROM (SELECT * FROM updated WHERE close_status > 0 AND cardinality(tags) > 0) c
  WHERE t.shard = ANY (ARRAY[c.shard]) AND t.run_id = c.run_id
)
SELECT count(*) FROM updated
)"};

// Tags are one text per row ('{"a","b"}'), cast here: PostgreSQL has no arrays of arrays of different lengths.
constinit const Statement kOpenExecutions = {"open_executions", R"(
WITH opened AS (
  INSERT INTO execution (shard, run_id, domain, workflow_id, type_name, type_version, start_ms, tags, parent_workflow_id,
                         parent_run_id, deadline_ms, close_status, close_ms, cancel_requested)
  SELECT r.shard, r.run_id, r.domain, r.workflow_id, r.type_name, r.type_version, r.start_ms, r.tags::text[], r.parent_workflow_id,
         NULLIF(r.parent_run_id, '00000000-0000-0000-0000-000000000000'::uuid), r.deadline_ms, r.close_status, r.close_ms,
         r.cancel_requested
  FROM unnest($1::int2[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int8[], $8::text[], $9::text[],
              $10::uuid[], $11::int8[], $12::int2[], $13::int8[], $14::bool[])
    AS r(shard, run_id, domain, workflow_id, type_name, type_version, start_ms, tags, parent_workflow_id, parent_run_id,
         deadline_ms, close_status, close_ms, cancel_requested)
  RETURNING shard, run_id, start_ms, close_ms, close_status, domain, tags
)
INSERT INTO execution_tag (shard, run_id, tag, domain, start_ms, close_ms, close_status)
SELECT o.shard, o.run_id, t.tag, o.domain, o.start_ms, o.close_ms, o.close_status
FROM opened o CROSS JOIN LATERAL (SELECT DISTINCT tag FROM unnest(o.tags) AS tag) t
)"};

// Of runs whose attributes change, and, by the other one, of those that close.
constinit const Statement kForgetAttributes = {"forget_attributes", R"(
DELETE FROM execution_attribute a
USING unnest($1::int2[], $2::uuid[]) AS r(shard, run_id)
WHERE a.shard = ANY (ARRAY[r.shard]) AND a.run_id = r.run_id
)"};

constinit const Statement kCloseAttributes = {"close_attributes", R"(
UPDATE execution_attribute a SET close_status = r.close_status, close_ms = r.close_ms
FROM unnest($1::int2[], $2::uuid[], $3::int2[], $4::int8[]) AS r(shard, run_id, close_status, close_ms)
WHERE a.shard = ANY (ARRAY[r.shard]) AND a.run_id = r.run_id
)"};

// After the rows of the runs, whose times and state they repeat.
constinit const Statement kAddAttributes = {"add_attributes", R"(
INSERT INTO execution_attribute (shard, run_id, name, value, domain, start_ms, close_ms, close_status)
SELECT r.shard, r.run_id, r.name, r.value, e.domain, e.start_ms, e.close_ms, e.close_status
FROM unnest($1::int2[], $2::uuid[], $3::text[], $4::bytea[]) AS r(shard, run_id, name, value)
CROSS JOIN LATERAL (
  SELECT domain, start_ms, close_ms, close_status FROM execution WHERE shard = r.shard AND run_id = r.run_id LIMIT 1
) e
)"};

// Looked up, then deleted where they stand: rows of the backlog come and go and never change, so a place found stays right.
constinit const Statement kRemoveBacklog = {"remove_backlog", R"(
DELETE FROM backlog b
USING unnest($1::int2[], $2::uuid[], $3::int8[]) AS r(shard, run_id, scheduled_event_id)
CROSS JOIN LATERAL (
  SELECT ctid FROM backlog
  WHERE shard = r.shard AND run_id = r.run_id AND scheduled_event_id = r.scheduled_event_id LIMIT 1
) found
WHERE b.ctid = found.ctid
)"};

constinit const Statement kAddBacklog = {"add_backlog", R"(
INSERT INTO backlog (shard, run_id, scheduled_event_id, kind, domain, task_list, workflow_id, priority, scheduled_ms)
SELECT * FROM unnest($1::int2[], $2::uuid[], $3::int8[], $4::int2[], $5::text[], $6::text[], $7::text[], $8::int4[], $9::int8[])
)"};

constinit const Statement kRemoveOutbox = {"remove_outbox", R"(
DELETE FROM outbox o
USING unnest($1::int2[], $2::uuid[], $3::int2[], $4::int8[]) AS r(shard, run_id, kind, subject)
CROSS JOIN LATERAL (
  SELECT ctid FROM outbox WHERE shard = r.shard AND run_id = r.run_id AND kind = r.kind AND subject = r.subject LIMIT 1
) found
WHERE o.ctid = found.ctid
)"};

constinit const Statement kAddOutbox = {"add_outbox", R"(
INSERT INTO outbox (shard, run_id, kind, subject, created_ms, message)
SELECT * FROM unnest($1::int2[], $2::uuid[], $3::int2[], $4::int8[], $5::int8[], $6::bytea[])
)"};

constinit const Statement kAddReceived = {"add_received", R"(
INSERT INTO received (shard, domain, workflow_id, source, id, verdict, received_ms, commit_id)
SELECT r.*, $8::uuid
FROM unnest($1::int2[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::int8[]) AS r
)"};

constinit const Statement kJournalWriters = {"journal_writers", R"(
SELECT j.commit_id FROM unnest($1::int2[], $2::uuid[], $3::int8[]) AS r(shard, run_id, batch_no)
CROSS JOIN LATERAL (
  SELECT commit_id FROM journal WHERE shard = r.shard AND run_id = r.run_id AND batch_no = r.batch_no LIMIT 1
) j
)"};

constinit const Statement kReceivedWriters = {"received_writers", R"(
SELECT w.commit_id
FROM unnest($1::int2[], $2::text[], $3::text[], $4::text[], $5::text[]) AS r(shard, domain, workflow_id, source, id)
CROSS JOIN LATERAL (
  SELECT commit_id FROM received
  WHERE shard = r.shard AND domain = r.domain AND workflow_id = r.workflow_id AND source = r.source AND id = r.id LIMIT 1
) w
)"};

// Kind 0: the run and its snapshot; kind 1: the journal after it. One statement, so one moment.
constinit const Statement kLoadRuns = {"load_runs", R"(
WITH asked AS (
  SELECT a.place, a.shard, a.run_id, s.batch_no, s.state
  FROM unnest($1::int2[], $2::uuid[]) WITH ORDINALITY AS a(shard, run_id, place)
  LEFT JOIN LATERAL (
    SELECT batch_no, state FROM snapshot WHERE shard = a.shard AND run_id = a.run_id AND core_version = $3::int4 LIMIT 1
  ) s ON true
)
SELECT a.place, 0 AS kind, COALESCE(a.batch_no, 0) AS batch_no, 0 AS first_event_id, 0 AS format, a.state AS bytes,
       e.domain, e.workflow_id
FROM asked a
LEFT JOIN LATERAL (SELECT domain, workflow_id FROM execution WHERE shard = a.shard AND run_id = a.run_id LIMIT 1) e ON true
UNION ALL
SELECT a.place, 1, j.batch_no, j.first_event_id, j.format, j.records, NULL, NULL
FROM asked a
CROSS JOIN LATERAL (
  SELECT batch_no, first_event_id, format, records FROM journal
  WHERE shard = a.shard AND run_id = a.run_id AND batch_no > COALESCE(a.batch_no, 0) ORDER BY batch_no
) j
ORDER BY place, kind, batch_no
)"};

constinit const Statement kConfirm = {"confirm", R"(
SELECT 0 AS kind, a.place, j.batch_no, NULL::uuid AS run_id, NULL::bytea AS verdict
FROM unnest($1::int2[], $2::uuid[]) WITH ORDINALITY AS a(shard, run_id, place)
CROSS JOIN LATERAL (SELECT batch_no FROM journal WHERE shard = a.shard AND run_id = a.run_id ORDER BY batch_no DESC LIMIT 1) j
UNION ALL
SELECT 1, a.place, NULL, e.run_id, NULL
FROM unnest($3::int2[], $4::text[], $5::text[]) WITH ORDINALITY AS a(shard, domain, workflow_id, place)
CROSS JOIN LATERAL (
  SELECT run_id FROM execution
  WHERE shard = a.shard AND domain = a.domain AND workflow_id = a.workflow_id AND close_status = 0 LIMIT 1
) e
UNION ALL
SELECT 2, a.place, NULL, NULL, w.verdict
FROM unnest($6::int2[], $7::text[], $8::text[], $9::text[], $10::text[]) WITH ORDINALITY
  AS a(shard, domain, workflow_id, source, id, place)
CROSS JOIN LATERAL (
  SELECT verdict FROM received
  WHERE shard = a.shard AND domain = a.domain AND workflow_id = a.workflow_id AND source = a.source AND id = a.id LIMIT 1
) w
)"};

// An older snapshot never replaces a newer one.
constinit const Statement kSaveSnapshot = {"save_snapshot", R"(
WITH batch AS (
  SELECT batch_no FROM journal WHERE shard = $1::int2 AND run_id = $2::uuid AND batch_no = $3::int8
), saved AS (
  INSERT INTO snapshot (shard, run_id, batch_no, core_version, state)
  SELECT $1::int2, $2::uuid, batch_no, $4::int4, $5::bytea FROM batch
  ON CONFLICT (shard, run_id, core_version) DO UPDATE SET batch_no = EXCLUDED.batch_no, state = EXCLUDED.state
  WHERE snapshot.batch_no < EXCLUDED.batch_no
)
SELECT EXISTS (SELECT FROM batch)
)"};

constinit const Statement kDatabaseClock = {"database_clock",
                                            "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::int8"};

constinit const Statement kMeta = {"meta", "SELECT shard_count, epoch, registry_version FROM meta WHERE id = 1"};

// First event ids never fall within a run and batch numbers are dense: a binary search, a look-up for each halving.
constinit const Statement kFindBatch = {"find_batch", R"(
WITH RECURSIVE bounds AS (
  SELECT COALESCE(max(batch_no), 0) AS last FROM journal WHERE shard = $1::int2 AND run_id = $2::uuid
), search(low, high) AS (
  SELECT 0::int8, last FROM bounds
  UNION ALL
  SELECT CASE WHEN j.first_event_id <= $3::int8 THEN j.batch_no ELSE s.low END,
         CASE WHEN j.first_event_id <= $3::int8 THEN s.high ELSE j.batch_no - 1 END
  FROM search s
  CROSS JOIN LATERAL (
    SELECT batch_no, first_event_id FROM journal
    WHERE shard = $1::int2 AND run_id = $2::uuid AND batch_no = (s.low + s.high + 1) / 2
  ) j
  WHERE s.low < s.high
)
SELECT (SELECT max(low) FROM search), last FROM bounds
)"};

// As many rows as fit: the first one always, the others while the sum stays within the bytes.
constinit const Statement kReadHistory = {"read_history", R"(
SELECT batch_no, first_event_id, format, records FROM (
  SELECT page.*, sum(octet_length(records)) OVER (ORDER BY batch_no) AS total FROM (
    SELECT batch_no, first_event_id, format, records FROM journal
    WHERE shard = $1::int2 AND run_id = $2::uuid AND batch_no >= $3::int8 ORDER BY batch_no LIMIT $5::int4
  ) page
) sized
WHERE total <= $4::int8 OR batch_no = $3::int8 ORDER BY batch_no
)"};
constinit const Statement kReadHistoryBackwards = {"read_history_backwards", R"(
SELECT batch_no, first_event_id, format, records FROM (
  SELECT page.*, sum(octet_length(records)) OVER (ORDER BY batch_no DESC) AS total FROM (
    SELECT batch_no, first_event_id, format, records FROM journal
    WHERE shard = $1::int2 AND run_id = $2::uuid AND batch_no <= $3::int8 ORDER BY batch_no DESC LIMIT $5::int4
  ) page
) sized
WHERE total <= $4::int8 OR batch_no = $3::int8 ORDER BY batch_no DESC
)"};

#define EXECUTION_COLUMNS                                                                                                  \
  "shard, run_id, domain, workflow_id, type_name, type_version, close_status, start_ms, close_ms, tags, parent_workflow_id, " \
  "parent_run_id, cancel_requested"

constinit const Statement kFindExecution = {
    "find_execution", "SELECT " EXECUTION_COLUMNS " FROM execution WHERE shard = $1::int2 AND run_id = $2::uuid"};

constinit const Statement kFindLatest = {
    "find_latest",
    "SELECT " EXECUTION_COLUMNS " FROM ("
    "(SELECT * FROM execution WHERE shard = $1::int2 AND domain = $2::text AND workflow_id = $3::text AND close_status = 0)"
    " UNION ALL "
    "(SELECT * FROM execution WHERE shard = $1::int2 AND domain = $2::text AND workflow_id = $3::text AND close_status > 0"
    " ORDER BY close_ms DESC, run_id DESC LIMIT 1)"
    ") found ORDER BY close_status = 0 DESC LIMIT 1"};

constinit const Statement kDueDeadlines = {"due_deadlines", R"(
SELECT shard, run_id, deadline_ms FROM execution WHERE deadline_ms > 0 AND deadline_ms <= $1::int8
ORDER BY deadline_ms, shard, run_id LIMIT $2::int4
)"};

constinit const Statement kReadBacklog = {"read_backlog", R"(
SELECT b.shard, b.run_id, b.scheduled_event_id, b.kind, b.domain, b.task_list, b.workflow_id, b.priority, b.scheduled_ms
FROM unnest($1::int2[], $2::text[], $3::text[]) WITH ORDINALITY AS a(kind, domain, task_list, place)
CROSS JOIN LATERAL (
  SELECT * FROM backlog WHERE kind = a.kind AND domain = a.domain AND task_list = a.task_list
  ORDER BY priority DESC, scheduled_ms, run_id, scheduled_event_id LIMIT $4::int4
) b
ORDER BY a.place, b.priority DESC, b.scheduled_ms, b.run_id, b.scheduled_event_id
)"};

constinit const Statement kCountBacklog = {"count_backlog", R"(
SELECT count(*) FROM (
  SELECT FROM backlog WHERE kind = $1::int2 AND domain = $2::text AND task_list = $3::text LIMIT $4::int8
) rows
)"};

constinit const Statement kReadOutbox = {"read_outbox", R"(
SELECT shard, run_id, kind, subject, created_ms, message FROM outbox
WHERE created_ms < $1::int8 AND (shard, run_id, kind, subject) > ($3::int2, $4::uuid, $5::int2, $6::int8)
ORDER BY shard, run_id, kind, subject LIMIT $2::int4
)"};

constinit const Statement kFindReceived = {"find_received", R"(
SELECT verdict FROM received
WHERE shard = $1::int2 AND domain = $2::text AND workflow_id = $3::text AND source = $4::text AND id = $5::text
)"};

constinit const Statement kPurgeReceived = {"purge_received", R"(
DELETE FROM received
WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM received
  WHERE received_ms < LEAST($1::int8, (SELECT created_ms FROM outbox ORDER BY created_ms LIMIT 1) - $3::int8)
  ORDER BY received_ms LIMIT $2::int4
))
)"};

// Looked up in the order of their close, then deleted where they stand: a closed run's row never changes.
constinit const Statement kRemoveClosedRuns = {"remove_closed_runs", R"(
WITH gone AS (
  DELETE FROM execution
  WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM execution e
    WHERE domain = $1::text AND close_status > 0 AND close_ms < $2::int8
      AND (SELECT kind FROM outbox WHERE shard = e.shard AND run_id = e.run_id LIMIT 1) IS NULL
    ORDER BY close_ms, run_id LIMIT $3::int4
  ))
  RETURNING shard, run_id, cardinality(tags) AS tags
), tags AS (
  DELETE FROM execution_tag t USING (SELECT * FROM gone WHERE tags > 0) g
  WHERE t.shard = ANY (ARRAY[g.shard]) AND t.run_id = g.run_id
), attributes AS (
  DELETE FROM execution_attribute a USING gone g
  WHERE a.shard = ANY (ARRAY[g.shard]) AND a.run_id = g.run_id
)
INSERT INTO removed_run (shard, run_id) SELECT shard, run_id FROM gone ORDER BY shard, run_id
)"};

// A run that is looked at with rows and bytes to spare has none left: its mark goes, too.
constinit const Statement kRemoveRemains = {"remove_remains", R"(
WITH run AS MATERIALIZED (
  SELECT ctid, shard, run_id FROM removed_run ORDER BY shard, run_id LIMIT $1::int4
), seen AS MATERIALIZED (
  SELECT j.ctid, octet_length(j.records) AS bytes FROM run
  CROSS JOIN LATERAL (SELECT ctid, records FROM journal WHERE shard = run.shard AND run_id = run.run_id LIMIT $1::int4) j
  LIMIT $1::int4
), chosen AS MATERIALIZED (
  SELECT ctid FROM (SELECT ctid, bytes, sum(bytes) OVER (ROWS UNBOUNDED PRECEDING) AS total FROM seen) summed
  WHERE total - bytes < $2::int8
), emptied AS MATERIALIZED (
  SELECT ctid, shard, run_id FROM run
  WHERE (SELECT count(*) FROM seen) < $1::int4 AND (SELECT count(*) FROM chosen) = (SELECT count(*) FROM seen)
), batches AS (
  DELETE FROM journal WHERE ctid = ANY (ARRAY(SELECT ctid FROM chosen)) RETURNING 1
), snapshots AS (
  DELETE FROM snapshot s USING emptied e WHERE s.shard = ANY (ARRAY[e.shard]) AND s.run_id = e.run_id
), marks AS (
  DELETE FROM removed_run WHERE ctid = ANY (ARRAY(SELECT ctid FROM emptied)) RETURNING 1
)
SELECT (SELECT count(*) FROM batches) + (SELECT count(*) FROM marks)
)"};

constinit const Statement kHeartbeat = {"heartbeat", R"(
INSERT INTO coordinator (instance_id, address, seen_ms)
VALUES ($1::text, $2::text, floor(extract(epoch FROM clock_timestamp()) * 1000)::int8)
ON CONFLICT (instance_id) DO UPDATE SET address = EXCLUDED.address, seen_ms = EXCLUDED.seen_ms
)"};

constinit const Statement kSigningKeys = {"signing_keys", "SELECT id, secret, active FROM signing_key ORDER BY id"};
constinit const Statement kFirstSigningKey = {
    "first_signing_key", "INSERT INTO signing_key (id, secret) VALUES (1, $1::bytea) ON CONFLICT (id) DO NOTHING"};

constinit const Statement kRaiseRegistryVersion = {
    "raise_registry_version",
    "UPDATE meta SET registry_version = registry_version + 1 WHERE id = 1 AND registry_version = $1::int8"};
constinit const Statement kReadDomains = {
    "read_domains", "SELECT name, description, deprecated, retention_ms, tag_keys, tag_values, configuration FROM domain ORDER BY name"};
constinit const Statement kReadTypes = {
    "read_types",
    "SELECT kind, domain, name, version, deprecated, created_ms, deprecated_ms, configuration FROM type "
    "ORDER BY domain, kind, name, version"};

constinit const Statement kPutDomain = {"put_domain", R"(
INSERT INTO domain (name, description, deprecated, retention_ms, tag_keys, tag_values, configuration)
VALUES ($1::text, $2::text, $3::bool, $4::int8, $5::text[], $6::text[], $7::bytea)
ON CONFLICT (name) DO UPDATE SET description = EXCLUDED.description, deprecated = EXCLUDED.deprecated,
  retention_ms = EXCLUDED.retention_ms, tag_keys = EXCLUDED.tag_keys, tag_values = EXCLUDED.tag_values,
  configuration = EXCLUDED.configuration
)"};
constinit const Statement kDeleteType = {
    "delete_type", "DELETE FROM type WHERE domain = $1::text AND kind = $2::int2 AND name = $3::text AND version = $4::text"};
constinit const Statement kPutType = {"put_type", R"(
INSERT INTO type (domain, kind, name, version, deprecated, created_ms, deprecated_ms, configuration)
VALUES ($1::text, $2::int2, $3::text, $4::text, $5::bool, $6::int8, $7::int8, $8::bytea)
ON CONFLICT (domain, kind, name, version) DO UPDATE SET deprecated = EXCLUDED.deprecated, created_ms = EXCLUDED.created_ms,
  deprecated_ms = EXCLUDED.deprecated_ms, configuration = EXCLUDED.configuration
)"};

}  // namespace baton::store::postgres
