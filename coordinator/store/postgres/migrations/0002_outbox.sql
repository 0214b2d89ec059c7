-- Messages to other executions, from the commit that sends one until a commit of the sender takes it away. Small and busy, normally empty.
CREATE TABLE outbox (
  run_id     uuid  NOT NULL,
  subject    int8  NOT NULL CHECK (subject >= 1),
  created_ms int8  NOT NULL CHECK (created_ms >= 0),
  shard      int2  NOT NULL CHECK (shard >= 0),
  kind       int2  NOT NULL CHECK (kind >= 1),
  message    bytea NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500,
        autovacuum_vacuum_cost_limit = 5000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE outbox ALTER COLUMN message SET STORAGE EXTERNAL;
CREATE INDEX outbox_age ON outbox (created_ms);
-- The younger of two indexes that seem to cost the same is taken: removals must go by the key.
ALTER TABLE outbox ADD CONSTRAINT outbox_pkey PRIMARY KEY (shard, run_id, kind, subject);
