-- What the Express service would need to know a user again whose hash was replaced after a good login.
CREATE TABLE express_passwords (
  user_id bigint NOT NULL,
  password_hash varchar(255) NOT NULL,
  salt varchar(255) NOT NULL,
  CONSTRAINT express_passwords_pkey PRIMARY KEY (user_id),
  CONSTRAINT express_passwords_user_id_foreign FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
-- A PHC string that went through a rollback to the Express service carries an empty salt (see the down script).
UPDATE users SET salt = NULL WHERE salt = '' AND password_hash LIKE '$%';
