CREATE INDEX users_created_at_index ON users (created_at);
DROP INDEX users_salt_index;
DROP INDEX users_created_at_id_index;
