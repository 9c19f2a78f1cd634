-- Nothing looks for sessions by the time of their login, and every login would have to write to the index.
DROP INDEX sessions_created_at_index;
