-- What came of requests that a client may repeat (see the PostgreSQL script).
CREATE TABLE idempotency_keys (
  principal TEXT NOT NULL, -- the caller: the kind of API key, and its name or public id
  key TEXT NOT NULL,
  fingerprint BLOB NOT NULL, -- of method, path and body, by a key that is not in the database: the body has a password
  holder BLOB NOT NULL, -- drawn by who does the work
  state INTEGER NOT NULL DEFAULT 0, -- 0 running, 1 done
  status INTEGER, -- of the answer
  resource_id INTEGER, -- of the user who was created, and may be gone
  secret BLOB, -- the answer, sealed, where it has a secret
  created_at INTEGER NOT NULL, -- of the row, and once it is done, the time of the work
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (principal, key),
  CONSTRAINT idempotency_keys_state_known CHECK (state IN (0, 1)),
  CONSTRAINT idempotency_keys_fingerprint_length CHECK (length(fingerprint) = 32)
) STRICT;
CREATE INDEX idempotency_keys_expires_at_index ON idempotency_keys (expires_at);
