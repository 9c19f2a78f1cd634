DROP TABLE refusals;
CREATE TABLE refusals (
  reason TEXT NOT NULL,
  CONSTRAINT refusals_password_is_the_checked_one CHECK (reason <> 'password replaced')
) STRICT;
DROP TRIGGER gatehouse_count_version;
