-- What is sent to a user to be sent back once: to reset a password, to verify an email, to change it. Only the SHA-256 of
-- the token is here.
CREATE TABLE one_time_tokens (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  token_hash BLOB NOT NULL UNIQUE,
  payload TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX one_time_tokens_user_id_kind_index ON one_time_tokens (user_id, kind);
CREATE INDEX one_time_tokens_expires_at_index ON one_time_tokens (expires_at);

-- Which of them were sent back. A second row for one token, or one for a token that is not open any more, ends the
-- transaction, and with it all that the token was to bring about.
CREATE TABLE one_time_redemptions (
  token_hash BLOB UNIQUE REFERENCES one_time_tokens (token_hash) ON DELETE CASCADE,
  redeemed_at INTEGER NOT NULL,
  CONSTRAINT one_time_redemptions_token_is_open CHECK (token_hash IS NOT NULL)
) STRICT;
