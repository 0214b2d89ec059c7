// What is asked of the table of schedules; see statements.cc for why a look-up is written as it is.
#include "coordinator/store/postgres/statements.h"

namespace baton::store::postgres {

constinit const Statement kFindSchedule = {"find_schedule", R"(
SELECT shard, domain, schedule_id, version, next_ms, definition, state FROM schedule
WHERE shard = $1::int2 AND domain = $2::text AND schedule_id = $3::text
)"};
constinit const Statement kListSchedules = {"list_schedules", R"(
SELECT shard, domain, schedule_id, version, next_ms, definition, state FROM schedule
WHERE domain = $1::text AND schedule_id > $2::text ORDER BY schedule_id LIMIT $3::int4
)"};
constinit const Statement kCountSchedules = {"count_schedules", R"(
SELECT count(*) FROM (SELECT FROM schedule WHERE domain = $1::text ORDER BY schedule_id LIMIT $2::int8) rows
)"};
constinit const Statement kDueSchedules = {"due_schedules", R"(
SELECT shard, domain, schedule_id, version, next_ms, definition, state FROM schedule
WHERE next_ms > 0 AND next_ms <= $1::int8 ORDER BY next_ms, shard, domain, schedule_id LIMIT $2::int4
)"};

constinit const Statement kAddSchedule = {"add_schedule", R"(
INSERT INTO schedule (shard, domain, schedule_id, version, next_ms, definition, state)
VALUES ($1::int2, $2::text, $3::text, $4::int8, $5::int8, $6::bytea, $7::bytea)
ON CONFLICT (shard, domain, schedule_id) DO NOTHING
)"};
constinit const Statement kSetSchedule = {"set_schedule", R"(
UPDATE schedule SET version = $4::int8, next_ms = $5::int8, definition = $6::bytea, state = $7::bytea
WHERE shard = $1::int2 AND domain = $2::text AND schedule_id = $3::text AND version = $4::int8 - 1
)"};
constinit const Statement kDeleteSchedule = {"delete_schedule", R"(
DELETE FROM schedule WHERE shard = $1::int2 AND domain = $2::text AND schedule_id = $3::text AND version = $4::int8 - 1
)"};

// Looked up, then changed where they stand: one that somebody else changes meanwhile is elsewhere then, and stays as it is.
constinit const Statement kMoveSchedules = {"move_schedules", R"(
UPDATE schedule s SET version = u.version, next_ms = u.next_ms, state = u.state
FROM unnest($1::int2[], $2::text[], $3::text[], $4::int8[], $5::int8[], $6::bytea[]) WITH ORDINALITY
  AS u(shard, domain, schedule_id, version, next_ms, state, place)
CROSS JOIN LATERAL (
  SELECT ctid FROM schedule
  WHERE shard = u.shard AND domain = u.domain AND schedule_id = u.schedule_id AND version = u.version - 1 LIMIT 1
) found
WHERE s.ctid = found.ctid
RETURNING u.place
)"};

}  // namespace baton::store::postgres
