-- The old pair of a user whose hash was replaced after a good login (imported users; see the PostgreSQL script).
CREATE TABLE express_passwords (
  user_id INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  password_hash TEXT NOT NULL CHECK (length(password_hash) <= 255),
  salt TEXT NOT NULL CHECK (length(salt) <= 255)
) STRICT;
-- A PHC string that went through a rollback to the Express service carries an empty salt (see the down script).
UPDATE users SET salt = NULL WHERE salt = '' AND password_hash LIKE '$%';
