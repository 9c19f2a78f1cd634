-- 2^31 sessions are three days of a busy installation; 2^63 are enough. Both tables are rewritten under a lock.
ALTER TABLE users ALTER COLUMN id TYPE bigint;
ALTER SEQUENCE users_id_seq AS bigint;
ALTER TABLE sessions
  ALTER COLUMN id TYPE bigint,
  ALTER COLUMN user_id TYPE bigint;
ALTER SEQUENCE sessions_id_seq AS bigint;
