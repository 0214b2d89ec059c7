-- One row per search attribute of a run, so that a list by one reads in its order. `value` is ordered as the attribute is.
CREATE TABLE execution_attribute (
  run_id       uuid  NOT NULL,
  start_ms     int8  NOT NULL,
  close_ms     int8  NOT NULL,
  shard        int2  NOT NULL,
  close_status int2  NOT NULL,
  domain       text  COLLATE "C" NOT NULL,
  name         text  COLLATE "C" NOT NULL,
  value        bytea NOT NULL,
  CONSTRAINT execution_attribute_pkey PRIMARY KEY (shard, run_id, name)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_limit = 2000);
CREATE INDEX execution_attribute_open_start ON execution_attribute (domain, name, value, start_ms, run_id) WHERE close_status = 0;
CREATE INDEX execution_attribute_closed_start ON execution_attribute (domain, name, value, start_ms, run_id, close_ms) WHERE close_status > 0;
CREATE INDEX execution_attribute_closed_close ON execution_attribute (domain, name, value, close_ms, run_id) WHERE close_status > 0;
