-- What an operator knows of an account. email_verified_at: since when it is known that the user reads the mail, NULL: it is
-- not. must_change_password: the next login asks for another one. locale: the language of mails. version: how often what an
-- answer shows of the user has changed.
ALTER TABLE users ADD COLUMN email_verified_at timestamptz;
ALTER TABLE users ADD COLUMN password_changed_at timestamptz;
ALTER TABLE users ADD COLUMN must_change_password boolean NOT NULL DEFAULT false;
ALTER TABLE users ADD COLUMN locale text;
ALTER TABLE users ADD COLUMN version bigint NOT NULL DEFAULT 1;
