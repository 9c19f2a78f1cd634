-- Users by how their address, last name or first name begins, at the same cost however many there are. Letters of ASCII are
-- lowered, as in email_key. The view gives the texts a form and an order of their own, by bytes, which is that of the
-- indexes; so nothing is stored twice, and users is not rewritten.
CREATE VIEW user_names AS
SELECT id, email_key COLLATE "C" AS email_key, lower(last_name COLLATE "C") AS last_name,
  lower(first_name COLLATE "C") AS first_name
FROM users;
