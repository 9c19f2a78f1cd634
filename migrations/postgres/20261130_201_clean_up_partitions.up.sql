-- Deletes up to `most` sessions of one partition whose time is over, the oldest first, and says how many. Naming the
-- partition is what keeps every other one out of it: none is found by expires_at. Nothing happens to what is no
-- partition of sessions any more.
--
-- With the owner's rights, for whoever may delete from sessions has none on the partitions. So it goes by this server's
-- clock, too: who calls it deletes nothing but what is over.
--
-- Rows are chosen and locked at once: what is locked by others waits for the next batch, and a session that was renewed
-- is kept. Ids in an array are looked up one by one, whatever PostgreSQL believes of how many are over.
CREATE FUNCTION gatehouse_delete_expired_sessions(part oid, until timestamptz, most bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $clean$
DECLARE
  deleted bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = to_regclass('sessions') AND inhrelid = part) THEN
    RETURN 0;
  END IF;
  EXECUTE format(
    'DELETE FROM %1$s WHERE id = ANY (ARRAY(SELECT id FROM %1$s WHERE expires_at <= $1 '
    'ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))', part::regclass
  ) USING least(until, now()), most;
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$clean$;
