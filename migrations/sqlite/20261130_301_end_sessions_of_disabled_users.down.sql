DROP TRIGGER gatehouse_end_sessions;
