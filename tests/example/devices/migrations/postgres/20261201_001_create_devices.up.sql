-- What users call the things that they log in on.
CREATE TABLE devices (
  id bigint GENERATED ALWAYS AS IDENTITY,
  user_id bigint NOT NULL,
  number bigint NOT NULL,
  name text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  CONSTRAINT devices_pkey PRIMARY KEY (id),
  CONSTRAINT devices_user_id_number_unique UNIQUE (user_id, number),
  CONSTRAINT devices_user_id_foreign FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX devices_expires_at_index ON devices (expires_at);
