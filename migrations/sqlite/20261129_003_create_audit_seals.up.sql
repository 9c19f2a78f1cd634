-- Seals over the audit trail (see the PostgreSQL script). An event's position is its id, and events are committed in
-- the order of their ids.
CREATE TABLE audit_seals (
  seq INTEGER PRIMARY KEY CHECK (seq > 0),
  position_from INTEGER NOT NULL,
  position_to INTEGER NOT NULL,
  count INTEGER NOT NULL CHECK (count > 0),
  root BLOB NOT NULL CHECK (length(root) = 32),
  previous BLOB NOT NULL CHECK (length(previous) = 32),
  sealed_at INTEGER NOT NULL,
  key_id TEXT, -- NULL: not signed
  signature BLOB CHECK (length(signature) = 64),
  pruned_at INTEGER, -- when its events were deleted
  CHECK (position_from <= position_to),
  CHECK ((key_id IS NULL) = (signature IS NULL))
) STRICT;
CREATE INDEX audit_seals_unpruned_index ON audit_seals (seq) WHERE pruned_at IS NULL;

-- Beside the events of a seal their ids and leaf hashes, in the order of the tree: 8 bytes and 32 for each.
CREATE TABLE audit_seal_leaves (
  seq INTEGER PRIMARY KEY,
  leaves BLOB NOT NULL
) STRICT;

-- Only PostgreSQL needs greater ones.
CREATE TABLE audit_position_bases (base INTEGER PRIMARY KEY) STRICT;
INSERT INTO audit_position_bases (base) VALUES (0);

-- Events in the order in which they are sealed. The id itself, so that its index serves.
CREATE VIEW audit_rows AS
SELECT id AS position, id, at, type, outcome, reason, actor_kind, actor, user_id, session_id, request_id, address,
  user_agent, details
FROM audit_events;

-- Every event that can be seen is settled, and every id that comes is greater than those before.
CREATE VIEW audit_horizon AS SELECT 9223372036854775807 AS settled, 9223372036854775807 AS coming;

-- Seals stay. When their events are pruned, they are told so, and the hashes of the events go.
CREATE TRIGGER gatehouse_keep_audit_seals_update BEFORE UPDATE ON audit_seals
WHEN NOT EXISTS (SELECT 1 FROM audit_prunings)
  OR (NEW.seq, NEW.position_from, NEW.position_to, NEW.count, NEW.root, NEW.previous, NEW.sealed_at, NEW.key_id,
      NEW.signature)
    IS NOT (OLD.seq, OLD.position_from, OLD.position_to, OLD.count, OLD.root, OLD.previous, OLD.sealed_at, OLD.key_id,
            OLD.signature)
BEGIN
  SELECT RAISE(ABORT, 'audit_seals is append-only');
END;
CREATE TRIGGER gatehouse_keep_audit_seals_delete BEFORE DELETE ON audit_seals
BEGIN
  SELECT RAISE(ABORT, 'audit_seals is append-only');
END;
CREATE TRIGGER gatehouse_keep_audit_seals_replace BEFORE INSERT ON audit_seals
WHEN EXISTS (SELECT 1 FROM audit_seals WHERE seq = NEW.seq)
BEGIN
  SELECT RAISE(ABORT, 'audit_seals is append-only');
END;
CREATE TRIGGER gatehouse_keep_audit_seal_leaves_update BEFORE UPDATE ON audit_seal_leaves
BEGIN
  SELECT RAISE(ABORT, 'audit_seal_leaves is append-only');
END;
CREATE TRIGGER gatehouse_keep_audit_seal_leaves_delete BEFORE DELETE ON audit_seal_leaves
WHEN NOT EXISTS (SELECT 1 FROM audit_prunings)
BEGIN
  SELECT RAISE(ABORT, 'audit_seal_leaves is append-only');
END;
CREATE TRIGGER gatehouse_keep_audit_seal_leaves_replace BEFORE INSERT ON audit_seal_leaves
WHEN EXISTS (SELECT 1 FROM audit_seal_leaves WHERE seq = NEW.seq)
BEGIN
  SELECT RAISE(ABORT, 'audit_seal_leaves is append-only');
END;
