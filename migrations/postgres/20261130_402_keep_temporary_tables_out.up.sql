-- Functions with the owner's rights looked for tables in the caller's temporary ones first, so that a role that may only
-- insert events could have put tables of its own in the place of the schema's. Those come last now.
SELECT set_config('search_path', concat_ws(', ', nullif(current_setting('search_path'), ''), 'pg_temp'), true);
ALTER FUNCTION gatehouse_audit_position() SET search_path FROM CURRENT;
ALTER FUNCTION gatehouse_delete_expired_sessions(oid, timestamptz, bigint) SET search_path FROM CURRENT;
ALTER FUNCTION gatehouse_add_audit_months(text, timestamptz) SET search_path FROM CURRENT;
