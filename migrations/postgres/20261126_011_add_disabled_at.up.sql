-- Since when a user is disabled: cannot log in. NULL: is not.
ALTER TABLE users ADD COLUMN disabled_at timestamptz;
