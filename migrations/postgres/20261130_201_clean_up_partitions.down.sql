DROP FUNCTION gatehouse_delete_expired_sessions(oid, timestamptz, bigint);
