DROP INDEX users_email_key_unique;
ALTER TABLE users DROP COLUMN email_key;
