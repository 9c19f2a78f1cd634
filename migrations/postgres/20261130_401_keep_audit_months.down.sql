DROP FUNCTION gatehouse_drop_audit_month(text, timestamptz, timestamptz);
DROP FUNCTION gatehouse_add_audit_months(text, timestamptz);
DROP FUNCTION gatehouse_add_audit_partition(regclass, text, text);
