DROP TRIGGER gatehouse_revoke_deleted_key;
DROP TRIGGER gatehouse_revoke_updated_key;
DROP TRIGGER gatehouse_revoke_deleted_user;
DROP TRIGGER gatehouse_revoke_updated_session;
DROP TRIGGER gatehouse_revoke_deleted_session;
DROP TABLE token_lifetimes;
DROP TABLE revocation_order;
DROP TABLE revocations;
