-- The audit trail goes with the version that wrote it: export it before.
DROP TABLE audit_prunings;
DROP TABLE audit_events;
