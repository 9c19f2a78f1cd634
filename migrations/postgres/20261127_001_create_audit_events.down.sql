-- The audit trail goes with the version that wrote it: export it before.
DROP TABLE audit_prunings;
DROP FUNCTION gatehouse_allow_audit_pruning();
DROP TABLE audit_events;
DROP FUNCTION gatehouse_keep_audit_events();
