-- A session whose login asked for refresh tokens counts how often it was refreshed; others have NULL. A token says which
-- generation it is, so nothing is stored for each. refresh_attempt: SHA-256 of what the client called its last attempt.
ALTER TABLE sessions
  ADD COLUMN refresh_generation bigint,
  ADD COLUMN refreshed_at timestamptz,
  ADD COLUMN refresh_attempt bytea
    CONSTRAINT sessions_refresh_attempt_length CHECK (octet_length(refresh_attempt) = 32);
-- Room on each page for what refreshes write, so that they leave the indexes alone.
ALTER TABLE sessions SET (fillfactor = 90);
