-- A session is proved by a random secret of which only the SHA-256 is here. Rows without one were written by the Express
-- service and open nothing.
ALTER TABLE sessions
  ADD COLUMN secret_hash bytea CONSTRAINT sessions_secret_hash_length CHECK (octet_length(secret_hash) = 32),
  ADD COLUMN absolute_expires_at timestamptz,
  ADD COLUMN ip_address text,
  ADD COLUMN user_agent text;
