"""Memory that clients make the program hold, and that the program gives back."""

import contextlib
import resource

import pytest

from harness.certificates import serve_tls
from harness.places import SANITIZED
from harness.program import API_KEY
from harness.raw_http import RawConnection, message
from harness.waiting import wait_until

pytestmark = [
    pytest.mark.serial,
    pytest.mark.skipif(SANITIZED, reason="a sanitizer's allocator keeps what is freed"),
    pytest.mark.parametrize("kind", ["sqlite"], indirect=True),
]

CROWD = 1500
BODY_BYTES = 60_000
HEAD = f"POST /user-auth HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {BODY_BYTES}\r\n"
WITH_KEY = f"{HEAD}X-API-Key: {API_KEY}\r\n\r\n".encode()
WITHOUT_KEY = f"{HEAD}\r\n".encode()
MUCH_OF_IT = b" " * (BODY_BYTES - 1)
PATIENT = {"HEADER_TIMEOUT": "120s", "BODY_TIMEOUT": "120s"}
# The read buffer of a connection, and the connection itself.
CONNECTION_KIB = 40
LEFT_MAX = 1.5
GIVEN_BACK_S = 10


@pytest.fixture(autouse=True)
def many_descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def idle_kib(program):
    """Its memory after a few requests, with everything in place that it needs for them."""
    with program.api() as api:
        for _ in range(50):
            assert api.get("/health").status == 200
            assert api.post("/user-auth/verify-session", {"session": "x"}).status == 401
    return program.memory_kib()


def assert_given_back(program, idle):
    wait_until(lambda: program.connections() == 0, 60, "the end of all connections")
    wait_until(
        lambda: program.memory_kib() <= LEFT_MAX * idle, GIVEN_BACK_S, f"memory of {LEFT_MAX} times {idle} KiB", 0.1
    )


@contextlib.contextmanager
def crowd(program, request=b"", tls=None):
    with contextlib.ExitStack() as stack:
        connections = []
        for _ in range(CROWD):
            connections.append(stack.enter_context(RawConnection(program.port, tls=tls)))
            with contextlib.suppress(ConnectionError):
                connections[-1].send(request)
        yield connections


def test_bodies_without_a_key_were_held(start):
    """9,900 bodies of 64 KiB took 1.2 GB, which stayed for as long as the process lived."""
    program = start(**PATIENT)
    idle = idle_kib(program)
    with crowd(program, WITHOUT_KEY) as connections:
        for connection in connections:
            assert connection.read_response().status == 401
            connection.send(MUCH_OF_IT)
        with program.api() as api:
            assert api.get("/health").status == 200
        assert program.memory_kib() < idle + CROWD * CONNECTION_KIB
    assert_given_back(program, idle)


def test_bodies_with_a_key_are_given_back(start):
    program = start(**PATIENT)
    idle = idle_kib(program)
    with crowd(program, WITH_KEY + MUCH_OF_IT):
        wait_until(lambda: program.memory_kib() > idle + CROWD * BODY_BYTES // 1024, 60, "the bodies")
    assert_given_back(program, idle)


def test_no_invitation_to_send_a_body_without_a_key(start):
    program = start()
    with RawConnection(program.port) as connection:
        connection.send(WITHOUT_KEY[:-2] + b"Expect: 100-continue\r\n\r\n")
        response = connection.read_response()
        assert response.status == 401
        assert response.interim == []
    with RawConnection(program.port) as connection:
        connection.send(WITH_KEY[:-2] + b"Expect: 100-continue\r\n\r\n")
        assert connection.read_head().status == 100


def test_silent_handshakes_are_ended_and_leave_nothing(start, tmp_path):
    settings, _ = serve_tls(tmp_path)
    program = start(HEADER_TIMEOUT="5s", **settings)
    wait_until(lambda: program.events("server_started"), 20, "the start")
    idle = program.memory_kib()
    with crowd(program):
        wait_until(lambda: program.connections() == 0, 120, "the end of all handshakes")
    assert_given_back(program, idle)


def test_body_of_an_open_route_is_not_held(start):
    program = start(**PATIENT)
    idle = idle_kib(program)
    head = f"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: {BODY_BYTES}\r\n\r\n".encode()
    with crowd(program, head + MUCH_OF_IT) as connections:
        for connection in connections:
            connection.send(b" " + message("GET /"))
            assert [connection.read_response().status for _ in range(2)] == [200, 200]
        assert program.memory_kib() < idle + CROWD * CONNECTION_KIB
    assert_given_back(program, idle)
