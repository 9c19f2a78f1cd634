DROP TRIGGER gatehouse_announce_truncate ON users;
DROP TRIGGER gatehouse_announce_update ON users;
DROP TRIGGER gatehouse_announce_delete ON users;
DROP TRIGGER gatehouse_announce_truncate ON sessions;
DROP TRIGGER gatehouse_announce_update ON sessions;
DROP TRIGGER gatehouse_announce_delete ON sessions;
DROP FUNCTION gatehouse_announce();
