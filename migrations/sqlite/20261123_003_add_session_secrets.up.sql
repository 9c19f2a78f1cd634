-- A session is proved by a random secret of which only the SHA-256 is here. Rows without one open nothing.
ALTER TABLE sessions ADD COLUMN secret_hash BLOB CHECK (length(secret_hash) = 32);
ALTER TABLE sessions ADD COLUMN absolute_expires_at INTEGER;
ALTER TABLE sessions ADD COLUMN ip_address TEXT;
ALTER TABLE sessions ADD COLUMN user_agent TEXT;
