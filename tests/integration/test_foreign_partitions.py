"""`sessions` on two other servers, by the recipe of docs/scaling.md: what Gatehouse does on them, and what happens if one is away."""

import re
from datetime import timedelta

import pytest

from harness.accounts import PASSWORD, create_user, is_alive, is_cached, log_in, log_out, try_log_in, verify_session
from harness.clusters import Cluster
from harness.databases import driver
from harness.places import REPOSITORY
from harness.waiting import wait_until

pytestmark = pytest.mark.parametrize("kind", ["postgres"], indirect=True)

PATIENCE_S = 120
# Each connection of the program opens one to each of the servers.
FEW = {"DB_POOL_MAX": "4"}
USERS = 8


def recipe():
    """The SQL that the document gives for each of the other servers, and for the one in front of them."""
    text = (REPOSITORY / "docs" / "scaling.md").read_text()
    section = text[text.index("### Partitions on other servers") :]
    others, front = re.findall(r"```sql\n(.*?)```", section, re.DOTALL)
    return others, front


class Servers:
    """Both servers, by their names in the recipe."""

    def __init__(self):
        self.one, self.two = Cluster(), Cluster()
        self.all = (self.one, self.two)

    def placed(self, script: str) -> str:
        """The script with the addresses of these servers."""
        for name, server in (("one", self.one), ("two", self.two)):
            place = f"host '{name}.internal', port '5432', dbname 'gatehouse'"
            assert place in script
            script = script.replace(place, f"host '127.0.0.1', port '{server.port}', dbname 'postgres'")
        return script.replace("user 'gatehouse'", "user 'postgres'")


@pytest.fixture(scope="module")
def servers():
    made = Servers()
    for server in made.all:
        server.start()
    yield made
    for server in made.all:
        server.remove()


def on(server, sql):
    connection = driver().connect(server.url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def counts(servers):
    """How many sessions each server has."""
    return [on(server, "SELECT count(*) FROM sessions")[0][0] for server in servers.all]


@pytest.fixture
def sharded(servers, database, command):
    """A migrated database whose sessions are on both servers."""
    for server in servers.all:
        if not server.is_running():
            server.start()
        on(server, "DROP TABLE IF EXISTS sessions")
    assert command("migrate", "latest").returncode == 0
    others, front = recipe()
    for server in servers.all:
        on(server, others)
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.execute(servers.placed(front))
    return database


def log_many_in(api):
    users = [create_user(api) for _ in range(USERS)]
    return users, [log_in(api, user["email"])["session"] for user in users]


def test_users_come_and_go(start, servers, sharded):
    program, cold = start(**FEW), start(SESSION_CACHE_MB="0", **FEW)
    with program.api() as api, cold.api() as uncached:
        users, sessions = log_many_in(api)
        assert min(counts(servers)) > 0 and sum(counts(servers)) == USERS
        assert all(is_alive(uncached, session) for session in sessions)
        listed = api.get(f"/users/{users[0]['id']}/sessions")
        assert listed.status == 200 and len(listed.json()) == 1
        assert log_out(api, sessions[0]).status == 200
        assert not is_alive(uncached, sessions[0])
        assert sum(counts(servers)) == USERS - 1
        for user in users[1:5]:
            assert api.delete(f"/users/{user['id']}").status in (200, 204)
        assert [is_alive(uncached, session) for session in sessions[1:]] == [False] * 4 + [True] * 3
        assert sum(counts(servers)) == 3


def test_check_renews(start, servers, sharded):
    with start(SESSION_CACHE_MB="0", **FEW).api() as api:
        _, sessions = log_many_in(api)
        sharded.shift("sessions", "updated_at", -timedelta(days=3))
        assert all(is_alive(api, session) for session in sessions)
        seen = "SELECT count(*) FROM sessions WHERE updated_at > now() - interval '1 day'"
        wait_until(lambda: sharded.rows(seen) == [(USERS,)], PATIENCE_S, "renewals on both servers")


def test_refresh_token_is_good_once(start, sharded):
    with start(**FEW).api() as api:
        for user in [create_user(api) for _ in range(4)]:
            answer = api.post("/user-auth", {"email": user["email"], "password": PASSWORD, "refresh": True}).json()
            refreshed = api.post("/user-auth/refresh", {"refreshToken": answer["refreshToken"]})
            assert refreshed.status == 200, refreshed.body
            again = api.post("/user-auth/refresh", {"refreshToken": refreshed.json()["refreshToken"]})
            assert again.status == 200, again.body


def test_what_others_delete_is_heard(start, sharded):
    with start(**FEW).api() as api:
        users, sessions = log_many_in(api)
        for session in sessions[:4]:
            wait_until(lambda one=session: is_cached(api, sharded, one), PATIENCE_S, "the session in the cache")
        sharded.run("DELETE FROM sessions WHERE user_id IN (?, ?)", users[0]["id"], users[1]["id"])
        sharded.run("DELETE FROM users WHERE id IN (?, ?)", users[2]["id"], users[3]["id"])
        for session in sessions[:4]:
            wait_until(lambda one=session: not is_alive(api, one), PATIENCE_S, "the news of its end")
        assert all(is_alive(api, session) for session in sessions[4:])
        assert sharded.rows("SELECT count(*) FROM revocations WHERE kind = 'session'") == [(4,)]


def test_expired_sessions_are_cleaned_up(start, servers, sharded, command):
    with start(SESSION_CLEANUP_INTERVAL="1h", **FEW).api() as api:
        log_many_in(api)
        kept = log_in(api, create_user(api)["email"])["session"]
        sharded.shift("sessions", "expires_at", -timedelta(days=60), "id < (SELECT max(id) FROM sessions)")
        assert command("sessions", "cleanup").stdout == f"Deleted {USERS} expired sessions\n"
        assert sum(counts(servers)) == 1
        assert is_alive(api, kept)


def test_server_that_is_away_takes_only_its_sessions_with_it(start, servers, sharded):
    with start(SESSION_CACHE_MB="0", **FEW).api() as api:
        users, sessions = log_many_in(api)
        on_one = counts(servers)[0]
        servers.two.kill()
        answers = [verify_session(api, session).status for session in sessions]
        assert sorted(answers) == [200] * on_one + [503] * (USERS - on_one)
        wait_until(lambda: try_log_in(api, users[0]["email"]).status == 200, PATIENCE_S, "a login whose session is on the other one")
        servers.two.start()
        wait_until(lambda: all(verify_session(api, session).status == 200 for session in sessions), PATIENCE_S, "the server's return")
