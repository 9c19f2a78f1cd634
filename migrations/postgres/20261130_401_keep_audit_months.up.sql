-- For audit_events as ranges of months (ADR 43). Of one table none of these does anything.

-- Makes one partition. It refuses changes like the whole table, whose trigger is not asked where somebody names a
-- partition, and nobody but the owner has rights on it, whatever new tables get by default. Attaching it lets others
-- insert meanwhile.
CREATE FUNCTION gatehouse_add_audit_partition(whole regclass, name text, bounds text) RETURNS void LANGUAGE plpgsql
SET search_path FROM CURRENT AS $add$
DECLARE
  owner CONSTANT regrole := (SELECT relowner FROM pg_class WHERE oid = whole);
  options CONSTANT text := (
    SELECT array_to_string(reloptions, ', ') FROM pg_class
    WHERE relkind = 'r' AND (oid = to_regclass('audit_events')
      OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass('audit_events')))
    ORDER BY oid LIMIT 1
  );
  grantee text;
BEGIN
  EXECUTE format('CREATE TABLE %I (LIKE %s INCLUDING ALL EXCLUDING IDENTITY EXCLUDING INDEXES)', name, whole);
  IF options IS NOT NULL THEN
    EXECUTE format('ALTER TABLE %I SET (%s)', name, options);
  END IF;
  EXECUTE format(
    'CREATE TRIGGER gatehouse_keep_audit_events BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
    'FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_keep_audit_events()', name
  );
  IF owner <> current_user::regrole THEN
    EXECUTE format('ALTER TABLE %I OWNER TO %s', name, owner);
  END IF;
  FOR grantee IN
    SELECT DISTINCT CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END
    FROM pg_class, aclexplode(relacl) AS acl WHERE oid = to_regclass(quote_ident(name)) AND acl.grantee <> relowner
  LOOP
    EXECUTE format('REVOKE ALL ON %I FROM %s', name, grantee);
  END LOOP;
  EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I %s', whole, name, bounds);
END
$add$;

-- Makes the partitions of audit_events, or of its copy, that are missing: those of each month from `since`, but no more
-- than 20 years ago, until three months from now, and the one for whatever has no month. Says how many it made. With the
-- owner's rights, for whoever may insert events owns no table; it makes nothing but this.
--
-- Events that came before their month lie in the partition for whatever has none, and move into their own. Readers are
-- kept out for that moment: one that has seen which partitions there are, and waits for the old one, would miss them.
-- That takes long if they are many, so then nothing is made.
CREATE FUNCTION gatehouse_add_audit_months(parent text, since timestamptz) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT SET timezone = 'UTC' AS $add$
DECLARE
  rest_max CONSTANT bigint := 10000;
  whole CONSTANT regclass := (
    SELECT oid FROM pg_class
    WHERE parent IN ('audit_events', 'audit_events_next') AND oid = to_regclass(parent) AND relkind = 'p'
  );
  present CONSTANT timestamptz := date_trunc('month', now());
  rest regclass;
  month timestamptz;
  month_end timestamptz;
  name text;
  count bigint;
  added bigint := 0;
BEGIN
  IF whole IS NULL THEN
    RETURN 0;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = whole AND inhrelid = to_regclass('audit_events_default')) THEN
    PERFORM gatehouse_add_audit_partition(whole, 'audit_events_default', 'DEFAULT');
    added := 1;
  END IF;
  rest := to_regclass('audit_events_default');
  EXECUTE format('SELECT count(*) FROM (SELECT FROM %s LIMIT $1) AS few', rest) INTO count USING rest_max + 1;
  IF count > rest_max THEN
    RETURN added;
  END IF;
  FOR month IN
    SELECT generate_series(
      greatest(least(date_trunc('month', since), present), present - interval '20 years'),
      present + interval '3 months', interval '1 month'
    )
  LOOP
    name := to_char(month, '"audit_events_y"YYYY"m"MM');
    CONTINUE WHEN EXISTS (SELECT FROM pg_inherits WHERE inhparent = whole AND inhrelid = to_regclass(name));
    month_end := month + interval '1 month';
    EXECUTE format('SELECT count(*) FROM %s WHERE at >= $1 AND at < $2', rest) INTO count USING month, month_end;
    IF count > 0 THEN
      EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', whole);
      PERFORM set_config('gatehouse.audit_prune', 'on', true);
      EXECUTE format('CREATE TEMPORARY TABLE gatehouse_moved_events AS SELECT * FROM %s WHERE at >= %L AND at < %L',
                     rest, month, month_end);
      EXECUTE format('DELETE FROM %s WHERE at >= $1 AND at < $2', rest) USING month, month_end;
      PERFORM set_config('gatehouse.audit_prune', 'off', true);
    END IF;
    PERFORM gatehouse_add_audit_partition(whole, name, format('FOR VALUES FROM (%L) TO (%L)', month, month_end));
    IF count > 0 THEN
      EXECUTE format('INSERT INTO %I OVERRIDING SYSTEM VALUE SELECT * FROM pg_temp.gatehouse_moved_events', name);
      DROP TABLE pg_temp.gatehouse_moved_events;
    END IF;
    added := added + 1;
  END LOOP;
  RETURN added;
END
$add$;

-- Drops the partition of a month that ended before `sealed_before`, if all its events have seals from before that time,
-- or if it has none left. Its seals are told that their events are gone, as when they are deleted row by row: the first
-- and the last of them may have events in the months beside it, which go, too. Says how many events went, and NULL where
-- nothing was done: what lies in the range of a seal that was pruned before, or is followed by a copy, is not dropped.
--
-- With the rights of whoever calls it: who may only insert events drops none.
CREATE FUNCTION gatehouse_drop_audit_month(name text, sealed_before timestamptz, moment timestamptz) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' AS $drop$
DECLARE
  beside_max CONSTANT bigint := 20000;
  part CONSTANT regclass := (
    SELECT inhrelid FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = to_regclass('audit_events') AND relname = name AND relname ~ '^audit_events_y\d{4}m\d\d$'
  );
  events bigint;
  beside bigint := 0;
  oldest bigint;
  newest bigint;
  seals record;
BEGIN
  IF part IS NULL OR to_regclass('audit_copy') IS NOT NULL
    OR name >= to_char(sealed_before, '"audit_events_y"YYYY"m"MM') THEN
    RETURN NULL;
  END IF;
  EXECUTE format('LOCK TABLE %s IN SHARE MODE', part);
  EXECUTE format('SELECT count(*), min(position), max(position) FROM %s', part) INTO events, oldest, newest;
  IF events > 0 THEN
    SELECT min(seq) AS first, max(seq) AS last, min(position_from) AS position_from, max(position_to) AS position_to,
      sum(count) AS count, bool_and(sealed_at < sealed_before) AS are_old INTO seals
    FROM audit_seals WHERE pruned_at IS NULL AND position_from <= newest;
    IF seals.first IS NULL OR NOT seals.are_old OR oldest < seals.position_from OR newest > seals.position_to
      OR seals.count - events > beside_max THEN
      RETURN NULL;
    END IF;
    PERFORM set_config('gatehouse.audit_prune', 'on', true);
    DELETE FROM audit_seal_leaves WHERE seq BETWEEN seals.first AND seals.last;
    UPDATE audit_seals SET pruned_at = moment WHERE seq BETWEEN seals.first AND seals.last AND pruned_at IS NULL;
  END IF;
  EXECUTE format('ALTER TABLE audit_events DETACH PARTITION %s', part);
  IF events > 0 THEN
    DELETE FROM audit_events WHERE position BETWEEN seals.position_from AND seals.position_to;
    GET DIAGNOSTICS beside = ROW_COUNT;
    PERFORM set_config('gatehouse.audit_prune', 'off', true);
    INSERT INTO audit_events (at, type, outcome, actor_kind, actor, details) VALUES (
      moment, 'audit.pruned', 'ok', 'system', 'retention',
      format('{"before":"%s","count":%s,"firstSeal":%s,"lastSeal":%s}',
             to_char(sealed_before, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), events + beside, seals.first, seals.last)
    );
  END IF;
  EXECUTE format('DROP TABLE %s', part);
  RETURN events + beside;
END
$drop$;
