"""Reads that a standby answers (DB_REPLICA_HOSTS): never as they were before a change that this process knows of, whoever
made it. Whatever happens to the standby, the primary answers in its place."""

import json

import pytest

from harness.accounts import create_user, is_alive, log_in, log_out, new_user, verify_session, verify_token
from harness.clusters import Cluster
from harness.databases import driver
from harness.metrics import samples
from harness.places import SANITIZED
from harness.program import Gatehouse, base_settings, run_command
from harness.waiting import wait_until

pytestmark = pytest.mark.sequential

PATIENCE_S = 60.0
# A change by another replica is heard within a moment, but this machine may stall meanwhile.
HEARD_WITHIN_S = 60.0 if SANITIZED else 20.0
CHECKS = 50
NO_CACHE = {"SESSION_CACHE_MB": "0"}


@pytest.fixture(scope="module")
def primary():
    """A durable primary for this module only."""
    driver()
    cluster = Cluster()
    yield cluster.start()
    cluster.remove()


@pytest.fixture(scope="module")
def standby_of_all(primary):
    cluster = Cluster(primary=primary)
    yield cluster
    cluster.remove()


@pytest.fixture
def standby(standby_of_all) -> Cluster:
    """Running and replaying, whatever the previous test did to it."""
    if not standby_of_all.is_running():
        standby_of_all.start()
    run(standby_of_all, "SELECT pg_wal_replay_resume()")
    return standby_of_all


@pytest.fixture
def start(primary, tmp_path):
    """start(standby, …): a program that may read from it. Each call is another replica."""
    programs: list[Gatehouse] = []

    def start_program(*standbys: Cluster, **settings) -> Gatehouse:
        programs.append(Gatehouse(tmp_path / f"program-{len(programs)}", settings_for(primary, *standbys) | settings))
        return programs[-1].start()

    yield start_program
    for program in programs:
        program.discard()


def settings_for(primary: Cluster, *standbys: Cluster) -> dict[str, str]:
    return base_settings() | {"DATABASE_URL": primary.url, "DB_REPLICA_HOSTS": ",".join(map(name_of, standbys))}


def name_of(cluster: Cluster) -> str:
    return f"127.0.0.1:{cluster.port}"


def run(cluster: Cluster, sql: str, *parameters) -> list[tuple]:
    connection = driver().connect(cluster.url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def figure(api, name: str, **labels) -> float:
    found = samples(api.get("/metrics").body.decode())
    return found.get((f"gatehouse_standby_{name}", frozenset(labels.items())), 0)


def answered(api, standby: Cluster) -> float:
    return figure(api, "reads_total", standby=name_of(standby), outcome="answered")


def reads_from(api, standby: Cluster, read):
    """Waits until the standby answers `read`."""
    before = answered(api, standby)

    def has_answered():
        read()
        return answered(api, standby) > before

    wait_until(has_answered, PATIENCE_S, "an answer of the standby")


def emails(api) -> list[str]:
    response = api.get("/users")
    assert response.status == 200, response.body
    return [user["email"] for user in response.json()]


class HeldBack:
    """Two replicas, a session that both have asked the standby about, and a standby whose replay is paused."""

    def __init__(self, first, second, primary, standby):
        self.first, self.second, self.primary, self.standby = first, second, primary, standby
        self.user = create_user(first)
        self.login = log_in(first, self.user["email"])
        for api in (first, second):
            reads_from(api, standby, lambda api=api: self._check(api))
        run(standby, "SELECT pg_wal_replay_pause()")
        wait_until(
            lambda: run(standby, "SELECT pg_get_wal_replay_pause_state()") == [("paused",)], PATIENCE_S, "the pause"
        )

    def _check(self, api):
        assert is_alive(api, self.login["session"])

    def is_still_there(self) -> bool:
        """Whether a read that did not check how far the standby is would still find the session there."""
        return bool(run(self.standby, "SELECT 1 FROM sessions WHERE user_id = %s", self.user["id"]))

    def is_over_for_good(self, api):
        for _ in range(CHECKS):
            assert not is_alive(api, self.login["session"])
            assert verify_token(api, self.login["token"]).status == 401


@pytest.fixture
def held_back(start, primary, standby):
    with start(standby, **NO_CACHE).api() as first, start(standby, **NO_CACHE).api() as second:
        yield HeldBack(first, second, primary, standby)
    run(standby, "SELECT pg_wal_replay_resume()")


ENDINGS = {
    "logout": lambda held: log_out(held.first, held.login["session"]).status == 200,
    "end all": lambda held: held.first.delete(f"/users/{held.user['id']}/sessions").status == 200,
    "delete user": lambda held: held.first.delete(f"/users/{held.user['id']}").status == 200,
    "by SQL": lambda held: run(held.primary, "DELETE FROM sessions WHERE user_id = %s RETURNING 1", held.user["id"]),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_session_that_ended_is_refused_while_the_standby_still_has_it(held_back, ending):
    assert ENDINGS[ending](held_back)
    if ending == "by SQL":
        wait_until(
            lambda: not is_alive(held_back.first, held_back.login["session"]), HEARD_WITHIN_S, "the announcement"
        )
    held_back.is_over_for_good(held_back.first)
    wait_until(
        lambda: not is_alive(held_back.second, held_back.login["session"]), HEARD_WITHIN_S, "the announcement"
    )
    held_back.is_over_for_good(held_back.second)
    assert held_back.is_still_there(), "the standby was not held back"


def test_what_is_new_is_there_for_everybody_at_once(held_back):
    """Nobody announces it, so of the standby only a yes counts, and lists ask the primary how far its log is."""
    added = create_user(held_back.first)
    login = log_in(held_back.first, added["email"])
    assert verify_session(held_back.second, login["session"]).status == 200
    assert verify_token(held_back.second, login["token"]).status == 200
    assert added["email"] in emails(held_back.second)
    assert held_back.second.delete(f"/users/{added['id']}").status == 200
    assert added["email"] not in emails(held_back.first)
    assert not run(held_back.standby, "SELECT 1 FROM users WHERE id = %s", added["id"]), "it was not held back"


def test_renewed_session_is_not_taken_for_over(held_back):
    """Its end is in the past on the standby and later on the primary, and nobody announced that."""
    sql = "UPDATE sessions SET expires_at = now() + %s::interval WHERE user_id = %s"
    run(held_back.standby, "SELECT pg_wal_replay_resume()")
    run(held_back.primary, "SET gatehouse.announces = 'on';" + sql, "-1 second", held_back.user["id"])
    wait_until(lambda: not is_alive(held_back.second, held_back.login["session"]), PATIENCE_S, "its end")
    wait_until(
        lambda: run(held_back.standby, "SELECT 1 FROM sessions WHERE user_id = %s AND expires_at < now()", held_back.user["id"]),
        PATIENCE_S,
        "the replication",
    )
    run(held_back.standby, "SELECT pg_wal_replay_pause()")
    wait_until(
        lambda: run(held_back.standby, "SELECT pg_get_wal_replay_pause_state()") == [("paused",)], PATIENCE_S, "the pause"
    )
    run(held_back.primary, "SET gatehouse.announces = 'on';" + sql, "1 hour", held_back.user["id"])
    for _ in range(CHECKS):
        assert is_alive(held_back.second, held_back.login["session"])


def test_cached_session_that_ended_is_refused_while_the_standby_still_has_it(start, primary, standby):
    """No cache is filled from a standby with a session that has ended."""
    with start(standby).api() as first, start(standby, **NO_CACHE).api() as second:
        held = HeldBack(second, second, primary, standby)
        assert is_alive(first, held.login["session"])
        assert log_out(second, held.login["session"]).status == 200
        wait_until(lambda: not is_alive(first, held.login["session"]), HEARD_WITHIN_S, "the announcement")
        held.is_over_for_good(first)
        assert held.is_still_there(), "the standby was not held back"


def test_lists_and_exports_read_from_the_standby(start, primary, standby, tmp_path):
    with start(standby).api() as api:
        user = create_user(api)
        reads_from(api, standby, lambda: emails(api))
        reads_from(api, standby, lambda: api.get("/users?limit=1"))
        reads_from(api, standby, lambda: api.get(f"/users?q={user['email']}"))
        exported = run_command(["users", "export"], settings_for(primary, standby), tmp_path)
        assert exported.returncode == 0, exported.stderr
        assert user["email"] in exported.stdout


def test_standby_that_is_away_is_replaced_and_is_back_without_a_restart(start, standby):
    program = start(standby, **NO_CACHE)
    with program.api() as api:
        user = create_user(api)
        login = log_in(api, user["email"])
        reads_from(api, standby, lambda: verify_session(api, login["session"]))
        wait_until(lambda: figure(api, "up", standby=name_of(standby)) == 1, PATIENCE_S, "its figures")

        standby.kill()
        for _ in range(CHECKS):
            assert is_alive(api, login["session"])
            assert user["email"] in emails(api)
        wait_until(lambda: figure(api, "up", standby=name_of(standby)) == 0, PATIENCE_S, "its figures")

        standby.start()
        reads_from(api, standby, lambda: verify_session(api, login["session"]))
        wait_until(lambda: figure(api, "up", standby=name_of(standby)) == 1, PATIENCE_S, "its figures")
    assert len(program.events("server_started")) == 1
    assert program.events("standby_away")


def test_standby_that_falls_silent_is_replaced(start, standby):
    with start(standby, **NO_CACHE).api() as api:
        user = create_user(api)
        login = log_in(api, user["email"])
        reads_from(api, standby, lambda: verify_session(api, login["session"]))
        with standby.silent():
            for _ in range(CHECKS):
                assert is_alive(api, login["session"])
            assert user["email"] in emails(api)
        reads_from(api, standby, lambda: verify_session(api, login["session"]))


def test_lag_is_told_by_metrics_and_doctor(held_back, tmp_path):
    held, name = held_back, name_of(held_back.standby)
    create_user(held.first)
    wait_until(lambda: figure(held.first, "lag_bytes", standby=name) > 0, PATIENCE_S, "its lag")
    told = run_command(["doctor"], settings_for(held.primary, held.standby), tmp_path)
    assert f"{name} is " in told.stdout, told.stdout
    assert " bytes behind the primary" in told.stdout


def test_doctor_says_which_standby_does_not_answer(primary, tmp_path):
    settings = settings_for(primary) | {"DB_REPLICA_HOSTS": "127.0.0.1:1", "DB_QUERY_TIMEOUT": "1s"}
    told = run_command(["doctor", "--json"], settings, tmp_path)
    assert told.returncode == 1
    [finding] = [one for one in json.loads(told.stdout)["findings"] if one["check"] == "standby"]
    assert "127.0.0.1:1 does not answer" in finding["text"]
    assert "the primary answers instead" in finding["text"]


def test_server_that_is_no_standby_answers_nothing(start, primary):
    with start(primary, **NO_CACHE).api() as api:
        login = log_in(api, create_user(api)["email"])
        wait_until(
            lambda: is_alive(api, login["session"])
            and figure(api, "reads_total", standby=name_of(primary), outcome="failed") > 0,
            PATIENCE_S,
            "an answer without a position",
        )
        assert answered(api, primary) == 0
        assert figure(api, "up", standby=name_of(primary)) == 0


def test_standbys_of_sqlite_are_refused(tmp_path):
    refused = run_command(["serve"], base_settings() | {"DB_REPLICA_HOSTS": "db-2"}, tmp_path)
    assert refused.returncode == 78
    assert "DB_REPLICA_HOSTS: is set, but the database is SQLite" in refused.stderr + refused.stdout


def test_standby_that_is_promoted_answers_only_what_the_primary_has(start, primary, standby):
    """The last test here, because the standby is none afterwards: each of the two servers takes its own writes."""
    with start(standby, **NO_CACHE).api() as first, start(standby, **NO_CACHE).api() as second:
        login = log_in(first, create_user(first)["email"])
        reads_from(second, standby, lambda: verify_session(second, login["session"]))
        standby.promote()
        assert is_alive(second, login["session"])
        assert log_out(first, login["session"]).status == 200
        wait_until(lambda: not is_alive(second, login["session"]), HEARD_WITHIN_S, "the announcement")
        for _ in range(CHECKS):
            assert not is_alive(second, login["session"])
        assert second.post("/users", new_user()).status == 201
        wait_until(lambda: figure(second, "up", standby=name_of(standby)) == 0, PATIENCE_S, "its figures")
