-- Sessions go on, and end as all others do; nobody can refresh them.
ALTER TABLE sessions
  DROP COLUMN refresh_attempt,
  DROP COLUMN refreshed_at,
  DROP COLUMN refresh_generation;
ALTER TABLE sessions RESET (fillfactor);
