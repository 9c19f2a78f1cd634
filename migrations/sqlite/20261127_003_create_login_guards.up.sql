-- How many passwords of an account were wrong, for each place that attempts come from: a device, an address, or all others.
-- account_key and part are 16 bytes, made from the email and the place with a secret.
-- Attempts under way are counted in the period in which they began (in_flight) and the one before (in_flight_before).
CREATE TABLE login_guards (
  account_key BLOB NOT NULL,
  part BLOB NOT NULL,
  failures INTEGER NOT NULL,
  in_flight INTEGER NOT NULL,
  in_flight_before INTEGER NOT NULL,
  period INTEGER NOT NULL,
  blocked_until INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (account_key, part)
) STRICT, WITHOUT ROWID;

-- From which addresses a user has logged in, as 16 bytes made with a secret.
CREATE TABLE login_sources (
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  source BLOB NOT NULL,
  last_success_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, source)
) STRICT, WITHOUT ROWID;
