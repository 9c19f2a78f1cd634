CREATE INDEX CONCURRENTLY IF NOT EXISTS users_email_key_prefix_index ON users (email_key COLLATE "C", id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS users_last_name_prefix_index ON users (lower(last_name COLLATE "C"), id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS users_first_name_prefix_index ON users (lower(first_name COLLATE "C"), id);
