-- What ends tokens before their time, for services that check tokens by themselves. Triggers write the rows, in the
-- transaction that revokes, whoever makes it. A position comes later, from whoever reads first (revocation_store.hpp).
CREATE TABLE revocations (
  id bigint GENERATED ALWAYS AS IDENTITY,
  position bigint, -- in the order in which transactions were seen to be committed; NULL until then
  kind text NOT NULL,
  subject text NOT NULL, -- the id of a session or user, or the kid of a key
  at timestamptz NOT NULL,
  CONSTRAINT revocations_pkey PRIMARY KEY (id),
  CONSTRAINT revocations_position_unique UNIQUE (position),
  CONSTRAINT revocations_kind_known CHECK (kind IN ('session', 'user', 'signing_key')),
  CONSTRAINT revocations_subject_is_an_id CHECK (kind = 'signing_key' OR subject ~ '^-?[0-9]+$'),
  CONSTRAINT revocations_at_is_finite CHECK (isfinite(at))
);
CREATE INDEX revocations_at_index ON revocations (at);

-- One row: how far positions have been given, and what has been deleted. It is locked while positions are given.
CREATE TABLE revocation_order (
  id integer NOT NULL,
  ordered_at timestamptz,
  last_position bigint NOT NULL,
  last_at timestamptz NOT NULL,
  deleted_position bigint NOT NULL,
  deleted_at timestamptz NOT NULL,
  CONSTRAINT revocation_order_pkey PRIMARY KEY (id),
  CONSTRAINT revocation_order_one_row CHECK (id = 1)
);
-- A log that is made anew has another beginning, so nobody reads on in it who has read the one before.
INSERT INTO revocation_order (id, last_position, last_at, deleted_position, deleted_at) VALUES (1, 0, now(), 0, now());

-- How long tokens live that were made, and when the last of them is over.
CREATE TABLE token_lifetimes (
  ttl bigint NOT NULL, -- in seconds
  tokens_until timestamptz NOT NULL,
  CONSTRAINT token_lifetimes_pkey PRIMARY KEY (ttl)
);

CREATE FUNCTION gatehouse_revoke() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $revoke$
DECLARE
  -- Before the id is taken: a row that comes behind this one is committed later than that.
  revoked_at CONSTANT timestamptz := clock_timestamp();
BEGIN
  IF TG_OP = 'TRUNCATE' AND TG_TABLE_NAME = 'sessions' THEN
    INSERT INTO revocations (kind, subject, at)
    SELECT 'session', id::text, revoked_at FROM sessions WHERE secret_hash IS NOT NULL AND expires_at > now();
  ELSIF TG_OP = 'TRUNCATE' AND TG_TABLE_NAME = 'users' THEN
    INSERT INTO revocations (kind, subject, at) SELECT 'user', id::text, revoked_at FROM users;
  ELSIF TG_OP = 'TRUNCATE' THEN
    INSERT INTO revocations (kind, subject, at)
    SELECT 'signing_key', kid, revoked_at FROM signing_keys
    WHERE state <> 'revoked' AND (drop_at IS NULL OR drop_at > now());
  ELSE
    INSERT INTO revocations (kind, subject, at)
    VALUES (TG_ARGV[0], to_jsonb(OLD) ->> TG_ARGV[1], revoked_at);
  END IF;
  RETURN NULL;
END
$revoke$;

-- A session whose time was over, and one that the Express service wrote, has no token that names it.
CREATE TRIGGER gatehouse_revoke_delete AFTER DELETE ON sessions
  FOR EACH ROW WHEN (OLD.secret_hash IS NOT NULL AND OLD.expires_at > now())
  EXECUTE FUNCTION gatehouse_revoke('session', 'id');
CREATE TRIGGER gatehouse_revoke_update
  AFTER UPDATE OF id, user_id, secret_hash, created_at, expires_at, absolute_expires_at ON sessions
  FOR EACH ROW WHEN (
    OLD.secret_hash IS NOT NULL AND OLD.expires_at > now()
    AND (
      -- The clock of whoever ends it may be ahead of this one.
      least(NEW.expires_at, NEW.absolute_expires_at) < least(OLD.expires_at, OLD.absolute_expires_at)
      AND least(NEW.expires_at, NEW.absolute_expires_at) <= clock_timestamp() + interval '1 minute'
      OR NEW.secret_hash IS DISTINCT FROM OLD.secret_hash
      OR NEW.id <> OLD.id OR NEW.user_id <> OLD.user_id OR NEW.created_at <> OLD.created_at
    )
  )
  EXECUTE FUNCTION gatehouse_revoke('session', 'id');
CREATE TRIGGER gatehouse_revoke_truncate BEFORE TRUNCATE ON sessions
  FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_revoke();

CREATE TRIGGER gatehouse_revoke_delete AFTER DELETE ON users
  FOR EACH ROW EXECUTE FUNCTION gatehouse_revoke('user', 'id');
CREATE TRIGGER gatehouse_revoke_truncate BEFORE TRUNCATE ON users
  FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_revoke();

CREATE TRIGGER gatehouse_revoke_update AFTER UPDATE OF state ON signing_keys
  FOR EACH ROW WHEN (NEW.state = 'revoked' AND OLD.state <> 'revoked')
  EXECUTE FUNCTION gatehouse_revoke('signing_key', 'kid');
CREATE TRIGGER gatehouse_revoke_delete AFTER DELETE ON signing_keys
  FOR EACH ROW WHEN (OLD.state <> 'revoked' AND (OLD.drop_at IS NULL OR OLD.drop_at > now()))
  EXECUTE FUNCTION gatehouse_revoke('signing_key', 'kid');
CREATE TRIGGER gatehouse_revoke_truncate BEFORE TRUNCATE ON signing_keys
  FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_revoke();
