-- How far files of users have been imported (see the PostgreSQL script).
CREATE TABLE imports (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  file_sha256 BLOB NOT NULL,
  on_conflict TEXT NOT NULL, -- what is done where a user exists already: skip, update or fail
  bytes_done INTEGER NOT NULL,
  lines_done INTEGER NOT NULL,
  records_done INTEGER NOT NULL, -- accepted, refused, and users who were left as they are
  accepted INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  completed_at INTEGER,
  CONSTRAINT imports_is_where_it_was CHECK (bytes_done >= 0)
) STRICT;
CREATE INDEX imports_file_index ON imports (file_sha256);
