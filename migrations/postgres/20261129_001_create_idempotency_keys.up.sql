-- What came of requests that a client may repeat, by the caller and the client's own key for the request. A row is inserted
-- before the work (state 0) and is done in the transaction of the work (state 1). Who finds it taken over by somebody else
-- sets another state, which ends the transaction, and with it the work.
CREATE TABLE idempotency_keys (
  principal text NOT NULL, -- the caller: the kind of API key, and its name or public id
  key text NOT NULL,
  fingerprint bytea NOT NULL, -- of method, path and body, by a key that is not in the database: the body has a password
  holder bytea NOT NULL, -- drawn by who does the work
  state smallint NOT NULL DEFAULT 0, -- 0 running, 1 done
  status smallint, -- of the answer
  resource_id bigint, -- of the user who was created, and may be gone
  secret bytea, -- the answer, sealed, where it has a secret
  created_at timestamptz NOT NULL, -- of the row, and once it is done, the time of the work
  expires_at timestamptz NOT NULL,
  CONSTRAINT idempotency_keys_pkey PRIMARY KEY (principal, key),
  CONSTRAINT idempotency_keys_state_known CHECK (state IN (0, 1)),
  CONSTRAINT idempotency_keys_fingerprint_length CHECK (octet_length(fingerprint) = 32)
);
CREATE INDEX idempotency_keys_expires_at_index ON idempotency_keys (expires_at);
