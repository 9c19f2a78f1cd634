-- Which replica runs a periodic job, and until when it may.
CREATE TABLE leases (
  name text NOT NULL,
  holder text NOT NULL,
  expires_at timestamptz NOT NULL,
  CONSTRAINT leases_pkey PRIMARY KEY (name)
);
