-- The version before knows notifications only.
SELECT gatehouse_tell_changes(true, false);
DROP FUNCTION gatehouse_use_feed(text);
DROP FUNCTION gatehouse_tell_changes(boolean, boolean);
DROP FUNCTION gatehouse_record_signing_keys();
DROP FUNCTION gatehouse_record_api_key();
DROP FUNCTION gatehouse_record();
DROP TABLE announcement_order;
DROP TABLE announcements;
DROP TABLE change_feed;
