-- A lower-case hex PBKDF2-HMAC-SHA512 and its salt, both as text.
ALTER TABLE users ADD COLUMN password_hash TEXT CHECK (length(password_hash) <= 255);
ALTER TABLE users ADD COLUMN salt TEXT CHECK (length(salt) <= 255);
