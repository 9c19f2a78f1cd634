DROP VIEW new_session;
