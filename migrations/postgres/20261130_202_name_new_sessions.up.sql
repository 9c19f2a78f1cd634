-- new_session has the id of the session that this transaction inserted last, and NULL where it inserted none. So what a
-- login records of its session finds it by its id, which names the partition, or the server, that has it.
CREATE FUNCTION gatehouse_name_new_session() RETURNS trigger LANGUAGE plpgsql AS $name$
BEGIN
  PERFORM set_config('gatehouse.new_session', NEW.id::text, true);
  RETURN NULL;
END
$name$;
CREATE TRIGGER gatehouse_name_new_session AFTER INSERT ON sessions
  FOR EACH ROW EXECUTE FUNCTION gatehouse_name_new_session();
CREATE VIEW new_session AS SELECT nullif(current_setting('gatehouse.new_session', true), '')::bigint AS id;
