-- Fails, and changes nothing, where an id no longer fits an integer. A sequence of sessions that no longer does goes on
-- behind the sessions that are left; any other one goes on where it is, so that no id is given twice.
DO $$
DECLARE
  of_users text := pg_get_serial_sequence('users', 'id');
  of_sessions text := pg_get_serial_sequence('sessions', 'id');
  given bigint := 0;
BEGIN
  IF of_sessions IS NOT NULL THEN
    EXECUTE 'SELECT last_value FROM ' || of_sessions INTO given;
    IF given >= 2147483647 THEN
      PERFORM setval(of_sessions, (SELECT coalesce(max(id), 0) + 1 FROM sessions), false);
    END IF;
    EXECUTE 'ALTER SEQUENCE ' || of_sessions || ' AS integer';
  END IF;
  IF of_users IS NOT NULL THEN
    EXECUTE 'ALTER SEQUENCE ' || of_users || ' AS integer';
  END IF;
END
$$;
ALTER TABLE sessions
  ALTER COLUMN id TYPE integer,
  ALTER COLUMN user_id TYPE integer;
ALTER TABLE users ALTER COLUMN id TYPE integer;
