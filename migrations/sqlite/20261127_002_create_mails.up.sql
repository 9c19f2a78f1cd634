-- Mails on their way out (see the PostgreSQL script).
CREATE TABLE mails (
  id INTEGER NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  recipient TEXT NOT NULL,
  user_id INTEGER,
  locale TEXT,
  body BLOB,
  state INTEGER NOT NULL DEFAULT 0, -- 0 waiting, 1 sent, 2 failed, 3 expired
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER NOT NULL,
  claimed_by TEXT,
  claimed_until INTEGER,
  dedupe_key TEXT UNIQUE,
  last_error TEXT,
  expires_at INTEGER, -- of what the mail is about; it is not sent any more after that
  created_at INTEGER NOT NULL,
  sent_at INTEGER,
  CONSTRAINT mails_state_known CHECK (state BETWEEN 0 AND 3),
  CONSTRAINT mails_body_only_while_waiting CHECK (state = 0 OR body IS NULL)
) STRICT;
CREATE INDEX mails_waiting_index ON mails (next_attempt_at) WHERE state = 0;
CREATE INDEX mails_created_at_index ON mails (created_at);
CREATE INDEX mails_troubled_index ON mails (created_at) WHERE last_error IS NOT NULL;
