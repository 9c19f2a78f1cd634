-- How changes are told to the replicas, which remember what they have read: by NOTIFY (CHANGE_FEED=postgres), by rows
-- (CHANGE_FEED=redis), or both, while replicas of both kinds run. What the service writes itself it tells by the way of
-- its own setting. For everybody else there are triggers: gatehouse_announce_* sends notifications, and is silent for
-- sessions that do so themselves (gatehouse.announces = 'on'); gatehouse_record_* writes rows, and is silent for those
-- that write them themselves ('rows'). So each way tells of all changes as long as its triggers are there, whichever way
-- the writer takes. A feed trusts what it hears only while this row says so.
CREATE TABLE change_feed (
  id integer NOT NULL,
  log text NOT NULL, -- which announcements these are: those of a schema that is made anew are others
  notifies boolean NOT NULL,
  writes_rows boolean NOT NULL,
  notify_used_at timestamptz NOT NULL, -- when a replica was last here that listens to notifications
  rows_used_at timestamptz NOT NULL, -- the same for those that read rows
  CONSTRAINT change_feed_pkey PRIMARY KEY (id),
  CONSTRAINT change_feed_one_row CHECK (id = 1),
  CONSTRAINT change_feed_tells CHECK (notifies OR writes_rows)
);
INSERT INTO change_feed (id, log, notifies, writes_rows, notify_used_at, rows_used_at)
VALUES (1, replace(gen_random_uuid()::text, '-', ''), true, false, now(), now());

-- One row for each announcement. A position comes later, from whoever reads (announcement_reader.hpp): a row whose
-- transaction is committed late must not appear behind somebody who has read on.
CREATE TABLE announcements (
  entry bigint GENERATED ALWAYS AS IDENTITY,
  position bigint, -- NULL until one is given
  topic text NOT NULL,
  id bigint, -- of what changed; NULL: nobody can name it
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT announcements_pkey PRIMARY KEY (entry),
  CONSTRAINT announcements_position_unique UNIQUE (position)
);

-- One row: how far positions have been given, and what has been deleted. It is locked while either changes.
CREATE TABLE announcement_order (
  id integer NOT NULL,
  ordered_at timestamptz NOT NULL,
  last_position bigint NOT NULL,
  deleted_position bigint NOT NULL,
  CONSTRAINT announcement_order_pkey PRIMARY KEY (id),
  CONSTRAINT announcement_order_one_row CHECK (id = 1)
);
INSERT INTO announcement_order (id, ordered_at, last_position, deleted_position) VALUES (1, now(), 0, 0);

-- What gatehouse_announce() tells, as rows.
CREATE FUNCTION gatehouse_record() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $record$
DECLARE
  named_max CONSTANT integer := 64;
  named CONSTANT integer := coalesce(nullif(current_setting('gatehouse.recorded', true), ''), '0')::integer;
  is_everything boolean := TG_OP = 'TRUNCATE';
  changed bigint[] := '{}';
  unremembered CONSTANT text[] := '{password_hash,salt,updated_at}';
BEGIN
  IF named > named_max THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    is_everything := (SELECT count(*) FROM (SELECT FROM before LIMIT named_max + 1) AS few) > named_max;
  END IF;
  IF is_everything THEN
    NULL;
  ELSIF TG_TABLE_NAME = 'users' AND TG_OP = 'DELETE' THEN
    changed := ARRAY(SELECT id FROM before LIMIT named_max + 1);
  ELSIF TG_TABLE_NAME = 'users' THEN
    changed := ARRAY(
      SELECT one.id
      FROM (
        SELECT id, to_jsonb(was) - unremembered FROM before AS was
        EXCEPT
        SELECT id, to_jsonb(became) - unremembered FROM after AS became
      ) AS one
    );
  ELSIF TG_OP = 'DELETE' THEN
    changed := ARRAY(
      SELECT id FROM before WHERE secret_hash IS NOT NULL AND expires_at > now() LIMIT named_max + 1
    );
  ELSE
    changed := ARRAY(
      SELECT was.id
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
  is_everything := is_everything OR named + cardinality(changed) > named_max;
  IF is_everything THEN
    INSERT INTO announcements (topic) VALUES ('all');
  ELSE
    INSERT INTO announcements (topic, id)
    SELECT CASE TG_TABLE_NAME WHEN 'users' THEN 'user' ELSE 'session' END, one FROM unnest(changed) AS one;
  END IF;
  IF is_everything OR cardinality(changed) > 0 THEN
    PERFORM set_config(
      'gatehouse.recorded',
      CASE WHEN is_everything THEN named_max + 1 ELSE named + cardinality(changed) END::text,
      true
    );
  END IF;
  RETURN NULL;
END
$record$;

CREATE FUNCTION gatehouse_record_api_key() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $record$
BEGIN
  INSERT INTO announcements (topic, id)
  VALUES (CASE TG_OP WHEN 'TRUNCATE' THEN 'all' ELSE 'key' END, coalesce(OLD.id, NEW.id));
  RETURN NULL;
END
$record$;

CREATE FUNCTION gatehouse_record_signing_keys() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $record$
BEGIN
  INSERT INTO announcements (topic, id) VALUES ('signing_key', 1);
  RETURN NULL;
END
$record$;

-- Makes the triggers of a way that is to be there, after those of the other one, and drops those that are not. Where a
-- way begins to tell, it tells first that everything may have changed. Its locks make it wait for all who write to these
-- tables, and them for it, so no change falls between.
CREATE FUNCTION gatehouse_tell_changes(by_notify boolean, by_rows boolean) RETURNS void LANGUAGE plpgsql
SET search_path FROM CURRENT AS $tell$
DECLARE
  statement text;
  was change_feed%ROWTYPE;
BEGIN
  SELECT * INTO STRICT was FROM change_feed WHERE id = 1 FOR UPDATE;
  FOR statement IN
    WITH ours AS (
      SELECT
        tgrelid,
        tgname,
        tgname LIKE 'gatehouse\_announce\_%' AS is_notify,
        CASE
          WHEN tgname LIKE 'gatehouse\_announce\_%' THEN replace(tgname, 'gatehouse_announce', 'gatehouse_record')
          ELSE replace(tgname, 'gatehouse_record', 'gatehouse_announce')
        END AS counterpart
      FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
      WHERE NOT tgisinternal AND tgparentid = 0
        AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'change_feed'::regclass)
        AND (tgname LIKE 'gatehouse\_announce\_%' OR tgname LIKE 'gatehouse\_record\_%')
    )
    SELECT
      CASE
        WHEN is_notify THEN
          replace(replace(pg_get_triggerdef(pg_trigger.oid), 'gatehouse_announce', 'gatehouse_record'), '''on''', '''rows''')
        ELSE
          replace(replace(pg_get_triggerdef(pg_trigger.oid), 'gatehouse_record', 'gatehouse_announce'), '''rows''', '''on''')
      END
    FROM ours JOIN pg_trigger USING (tgrelid, tgname)
    WHERE CASE WHEN is_notify THEN by_rows ELSE by_notify END
      AND NOT EXISTS (SELECT FROM ours AS other WHERE other.tgrelid = ours.tgrelid AND other.tgname = ours.counterpart)
    UNION ALL
    SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass)
    FROM ours
    WHERE NOT CASE WHEN is_notify THEN by_notify ELSE by_rows END
  LOOP
    EXECUTE statement;
  END LOOP;
  IF by_notify AND NOT was.notifies THEN
    PERFORM pg_notify('gatehouse', 'all');
  END IF;
  IF by_rows AND NOT was.writes_rows THEN
    INSERT INTO announcements (topic) VALUES ('all');
  END IF;
  IF (by_notify, by_rows) IS DISTINCT FROM (was.notifies, was.writes_rows) THEN
    UPDATE change_feed SET notifies = by_notify, writes_rows = by_rows WHERE id = 1;
  END IF;
END
$tell$;

-- Called by each replica now and then, with the way by which it hears: 'postgres' or 'redis'. That way is told by from
-- then on; another one as long as somebody was here lately who hears by it. Whoever comes first in ten seconds does it
-- for all, and deletes rows that everybody has read or will not read any more.
CREATE FUNCTION gatehouse_use_feed(way text) RETURNS void LANGUAGE plpgsql
SET search_path FROM CURRENT SET lock_timeout = '200ms' AS $use$
DECLARE
  moment CONSTANT timestamptz := clock_timestamp();
  every CONSTANT interval := '10 seconds';
  remembered CONSTANT interval := '2 minutes';
  kept CONSTANT interval := '1 minute';
  by_rows CONSTANT boolean := way = 'redis';
  feed change_feed%ROWTYPE;
  read_by_all bigint;
BEGIN
  -- Where another replica is at it, nobody waits.
  SELECT * INTO feed FROM change_feed
  WHERE id = 1 AND NOT CASE
    WHEN by_rows THEN writes_rows AND rows_used_at BETWEEN moment - every AND moment
    ELSE notifies AND notify_used_at BETWEEN moment - every AND moment
  END
  FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF by_rows THEN
    UPDATE change_feed SET rows_used_at = moment WHERE id = 1;
  ELSE
    UPDATE change_feed SET notify_used_at = moment WHERE id = 1;
  END IF;
  BEGIN
    PERFORM gatehouse_tell_changes(
      NOT by_rows OR (feed.notifies AND feed.notify_used_at > moment - remembered),
      by_rows OR (feed.writes_rows AND feed.rows_used_at > moment - remembered)
    );
  EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
    NULL; -- somebody writes for long; the next call tries again
  END;
  IF by_rows THEN
    PERFORM FROM announcement_order WHERE id = 1 FOR UPDATE;
    read_by_all := (
      SELECT max(oldest.position)
      FROM (SELECT position, at FROM announcements WHERE position IS NOT NULL ORDER BY position LIMIT 50000) AS oldest
      WHERE oldest.at < moment - kept
    );
    IF read_by_all IS NOT NULL THEN
      UPDATE announcement_order SET deleted_position = read_by_all WHERE id = 1;
      DELETE FROM announcements WHERE position <= read_by_all;
    END IF;
  END IF;
END
$use$;
