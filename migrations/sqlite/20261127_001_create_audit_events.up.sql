-- What happened, to whom, and who did it (see the PostgreSQL script). One process writes at a time, so ids are in the
-- order of commits.
CREATE TABLE audit_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  position INTEGER NOT NULL GENERATED ALWAYS AS (id) VIRTUAL,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('ok', 'refused', 'error')),
  reason TEXT,
  actor_kind TEXT NOT NULL CHECK (actor_kind IN ('key', 'user', 'cli', 'system')),
  actor TEXT,
  user_id INTEGER,
  session_id INTEGER,
  request_id TEXT,
  address TEXT,
  user_agent TEXT,
  details TEXT CHECK (length(CAST(details AS BLOB)) <= 2048)
) STRICT;
CREATE INDEX audit_events_user_id_index ON audit_events (user_id, id);
CREATE INDEX audit_events_type_index ON audit_events (type, id);
CREATE INDEX audit_events_at_index ON audit_events (at, id);

-- SQLite has no settings of a transaction, so a row says that one prunes. It is inserted and deleted within that
-- transaction, and nobody else writes in between.
CREATE TABLE audit_prunings (started_at INTEGER NOT NULL) STRICT;

CREATE TRIGGER gatehouse_keep_audit_events_update BEFORE UPDATE ON audit_events
BEGIN
  SELECT RAISE(ABORT, 'audit_events is append-only');
END;
CREATE TRIGGER gatehouse_keep_audit_events_delete BEFORE DELETE ON audit_events
WHEN NOT EXISTS (SELECT 1 FROM audit_prunings)
BEGIN
  SELECT RAISE(ABORT, 'audit_events is append-only');
END;
-- REPLACE deletes without a trigger of DELETE.
CREATE TRIGGER gatehouse_keep_audit_events_replace BEFORE INSERT ON audit_events
WHEN EXISTS (SELECT 1 FROM audit_events WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'audit_events is append-only');
END;
