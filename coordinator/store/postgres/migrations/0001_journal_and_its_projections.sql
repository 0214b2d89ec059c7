-- The journal and everything that is written beside it. Shard comes first in every key of a per-execution table; there are no foreign
-- keys, sequences or triggers on these. Names are bytes to us: COLLATE "C" sorts them as C++ does.

-- One row: what holds for the whole database.
CREATE TABLE meta (
  id               int2 PRIMARY KEY CHECK (id = 1),
  shard_count      int4 NOT NULL CHECK (shard_count BETWEEN 1 AND 32767),
  epoch            int8 NOT NULL CHECK (epoch >= 1),
  registry_version int8 NOT NULL CHECK (registry_version >= 0)
) WITH (fillfactor = 50);

-- One row per execution per group commit; its key is the fence.
CREATE TABLE journal (
  run_id         uuid  NOT NULL,
  commit_id      uuid  NOT NULL,
  batch_no       int8  NOT NULL CHECK (batch_no >= 1),
  first_event_id int8  NOT NULL CHECK (first_event_id >= 1),
  shard          int2  NOT NULL CHECK (shard >= 0),
  format         int2  NOT NULL CHECK (format >= 1),
  records        bytea NOT NULL CHECK (octet_length(records) > 0),
  CONSTRAINT journal_pkey PRIMARY KEY (shard, run_id, batch_no)
);
-- Payloads are often compressed by the client already, and a page of history is read whole: no second compression, and in the row
-- itself as long as it fits.
ALTER TABLE journal ALTER COLUMN records SET STORAGE EXTERNAL;
ALTER TABLE journal SET (toast_tuple_target = 4080);

-- A shortcut of the fold up to a batch, one per core version.
CREATE TABLE snapshot (
  run_id       uuid  NOT NULL,
  batch_no     int8  NOT NULL CHECK (batch_no >= 1),
  core_version int4  NOT NULL,
  shard        int2  NOT NULL,
  state        bytea NOT NULL,
  CONSTRAINT snapshot_pkey PRIMARY KEY (shard, run_id, core_version)
);

-- One row per run: what lists, look-ups and sweeps ask.
CREATE TABLE execution (
  run_id             uuid  NOT NULL,
  parent_run_id      uuid,
  start_ms           int8  NOT NULL CHECK (start_ms >= 0),
  close_ms           int8  NOT NULL DEFAULT 0,
  deadline_ms        int8  NOT NULL DEFAULT 0 CHECK (deadline_ms >= 0),
  shard              int2  NOT NULL CHECK (shard >= 0),
  close_status       int2  NOT NULL DEFAULT 0 CHECK (close_status BETWEEN 0 AND 6),
  cancel_requested   bool  NOT NULL DEFAULT false,
  domain             text  COLLATE "C" NOT NULL,
  workflow_id        text  COLLATE "C" NOT NULL,
  type_name          text  COLLATE "C" NOT NULL,
  type_version       text  COLLATE "C" NOT NULL,
  parent_workflow_id text  COLLATE "C" NOT NULL,
  tags               text[] COLLATE "C" NOT NULL,
  CONSTRAINT execution_pkey PRIMARY KEY (shard, run_id),
  CONSTRAINT execution_closed_has_time CHECK ((close_status = 0) = (close_ms = 0)),
  CONSTRAINT execution_closed_has_no_deadline CHECK (close_status = 0 OR deadline_ms = 0)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
        autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_limit = 2000);

-- At most one open run of a workflow id.
CREATE UNIQUE INDEX execution_open_run ON execution (shard, domain, workflow_id) WHERE close_status = 0;
CREATE INDEX execution_deadline ON execution (deadline_ms, shard, run_id) WHERE deadline_ms > 0;
-- Lists of open runs ask for close_ms = 0, so that who looks a workflow id up with close_status = 0 never comes here.
CREATE INDEX execution_open_start ON execution (domain, start_ms, run_id) WHERE close_ms = 0;
CREATE INDEX execution_open_type ON execution (domain, type_name, start_ms, run_id) WHERE close_ms = 0;
CREATE INDEX execution_closed_start ON execution (domain, start_ms, run_id) WHERE close_status > 0;
CREATE INDEX execution_closed_close ON execution (domain, close_ms, run_id) WHERE close_status > 0;
CREATE INDEX execution_closed_workflow ON execution (domain, workflow_id, close_ms, run_id) WHERE close_status > 0;
CREATE INDEX execution_closed_type_start ON execution (domain, type_name, start_ms, run_id) WHERE close_status > 0;
CREATE INDEX execution_closed_type_close ON execution (domain, type_name, close_ms, run_id) WHERE close_status > 0;
CREATE INDEX execution_closed_status_start ON execution (domain, close_status, start_ms, run_id) WHERE close_status > 0;
CREATE INDEX execution_closed_status_close ON execution (domain, close_status, close_ms, run_id) WHERE close_status > 0;

-- One row per tag of a run, so that a list by tag reads in the order it shows.
CREATE TABLE execution_tag (
  run_id       uuid NOT NULL,
  start_ms     int8 NOT NULL,
  close_ms     int8 NOT NULL,
  shard        int2 NOT NULL,
  close_status int2 NOT NULL,
  domain       text COLLATE "C" NOT NULL,
  tag          text COLLATE "C" NOT NULL,
  CONSTRAINT execution_tag_pkey PRIMARY KEY (shard, run_id, tag)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_limit = 2000);
CREATE INDEX execution_tag_open_start ON execution_tag (domain, tag, start_ms, run_id) WHERE close_status = 0;
CREATE INDEX execution_tag_closed_start ON execution_tag (domain, tag, start_ms, run_id) WHERE close_status > 0;
CREATE INDEX execution_tag_closed_close ON execution_tag (domain, tag, close_ms, run_id) WHERE close_status > 0;

-- Tasks that found no waiting poller. Small and busy.
CREATE TABLE backlog (
  run_id             uuid NOT NULL,
  scheduled_event_id int8 NOT NULL CHECK (scheduled_event_id >= 1),
  scheduled_ms       int8 NOT NULL,
  priority           int4 NOT NULL,
  shard              int2 NOT NULL CHECK (shard >= 0),
  kind               int2 NOT NULL CHECK (kind IN (1, 2)),
  domain             text COLLATE "C" NOT NULL,
  task_list          text COLLATE "C" NOT NULL,
  workflow_id        text COLLATE "C" NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500,
        autovacuum_vacuum_cost_limit = 5000, autovacuum_vacuum_cost_delay = 0);
-- The order of handing out.
CREATE INDEX backlog_list ON backlog
  (kind, domain, task_list, priority DESC, scheduled_ms, run_id, scheduled_event_id);
-- The younger of two indexes that seem to cost the same is taken, and on an empty table they all do: removals must go by the key.
ALTER TABLE backlog ADD CONSTRAINT backlog_pkey PRIMARY KEY (shard, run_id, scheduled_event_id);

-- Calls that must not be applied twice, with what was answered.
CREATE TABLE received (
  commit_id   uuid  NOT NULL,
  received_ms int8  NOT NULL,
  shard       int2  NOT NULL CHECK (shard >= 0),
  domain      text  COLLATE "C" NOT NULL,
  workflow_id text  COLLATE "C" NOT NULL,
  source      text  COLLATE "C" NOT NULL,
  id          text  COLLATE "C" NOT NULL,
  verdict     bytea NOT NULL,
  CONSTRAINT received_pkey PRIMARY KEY (shard, domain, workflow_id, source, id)
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_limit = 2000);
CREATE INDEX received_age ON received (received_ms);

CREATE TABLE domain (
  name         text COLLATE "C" PRIMARY KEY,
  description  text NOT NULL,
  deprecated   bool NOT NULL,
  retention_ms int8 NOT NULL CHECK (retention_ms >= 0),
  tag_keys     text[] NOT NULL,
  tag_values   text[] NOT NULL CHECK (cardinality(tag_keys) = cardinality(tag_values))
);

-- Workflow types (1) and activity types (2).
CREATE TABLE type (
  kind          int2 NOT NULL CHECK (kind IN (1, 2)),
  domain        text COLLATE "C" NOT NULL,
  name          text COLLATE "C" NOT NULL,
  version       text COLLATE "C" NOT NULL,
  created_ms    int8 NOT NULL,
  deprecated_ms int8 NOT NULL,
  deprecated    bool NOT NULL,
  configuration bytea NOT NULL,
  CONSTRAINT type_pkey PRIMARY KEY (domain, kind, name, version),
  CONSTRAINT type_deprecated_has_time CHECK (deprecated OR deprecated_ms = 0)
);

CREATE TABLE signing_key (
  id         int4 PRIMARY KEY CHECK (id >= 1),
  created_at timestamptz NOT NULL DEFAULT now(),
  active     bool NOT NULL DEFAULT true,
  secret     bytea NOT NULL CHECK (octet_length(secret) = 32)
);

-- The coordinators that serve this database; seen_ms by the database's clock.
CREATE TABLE coordinator (
  instance_id text COLLATE "C" PRIMARY KEY,
  address     text NOT NULL,
  seen_ms     int8 NOT NULL
) WITH (fillfactor = 50);
