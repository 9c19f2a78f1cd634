-- Sessions go on, and end as all others do; nobody can refresh them.
ALTER TABLE sessions DROP COLUMN refresh_attempt;
ALTER TABLE sessions DROP COLUMN refreshed_at;
ALTER TABLE sessions DROP COLUMN refresh_generation;
