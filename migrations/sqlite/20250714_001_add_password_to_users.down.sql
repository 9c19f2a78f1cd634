ALTER TABLE users DROP COLUMN salt;
ALTER TABLE users DROP COLUMN password_hash;
