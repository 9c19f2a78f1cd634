-- Fails, and changes nothing, where a hash is longer: it would be lost. Such a user needs a new password first.
DROP INDEX users_pending_wrap_index;
ALTER TABLE users ALTER COLUMN password_hash TYPE varchar(255);
