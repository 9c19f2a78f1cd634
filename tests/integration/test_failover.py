"""Two PostgreSQL servers, one of which follows the other: the service uses whichever takes writes, also after they have
changed roles."""

import pytest

from harness.accounts import assert_usable, create_user, is_alive, is_cached, log_in, new_user
from harness.clusters import Cluster
from harness.databases import driver
from harness.places import SANITIZED
from harness.program import Gatehouse, base_settings
from harness.waiting import wait_until

RECOVERY_MAX_S = 60.0 if SANITIZED else 20.0


@pytest.fixture
def servers():
    """servers(…): starts one more server. All end with the test."""
    driver()
    started: list[Cluster] = []

    def start(**how) -> Cluster:
        started.append(Cluster(**how))
        return started[-1].start()

    yield start
    for cluster in started:
        cluster.remove()


@pytest.fixture
def start_on(tmp_path):
    """start_on(cluster, …): a program that is given all of them, in this order."""
    programs: list[Gatehouse] = []

    def start(*clusters: Cluster, **settings) -> Gatehouse:
        addresses = ",".join(f"127.0.0.1:{cluster.port}" for cluster in clusters)
        url = {"DATABASE_URL": f"postgresql://postgres@{addresses}/postgres", "DB_QUERY_TIMEOUT": "5s"}
        programs.append(Gatehouse(tmp_path / f"program-{len(programs)}", base_settings() | url | settings))
        return programs[-1].start()

    yield start
    for program in programs:
        program.discard()


def caught_up(standby: Cluster, email: str) -> bool:
    with driver().connect(standby.url) as connection, connection.cursor() as cursor:
        try:
            cursor.execute("SELECT count(*) FROM users WHERE email = %s", (email,))
        except driver().errors.UndefinedTable:
            return False  # not even the migrations have been replicated yet
        return cursor.fetchone() == (1,)


def recovers(api):
    """/health may still report what was found a second ago on the other server; a write goes to the server that is there."""
    wait_until(lambda: api.post("/users", new_user()).status == 201, RECOVERY_MAX_S, "the recovery")
    assert_usable(api)


def test_standby_named_first_does_not_keep_anybody_from_logging_in(servers, start_on):
    primary = servers()
    standby = servers(primary=primary)
    with start_on(standby, primary).api() as api:
        assert_usable(api)


def test_service_follows_the_role_of_the_primary_there_and_back(servers, start_on):
    first = servers()
    second = servers(primary=first)
    program = start_on(first, second)
    with program.api() as api:
        user = create_user(api)
        session = log_in(api, user["email"])["session"]
        wait_until(lambda: caught_up(second, user["email"]), 60, "the replication")

        first.kill()
        second.promote()
        recovers(api)
        assert is_alive(api, session)

        later = create_user(api)
        first_again = servers(primary=second, port=first.port)
        wait_until(lambda: caught_up(first_again, later["email"]), 60, "the replication")
        second.kill()
        first_again.promote()
        recovers(api)
        assert is_alive(api, session)
        assert log_in(api, later["email"])
    assert len(program.events("server_started")) == 1


class OnServer:
    """A cluster's database, as is_cached() wants it."""

    def __init__(self, cluster: Cluster):
        self._url = cluster.url

    def shift(self, table, column, by):
        with driver().connect(self._url) as connection, connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {column} = {column} + %s", (by,))


def test_sessions_are_cached_again_after_the_failover(servers, start_on):
    """The change feed has to find the new primary too."""
    first = servers()
    second = servers(primary=first)
    with start_on(second, first).api() as api:
        user = create_user(api)
        session = log_in(api, user["email"])["session"]
        wait_until(lambda: caught_up(second, user["email"]), 60, "the replication")
        first.kill()
        second.promote()
        recovers(api)
        wait_until(lambda: is_cached(api, OnServer(second), session), RECOVERY_MAX_S, "the session in the cache")


def test_primary_that_falls_silent_is_left_for_the_other(servers, start_on):
    """The connections to a machine that stopped stay open; nobody reports that it is gone."""
    first = servers()
    second = servers(primary=first)
    with start_on(first, second, DB_QUERY_TIMEOUT="2s").api() as api:
        user = create_user(api)
        wait_until(lambda: caught_up(second, user["email"]), 60, "the replication")
        with first.silent():
            second.promote()
            recovers(api)


def test_server_that_was_left_behind_was_gone_back_to_while_the_new_one_was_slow(servers, start_on):
    """It came back from a pause and believes that it is the primary; its users and sessions are outdated."""
    first = servers()
    second = servers(primary=first)
    program = start_on(first, second, DB_QUERY_TIMEOUT="2s")
    with program.api() as api:
        user = create_user(api)
        wait_until(lambda: caught_up(second, user["email"]), 60, "the replication")
        with first.silent():
            second.promote()
            recovers(api)
            later = create_user(api)
        with second.silent():
            wait_until(lambda: was_left_behind(program, api, later), 60, "an attempt to connect to the first one")
        recovers(api)
        assert api.get(f"/users/{later['id']}").status == 200


def was_left_behind(program, api, user):
    assert api.get(f"/users/{user['id']}").status == 503
    # Only one of the two events has the reason: what was just reported is not reported again.
    is_said = any("left behind" in event.get("detail", "") for event in program.log())
    return is_said and program.events("postgres_connect_failed")
