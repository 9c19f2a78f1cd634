-- users.version goes up with each change of what is shown of a user, whoever makes it (see the PostgreSQL script).
CREATE TRIGGER gatehouse_count_version AFTER UPDATE OF id, first_name, last_name, email, created_at ON users
WHEN NEW.version = OLD.version
  AND (NEW.id, NEW.first_name, NEW.last_name, NEW.email, NEW.created_at)
    IS NOT (OLD.id, OLD.first_name, OLD.last_name, OLD.email, OLD.created_at)
BEGIN
  UPDATE users SET version = OLD.version + 1 WHERE id = NEW.id;
END;

DROP TABLE refusals;
CREATE TABLE refusals (
  reason TEXT NOT NULL,
  CONSTRAINT refusals_password_is_the_checked_one CHECK (reason <> 'password replaced'),
  CONSTRAINT refusals_version_is_the_given_one CHECK (reason <> 'version replaced')
) STRICT;
