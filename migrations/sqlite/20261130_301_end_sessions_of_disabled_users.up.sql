-- A disabled user has no session, whoever disabled them (see the PostgreSQL script).
CREATE TRIGGER gatehouse_end_sessions AFTER UPDATE OF disabled_at ON users
WHEN NEW.disabled_at IS NOT NULL AND OLD.disabled_at IS NULL
BEGIN
  DELETE FROM sessions WHERE user_id = NEW.id;
END;

DELETE FROM sessions WHERE user_id IN (SELECT id FROM users WHERE disabled_at IS NOT NULL);
