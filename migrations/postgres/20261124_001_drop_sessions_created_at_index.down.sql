CREATE INDEX sessions_created_at_index ON sessions (created_at);
