-- What users call the dongles that they carry.
CREATE TABLE dongles (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  UNIQUE (user_id, number)
) STRICT;
CREATE INDEX dongles_expires_at_index ON dongles (expires_at);
