DROP VIEW new_session;
DROP TRIGGER gatehouse_name_new_session ON sessions;
DROP FUNCTION gatehouse_name_new_session();
