-- Hashes that were imported may be longer than 255 characters, and those that wait for being wrapped must be found
-- (users wrap-hashes). No row is rewritten.
ALTER TABLE users ALTER COLUMN password_hash TYPE text;
CREATE INDEX users_pending_wrap_index ON users (id) WHERE substr(password_hash, 1, 14) = '$pending_wrap$';
