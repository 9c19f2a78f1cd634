-- One key for all spellings of an address. The database makes it of an address in ASCII. Of any other one the program
-- stores the key in canonical_email, and in canonical_of the address that it is the key of: an address that is changed
-- by hand, or by an older program, loses its key by that and gets the plain one, until the program makes another.
ALTER TABLE users ADD COLUMN canonical_of text, ADD COLUMN canonical_email text;
ALTER TABLE users DROP COLUMN email_key;
ALTER TABLE users ADD COLUMN email_key text GENERATED ALWAYS AS (
  CASE WHEN canonical_of = email THEN canonical_email
  ELSE lower(btrim(email, E' \t\r\n\f\x0B') COLLATE "C") END) STORED;
CREATE UNIQUE INDEX users_email_key_unique ON users (email_key);
-- Addresses whose key the program has yet to make.
CREATE INDEX users_unkeyed_email_index ON users (id)
WHERE octet_length(email) <> char_length(email) AND canonical_of IS DISTINCT FROM email;
