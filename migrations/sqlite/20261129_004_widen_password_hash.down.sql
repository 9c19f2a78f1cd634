-- Fails, and changes nothing, where a hash is longer: it would be lost. Such a user needs a new password first.
DROP INDEX users_pending_wrap_index;
ALTER TABLE users ADD COLUMN narrow_password_hash TEXT CHECK (length(narrow_password_hash) <= 255);
UPDATE users SET narrow_password_hash = password_hash;
ALTER TABLE users DROP COLUMN password_hash;
ALTER TABLE users RENAME COLUMN narrow_password_hash TO password_hash;
