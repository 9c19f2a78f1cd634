-- Users by how their address, last name or first name begins (see the PostgreSQL script).
CREATE INDEX users_last_name_prefix_index ON users (lower(last_name), id);
CREATE INDEX users_first_name_prefix_index ON users (lower(first_name), id);
CREATE VIEW user_names AS
SELECT id, email_key, lower(last_name) AS last_name, lower(first_name) AS first_name FROM users;
