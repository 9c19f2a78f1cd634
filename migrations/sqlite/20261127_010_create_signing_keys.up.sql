-- Keys that sign tokens (see the PostgreSQL script).
CREATE TABLE signing_keys (
  kid TEXT NOT NULL PRIMARY KEY, -- the thumbprint of the public half (RFC 7638)
  alg TEXT NOT NULL,
  state TEXT NOT NULL,
  public_jwk TEXT NOT NULL,
  private_sealed BLOB,
  created_at INTEGER NOT NULL,
  current_from INTEGER,
  retired_at INTEGER,
  drop_at INTEGER, -- when the row is of no use to anybody any more
  CONSTRAINT signing_keys_alg_known CHECK (alg IN ('RS256', 'ES256', 'EdDSA')),
  CONSTRAINT signing_keys_state_known CHECK (state IN ('next', 'current', 'retired', 'revoked'))
) STRICT;
CREATE UNIQUE INDEX signing_keys_one_current ON signing_keys (state) WHERE state = 'current';
