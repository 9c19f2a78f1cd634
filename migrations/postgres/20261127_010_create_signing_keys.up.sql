-- Keys that sign tokens. The private half is sealed with SESSION_SECRET, and goes when the key signs no more. At most
-- one key is current. An update that may not be made sets a state that nobody knows, which ends the transaction.
CREATE TABLE signing_keys (
  kid text NOT NULL, -- the thumbprint of the public half (RFC 7638)
  alg text NOT NULL,
  state text NOT NULL,
  public_jwk text NOT NULL,
  private_sealed bytea,
  created_at timestamptz NOT NULL,
  current_from timestamptz,
  retired_at timestamptz,
  drop_at timestamptz, -- when the row is of no use to anybody any more
  CONSTRAINT signing_keys_pkey PRIMARY KEY (kid),
  CONSTRAINT signing_keys_alg_known CHECK (alg IN ('RS256', 'ES256', 'EdDSA')),
  CONSTRAINT signing_keys_state_known CHECK (state IN ('next', 'current', 'retired', 'revoked'))
);
CREATE UNIQUE INDEX signing_keys_one_current ON signing_keys (state) WHERE state = 'current';

-- Whoever changes a key by SQL is heard by every process. Sessions of the service set gatehouse.announces.
CREATE FUNCTION gatehouse_announce_signing_keys() RETURNS trigger LANGUAGE plpgsql AS $announce$
BEGIN
  PERFORM pg_notify('gatehouse', 'signing_key:1');
  RETURN NULL;
END
$announce$;
CREATE TRIGGER gatehouse_announce_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON signing_keys
  FOR EACH STATEMENT WHEN (current_setting('gatehouse.announces', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION gatehouse_announce_signing_keys();
