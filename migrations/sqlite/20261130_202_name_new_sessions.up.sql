-- The session that this transaction inserted last (see the PostgreSQL script). Nobody else writes meanwhile, and ids go
-- up.
CREATE VIEW new_session AS SELECT max(id) AS id FROM sessions;
