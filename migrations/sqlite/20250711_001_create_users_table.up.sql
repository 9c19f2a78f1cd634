-- Times are microseconds since 1970, UTC. AUTOINCREMENT: the id of a deleted user is never given to another one.
CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  first_name TEXT NOT NULL CHECK (length(first_name) <= 255),
  last_name TEXT NOT NULL CHECK (length(last_name) <= 255),
  email TEXT NOT NULL CHECK (length(email) <= 255),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX users_email_unique ON users (email);
CREATE INDEX users_created_at_index ON users (created_at);
