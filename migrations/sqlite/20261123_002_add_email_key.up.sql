-- An address in one form: found, counted and unique without regard to case and to blanks around it. SQLite's
-- lower() lowers ASCII alone. The index stores the value, so the column need not.
ALTER TABLE users ADD COLUMN email_key TEXT GENERATED ALWAYS AS (lower(trim(email, char(32, 9, 13, 10, 12, 11)))) VIRTUAL;
CREATE UNIQUE INDEX users_email_key_unique ON users (email_key);
