"""How much a client may send, and how many clients may come: what is too much is refused with an explanation, the others are served."""

import contextlib
import json
import resource
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.certificates import serve_tls
from harness.http_client import Api
from harness.places import SANITIZED
from harness.program import API_KEY
from harness.raw_http import ConnectionEnded, RawConnection, message, send_in_time
from harness.waiting import wait_until

HEALTH = message("GET /health")
POST = f"POST /user-auth HTTP/1.1\r\nHost: x\r\nX-API-Key: {API_KEY}\r\nContent-Type: application/json\r\n".encode()

CONNECTIONS = 20
REFUSED_AT_ONCE_MAX = 64

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def header_of(size):
    """A request whose header fields, with the empty line after them, are `size` bytes long."""
    fields = b"Host: x\r\nX-Padding: "
    return b"GET /health HTTP/1.1\r\n" + fields + b"a" * (size - len(fields) - 4) + b"\r\n\r\n"


def is_read_before(api):
    """Makes sure that what was sent before this call has been read: on the only io thread, events of one turn come in any
    order, but two turns come one after the other."""
    assert [api.get("/").status for _ in range(2)] == [200, 200]


def test_header_of_the_largest_size_is_read_and_a_larger_one_is_not(start):
    program = start()
    for size, status in ((16 * 1024, 200), (16 * 1024 + 1, 431), (64 * 1024, 431)):
        with RawConnection(program.port) as connection:
            connection.send(header_of(size))
            assert connection.read_response().status == status, size


CUTS = {
    "after_the_request_line": [22],
    "in_the_middle": [1000],
    "before_the_last_byte": [-1],
    "in_the_end_of_the_header": [-3, -2, -1],
    "in_many_pieces": [10, 22, 30, 700, 1400, 2040, -5, -1],
}


@pytest.mark.parametrize("cuts", CUTS.values(), ids=CUTS)
def test_header_in_pieces_counts_as_a_whole(start, cuts):
    """Bytes that were read earlier count as much as those that come with the end of the header."""
    limit = 2048
    program = start(IO_THREADS="1", HEADER_BYTES_MAX=str(limit))
    with program.api() as api:
        for size, status in ((limit - 1, 200), (limit, 200), (limit + 1, 431), (limit + 4096, 431)):
            request = header_of(size)
            places = [cut % len(request) for cut in cuts]
            with RawConnection(program.port) as connection:
                with contextlib.suppress(ConnectionError):  # refused already, and closed before the last piece came
                    for begin, end in zip([0, *places], [*places, len(request)], strict=True):
                        connection.send(request[begin:end])
                        is_read_before(api)
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


@pytest.mark.parametrize("over_tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("framing", [b"Content-Length: 204800\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n32000\r\n"])
def test_refusal_of_too_large_a_body_can_be_read_after_all_was_sent(start, tmp_path, over_tls, framing):
    """Closing while the client still sends would reset the connection, and the answer would be lost with it. For a
    second the program reads on; if either side stalls for longer, the connection is reset after all."""
    settings, context = serve_tls(tmp_path) if over_tls else ({}, None)
    program = start(**settings)
    unbroken = 0
    for _ in range(5):
        with RawConnection(program.port, tls=context) as connection, contextlib.suppress(ConnectionEnded, OSError):
            connection.send(POST + framing)
            for _ in range(50):
                connection.send(b" " * 4096)
            response = connection.read_response()
            assert response.status == 413
            assert json.loads(response.body)["requestId"] == response.headers["x-request-id"]
            assert response.headers["connection"].lower() == "close"
            assert connection.socket.recv(1) == b""
            unbroken += 1
    assert unbroken >= 3


BEGUN = HEALTH[:20]
PATIENT = {"HEADER_TIMEOUT": "120s"}


@contextlib.contextmanager
def all_places_taken(program):
    """As many connections as the program serves, each of which is known to be served. All are in the middle of a request,
    because an idle one would have to make room."""
    with contextlib.ExitStack() as stack:
        kept = [stack.enter_context(RawConnection(program.port)) for _ in range(CONNECTIONS)]
        for connection in kept:
            connection.send(BEGUN)
        assert_served(kept)
        yield kept


def assert_served(connections):
    """Each connection of all_places_taken() ends its request and begins another one."""
    for connection in connections:
        connection.send(HEALTH[len(BEGUN) :] + BEGUN)
        assert connection.read_response().status == 200


def assert_told_to_come_back(response):
    assert response.status == 503
    assert int(response.headers["retry-after"]) >= 1
    assert response.headers["connection"].lower() == "close"
    body = json.loads(response.body)
    assert body == {
        "error": "Service temporarily unavailable",
        "code": "unavailable",
        "requestId": response.headers["x-request-id"],
    }


def is_served(program):
    try:
        with RawConnection(program.port) as connection:
            connection.send(HEALTH)
            return connection.read_response().status == 200
    except (ConnectionEnded, ConnectionError):
        return False


REQUESTS_IN_PIECES = {
    "at_once": [HEALTH],
    "head_in_pieces": [HEALTH[:5], HEALTH[5:20], HEALTH[20:-1], HEALTH[-1:]],
    "body_in_pieces": [POST + b"Content-Length: 40000\r\n\r\n", *[b" " * 8000] * 5],
    "nothing_sent": [],
}


def sends(connection, piece):
    """False if the connection was reset."""
    try:
        connection.send(piece)
        return True
    except ConnectionError:
        return False


def ends_without_reset(connection):
    try:
        return connection.socket.recv(1) == b""
    except ConnectionError:
        return False


def are_refused_without_reset(program, kept, pieces, count):
    """Opens connections that send these pieces while the kept ones are served. All must be told to come back; False if one
    was reset before it had sent everything and read the end."""
    with contextlib.ExitStack() as stack:
        refused = [stack.enter_context(RawConnection(program.port)) for _ in range(count)]
        unbroken = set(refused)
        for piece in pieces:
            unbroken -= {connection for connection in refused if not sends(connection, piece)}
            assert_served(kept)
        for connection in refused:
            assert_told_to_come_back(connection.read_response())
        return all(connection in unbroken and ends_without_reset(connection) for connection in refused)


@pytest.mark.parametrize("pieces", REQUESTS_IN_PIECES.values(), ids=REQUESTS_IN_PIECES)
def test_connections_above_the_limit_are_told_so_whatever_they_are_sending(start, pieces):
    """The answer comes before the request is complete; the client sends on, and can still read it. It has a second for
    that, which may run out once if something stalls, but not every time."""
    program = start(CONNECTIONS_MAX=str(CONNECTIONS), IO_THREADS="2", **PATIENT)
    rounds = 4
    with all_places_taken(program) as kept:
        at_once = REFUSED_AT_ONCE_MAX // rounds  # for all rounds together, in case the first ones are still there
        assert any([are_refused_without_reset(program, kept, pieces, at_once) for _ in range(rounds)])
        assert_served(kept)
    wait_until(lambda: is_served(program), 20, "room after the others left")


def test_connections_far_above_the_limit_are_closed_and_cost_nothing(start):
    """The number of refused connections that get an answer is bounded too; the others are just closed. Those inside are still served."""
    io_threads = 2  # each may hold one more at any instant, which it has accepted and is about to close
    program = start(CONNECTIONS_MAX=str(CONNECTIONS), IO_THREADS=str(io_threads), **PATIENT)
    with all_places_taken(program) as kept, contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(RawConnection(program.port)) for _ in range(3 * REFUSED_AT_ONCE_MAX)]
        assert_served(kept)
        # While some come and others go, the kernel's list may show more than there were at any instant.
        most = CONNECTIONS + REFUSED_AT_ONCE_MAX + io_threads
        wait_until(lambda: program.connections() <= most, 20, "no more connections than are bounded")
        told = 0
        for connection in crowd:
            if answer := connection.read_to_end():
                assert answer.startswith(b"HTTP/1.1 503 ") and answer.endswith(b"}"), "half an answer"
                told += 1
        assert told >= REFUSED_AT_ONCE_MAX
        assert_served(kept)
        wait_until(lambda: program.connections() <= CONNECTIONS, 20, "the end of those refused")
    wait_until(lambda: is_served(program), 10, "room after the others left")


def is_served_beside_those_refused(program):
    """Whether a client gets a free place while more refused connections than there are places are still open."""
    wait_until(lambda: program.connections() == 0, 20, "the end of the connections of before")
    with all_places_taken(program) as kept, contextlib.ExitStack() as stack:
        refused = [stack.enter_context(RawConnection(program.port)) for _ in range(REFUSED_AT_ONCE_MAX // 2)]
        for connection in refused:
            assert_told_to_come_back(connection.read_response())
        for connection in kept:
            connection.close()
        wait_until(lambda: is_served(program), 20, "a place")
        return program.connections() >= len(refused)


def test_connections_that_were_refused_take_no_place_from_others(start):
    """They stay open for a moment, to be able to read why. A place that becomes free meanwhile can be taken."""
    program = start(CONNECTIONS_MAX=str(CONNECTIONS), IO_THREADS="2", **PATIENT)
    wait_until(lambda: is_served_beside_those_refused(program), 60, "a client served before the refused ones are gone")


def test_silent_connections_kept_everybody_else_out(start):
    """They did so until IDLE_TIMEOUT, and then the next ones did. Now they have to make room."""
    program = start(CONNECTIONS_MAX=str(CONNECTIONS), IO_THREADS="1", **PATIENT)
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(RawConnection(program.port)) for _ in range(3 * CONNECTIONS)]
        for _ in range(CONNECTIONS):
            assert is_served(program)
        assert sum(connection.has_ended() for connection in silent) > CONNECTIONS


def test_silent_connection_has_the_time_of_a_header(start):
    program = start(HEADER_TIMEOUT="500ms")
    known, answer = send_in_time(program.port, HEALTH)
    assert answer.status == 200
    with known, RawConnection(program.port) as silent:
        assert silent.is_closed_by_peer()
        known.send(HEALTH)
        assert known.read_response().status == 200


COUNTED = {"CONNECTIONS_PER_ADDRESS_MAX": "5", "TRUSTED_BACKENDS": "10.0.0.0/8"}


@contextlib.contextmanager
def share_taken(program):
    """As many busy connections from 127.0.0.1 as one address may have."""
    with contextlib.ExitStack() as stack:
        kept = [stack.enter_context(RawConnection(program.port)) for _ in range(5)]
        for connection in kept:
            connection.send(BEGUN)
        assert_served(kept)
        yield kept


def test_one_address_has_its_share_and_others_are_served(start):
    program = start(**COUNTED, **PATIENT)
    with share_taken(program):
        with RawConnection(program.port) as more:
            assert_told_to_come_back(more.read_response())
        with RawConnection(program.port, source="127.0.0.2") as other:
            other.send(HEALTH)
            assert other.read_response().status == 200
    wait_until(lambda: is_served(program), 20, "a part of the share")


@pytest.mark.parametrize("trusted", [{"TRUSTED_PROXIES": "127.0.0.1"}, {"TRUSTED_BACKENDS": ""}], ids=["proxy", "back end"])
def test_proxies_and_back_ends_have_no_share(start, trusted):
    program = start(**(COUNTED | trusted), **PATIENT)
    with share_taken(program) as kept:
        assert is_served(program)
        assert_served(kept)


SPIN_MAX = 0.3


@pytest.fixture
def crowded(start):
    """A program that has ten clients and not one descriptor left, and a crowd that waits to be let in."""
    # One reader, whose files the calls to /health open, so that it needs no descriptor later.
    program = start(IO_THREADS="2", SQLITE_READERS="1")
    with contextlib.ExitStack() as stack:
        served = [stack.enter_context(program.api()) for _ in range(10)]
        assert {api.get("/health").status for api in served} == {200}
        limit = program.open_files() + 5
        resource.prlimit(program.process.pid, resource.RLIMIT_NOFILE, (limit, limit))
        crowd = [stack.enter_context(RawConnection(program.port)) for _ in range(100)]
        wait_until(lambda: program.open_files() == limit, 20, "the last descriptor")
        yield program, served, crowd


@pytest.mark.serial
@pytest.mark.skipif(SANITIZED, reason="a sanitizer needs descriptors of its own")
def test_out_of_descriptors_those_inside_are_served_and_nothing_spins(crowded):
    program, served, crowd = crowded
    for _ in range(20):
        assert {api.get("/health").status for api in served} == {200}
    begin_s, cpu_s = time.monotonic(), program.cpu_s()
    time.sleep(1)  # no wait for a condition: the processor time is measured over this period
    share = (program.cpu_s() - cpu_s) / (time.monotonic() - begin_s)
    assert share < SPIN_MAX, f"it spends {share:.0%} of a core on connections that it cannot take"
    for connection in crowd:
        connection.close()
    wait_until(lambda: is_served(program), 20, "the recovery")
    assert {api.get("/health").status for api in served} == {200}
    assert program.is_alive()


def test_many_connections_in_parallel_are_all_answered(start):
    program = start()

    def ask(_):
        with Api(program.port, API_KEY) as api:
            return [api.get("/health").status for _ in range(20)]

    with ThreadPoolExecutor(32) as pool:
        assert all(statuses == [200] * 20 for statuses in pool.map(ask, range(64)))
