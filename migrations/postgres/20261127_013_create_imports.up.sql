-- How far files of users have been imported. Each row is written in the transactions that store the users, so an import
-- that was killed goes on where it was.
CREATE TABLE imports (
  id bigint GENERATED ALWAYS AS IDENTITY,
  file_sha256 bytea NOT NULL,
  on_conflict text NOT NULL, -- what is done where a user exists already: skip, update or fail
  bytes_done bigint NOT NULL,
  lines_done bigint NOT NULL,
  records_done bigint NOT NULL, -- accepted, refused, and users who were left as they are
  accepted bigint NOT NULL,
  refused bigint NOT NULL,
  started_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  completed_at timestamptz,
  CONSTRAINT imports_pkey PRIMARY KEY (id),
  -- Violated on purpose where somebody else has gone on with the same import.
  CONSTRAINT imports_is_where_it_was CHECK (bytes_done >= 0)
);
CREATE INDEX imports_file_index ON imports (file_sha256);
