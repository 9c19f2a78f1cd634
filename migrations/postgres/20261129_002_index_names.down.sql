DROP VIEW user_names;
DROP INDEX users_first_name_prefix_index;
DROP INDEX users_last_name_prefix_index;
DROP INDEX users_email_key_prefix_index;
