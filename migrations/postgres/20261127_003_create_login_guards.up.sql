-- How many passwords of an account were wrong, for each place that attempts come from: a device, an address, or all others.
-- Times are microseconds since 1970. account_key and part are 16 bytes, made from the email and the place with a secret.
-- Attempts under way are counted in the period in which they began (in_flight) and the one before (in_flight_before).
CREATE TABLE login_guards (
  account_key bytea NOT NULL,
  part bytea NOT NULL,
  failures integer NOT NULL,
  in_flight integer NOT NULL,
  in_flight_before integer NOT NULL,
  period bigint NOT NULL,
  blocked_until bigint NOT NULL,
  updated_at bigint NOT NULL,
  CONSTRAINT login_guards_pkey PRIMARY KEY (account_key, part)
) WITH (fillfactor = 70);

-- From which addresses a user has logged in, as 16 bytes made with a secret.
CREATE TABLE login_sources (
  user_id bigint NOT NULL,
  source bytea NOT NULL,
  last_success_at timestamptz NOT NULL,
  CONSTRAINT login_sources_pkey PRIMARY KEY (user_id, source),
  CONSTRAINT login_sources_user_id_foreign FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
