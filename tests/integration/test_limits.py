"""Sizes and times a client may take, and what the others notice of one who takes more: nothing."""

import contextlib
import resource
import select
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.accounts import create_user, log_in, verify_session
from harness.places import SANITIZED
from harness.program import API_KEY
from harness.raw_http import RawConnection
from harness.waiting import wait_until

HEALTH = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
POST = f"POST /user-auth HTTP/1.1\r\nHost: x\r\nX-API-Key: {API_KEY}\r\nContent-Type: application/json\r\n".encode()
QUICK = {"HEADER_TIMEOUT": "500ms", "BODY_TIMEOUT": "500ms", "IDLE_TIMEOUT": "1s", "WRITE_TIMEOUT": "1s"}

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def header_of(size):
    """A request whose header fields, with the empty line behind them, are `size` bytes long."""
    fields = b"Host: x\r\nX-Padding: "
    return b"GET /health HTTP/1.1\r\n" + fields + b"a" * (size - len(fields) - 4) + b"\r\n\r\n"


def seconds_until_closed(connection):
    begin = time.monotonic()
    connection.read_to_end()
    return time.monotonic() - begin


def test_header_of_the_largest_size_is_read_and_a_larger_one_is_not(start):
    program = start()
    for size, status in ((16 * 1024, 200), (16 * 1024 + 1, 431), (64 * 1024, 431)):
        with RawConnection(program.port) as connection:
            connection.send(header_of(size))
            assert connection.read_response().status == status, size


def test_header_in_many_lines_counts_as_a_whole(start):
    lines = b"".join(f"X-{i}: {'v' * 40}\r\n".encode() for i in range(1000))
    with RawConnection(start().port) as connection:
        connection.send(b"GET /health HTTP/1.1\r\nHost: x\r\n" + lines + b"\r\n")
        assert connection.read_response().status == 431


def test_target_of_the_largest_size_is_read_and_a_larger_one_is_not(start):
    program = start()
    for size, status in ((8 * 1024, 200), (8 * 1024 + 1, 414)):
        with RawConnection(program.port) as connection:
            connection.send(b"GET /?" + b"a" * (size - 2) + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.read_response().status == status, size


def test_configured_sizes_take_effect(start):
    program = start(HEADER_BYTES_MAX="2048", BODY_BYTES_MAX="1024")
    for request, status in (
        (header_of(2048), 200),
        (header_of(2049), 431),
        (POST + b"Content-Length: 1025\r\n\r\n" + b" " * 1025, 413),
    ):
        with RawConnection(program.port) as connection:
            connection.send(request)
            assert connection.read_response().status == status


@pytest.mark.parametrize(
    "sent", [b"G", b"GET /health HTTP/1.1\r\nHost: x\r\n", b"GET /health HTTP/1.1\r\nHost: x\r\nX-A: "]
)
def test_slow_header_times_out(start, sent):
    with RawConnection(start(**QUICK).port) as connection:
        connection.send(sent)
        response = connection.read_response()
        assert response.status == 408
        assert response.headers["connection"].lower() == "close"
        assert connection.is_closed_by_peer()


def test_header_that_drips_times_out(start):
    """Bytes do not buy time: the limit is for the whole header."""
    begin = time.monotonic()
    with RawConnection(start(**QUICK).port) as connection:
        connection.send(b"GET /health HTTP/1.1\r\n")
        connection.socket.settimeout(0.05)
        ended = False
        while not ended:
            assert time.monotonic() - begin < 10, "the connection lives as long as bytes drip"
            try:
                connection.send(b"X-Drip: 1\r\n")
                ended = bool(connection.socket.recv(1))
            except TimeoutError:
                continue
            except ConnectionError:
                ended = True


def test_slow_body_times_out(start):
    with RawConnection(start(**QUICK).port) as connection:
        connection.send(POST + b"Content-Length: 10\r\n\r\n{")
        assert connection.read_response().status == 408
        assert connection.is_closed_by_peer()


def test_slow_chunks_time_out(start):
    with RawConnection(start(**QUICK).port) as connection:
        connection.send(POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{")
        assert connection.read_response().status == 408


def test_idle_connection_is_closed_without_an_answer(start):
    program = start(**QUICK)
    for first in (b"", HEALTH):
        with RawConnection(program.port) as connection:
            if first:
                connection.send(first)
                assert connection.read_response().status == 200
            assert connection.read_to_end() == b""


def test_client_that_does_not_read_is_dropped(start, database):
    program = start(**QUICK)
    database.insert_users(20_000)
    files = program.open_files()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", program.port))
        connection.sendall(f"GET /users HTTP/1.1\r\nHost: x\r\nX-API-Key: {API_KEY}\r\n\r\n".encode())
        wait_until(lambda: program.open_files() > files, 5, "the connection")
        wait_until(lambda: program.open_files() <= files, 10, "the drop")
    with program.api() as api:
        assert api.get("/health").status == 200


def test_answer_cut_off_by_the_client_is_logged(start, database):
    program = start(**QUICK)
    database.insert_users(20_000)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", program.port))
        connection.sendall(f"GET /users HTTP/1.1\r\nHost: x\r\nX-API-Key: {API_KEY}\r\n\r\n".encode())
        wait_until(lambda: [line for line in program.events("request") if line["path"] == "/users"], 10, "the access line")


def test_large_answers_leave_no_large_buffers(start, database):
    program = start(IO_THREADS="1")
    database.insert_users(1_000)
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(program.api()) for _ in range(40)]
        for api in connections:
            assert api.get("/health").status == 200
        before_kib = program.memory_kib()
        for api in connections:
            assert len(api.get("/users?limit=1000").json()) == 1_000
        for api in connections:
            assert api.get("/health").status == 200
        if not SANITIZED:
            assert program.memory_kib() - before_kib < 6 * 1024


def test_pipelining_client_that_does_not_read_costs_no_memory(start):
    program = start(**QUICK)
    before_kib = program.memory_kib()
    with RawConnection(program.port, timeout_s=0.2) as connection:
        try:
            for _ in range(400):
                connection.send(HEALTH * 500)
        except (TimeoutError, ConnectionError):
            pass
        if not SANITIZED:
            assert program.memory_kib() - before_kib < 8 * 1024
    with program.api() as api:
        assert api.get("/health").status == 200


def test_connections_above_the_limit_are_refused_and_the_others_served(start):
    program = start(CONNECTIONS_MAX="20", IO_THREADS="2")
    kept = [RawConnection(program.port) for _ in range(20)]
    try:
        for connection in kept:
            connection.send(HEALTH)
            assert connection.read_response().status == 200
        refused = 0
        for _ in range(10):
            with RawConnection(program.port) as extra:
                try:
                    extra.send(HEALTH)
                    refused += extra.read_to_end() == b"" or True
                except ConnectionError:
                    refused += 1
        assert refused == 10
        for connection in kept:
            connection.send(HEALTH)
            assert connection.read_response().status == 200
    finally:
        for connection in kept:
            connection.socket.close()

    def served_again():
        try:
            with RawConnection(program.port) as connection:
                connection.send(HEALTH)
                return connection.read_response().status == 200
        except Exception:  # noqa: BLE001 any failure means: not yet
            return False

    wait_until(served_again, 10, "room after the others left")


def open_slow_connections(port, count):
    """Connections that each sent half a request."""
    connections = []
    for i in range(count):
        connection = socket.create_connection(("127.0.0.1", port), timeout=10)
        connection.sendall(b"GET /health HTTP/1.1\r\nX-Slow: " if i % 2 else POST + b"Content-Length: 50\r\n\r\n{")
        connections.append(connection)
    return connections


def latencies_s(program, session, count):
    """The time of `count` session checks on one connection, sorted."""
    times = []
    with program.api() as api:
        for _ in range(count):
            begin = time.perf_counter()
            assert verify_session(api, session).status == 200
            times.append(time.perf_counter() - begin)
    return sorted(times)


@pytest.mark.slow
def test_thousand_slow_clients_do_not_slow_the_honest(start):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
    program = start()
    with program.api() as api:
        session = log_in(api, create_user(api)["email"])["session"]
    quiet = latencies_s(program, session, 1000)
    slow = open_slow_connections(program.port, 1000)
    try:
        stop = threading.Event()
        dripping = threading.Thread(target=drip, args=(slow, stop))
        dripping.start()
        busy = latencies_s(program, session, 1000)
        stop.set()
        dripping.join()
        if not SANITIZED:
            assert program.memory_kib() < 120 * 1024
    finally:
        for connection in slow:
            connection.close()
    # The dripping thread shares the interpreter with the measured one, so the bound leaves room for it.
    assert busy[len(busy) // 2] < max(quiet[len(quiet) // 2] * 5, 0.05)
    assert busy[-1] < 5


def drip(connections, stop):
    while not stop.is_set():
        for connection in connections:
            try:
                connection.send(b"x")
            except OSError:
                continue
            if stop.wait(0.002):
                return


def test_slow_clients_are_all_gone_after_their_time(start):
    program = start(**QUICK)
    files = program.open_files()
    slow = open_slow_connections(program.port, 200)
    wait_until(lambda: program.open_files() >= files + 150, 10, "the connections")
    wait_until(lambda: program.open_files() <= files + 2, 10, "their end")
    readable, _, _ = select.select(slow, [], [], 0)
    assert len(readable) == 200
    for connection in slow:
        connection.close()


@pytest.mark.skipif(SANITIZED, reason="a sanitizer needs descriptors of its own")
def test_out_of_descriptors_the_service_recovers(start):
    program = start()
    program_limit = program.open_files() + 60
    resource.prlimit(program.process.pid, resource.RLIMIT_NOFILE, (program_limit, program_limit))
    crowd = [socket.create_connection(("127.0.0.1", program.port), timeout=5) for _ in range(100)]
    for connection in crowd:
        connection.close()

    def answers():
        try:
            with program.api() as api:
                return api.get("/health").status == 200
        except OSError:
            return False

    wait_until(answers, 10, "the recovery")
    assert program.is_alive()


def test_many_connections_in_parallel_are_all_answered(start):
    program = start()

    def ask(_):
        with program.api() as api:
            return [api.get("/health").status for _ in range(20)]

    with ThreadPoolExecutor(32) as pool:
        assert all(statuses == [200] * 20 for statuses in pool.map(ask, range(64)))
