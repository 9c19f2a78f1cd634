"""SIGTERM: what is in flight is finished, nothing new is taken, the exit status is 0."""

import json
import signal
import socket
import sqlite3
import threading
import time

import pytest

from harness.accounts import PASSWORD, create_user, log_in, try_log_in, verify_session
from harness.http_client import Api
from harness.program import API_KEY
from harness.raw_http import RawConnection, message
from harness.waiting import wait_until


def refuses_connections(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_idle_program_ends_at_once_with_success(start, name):
    program = start()
    idle = RawConnection(program.port)
    process = program.process
    begin = time.monotonic()
    process.send_signal(getattr(signal, name))
    assert process.wait(20) == 0
    assert time.monotonic() - begin < 5
    idle.socket.close()


def test_request_in_flight_is_answered(start):
    program = start(HASH_THREADS="1")
    with program.api() as api:
        email = create_user(api)["email"]
    statuses = []
    all_connected = threading.Barrier(10)

    def log_in_once():
        with Api(program.port, API_KEY) as own:
            own.get("/health")
            all_connected.wait(20)
            statuses.append(try_log_in(own, email).status)

    threads = [threading.Thread(target=log_in_once) for _ in range(10)]
    for thread in threads:
        thread.start()
    wait_until(lambda: statuses, 20, "the first login")
    process = program.process
    process.terminate()
    for thread in threads:
        thread.join(30)
    assert process.wait(20) == 0
    assert statuses == [200] * 10


def test_request_half_sent_at_the_signal_is_answered(start):
    program = start()
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
    assert process.wait(20) == 0


def test_client_that_never_finishes_cannot_stop_the_end(start):
    program = start(SHUTDOWN_TIMEOUT="1s")
    with RawConnection(program.port) as connection:
        connection.send(b"POST /user-auth HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        process = program.process
        begin = time.monotonic()
        process.terminate()
        assert process.wait(20) == 0
        assert time.monotonic() - begin < 10


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
        login = log_in(api, user["email"])
    assert program.stop() == 0
    program.start()
    with program.api() as api:
        assert api.get(f"/users/{user['id']}").json() == user
        assert verify_session(api, login["session"]).status == 200
        assert try_log_in(api, user["email"], PASSWORD).status == 200


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_rolling_restart_fails_no_honest_request(start):
    """Clients that reconnect, as behind a balancer, never see an error while replicas are replaced one by one."""
    replicas = [start(), start()]
    with replicas[0].api() as api:
        session = log_in(api, create_user(api)["email"])["session"]
    failures: list[str] = []
    stop = threading.Event()
    available = list(replicas)

    def keep_asking():
        while not stop.is_set():
            for replica in list(available):
                try:
                    with Api(replica.port, API_KEY, timeout_s=20) as own:
                        if (status := verify_session(own, session).status) != 200:
                            failures.append(str(status))
                except ConnectionRefusedError:
                    continue
                except Exception as error:  # noqa: BLE001 every failure counts
                    failures.append(repr(error))

    asking = threading.Thread(target=keep_asking)
    asking.start()
    try:
        for replica in replicas:
            available.remove(replica)
            assert replica.stop() == 0
            replica.start()
            available.append(replica)
    finally:
        stop.set()
        asking.join(30)
    assert failures == []


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_signal_while_the_schema_waits_ends_the_program(start, database):
    start().stop()
    lock = sqlite3.connect(database.path, isolation_level=None)
    lock.execute("DROP TABLE leases")
    lock.execute("DELETE FROM gatehouse_migrations WHERE name LIKE '%_create_leases'")
    lock.execute("BEGIN IMMEDIATE")
    program = start(wait=False)
    wait_until(lambda: program.events("sqlite_connection_opened"), 20, "the database to be opened")
    assert program.stop() == 0
    assert program.events("server_stopped")
    lock.close()
