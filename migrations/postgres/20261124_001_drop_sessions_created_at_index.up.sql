-- Nothing looks for sessions by the time of their login, and every login would have to write to the index.
DROP INDEX IF EXISTS sessions_created_at_index;
