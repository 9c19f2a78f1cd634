"""Clients that send or read slowly, or not at all: they run out of time, and the others do not notice them."""

import contextlib
import resource
import socket
import time

import pytest

from harness.accounts import create_user, log_in, verify_session
from harness.places import SANITIZED
from harness.program import API_KEY
from harness.raw_http import RawConnection, message, send_in_time
from harness.waiting import wait_until

KEY = f"X-API-Key: {API_KEY}"
HEALTH = message("GET /health")
ALL_USERS = message("GET /users", KEY)
HALF_A_HEADER = b"GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: "
POST = f"POST /user-auth HTTP/1.1\r\nHost: x\r\n{KEY}\r\nContent-Type: application/json\r\n".encode()
HALF_A_BODY = POST + b"Content-Length: 50000\r\n\r\n{"
# Each test shortens only the timeout that it lets run out; any other might run out by chance.
QUICK_HEADER = {"HEADER_TIMEOUT": "500ms"}
QUICK_BODY = {"BODY_TIMEOUT": "500ms"}
QUICK_WRITE = {"WRITE_TIMEOUT": "1s"}
PATIENT = {"HEADER_TIMEOUT": "120s", "BODY_TIMEOUT": "120s", "WRITE_TIMEOUT": "120s"}

CROWD = 200 if SANITIZED else 1_000
GROWTH_MAX_KIB = 64 * 1024
# The median shows what the crowd costs everybody. A client that it holds up is held up for as long as the crowd is there.
HONEST_MEDIAN_MAX_S = 0.2 if SANITIZED else 0.02
HONEST_FACTOR_MAX = 5
HONEST_P99_MAX_S = 4.0 if SANITIZED else 1.0

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


@pytest.mark.parametrize("sent", [b"G", b"GET /health HTTP/1.1\r\nHost: x\r\n", HALF_A_HEADER])
def test_slow_header_times_out(start, sent):
    connection, response = send_in_time(start(**QUICK_HEADER).port, sent)
    with connection:
        assert response.status == 408
        assert response.headers["connection"].lower() == "close"
        assert connection.is_closed_by_peer()


def test_header_that_drips_times_out(start):
    """Bytes do not buy time: the limit is for the whole header."""
    with RawConnection(start(**QUICK_HEADER).port) as connection:
        connection.send(b"GET /health HTTP/1.1\r\n")
        connection.socket.settimeout(0.05)
        begin = time.monotonic()
        ended = False
        while not ended:
            assert time.monotonic() - begin < 30, "the connection lives as long as bytes drip"
            try:
                connection.send(b"X-Drip: 1\r\n")
                ended = bool(connection.socket.recv(1))
            except TimeoutError:
                continue
            except ConnectionError:
                ended = True


def test_slow_body_times_out(start):
    with RawConnection(start(**QUICK_BODY).port) as connection:
        connection.send(HALF_A_BODY)
        assert connection.read_response().status == 408
        assert connection.is_closed_by_peer()


def test_slow_chunks_time_out(start):
    with RawConnection(start(**QUICK_BODY).port) as connection:
        connection.send(POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{")
        assert connection.read_response().status == 408


def test_idle_connection_is_closed_without_an_answer(start):
    program = start(IDLE_TIMEOUT="4s")
    with RawConnection(program.port) as new, RawConnection(program.port) as used:
        used.send(HEALTH)
        assert used.read_response().status == 200
        for connection in (new, used):
            assert connection.read_to_end() == b""


def test_old_connection_is_told_that_it_ends_and_loses_no_request(start):
    """So that clients that keep their connections find new replicas."""
    with RawConnection(start(KEEPALIVE_MAX="1s").port) as connection:

        def is_told():
            connection.send(HEALTH)
            response = connection.read_response()
            assert response.status == 200
            return response.headers.get("connection") == "close"

        wait_until(is_told, 60, "the announcement of the end")
        assert connection.is_closed_by_peer()


def test_requests_that_arrive_while_the_program_stands_still_are_answered(start):
    """The standstill is longer than IDLE_TIMEOUT, and there are more requests than one turn of the event loop takes: the
    deadlines are checked before the last requests are read."""
    program = start(IO_THREADS="1", IDLE_TIMEOUT="5s")
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(RawConnection(program.port)) for _ in range(40)]
        for connection in connections:
            connection.send(HEALTH)
            assert connection.read_response().status == 200
        begin = time.monotonic()
        with program.standing_still():
            for connection in connections:
                connection.send(HEALTH)
            wait_until(lambda: time.monotonic() - begin > 5.5, 20, "the end of the idle time")
        assert {connection.read_response().status for connection in connections} == {200}


def test_slow_clients_are_all_gone_after_their_time(start):
    program = start(**QUICK_HEADER, **QUICK_BODY)
    files = program.files_besides_database()
    with Crowd(program, 200, [HALF_A_HEADER, HALF_A_BODY]) as crowd:
        begin, prompt = time.monotonic(), []
        while crowd.open_one():
            begin, before = time.monotonic(), begin
            prompt.append(begin - before < 0.4)
        answers = [first_bytes_of(client) for client in crowd.sockets]
        # A client that stalled between connecting and sending has not begun in time, and gets no answer.
        assert {answer for answer, in_time in zip(answers, prompt, strict=True) if in_time} == {b"HTTP/1.1 408"}
        assert set(answers) <= {b"HTTP/1.1 408", b""}
        wait_until(lambda: program.files_besides_database() <= files, 20, "their end")


def first_bytes_of(client) -> bytes:
    with contextlib.suppress(ConnectionError):
        return client.recv(12)
    return b""


def test_client_that_does_not_read_is_dropped(start, database):
    program = start(**QUICK_WRITE)
    database.insert_users(20_000)
    files = program.files_besides_database()
    with RawConnection(program.port, receive_buffer=4096) as connection:
        connection.send(ALL_USERS)
        assert connection.read_head().status == 200
        wait_until(lambda: program.files_besides_database() <= files, 20, "the drop")
    with program.api() as api:
        assert api.get("/health").status == 200


def test_answer_cut_off_by_the_client_is_logged(start, database):
    program = start(**QUICK_WRITE)
    database.insert_users(20_000)
    with RawConnection(program.port, receive_buffer=4096) as connection:
        connection.send(ALL_USERS)
        wait_until(lambda: "/users" in [line["path"] for line in program.events("request")], 20, "the access line")


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
    program = start(**PATIENT)
    before_kib = program.memory_kib()
    # A program that reads nothing for so long has stopped reading.
    with RawConnection(program.port, timeout_s=3) as connection:
        with contextlib.suppress(TimeoutError, ConnectionError):
            for _ in range(400):
                connection.send(HEALTH * 500)
        if not SANITIZED:
            assert program.memory_kib() - before_kib < 8 * 1024
    with program.api() as api:
        assert api.get("/health").status == 200


class Crowd:
    """Slow clients, each of which has sent one of `openings`. They never read, and can buffer little: what the program
    answers stays with it, as with clients far away. They run in this thread, so that they cost the honest client no
    time of the interpreter."""

    def __init__(self, program, size, openings, drip=b"x"):
        self.sockets: list[socket.socket] = []
        self._address = ("127.0.0.1", program.port)
        self._size, self._openings, self._drip = size, openings, drip
        self._turn = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for client in self.sockets:
            client.close()

    def open_one(self) -> bool:
        """Opens one more; False once all are there."""
        if len(self.sockets) == self._size:
            return False
        client = socket.socket()
        self.sockets.append(client)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)  # else the kernel buffers megabytes for loopback
        client.settimeout(20)
        client.connect(self._address)
        client.sendall(self._openings[len(self.sockets) % len(self._openings)])
        return True

    def drip_one(self):
        """Sends one byte more from the next client."""
        self._turn = (self._turn + 1) % len(self.sockets)
        if self._drip:
            self.sockets[self._turn].sendall(self._drip)


@pytest.fixture
def many_descriptors():
    """Lets this process open enough descriptors for the crowd, too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def median_and_p99_s(api, session, count, between=lambda: None):
    """Of `count` session checks, with something done between them that is not measured."""
    times = []
    for _ in range(count):
        begin = time.perf_counter()
        assert verify_session(api, session).status == 200
        times.append(time.perf_counter() - begin)
        between()
    times.sort()
    return times[count // 2], times[count * 99 // 100]


SLOW = {
    "headers": (HALF_A_HEADER, b"x"),
    "bodies": (HALF_A_BODY, b"x"),
    "readers_of_the_description": (message("GET /openapi.yaml"), b""),
    "readers_of_all_users": (ALL_USERS, b""),
}


@pytest.mark.serial
@pytest.mark.slow
@pytest.mark.parametrize("slow", SLOW)
def test_thousand_slow_clients_do_not_slow_the_honest(start, database, many_descriptors, slow):
    """While they come, and while they are there."""
    opening, drip = SLOW[slow]
    program = start(**PATIENT)
    database.insert_users(3_000)
    with program.api() as api, Crowd(program, CROWD, [opening], drip) as crowd:
        session = log_in(api, create_user(api)["email"])["session"]
        quiet_s, _ = median_and_p99_s(api, session, CROWD)
        files, memory_kib = program.files_besides_database(), program.memory_kib()
        for what in (crowd.open_one, crowd.drip_one):
            median_s, p99_s = median_and_p99_s(api, session, CROWD, between=what)
            assert median_s <= max(HONEST_FACTOR_MAX * quiet_s, HONEST_MEDIAN_MAX_S)
            assert p99_s <= HONEST_P99_MAX_S
        wait_until(lambda: program.connections() > CROWD, 20, "the crowd: without it the bounds mean nothing")
        if not SANITIZED:
            assert program.memory_kib("VmHWM") - memory_kib < GROWTH_MAX_KIB
    wait_until(lambda: program.files_besides_database() <= files, 60, "the end of their connections")
