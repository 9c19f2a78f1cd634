-- Fails, and changes nothing, where an id no longer fits an integer.
ALTER SEQUENCE sessions_id_seq AS integer;
ALTER TABLE sessions
  ALTER COLUMN id TYPE integer,
  ALTER COLUMN user_id TYPE integer;
ALTER SEQUENCE users_id_seq AS integer;
ALTER TABLE users ALTER COLUMN id TYPE integer;
