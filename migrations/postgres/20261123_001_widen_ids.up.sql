-- 2^31 sessions are three days of a busy installation; 2^63 are enough. Both tables are rewritten under a lock. The
-- sequences are found through their columns, for somebody may have given them other names.
ALTER TABLE users ALTER COLUMN id TYPE bigint;
ALTER TABLE sessions
  ALTER COLUMN id TYPE bigint,
  ALTER COLUMN user_id TYPE bigint;
DO $$
DECLARE
  sequence text;
BEGIN
  FOREACH sequence IN ARRAY ARRAY[pg_get_serial_sequence('users', 'id'), pg_get_serial_sequence('sessions', 'id')] LOOP
    IF sequence IS NOT NULL THEN
      EXECUTE 'ALTER SEQUENCE ' || sequence || ' AS bigint';
    END IF;
  END LOOP;
END
$$;
