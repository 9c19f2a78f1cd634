-- users.version goes up with each change of what is shown of a user, whoever makes it: a program that does not know of
-- versions leaves the column as it is. A new updated_at alone is no change, for others write one with a password, too,
-- and a new version is announced to every replica.
CREATE FUNCTION gatehouse_count_version() RETURNS trigger LANGUAGE plpgsql AS $count$
BEGIN
  NEW.version := OLD.version + 1;
  RETURN NEW;
END
$count$;
CREATE TRIGGER gatehouse_count_version
  BEFORE UPDATE OF id, first_name, last_name, email, created_at ON users
  FOR EACH ROW WHEN (
    NEW.version = OLD.version
    AND (NEW.id, NEW.first_name, NEW.last_name, NEW.email, NEW.created_at)
      IS DISTINCT FROM (OLD.id, OLD.first_name, OLD.last_name, OLD.email, OLD.created_at)
  )
  EXECUTE FUNCTION gatehouse_count_version();

ALTER TABLE refusals ADD CONSTRAINT refusals_version_is_the_given_one CHECK (reason <> 'version replaced');
