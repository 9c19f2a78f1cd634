-- Addresses that differ only in case or in blanks around them have one key before and after.
DROP INDEX users_unkeyed_email_index;
DROP INDEX users_email_key_unique;
ALTER TABLE users DROP COLUMN email_key;
ALTER TABLE users DROP COLUMN canonical_email;
ALTER TABLE users DROP COLUMN canonical_of;
ALTER TABLE users ADD COLUMN email_key TEXT GENERATED ALWAYS AS (lower(trim(email, char(32, 9, 13, 10, 12, 11)))) VIRTUAL;
CREATE UNIQUE INDEX users_email_key_unique ON users (email_key);
