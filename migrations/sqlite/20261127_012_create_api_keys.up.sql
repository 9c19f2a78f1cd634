-- Keys with which programs call the API (see the PostgreSQL script).
CREATE TABLE api_keys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE, -- stands in the key
  name TEXT NOT NULL,
  scopes TEXT NOT NULL, -- with single blanks, as in RFC 6749 section 3.3
  tells_client INTEGER NOT NULL DEFAULT 0,
  secret_hash BLOB NOT NULL,
  previous_hash BLOB,
  previous_until INTEGER,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  revoked_at INTEGER,
  CONSTRAINT api_keys_secret_hash_length CHECK (length(secret_hash) = 32),
  CONSTRAINT api_keys_previous_hash_length CHECK (length(previous_hash) = 32)
) STRICT;
