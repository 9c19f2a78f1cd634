-- Addresses that differ only in case or in blanks around them have one key before and after.
DROP INDEX users_unkeyed_email_index;
ALTER TABLE users DROP COLUMN email_key;
ALTER TABLE users DROP COLUMN canonical_of, DROP COLUMN canonical_email;
ALTER TABLE users ADD COLUMN email_key text GENERATED ALWAYS AS (lower(btrim(email, E' \t\r\n\f\x0B') COLLATE "C")) STORED;
CREATE UNIQUE INDEX users_email_key_unique ON users (email_key);
