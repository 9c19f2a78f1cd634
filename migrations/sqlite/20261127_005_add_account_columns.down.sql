-- The version before shows nothing of this.
ALTER TABLE users DROP COLUMN version;
ALTER TABLE users DROP COLUMN locale;
ALTER TABLE users DROP COLUMN must_change_password;
ALTER TABLE users DROP COLUMN password_changed_at;
ALTER TABLE users DROP COLUMN email_verified_at;
