-- Mails on their way out, written in the transaction of what they tell of. The program draws the ids at random, because
-- the body is sealed for its row before the row is there; it is NULL once the mail is sent or given up.
CREATE TABLE mails (
  id bigint NOT NULL,
  kind text NOT NULL,
  recipient text NOT NULL,
  user_id bigint,
  locale text,
  body bytea,
  state smallint NOT NULL DEFAULT 0, -- 0 waiting, 1 sent, 2 failed, 3 expired
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL,
  claimed_by text,
  claimed_until timestamptz,
  dedupe_key text,
  last_error text,
  expires_at timestamptz, -- of what the mail is about; it is not sent any more after that
  created_at timestamptz NOT NULL,
  sent_at timestamptz,
  CONSTRAINT mails_pkey PRIMARY KEY (id),
  CONSTRAINT mails_dedupe_key_unique UNIQUE (dedupe_key),
  CONSTRAINT mails_state_known CHECK (state BETWEEN 0 AND 3),
  CONSTRAINT mails_body_only_while_waiting CHECK (state = 0 OR body IS NULL)
);
CREATE INDEX mails_waiting_index ON mails (next_attempt_at) WHERE state = 0;
CREATE INDEX mails_created_at_index ON mails (created_at);
CREATE INDEX mails_troubled_index ON mails (created_at) WHERE last_error IS NOT NULL;
