-- A disabled user has no session, whoever disabled them. So a refresh need not look for its user.
CREATE FUNCTION gatehouse_end_sessions() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $end$
BEGIN
  DELETE FROM sessions WHERE user_id = NEW.id;
  RETURN NULL;
END
$end$;
CREATE TRIGGER gatehouse_end_sessions AFTER UPDATE OF disabled_at ON users
  FOR EACH ROW WHEN (NEW.disabled_at IS NOT NULL AND OLD.disabled_at IS NULL)
  EXECUTE FUNCTION gatehouse_end_sessions();

DELETE FROM sessions WHERE user_id IN (SELECT id FROM users WHERE disabled_at IS NOT NULL);
