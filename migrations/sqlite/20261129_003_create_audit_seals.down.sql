-- The events stay; what sealed them goes.
DROP VIEW audit_horizon;
DROP VIEW audit_rows;
DROP TABLE audit_position_bases;
DROP TABLE audit_seal_leaves;
DROP TABLE audit_seals;
