-- Fails, and changes nothing, where an id no longer fits an integer. A sequence that no longer does goes on behind the
-- sessions that are left; any other one goes on where it is, so that no id is given twice.
SELECT setval('sessions_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM sessions), false)
FROM sessions_id_seq
WHERE last_value >= 2147483647;
ALTER SEQUENCE sessions_id_seq AS integer;
ALTER TABLE sessions
  ALTER COLUMN id TYPE integer,
  ALTER COLUMN user_id TYPE integer;
ALTER SEQUENCE users_id_seq AS integer;
ALTER TABLE users ALTER COLUMN id TYPE integer;
