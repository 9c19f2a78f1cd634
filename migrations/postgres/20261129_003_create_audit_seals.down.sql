-- The events stay; what sealed them goes.
ALTER TABLE audit_events ALTER COLUMN position SET DEFAULT pg_current_xact_id()::text::bigint;
DROP INDEX audit_events_position_index;
DROP VIEW audit_horizon;
DROP VIEW audit_rows;
DROP FUNCTION gatehouse_audit_position();
DROP TABLE audit_position_bases;
DROP TABLE audit_seal_leaves;
DROP TABLE audit_seals;
DROP FUNCTION gatehouse_keep_audit_seals();
CREATE OR REPLACE FUNCTION gatehouse_keep_audit_events() RETURNS trigger LANGUAGE plpgsql AS $keep$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('gatehouse.audit_prune', true) = 'on' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'audit_events is append-only' USING ERRCODE = 'insufficient_privilege';
END
$keep$;
