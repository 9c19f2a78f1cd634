-- What users call the dongles that they carry.
CREATE TABLE dongles (
  id bigint GENERATED ALWAYS AS IDENTITY,
  user_id bigint NOT NULL,
  number bigint NOT NULL,
  name text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  CONSTRAINT dongles_pkey PRIMARY KEY (id),
  CONSTRAINT dongles_user_id_number_unique UNIQUE (user_id, number),
  CONSTRAINT dongles_user_id_foreign FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX dongles_expires_at_index ON dongles (expires_at);
