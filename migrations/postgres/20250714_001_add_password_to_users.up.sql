-- A lower-case hex PBKDF2-HMAC-SHA512 and its salt, both as text.
ALTER TABLE users
  ADD COLUMN password_hash varchar(255),
  ADD COLUMN salt varchar(255);
