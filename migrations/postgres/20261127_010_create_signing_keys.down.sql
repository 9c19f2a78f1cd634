DROP TABLE signing_keys;
DROP FUNCTION gatehouse_announce_signing_keys();
