ALTER TABLE users
  DROP COLUMN password_hash,
  DROP COLUMN salt;
