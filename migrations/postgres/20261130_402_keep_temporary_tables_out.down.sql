ALTER FUNCTION gatehouse_audit_position() SET search_path FROM CURRENT;
ALTER FUNCTION gatehouse_delete_expired_sessions(oid, timestamptz, bigint) SET search_path FROM CURRENT;
ALTER FUNCTION gatehouse_add_audit_months(text, timestamptz) SET search_path FROM CURRENT;
