-- Hashes that were imported may be longer than 255 characters (see the PostgreSQL script). SQLite cannot change the
-- limits of a column, so another one takes its place; both steps rewrite the table.
ALTER TABLE users ADD COLUMN wide_password_hash TEXT;
UPDATE users SET wide_password_hash = password_hash;
ALTER TABLE users DROP COLUMN password_hash;
ALTER TABLE users RENAME COLUMN wide_password_hash TO password_hash;
CREATE INDEX users_pending_wrap_index ON users (id) WHERE substr(password_hash, 1, 14) = '$pending_wrap$';
