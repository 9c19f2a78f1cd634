"""`gatehouse db partition sessions` and the way back: while users come and go, after kill -9, and what it refuses."""

import threading
from datetime import timedelta

import pytest

from harness.accounts import PASSWORD, create_user, is_alive, is_cached, log_in, log_out
from harness.reshaping import PATIENCE_S, Guests, Reshaped, one, refused, succeeded
from harness.statements import store_statements
from harness.waiting import wait_until

ON_POSTGRES = pytest.mark.parametrize("kind", ["postgres"], indirect=True)
ON_SQLITE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

# On a slow machine, the switch takes longer than the default wait for a lock.
PATIENT = {"DB_QUERY_TIMEOUT": "60s", "DB_LOCK_TIMEOUT": "20s"}
BULK = 3_000
PARTITION = ("db", "partition", "sessions", "--count", "4")
UNPARTITION = ("db", "unpartition", "sessions")


def sessions_of(database):
    return Reshaped(database, "sessions", "session", "session")


def partitions(database):
    return sessions_of(database).partitions()


def has_copy(database):
    return sessions_of(database).has_copy()


def shape(database):
    return sessions_of(database).shape()


def kill_in_the_middle(database, directory, arguments):
    sessions_of(database).kill_in_the_middle(directory, arguments)


@pytest.fixture
def filled(database):
    """A few thousand sessions, none of which expires soon."""
    database.insert_users(BULK)
    database.insert_sessions(BULK)
    database.shift("sessions", "expires_at", timedelta(days=1))
    return database


def log_in_refreshable(api, email):
    answer = api.post("/user-auth", {"email": email, "password": PASSWORD, "refresh": True})
    assert answer.status == 200, answer.body
    return answer.json()


class SessionGuests(Guests):
    """Guests that keep what they were told of their sessions."""

    def __init__(self, program):
        super().__init__(program)
        self.opened: list[str] = []
        self.ended: list[str] = []

    def visit(self, api, user):
        kept, short = log_in(api, user["email"]), log_in_refreshable(api, user["email"])
        self.opened.append(kept["session"])
        refreshed = api.post("/user-auth/refresh", {"refreshToken": short["refreshToken"]})
        assert refreshed.status == 200, refreshed.body
        assert is_alive(api, kept["session"]) and is_alive(api, short["session"])
        sessions = api.get(f"/users/{user['id']}/sessions")
        assert sessions.status == 200, sessions.body
        assert log_out(api, short["session"]).status == 200
        assert not is_alive(api, short["session"])
        self.ended.append(short["session"])

    def assert_kept(self, api):
        assert self.failures == []
        for session in self.opened:
            assert is_alive(api, session), "a login was acknowledged and is gone"
        for session in self.ended:
            assert not is_alive(api, session), "a session was ended and is back"


@ON_POSTGRES
def test_users_come_and_go_while_sessions_get_partitions_and_lose_them(start, filled, command):
    before = shape(filled)
    program = start(**PATIENT)
    with SessionGuests(program) as guests:
        guests.wait_for_more()
        for arguments, count in ((PARTITION, 4), (UNPARTITION, 0)):
            assert "their number and checksum match" in succeeded(command(*arguments))
            assert partitions(filled) == count
            assert not has_copy(filled)
            assert shape(filled) == before
            guests.wait_for_more()
    with program.api() as api:
        guests.assert_kept(api)
    with start(SESSION_CACHE_MB="0").api() as cold:
        guests.assert_kept(cold)
    assert one(filled, "SELECT count(*) FROM sessions WHERE ip_address IS NULL") == BULK


@ON_POSTGRES
@pytest.mark.parametrize("back", [False, True])
def test_copy_that_was_killed_goes_on_and_has_what_came_between(start, filled, command, tmp_path, back):
    if back:
        succeeded(command(*PARTITION))
    arguments = UNPARTITION if back else PARTITION
    kill_in_the_middle(filled, tmp_path, arguments)
    reached = one(filled, "SELECT last_id FROM session_copy")
    assert partitions(filled) == (4 if back else 0), "nothing has changed for others"
    program = start()
    with program.api() as api:
        kept, short = (log_in(api, create_user(api)["email"])["session"] for _ in range(2))
        assert log_out(api, short).status == 200
        filled.run("DELETE FROM sessions WHERE id = ?", reached)
        filled.run("UPDATE sessions SET user_agent = 'seen' WHERE id IN (?, ?)", reached - 1, reached + 1)
        assert one(filled, "SELECT last_id FROM session_copy") == reached, "it goes on from there"
        succeeded(command(*arguments))
        assert is_alive(api, kept) and not is_alive(api, short)
    assert partitions(filled) == (0 if back else 4)
    assert one(filled, "SELECT count(*) FROM sessions") == BULK
    assert one(filled, "SELECT count(*) FROM sessions WHERE user_agent = 'seen'") == 2


@ON_POSTGRES
def test_another_shape_throws_a_half_made_copy_away(filled, command, tmp_path):
    kill_in_the_middle(filled, tmp_path, PARTITION)
    assert "not partitioned already" in succeeded(command(*UNPARTITION))
    assert not has_copy(filled)
    kill_in_the_middle(filled, tmp_path, PARTITION)
    succeeded(command("db", "partition", "sessions", "--count", "3"))
    assert partitions(filled) == 3
    assert one(filled, "SELECT count(*) FROM sessions") == BULK


@ON_POSTGRES
def test_copy_that_was_tampered_with_is_thrown_away(filled, command, tmp_path):
    kill_in_the_middle(filled, tmp_path, PARTITION)
    filled.run("UPDATE sessions_next SET user_agent = 'made up' WHERE id = 7")
    refused(command(*PARTITION), "did not match")
    assert not has_copy(filled) and partitions(filled) == 0
    succeeded(command(*PARTITION))
    assert one(filled, "SELECT count(*) FROM sessions WHERE user_agent = 'made up'") == 0


@ON_POSTGRES
def test_second_one_waits_for_the_first(filled, command):
    results = []
    threads = [threading.Thread(target=lambda: results.append(command(*PARTITION))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    texts = sorted(succeeded(result) for result in results)
    assert texts[0] == "sessions is now partitioned into 4. Compared 3000 sessions first: their number and checksum match\n"
    assert texts[1] == "sessions is partitioned into 4 already\n"


@pytest.mark.slow
@ON_POSTGRES
def test_second_one_gives_up_while_the_first_goes_on(database, command):
    database.run("INSERT INTO leases VALUES ('session partitioning', 'somebody', now() + interval '1 hour')")
    refused(command(*PARTITION), "Another process is partitioning sessions")
    assert partitions(database) == 0 and not has_copy(database)


@ON_POSTGRES
def test_other_number_of_partitions_is_refused(filled, command):
    succeeded(command(*PARTITION))
    refused(command("db", "partition", "sessions", "--count", "8"), "run `gatehouse db unpartition sessions` first")
    assert partitions(filled) == 4


@ON_SQLITE
@pytest.mark.parametrize("arguments", [PARTITION, UNPARTITION])
def test_sqlite_is_refused(command, arguments):
    refused(command(*arguments), "SQLite has no partitioned tables")


@ON_POSTGRES
@pytest.mark.parametrize(
    "arguments",
    [
        ("partition", "sessions", "--count", "1"),
        ("partition", "sessions", "--count", "1025"),
        ("partition", "users"),
        ("partition", "sessions", "--by", "month"),
        ("partition",),
        ("unpartition", "users"),
    ],
)
def test_wrong_command_line_is_refused(database, command, arguments):
    result = command("db", *arguments)
    assert result.returncode == 2, result.stderr
    assert partitions(database) == 0


@ON_POSTGRES
@pytest.mark.parametrize(
    ("made", "named"),
    [
        ("CREATE VIEW open_sessions AS SELECT id FROM sessions", "view open_sessions depends on it"),
        ("CREATE TABLE notes (session_id bigint REFERENCES sessions (id))", "on table notes depends on it"),
        ("CREATE UNIQUE INDEX sessions_secrets ON sessions (secret_hash)", "unique index sessions_secrets has no id"),
        ("ALTER TABLE sessions DISABLE TRIGGER gatehouse_revoke_delete", "gatehouse_revoke_delete is not enabled"),
        ("ALTER TABLE sessions ENABLE ROW LEVEL SECURITY", "row security"),
        ("ALTER TABLE sessions ADD COLUMN pair bigint GENERATED ALWAYS AS (user_id / 2) STORED", "column pair is generated"),
        ("CREATE PUBLICATION everything FOR ALL TABLES", "publication everything includes it"),
        ("CREATE SCHEMA AUTHORIZATION CURRENT_USER", "it is not in the schema"),
    ],
)
def test_what_others_made_of_the_table_is_named(database, command, made, named):
    database.run(made)
    assert named in refused(command(*PARTITION), "Nothing was done")
    assert partitions(database) == 0 and not has_copy(database)


@ON_POSTGRES
def test_schema_of_another_version_is_refused(database, command):
    database.run("DELETE FROM gatehouse_migrations WHERE name = (SELECT max(name) FROM gatehouse_migrations)")
    refused(command(*PARTITION), "run `gatehouse migrate latest` first")


@ON_POSTGRES
def test_rights_indexes_and_triggers_of_others_come_along(filled, command):
    role = f"reader_{filled.name}"
    filled.run(f"CREATE ROLE {role}")
    try:
        filled.run(f"GRANT SELECT, DELETE ON sessions TO {role}")
        filled.run("CREATE INDEX sessions_agents ON sessions (user_agent) WHERE user_agent IS NOT NULL")
        filled.run("CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
        filled.run("CREATE TRIGGER note BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION note()")
        before = shape(filled)
        for arguments in (PARTITION, UNPARTITION):
            succeeded(command(*arguments))
            assert shape(filled) == before
            assert one(filled, f"SELECT has_table_privilege('{role}', 'sessions', 'SELECT, DELETE')")
    finally:
        filled.run(f"DROP OWNED BY {role}")
        filled.run(f"DROP ROLE {role}")


@ON_POSTGRES
def test_expired_sessions_are_cleaned_up(filled, command):
    succeeded(command(*PARTITION))
    filled.shift("sessions", "expires_at", -timedelta(days=2), "id % 3 = 0")
    assert succeeded(command("sessions", "cleanup")) == f"Deleted {BULK // 3} expired sessions\n"
    assert one(filled, "SELECT count(*) FROM sessions WHERE id % 3 <> 0") == BULK - BULK // 3
    assert one(filled, "SELECT count(*) FROM sessions") == BULK - BULK // 3


@ON_POSTGRES
@pytest.mark.parametrize("name", ["sessions_find", "sessions_find_active", "sessions_find_refreshable"])
def test_one_plan_serves_every_id_and_visits_one_partition(filled, command, name):
    succeeded(command("db", "partition", "sessions"))
    sql = next(one.sql for one in store_statements() if one.name == name)
    arguments = ", ".join(["7", "7", "now()"][: sql.count("$")])
    with filled.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"PREPARE check_by_id AS {sql}")
        for _ in range(10):
            cursor.execute(f"EXECUTE check_by_id ({arguments})")
        cursor.execute("SELECT generic_plans FROM pg_prepared_statements WHERE name = 'check_by_id'")
        assert cursor.fetchone()[0] >= 4, "PostgreSQL tries five plans for one id each, and then keeps one for all"
        cursor.execute(f"EXPLAIN EXECUTE check_by_id ({arguments})")
        plan = "".join(row[0] for row in cursor.fetchall())
        assert "Subplans Removed: 7" in plan, plan


@ON_POSTGRES
def test_cleanup_visits_one_partition_at_a_time(filled, command):
    succeeded(command(*PARTITION))
    filled.shift("sessions", "expires_at", -timedelta(days=2))
    with filled.connect() as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE sessions_p3 IN ACCESS EXCLUSIVE MODE")
        result = command("sessions", "cleanup", DB_LOCK_TIMEOUT="100ms")
        assert result.returncode == 1, "it came to the partition that is locked"
        cursor.execute("SELECT tableoid::regclass::text, count(*) FROM sessions GROUP BY 1")
        assert [name for name, _ in cursor.fetchall()] == ["sessions_p3"], "whoever visits all of them at once deletes nothing"
        cursor.execute("ROLLBACK")
    succeeded(command("sessions", "cleanup"))
    assert one(filled, "SELECT count(*) FROM sessions") == 0


@ON_POSTGRES
def test_role_without_rights_on_partitions_deletes_what_is_over_and_no_more(filled, command):
    succeeded(command(*PARTITION))
    filled.shift("sessions", "expires_at", -timedelta(days=2), "id % 3 = 0")
    role = f"service_{filled.name}"
    filled.run(f"CREATE ROLE {role}")
    try:
        with filled.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {role}")
            for until in ("now()", "'infinity'"):
                delete = f"gatehouse_delete_expired_sessions(inhrelid, {until}, {BULK})"
                cursor.execute(f"SELECT sum({delete}) FROM pg_inherits WHERE inhparent = 'sessions'::regclass")
                assert cursor.fetchone()[0] == (BULK // 3 if until == "now()" else 0)
            cursor.execute("SELECT gatehouse_delete_expired_sessions('users'::regclass, now(), 1)")
            assert cursor.fetchone()[0] == 0, "it is no partition of sessions"
    finally:
        filled.run(f"DROP ROLE {role}")
    assert one(filled, "SELECT count(*) FROM sessions") == BULK - BULK // 3


@ON_POSTGRES
def test_service_cleans_partitions_up(start, filled, command):
    succeeded(command(*PARTITION))
    filled.shift("sessions", "expires_at", -timedelta(days=2), "id % 2 = 0")
    start(SESSION_CLEANUP_INTERVAL="1s")
    wait_until(lambda: one(filled, "SELECT count(*) FROM sessions") == BULK // 2, PATIENCE_S, "the end of expired sessions")
    assert one(filled, "SELECT count(*) FROM sessions WHERE expires_at <= now()") == 0


@ON_POSTGRES
def test_partitions_tell_of_what_others_delete(start, database, command):
    program = start()
    succeeded(command(*PARTITION))
    with program.api() as api:
        users = [create_user(api) for _ in range(2)]
        first, second = (log_in(api, user["email"])["session"] for user in users)
        wait_until(lambda: is_cached(api, database, first), PATIENCE_S, "the session in the cache")
        database.run("DELETE FROM sessions WHERE user_id = ?", users[0]["id"])
        wait_until(lambda: not is_alive(api, first), PATIENCE_S, "the news of the deletion")
        wait_until(lambda: is_cached(api, database, second), PATIENCE_S, "the session in the cache")
        database.run("DELETE FROM users WHERE id = ?", users[1]["id"])
        wait_until(lambda: not is_alive(api, second), PATIENCE_S, "the news of the deletion")
    assert one(database, "SELECT count(*) FROM sessions") == 0
    assert one(database, "SELECT count(*) FROM revocations WHERE kind = 'session'") == 2


@ON_POSTGRES
def test_way_back_to_express_needs_one_table(filled, command):
    succeeded(command(*PARTITION))
    names = [name for (name,) in filled.rows("SELECT name FROM gatehouse_migrations ORDER BY name")]
    widening = next(number for number, name in enumerate(names) if name.endswith("widen_ids"))
    text = refused(command("migrate", "rollback", "--yes", "--to", "express"), names[widening])
    assert "run `gatehouse db unpartition sessions` first" in text
    assert partitions(filled) == 4 and one(filled, "SELECT count(*) FROM sessions") == BULK
    succeeded(command(*UNPARTITION))
    succeeded(command("migrate", "rollback", "--yes", "--to", "express"))


@ON_POSTGRES
def test_steps_behind_the_refresh_tokens_go_back_and_forth_on_partitions(filled, command):
    succeeded(command(*PARTITION))
    before = shape(filled)
    succeeded(command("migrate", "rollback", "--yes", "--to", "20261127_009_add_refresh_tokens"))
    succeeded(command("migrate", "latest"))
    assert shape(filled) == before
    assert partitions(filled) == 4 and one(filled, "SELECT count(*) FROM sessions") == BULK


@ON_POSTGRES
def test_migration_throws_a_half_made_copy_away(filled, command, tmp_path):
    kill_in_the_middle(filled, tmp_path, PARTITION)
    succeeded(command("migrate", "rollback", "--yes", "--to", "20261127_009_add_refresh_tokens"))
    assert not has_copy(filled)
    succeeded(command("migrate", "latest"))
    succeeded(command(*PARTITION))
    assert one(filled, "SELECT count(*) FROM sessions") == BULK


@ON_POSTGRES
def test_backup_of_either_shape_comes_back_over_either(filled, command):
    before = shape(filled)
    succeeded(command("backup", "plain.backup"))
    succeeded(command(*PARTITION))
    succeeded(command("backup", "partitioned.backup"))
    for name, count in (("partitioned.backup", 4), ("plain.backup", 0), ("partitioned.backup", 4)):
        succeeded(command("restore", name, "--yes"))
        assert partitions(filled) == count
        assert one(filled, "SELECT count(*) FROM sessions") == BULK
        assert shape(filled) == before
    succeeded(command("doctor"))


@ON_POSTGRES
def test_backup_of_a_half_made_copy_goes_on_where_it_comes_back(filled, command, tmp_path):
    kill_in_the_middle(filled, tmp_path, PARTITION)
    succeeded(command("backup", "half.backup"))
    succeeded(command("restore", "half.backup", "--yes"))
    succeeded(command(*PARTITION))
    assert partitions(filled) == 4 and one(filled, "SELECT count(*) FROM sessions") == BULK
