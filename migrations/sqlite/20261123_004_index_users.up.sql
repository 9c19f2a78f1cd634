-- Pages of users, newest first, and whether any password is still in the old format. The first one replaces the plain
-- index on created_at.
CREATE INDEX users_created_at_id_index ON users (created_at DESC, id DESC);
CREATE INDEX users_salt_index ON users (id) WHERE salt IS NOT NULL;
DROP INDEX IF EXISTS users_created_at_index;
