DROP TRIGGER gatehouse_end_sessions ON users;
DROP FUNCTION gatehouse_end_sessions();
