"""A database that is not there, silent or locked: calls say 503 in time, nothing hangs, and all recovers by itself."""

import contextlib
import socket
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.accounts import (
    assert_unavailable,
    assert_usable,
    calls_that_need_the_database,
    create_user,
    is_cached,
    log_in,
    new_user,
    verify_session,
    verify_token,
)
from harness.places import SANITIZED
from harness.program import API_KEY
from harness.raw_http import ConnectionEnded, RawConnection, message
from harness.waiting import wait_until

# Several times what is promised, because this machine may stall meanwhile; a call that hangs does so for minutes.
SLACK_S = 30.0 if SANITIZED else 10.0
RECOVERY_MAX_S = 60.0 if SANITIZED else 20.0
DISTRUST_MAX_S = 60.0 if SANITIZED else 20.0
QUERY_TIMEOUT_S = 4.0
QUERY_TIMEOUT = {"DB_QUERY_TIMEOUT": f"{int(QUERY_TIMEOUT_S)}s"}
KEY = f"X-API-Key: {API_KEY}"


class SilentHost:
    """Takes connections on a port and never sends a byte. They stay open when it stops listening."""

    def __init__(self, port):
        self._listener = socket.create_server(("127.0.0.1", port))
        self._taken: list[socket.socket] = []
        self._thread = threading.Thread(target=self._take)
        self._thread.start()

    def _take(self):
        with contextlib.suppress(OSError):
            while True:
                self._taken.append(self._listener.accept()[0])

    def stop_listening(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(20)
        self._listener.close()

    def close(self):
        self.stop_listening()
        for connection in self._taken:
            connection.close()


@pytest.fixture
def silent_host(cluster, cluster_database):
    """A SilentHost on the cluster's port, once the database has been made."""
    cluster.kill()
    host = SilentHost(cluster.port)
    yield host
    host.close()


def assert_waits_for_its_database(api):
    """It says who it is and that its database is away; it still refuses strangers."""
    assert api.get("/", key=None).status == 200
    health = api.get("/health", key=None)
    assert_unavailable(health, "health")
    assert (health.json()["status"], health.json()["error"]) == ("unhealthy", "Database unavailable")
    assert_unavailable(api.get("/users"), "users")
    assert_unavailable(api.post("/user-auth/verify-session", {"session": "x" * 92}), "verify session")
    assert api.get("/users", key=None).status == 401


def starts_and_recovers(start_on_cluster, end_of_the_outage):
    """Starts while PostgreSQL is away, and uses the same process after `end_of_the_outage()`. An attempt to connect may
    hang for longer than any step here may take."""
    program = start_on_cluster(wait=False, DB_CONNECT_TIMEOUT="300s", **QUERY_TIMEOUT)
    program.wait_until_serving()
    pid = program.process.pid
    with program.api() as api:
        assert_waits_for_its_database(api)
        assert not program.events("schema_ready")
        end_of_the_outage()
        wait_until(lambda: api.get("/health").status == 200, RECOVERY_MAX_S, "the recovery")
        assert_usable(api)
    assert program.is_alive() and program.process.pid == pid
    assert len(program.events("server_started")) == 1


def test_program_started_while_postgres_refuses_connections_listens_and_recovers(cluster, start_on_cluster):
    cluster.kill()
    starts_and_recovers(start_on_cluster, cluster.start)


def test_program_started_while_postgres_takes_connections_and_is_silent_listens_and_recovers(
    cluster, silent_host, start_on_cluster
):
    """The connections that hang go on hanging after PostgreSQL is back: they must not keep others from being tried."""

    def end_of_the_outage():
        silent_host.stop_listening()
        cluster.start()

    starts_and_recovers(start_on_cluster, end_of_the_outage)


def answered_in_time(program, calls_of):
    """Makes all calls at once, each on a connection of its own; each must be a 503 before its deadline."""

    def timed(name):
        with program.api() as api:
            call = calls_of(api)[name]
            begin = time.monotonic()
            return name, call(), time.monotonic() - begin

    with program.api() as api:
        names = list(calls_of(api))
    with ThreadPoolExecutor(len(names)) as pool:
        for name, response, seconds in pool.map(timed, names):
            assert_unavailable(response, name)
            assert seconds < QUERY_TIMEOUT_S + SLACK_S, f"{name} took {seconds:.1f} s"


@pytest.mark.slow
def test_silent_postgres_is_a_503_within_the_deadline_and_then_recovers(cluster, cluster_database, start_on_cluster):
    program = start_on_cluster(**QUERY_TIMEOUT, DB_CONNECT_TIMEOUT="4s")
    with program.api() as api:
        user, victim = create_user(api), create_user(api)
        cached, uncached = log_in(api, user["email"]), log_in(api, victim["email"])

        def all_calls(own):
            return calls_that_need_the_database(own, victim, uncached) | {
                "the session that was cached": lambda: verify_session(own, cached["session"]),
                "its token": lambda: verify_token(own, cached["token"]),
            }

        wait_until(lambda: is_cached(api, cluster_database, cached["session"]), 20, "the session in the cache")
        with cluster.silent():
            wait_until(lambda: verify_session(api, cached["session"]).status != 200, DISTRUST_MAX_S, "the distrust")
            for _ in range(2):
                answered_in_time(program, all_calls)
        wait_until(lambda: api.get("/health").status == 200, RECOVERY_MAX_S, "the recovery")
        assert api.get(f"/users/{user['id']}").json() == user
        assert verify_session(api, cached["session"]).status == 200
        assert verify_token(api, cached["token"]).status == 200
        assert_usable(api)


def test_sigterm_while_postgres_is_silent_ends_the_program_with_success(cluster, start_on_cluster):
    program = start_on_cluster(**QUERY_TIMEOUT, IO_THREADS="1", SHUTDOWN_TIMEOUT="60s")
    with RawConnection(program.port, timeout_s=60) as waiting, program.api() as api:
        with cluster.silent():
            waiting.send(message("GET /users/1", KEY))
            # There is one io thread: once the second request is answered, what came before the first is being handled.
            assert [api.get("/").status for _ in range(2)] == [200, 200]
            program.process.terminate()
            assert waiting.read_response().status == 503
            assert program.wait() == 0


@pytest.fixture
def streaming(cluster_database, start_on_cluster):
    """A program with a list of users far larger than all socket buffers on its way."""
    program = start_on_cluster(**QUERY_TIMEOUT)
    cluster_database.insert_users(40_000)
    return program


def read_a_little_then_kill(program, cluster, request):
    """Reads the head and the first bytes of the answer, kills PostgreSQL, and returns the connection."""
    connection = RawConnection(program.port, timeout_s=60, receive_buffer=4096)
    connection.send(request)
    assert connection.read_head().status == 200
    assert connection.unread or connection.receive()
    cluster.kill()
    return connection


def test_list_cut_off_by_the_death_of_postgres_has_no_end_chunk(cluster, streaming):
    """A client must not take a part of the users for all of them."""
    with read_a_little_then_kill(streaming, cluster, message("GET /users", KEY)) as connection:
        with pytest.raises(ConnectionEnded):
            connection.read_chunks()
    assert streaming.is_alive()


def test_list_cut_off_over_http_1_0_is_a_reset_and_not_an_end(cluster, streaming):
    """If the end of the connection is the end of the answer, only a reset shows that something is missing."""
    request = message("GET /users", KEY).replace(b"HTTP/1.1", b"HTTP/1.0")
    with read_a_little_then_kill(streaming, cluster, request) as connection:
        with pytest.raises(ConnectionResetError):
            while connection.socket.recv(65536):
                continue
    assert streaming.is_alive()


SQLITE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


@SQLITE
def test_sqlite_locked_by_another_process_is_a_503_within_the_deadline_and_passes(start, database):
    """Another process may hold the lock for long: a backup, a shell. Reads go on meanwhile, and what was refused has
    left nothing behind."""
    program = start(**QUERY_TIMEOUT)
    with program.api() as api:
        user = create_user(api)
        login = log_in(api, user["email"])
        writes = ("create", "rename", "change password", "delete", "log in", "log out", "end sessions")

        def all_writes(own):
            calls = calls_that_need_the_database(own, user, login)
            return {name: calls[name] for name in writes}

        lock = sqlite3.connect(database.path, isolation_level=None, timeout=20)
        lock.execute("BEGIN EXCLUSIVE")
        for _ in range(2):
            answered_in_time(program, all_writes)
            assert api.get(f"/users/{user['id']}").json() == user
            assert verify_session(api, login["session"]).status == 200
        lock.execute("ROLLBACK")
        lock.close()
        wait_until(lambda: api.post("/users", new_user()).status == 201, RECOVERY_MAX_S, "writes after the lock")
        assert [one["id"] for one in api.get("/users").json()[1:]] == [user["id"]]
        assert api.get(f"/users/{user['id']}").json() == user
        assert verify_session(api, login["session"]).status == 200
        assert_usable(api)
