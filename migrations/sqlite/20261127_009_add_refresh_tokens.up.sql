-- A session whose login asked for refresh tokens counts how often it was refreshed; others have NULL. A token says which
-- generation it is, so nothing is stored for each. refresh_attempt: SHA-256 of what the client called its last attempt.
ALTER TABLE sessions ADD COLUMN refresh_generation INTEGER;
ALTER TABLE sessions ADD COLUMN refreshed_at INTEGER;
ALTER TABLE sessions ADD COLUMN refresh_attempt BLOB CHECK (length(refresh_attempt) = 32);
