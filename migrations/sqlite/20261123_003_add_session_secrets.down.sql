-- Without its secret a session can never be opened again, so its row goes too.
DELETE FROM sessions WHERE secret_hash IS NOT NULL;
ALTER TABLE sessions DROP COLUMN user_agent;
ALTER TABLE sessions DROP COLUMN ip_address;
ALTER TABLE sessions DROP COLUMN absolute_expires_at;
ALTER TABLE sessions DROP COLUMN secret_hash;
