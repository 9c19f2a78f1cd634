-- Whoever ends a session or changes a user by SQL is heard by every process that remembers them, as the service's own
-- writes are. Sessions of the service set gatehouse.announces, for its writes say themselves what they end.
--
-- `before` and `after` are the rows of one statement. The names of at most 64 changes are told in one transaction; more
-- are told once, as a change of everything, however many statements or cascades they come from. gatehouse.named counts
-- them; it ends with the transaction, and is empty afterwards.
--
-- A session whose time is over, and one that the Express service wrote, is remembered by nobody. Nothing here depends on
-- the search path of whoever runs the statement.
CREATE FUNCTION gatehouse_announce() RETURNS trigger LANGUAGE plpgsql AS $announce$
DECLARE
  named_max CONSTANT integer := 64;
  named CONSTANT integer := coalesce(nullif(current_setting('gatehouse.named', true), ''), '0')::integer;
  is_everything boolean := TG_OP = 'TRUNCATE';
  changes text[] := '{}';
  -- All other columns count, also those of later steps.
  unremembered CONSTANT text[] := '{password_hash,salt,updated_at}';
BEGIN
  IF named > named_max THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    -- Few rows are compared, so that no plan that was made for few of them ever meets many.
    is_everything := (SELECT count(*) FROM (SELECT FROM before LIMIT named_max + 1) AS few) > named_max;
  END IF;
  IF is_everything THEN
    NULL;
  ELSIF TG_TABLE_NAME = 'users' AND TG_OP = 'DELETE' THEN
    changes := ARRAY(SELECT 'user:' || id FROM before LIMIT named_max + 1);
  ELSIF TG_TABLE_NAME = 'users' THEN
    changes := ARRAY(
      SELECT 'user:' || changed.id
      FROM (
        SELECT id, to_jsonb(was) - unremembered FROM before AS was
        EXCEPT
        SELECT id, to_jsonb(became) - unremembered FROM after AS became
      ) AS changed
    );
  ELSIF TG_OP = 'DELETE' THEN
    changes := ARRAY(
      SELECT 'session:' || id
      FROM before
      WHERE secret_hash IS NOT NULL AND expires_at > now()
      LIMIT named_max + 1
    );
  ELSE
    -- That a session lasts longer is never heard too late.
    changes := ARRAY(
      SELECT 'session:' || was.id
      FROM before AS was LEFT JOIN after AS became ON became.id = was.id
      WHERE was.secret_hash IS NOT NULL AND was.expires_at > now()
        AND (
          became.id IS NULL
          OR became.user_id <> was.user_id
          OR became.created_at <> was.created_at
          OR became.secret_hash IS DISTINCT FROM was.secret_hash
          OR least(became.expires_at, became.absolute_expires_at) < least(was.expires_at, was.absolute_expires_at)
        )
    );
  END IF;
  is_everything := is_everything OR named + cardinality(changes) > named_max;
  IF is_everything THEN
    PERFORM pg_notify('gatehouse', 'all');
  ELSE
    PERFORM pg_notify('gatehouse', change) FROM unnest(changes) AS change;
  END IF;
  IF is_everything OR cardinality(changes) > 0 THEN
    PERFORM set_config(
      'gatehouse.named',
      CASE WHEN is_everything THEN named_max + 1 ELSE named + cardinality(changes) END::text,
      true
    );
  END IF;
  RETURN NULL;
END
$announce$;

CREATE TRIGGER gatehouse_announce_delete AFTER DELETE ON sessions REFERENCING OLD TABLE AS before
  FOR EACH STATEMENT WHEN (current_setting('gatehouse.announces', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION gatehouse_announce();
CREATE TRIGGER gatehouse_announce_update AFTER UPDATE ON sessions REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT WHEN (current_setting('gatehouse.announces', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION gatehouse_announce();
CREATE TRIGGER gatehouse_announce_truncate AFTER TRUNCATE ON sessions
  FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_announce();

CREATE TRIGGER gatehouse_announce_delete AFTER DELETE ON users REFERENCING OLD TABLE AS before
  FOR EACH STATEMENT WHEN (current_setting('gatehouse.announces', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION gatehouse_announce();
CREATE TRIGGER gatehouse_announce_update AFTER UPDATE ON users REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT WHEN (current_setting('gatehouse.announces', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION gatehouse_announce();
CREATE TRIGGER gatehouse_announce_truncate AFTER TRUNCATE ON users
  FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_announce();
