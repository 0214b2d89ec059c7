-- Executions that are started by the clock. What a schedule is changes seldom, how far it is with every run.
CREATE TABLE schedule (
  version     int8 NOT NULL CHECK (version >= 1),
  next_ms     int8 NOT NULL CHECK (next_ms >= 0),
  shard       int2 NOT NULL CHECK (shard >= 0),
  domain      text COLLATE "C" NOT NULL,
  schedule_id text COLLATE "C" NOT NULL,
  definition  bytea NOT NULL,
  state       bytea NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_limit = 2000);
CREATE INDEX schedule_next ON schedule (next_ms, shard, domain, schedule_id) WHERE next_ms > 0;
CREATE INDEX schedule_list ON schedule (domain, schedule_id);
-- The younger of two indexes that seem to cost the same is taken: changes must go by the key.
ALTER TABLE schedule ADD CONSTRAINT schedule_pkey PRIMARY KEY (shard, domain, schedule_id);
