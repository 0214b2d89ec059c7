-- Runs that retention has removed, until the last of their journal is gone. Normally empty.
CREATE TABLE removed_run (
  run_id uuid NOT NULL,
  shard  int2 NOT NULL,
  CONSTRAINT removed_run_pkey PRIMARY KEY (shard, run_id)
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_limit = 5000,
        autovacuum_vacuum_cost_delay = 0);

-- What is removed makes room for what comes as soon as it has been vacuumed, which must not wait for a fifth of a large table to be dead.
ALTER TABLE journal SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_limit = 2000,
                         toast.autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_threshold = 10000,
                         toast.autovacuum_vacuum_cost_limit = 2000);
ALTER TABLE snapshot SET (autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_scale_factor = 0.05);
