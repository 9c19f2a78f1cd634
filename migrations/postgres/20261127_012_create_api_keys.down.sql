DROP TABLE api_keys;
DROP FUNCTION gatehouse_announce_api_key();
