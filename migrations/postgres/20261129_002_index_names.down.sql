DROP VIEW user_names;
DROP INDEX IF EXISTS users_first_name_prefix_index;
DROP INDEX IF EXISTS users_last_name_prefix_index;
DROP INDEX IF EXISTS users_email_key_prefix_index;
