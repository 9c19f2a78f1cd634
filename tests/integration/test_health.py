"""GET /health is a proof: it is good only while the service can write, and it says in a few words what is wrong."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.accounts import assert_unavailable, create_user, log_in
from harness.clusters import Cluster
from harness.databases import driver
from harness.places import SANITIZED
from harness.program import Gatehouse, base_settings
from harness.waiting import wait_until

CHANGE_MAX_S = 60.0 if SANITIZED else 20.0


def unhealthy_because(api) -> str:
    """What it says is wrong; empty while it is healthy."""
    response = api.get("/health", key=None)
    return "" if response.status == 200 else response.json()["error"]


def test_read_only_postgres_is_not_healthy_and_recovers(cluster_database, start_on_cluster):
    program = start_on_cluster(DB_QUERY_TIMEOUT="5s")
    with program.api() as api:
        assert unhealthy_because(api) == ""
        cluster_database.run("ALTER SYSTEM SET default_transaction_read_only = on")
        cluster_database.run("SELECT pg_reload_conf()")
        try:
            wait_until(lambda: unhealthy_because(api) == "Database read-only", CHANGE_MAX_S, "the finding")
            assert api.post("/user-auth", {"email": "a@example.com", "password": "x"}).status in (401, 503)
        finally:
            cluster_database.run("ALTER SYSTEM RESET default_transaction_read_only")
            cluster_database.run("SELECT pg_reload_conf()")
        wait_until(lambda: unhealthy_because(api) == "", CHANGE_MAX_S, "the recovery")
        wait_until(lambda: program.events("healthy_again"), CHANGE_MAX_S, "the log line")
        assert "read-only" in program.events("unhealthy")[0]["reason"]


def test_standby_alone_is_not_healthy(tmp_path):
    driver()
    primary = Cluster()
    standby = None
    program = None
    try:
        primary.start()
        standby = Cluster(primary=primary).start()
        program = Gatehouse(tmp_path, base_settings() | {"DATABASE_URL": standby.url, "DB_QUERY_TIMEOUT": "5s"})
        program.start(wait=False)
        program.wait_until_serving()
        with program.api() as api:
            wait_until(lambda: unhealthy_because(api) == "Database read-only", CHANGE_MAX_S, "the finding")
            not_ready = {"status": "not ready", "reasons": ["read_only"]}
            wait_until(lambda: api.get("/health/ready", key=None).json() == not_ready, CHANGE_MAX_S, "the readiness")
            assert api.get("/health/live", key=None).status == 200
    finally:
        if program is not None:
            program.kill()
        for one in (standby, primary):
            if one is not None:
                one.remove()


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_role_without_the_right_to_write_is_not_healthy(database, start):
    with start().api() as api:
        assert unhealthy_because(api) == ""
        database.run("ALTER TABLE leases RENAME TO taken_away")
        wait_until(lambda: unhealthy_because(api) == "Database schema does not fit", CHANGE_MAX_S, "the finding")
        database.run("ALTER TABLE taken_away RENAME TO leases")
        wait_until(lambda: unhealthy_because(api) == "", CHANGE_MAX_S, "the recovery")


def test_health_that_many_ask_for_costs_little(start, database):
    """It needs no key, so anybody could make the database write."""
    program = start()

    def ask(_):
        with program.api() as own:
            return [own.get("/health", key=None).status for _ in range(100)]

    with ThreadPoolExecutor(4) as pool:
        answers = [status for some in pool.map(ask, range(4)) for status in some]
    assert set(answers) == {200}
    assert database.rows("SELECT count(*) FROM leases WHERE name = 'health'") == [(1,)]
    with program.api() as api:
        assert log_in(api, create_user(api)["email"])


def test_unhealthy_answer_says_when_to_ask_again(cluster, cluster_database, start_on_cluster):
    with start_on_cluster(DB_QUERY_TIMEOUT="5s").api() as api:
        cluster.kill()
        wait_until(lambda: unhealthy_because(api) == "Database unavailable", CHANGE_MAX_S, "the finding")
        assert_unavailable(api.get("/health"), "health")
