-- Devices that users have logged in on, and that prove it by a token. Only the SHA-256 of the token's secret is here.
CREATE TABLE devices (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  secret_hash BLOB NOT NULL,
  name TEXT,
  created_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX devices_user_id_index ON devices (user_id);
CREATE INDEX devices_expires_at_index ON devices (expires_at);
