-- Never has a row. A statement of a transaction inserts one where something does not hold any more, and that ends the
-- transaction. The table has nothing that the server's log may not show.
CREATE TABLE refusals (
  reason TEXT NOT NULL,
  CONSTRAINT refusals_password_is_the_checked_one CHECK (reason <> 'password replaced')
) STRICT;
