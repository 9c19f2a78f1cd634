"""SIGTERM: what is in flight is finished, nothing new is taken, the exit status is 0."""

import contextlib
import json
import select
import signal
import socket
import sqlite3

import pytest

from harness.accounts import PASSWORD, create_user, log_in, log_out, try_log_in, verify_session, verify_token
from harness.metrics import samples
from harness.program import API_KEY, START_DEADLINE_S, STOP_DEADLINE_S
from harness.raw_http import RawConnection, message
from harness.waiting import wait_until

LOGINS = 24
PATIENT = {"HASH_WAIT_MAX": "1m", "SHUTDOWN_TIMEOUT": "5m", "DB_QUERY_TIMEOUT": "5m", "DB_LOCK_TIMEOUT": "5m"}


def login_request(email):
    body = json.dumps({"email": email, "password": PASSWORD}).encode()
    return message("POST /user-auth", f"X-API-Key: {API_KEY}", body=body)


def refuses_connections(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_idle_program_ends_at_once_with_success(start, name):
    """A connection without a request is not what SHUTDOWN_TIMEOUT is for."""
    program = start(SHUTDOWN_TIMEOUT="300s")
    with RawConnection(program.port):
        program.process.send_signal(getattr(signal, name))
        assert program.wait() == 0


def ready(program):
    with RawConnection(program.port) as connection:
        connection.send(message("GET /health/ready"))
        return connection.read_response()


def test_delay_says_so_and_serves_on(start):
    """A load balancer that looks at the readiness has time to turn away."""
    program = start(SHUTDOWN_DELAY="600s")
    assert ready(program).status == 200
    with RawConnection(program.port) as kept:
        kept.send(message("GET /health/live"))
        assert kept.read_response().status == 200
        program.process.send_signal(signal.SIGTERM)
        wait_until(lambda: ready(program).status == 503, 20, "the readiness")
        assert json.loads(ready(program).body) == {"status": "not ready", "reasons": ["stopping"]}
        with program.api() as api:
            assert api.get("/health").json()["status"] == "draining"
            assert api.get("/users").status == 200
        kept.send(message("GET /health/live"))
        response = kept.read_response()
        assert (response.status, response.headers["connection"]) == (200, "close")
    program.process.send_signal(signal.SIGTERM)
    assert program.wait() == 0


def test_delay_ends_by_itself(start):
    program = start(SHUTDOWN_DELAY="300ms")
    program.process.send_signal(signal.SIGTERM)
    assert program.wait() == 0


@contextlib.contextmanager
def no_session_is_written(database):
    if database.kind == "sqlite":
        with contextlib.closing(sqlite3.connect(database.path, isolation_level=None, timeout=60)) as lock:
            lock.execute("BEGIN IMMEDIATE")
            yield
    else:
        with database.connect() as connection, connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE sessions IN SHARE MODE")
            yield


def in_flight(api):
    """How many requests wait, including this one."""
    return samples(api.get("/metrics").body.decode())["gatehouse_http_in_flight_requests", frozenset()]


def test_requests_in_flight_are_answered_and_told_that_the_connection_ends(start, database):
    """Logins wait for the database when the signal comes. Each client gets its session, and is told not to ask again
    here: its next request would meet a connection that is being closed."""
    program = start(**PATIENT)
    process = program.process
    with contextlib.ExitStack() as stack:
        with program.api() as api:
            emails = [create_user(api)["email"] for _ in range(LOGINS)]
            with no_session_is_written(database):
                clients = [stack.enter_context(RawConnection(program.port, timeout_s=300)) for _ in range(LOGINS)]
                for client, email in zip(clients, emails, strict=True):
                    client.send(login_request(email))
                wait_until(lambda: in_flight(api) == LOGINS + 1, 60, "the logins")
                process.terminate()
                wait_until(lambda: refuses_connections(program.port), 60, "the end of accepting")
                assert not select.select([client.socket for client in clients], [], [], 0)[0]
        for client in clients:
            response = client.read_response()
            assert response.status == 200
            assert json.loads(response.body)["session"]
            assert response.headers.get("connection", "").lower() == "close"
            assert client.is_closed_by_peer()
    assert process.wait(STOP_DEADLINE_S) == 0


def test_request_half_sent_at_the_signal_is_answered(start):
    program = start(SHUTDOWN_TIMEOUT="60s", BODY_TIMEOUT="60s")
    body = json.dumps({"email": "nobody@example.com", "password": "x"}).encode()
    with RawConnection(program.port) as connection:
        request = message("POST /user-auth", f"X-API-Key: {API_KEY}", body=body)
        connection.send(request[: -len(body)])
        process = program.process
        process.terminate()
        wait_until(lambda: refuses_connections(program.port), 10, "the end of accepting")
        connection.send(body)
        response = connection.read_response()
        assert response.status == 401
        assert response.headers["connection"].lower() == "close"
    assert process.wait(STOP_DEADLINE_S) == 0


def test_client_that_never_finishes_cannot_stop_the_end(start):
    program = start(SHUTDOWN_TIMEOUT="1s", BODY_TIMEOUT="300s", IDLE_TIMEOUT="300s")
    with RawConnection(program.port) as connection:
        connection.send(b"POST /user-auth HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        program.process.terminate()
        assert program.wait() == 0


def test_log_is_complete_after_the_end(start):
    program = start()
    with program.api() as api:
        ids = [api.get("/nothing").header("X-Request-Id") for _ in range(300)]
    program.stop()
    assert {line["request_id"] for line in program.events("request")} >= set(ids)


def test_restart_keeps_everything(start):
    program = start()
    with program.api() as api:
        user = create_user(api)
        login, ended = log_in(api, user["email"]), log_in(api, user["email"])
        assert log_out(api, ended["session"]).status == 200
    assert program.stop() == 0
    program.start()
    with program.api() as api:
        assert api.get(f"/users/{user['id']}").json() == user
        assert verify_session(api, login["session"]).status == 200
        assert verify_session(api, ended["session"]).status == 401
        assert verify_token(api, ended["token"]).status == 401
        assert try_log_in(api, user["email"], PASSWORD).status == 200


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_signal_while_the_schema_waits_ends_the_program(start, database):
    start().stop()
    lock = sqlite3.connect(database.path, isolation_level=None)
    lock.execute("DROP TABLE leases")
    lock.execute("DELETE FROM gatehouse_migrations WHERE name LIKE '%_create_leases'")
    lock.execute("BEGIN IMMEDIATE")
    program = start(wait=False)
    wait_until(
        lambda: program.events("sqlite_connection_opened") and program.catches(signal.SIGTERM),
        START_DEADLINE_S,
        "the database to be opened",
    )
    assert program.stop() == 0
    assert program.events("server_stopped")
    lock.close()


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_job_that_waits_for_the_database_does_not_hold_up_the_end(start, database):
    """Its call may take as long as DB_QUERY_TIMEOUT, ten minutes here. Meanwhile clients are served, and the end does not
    wait for it."""
    with database.connect() as connection, connection.cursor() as cursor:
        program = start(SESSION_CLEANUP_INTERVAL="1s", DB_QUERY_TIMEOUT="600s")
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE leases IN ACCESS EXCLUSIVE MODE")
        of_this_one = "(SELECT oid FROM pg_database WHERE datname = current_database())"
        waiting = f"SELECT count(*) FROM pg_locks WHERE NOT granted AND database = {of_this_one}"
        wait_until(lambda: database.rows(waiting) != [(0,)], 60, "the cleanup")
        with program.api() as api:
            assert api.get("/users").json() == []
        assert program.stop() == 0
        assert program.events("server_stopped")


def test_lease_of_a_job_is_free_after_the_end(start, database):
    program = start(SESSION_CLEANUP_INTERVAL="1s")
    assert program.stop() == 0
    assert database.rows("SELECT name FROM leases WHERE name <> 'health'") == []  # that row is a proof, and belongs to nobody


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_refusals_of_requests_in_flight_are_on_record(start, database):
    """Refusals that were counted after the signal used to get lost, and `service.stopped` was not the last event."""
    program = start(RATE_LIMIT_LOGIN="off", **PATIENT)
    with program.api() as api, contextlib.ExitStack() as stack:
        email = create_user(api)["email"]
        assert try_log_in(api, email, "wrong").status == 401
        assert database.run("UPDATE login_guards SET failures = 100") == 1
        with database.connect() as connection, connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE login_guards IN SHARE MODE")
            clients = [stack.enter_context(RawConnection(program.port, timeout_s=300)) for _ in range(5)]
            for client in clients:
                client.send(login_request(email))
            wait_until(lambda: in_flight(api) == len(clients) + 1, 60, "the logins")
            program.process.terminate()
            wait_until(lambda: refuses_connections(program.port), 60, "the end of accepting")
        assert [client.read_response().status for client in clients] == [401] * len(clients)
    assert program.wait() == 0
    blocked = database.rows("SELECT details FROM audit_events WHERE type = 'login.blocked'")
    assert sum(json.loads(details)["count"] for (details,) in blocked) == len(clients)
    assert database.rows("SELECT type FROM audit_events ORDER BY id DESC LIMIT 1") == [("service.stopped",)]
