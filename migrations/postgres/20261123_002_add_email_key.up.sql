-- An address in one form: found, counted and unique without regard to case and to blanks around it. The "C"
-- collation lowers ASCII alone, the same on every server. x0B is the vertical tab: PostgreSQL reads \v as the letter v.
ALTER TABLE users ADD COLUMN email_key text GENERATED ALWAYS AS (lower(btrim(email, E' \t\r\n\f\x0B') COLLATE "C")) STORED;
CREATE UNIQUE INDEX users_email_key_unique ON users (email_key);
