-- Whoever was disabled can log in again: the version before knows nothing of it.
ALTER TABLE users DROP COLUMN disabled_at;
