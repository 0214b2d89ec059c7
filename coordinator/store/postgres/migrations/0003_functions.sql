-- Calls of functions wait in the backlog as well, in queues of their own (kind 3).
ALTER TABLE backlog DROP CONSTRAINT backlog_kind_check;
ALTER TABLE backlog ADD CONSTRAINT backlog_kind_check CHECK (kind IN (1, 2, 3));
