-- One key for all spellings of an address (see the PostgreSQL script).
DROP INDEX users_email_key_unique;
ALTER TABLE users DROP COLUMN email_key;
ALTER TABLE users ADD COLUMN canonical_of TEXT;
ALTER TABLE users ADD COLUMN canonical_email TEXT;
ALTER TABLE users ADD COLUMN email_key TEXT GENERATED ALWAYS AS (
  CASE WHEN canonical_of = email THEN canonical_email
  ELSE lower(trim(email, char(32, 9, 13, 10, 12, 11))) END) VIRTUAL;
CREATE UNIQUE INDEX users_email_key_unique ON users (email_key);
-- Addresses whose key the program has yet to make.
CREATE INDEX users_unkeyed_email_index ON users (id)
WHERE length(CAST(email AS BLOB)) <> length(email) AND canonical_of IS DISTINCT FROM email;
