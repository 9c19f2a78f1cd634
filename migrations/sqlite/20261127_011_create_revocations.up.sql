-- What ends tokens before their time (see the PostgreSQL script). Time in SQLite is known to some 50 microseconds.
CREATE TABLE revocations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  position INTEGER UNIQUE, -- NULL until somebody reads it
  kind TEXT NOT NULL,
  subject TEXT NOT NULL, -- the id of a session or user, or the kid of a key
  at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
  CONSTRAINT revocations_kind_known CHECK (kind IN ('session', 'user', 'signing_key')),
  CONSTRAINT revocations_subject_is_an_id CHECK (kind = 'signing_key' OR ltrim(subject, '-') NOT GLOB '*[^0-9]*')
) STRICT;
CREATE INDEX revocations_at_index ON revocations (at);

-- One row: how far positions have been given, and what has been deleted.
CREATE TABLE revocation_order (
  id INTEGER PRIMARY KEY,
  ordered_at INTEGER,
  last_position INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  deleted_position INTEGER NOT NULL,
  deleted_at INTEGER NOT NULL,
  CONSTRAINT revocation_order_one_row CHECK (id = 1)
) STRICT;
INSERT INTO revocation_order (id, last_position, last_at, deleted_position, deleted_at)
SELECT 1, 0, at, 0, at FROM (SELECT CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) AS at);

-- How long tokens live that were made, and when the last of them is over.
CREATE TABLE token_lifetimes (
  ttl INTEGER PRIMARY KEY, -- in seconds
  tokens_until INTEGER NOT NULL
) STRICT;

-- A session whose time was over, and one that the Express service wrote, has no token that names it.
CREATE TRIGGER gatehouse_revoke_deleted_session AFTER DELETE ON sessions
WHEN OLD.secret_hash IS NOT NULL AND OLD.expires_at > (julianday('now') - 2440587.5) * 86400000000
BEGIN
  INSERT INTO revocations (kind, subject) VALUES ('session', CAST(OLD.id AS TEXT));
END;
CREATE TRIGGER gatehouse_revoke_updated_session
AFTER UPDATE OF id, user_id, secret_hash, created_at, expires_at, absolute_expires_at ON sessions
WHEN OLD.secret_hash IS NOT NULL AND OLD.expires_at > (julianday('now') - 2440587.5) * 86400000000
  AND (
    min(NEW.expires_at, coalesce(NEW.absolute_expires_at, NEW.expires_at)) < min(OLD.expires_at, coalesce(OLD.absolute_expires_at, OLD.expires_at))
    AND min(NEW.expires_at, coalesce(NEW.absolute_expires_at, NEW.expires_at)) <= (julianday('now') - 2440587.5) * 86400000000 + 60000000
    OR NEW.secret_hash IS NOT OLD.secret_hash
    OR NEW.id <> OLD.id OR NEW.user_id <> OLD.user_id OR NEW.created_at <> OLD.created_at
  )
BEGIN
  INSERT INTO revocations (kind, subject) VALUES ('session', CAST(OLD.id AS TEXT));
END;

CREATE TRIGGER gatehouse_revoke_deleted_user AFTER DELETE ON users
BEGIN
  INSERT INTO revocations (kind, subject) VALUES ('user', CAST(OLD.id AS TEXT));
END;

CREATE TRIGGER gatehouse_revoke_updated_key AFTER UPDATE OF state ON signing_keys
WHEN NEW.state = 'revoked' AND OLD.state <> 'revoked'
BEGIN
  INSERT INTO revocations (kind, subject) VALUES ('signing_key', OLD.kid);
END;
CREATE TRIGGER gatehouse_revoke_deleted_key AFTER DELETE ON signing_keys
WHEN OLD.state <> 'revoked' AND coalesce(OLD.drop_at > (julianday('now') - 2440587.5) * 86400000000, 1)
BEGIN
  INSERT INTO revocations (kind, subject) VALUES ('signing_key', OLD.kid);
END;
