-- What a list or a count filters by stands in the index it walks, after what gives the order: rows that it does not show are passed over
-- there, and a count looks at no row at all. Each index is built anew, which holds closes and starts up for as long.
DROP INDEX execution_open_type;
CREATE INDEX execution_open_type ON execution (domain, type_name, start_ms, run_id, type_version) WHERE close_ms = 0;
DROP INDEX execution_closed_start;
CREATE INDEX execution_closed_start ON execution (domain, start_ms, run_id, close_ms) WHERE close_status > 0;
DROP INDEX execution_closed_workflow;
CREATE INDEX execution_closed_workflow ON execution (domain, workflow_id, close_ms, run_id, start_ms, shard) WHERE close_status > 0;
DROP INDEX execution_closed_type_start;
CREATE INDEX execution_closed_type_start ON execution (domain, type_name, start_ms, run_id, close_ms, type_version) WHERE close_status > 0;
DROP INDEX execution_closed_type_close;
CREATE INDEX execution_closed_type_close ON execution (domain, type_name, close_ms, run_id, type_version) WHERE close_status > 0;
DROP INDEX execution_closed_status_start;
CREATE INDEX execution_closed_status_start ON execution (domain, close_status, start_ms, run_id, close_ms) WHERE close_status > 0;
DROP INDEX execution_tag_closed_start;
CREATE INDEX execution_tag_closed_start ON execution_tag (domain, tag, start_ms, run_id, close_ms) WHERE close_status > 0;
