-- An address in one form: found, counted and unique without regard to case and to blanks around it. The "C"
-- collation lowers ASCII alone, the same on every server.
ALTER TABLE users ADD COLUMN email_key text GENERATED ALWAYS AS (lower(btrim(email, E' \t\r\n\f\v') COLLATE "C")) STORED;
CREATE UNIQUE INDEX users_email_key_unique ON users (email_key);
