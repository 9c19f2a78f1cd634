"""Hundreds of clients that crash in the middle of something: nothing of them remains, and the others are served."""

import contextlib
import json
import ssl

import pytest

from harness.accounts import PASSWORD, assert_usable, create_user, log_in, verify_session
from harness.certificates import serve_tls
from harness.places import SANITIZED
from harness.program import API_KEY
from harness.raw_http import RawConnection, message
from harness.waiting import wait_until

RESETS = 40 if SANITIZED else 300
AT_ONCE = 20
KEY = f"X-API-Key: {API_KEY}"
POST = f"POST /users HTTP/1.1\r\nHost: x\r\n{KEY}\r\nContent-Type: application/json\r\n".encode()

SQLITE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def client_hello() -> bytes:
    """The first message of a real handshake (RFC 8446 section 4.1.2)."""
    outgoing = ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="localhost").do_handshake()
    return outgoing.read()


def is_read(connection, api):
    """The program has one io thread: once both requests are answered, what was sent before the first has been read."""
    assert [api.get("/").status for _ in range(2)] == [200, 200]


def is_answered(connection, api):
    assert connection.receive(), "closed without a byte"


def at_once(connection, api):
    """Mostly, what was sent is not even read."""


def reset_many(program, api, sent, after=is_read, count=RESETS):
    """Clients that send something and then reset the connection, several at a time."""
    for _ in range(count // AT_ONCE):
        connections = [RawConnection(program.port, receive_buffer=4096) for _ in range(AT_ONCE)]
        for connection in connections:
            connection.send(sent)
        for connection in connections:
            after(connection, api)
            connection.reset()


def assert_nothing_stays(program, files, api, session):
    wait_until(lambda: program.files_besides_database() <= files, 60, "the end of their connections")
    assert verify_session(api, session).status == 200
    assert_usable(api)
    assert program.is_alive()
    assert [line for line in program.log() if line["level"] == "error"] == []


@pytest.fixture
def prepared(start):
    """prepared(SETTING="value", …): a program, a connection to it, a session, and the descriptors that it has."""
    opened = []

    def prepare(tls=None, **settings):
        program = start(**settings, IO_THREADS="1")
        api = program.api(tls=tls)
        opened.append(api)
        session = log_in(api, create_user(api)["email"])["session"]
        assert len(api.get("/users").json()) == 1
        return program, api, session, program.files_besides_database()

    yield prepare
    for api in opened:
        api.close()


UNFINISHED = {
    "header": b"GET /users HTTP/1.1\r\nHost: x\r\nX-Half: ",
    "body": POST + b'Content-Length: 5000\r\n\r\n{"first_name":',
    "chunk": POST + b'Transfer-Encoding: chunked\r\n\r\n500\r\n{"first_name":',
    "refused_body": POST + b"Content-Length: 500000\r\n\r\n" + b" " * 8000,
}


@SQLITE
@pytest.mark.parametrize("sent", UNFINISHED.values(), ids=UNFINISHED)
def test_reset_within_a_request_leaves_nothing(prepared, sent):
    program, api, session, files = prepared()
    reset_many(program, api, sent)
    assert_nothing_stays(program, files, api, session)


def test_reset_before_the_answer_leaves_nothing(prepared):
    """The handler goes on without its client: a login that is being hashed, a write, a read."""
    program, api, session, files = prepared()
    reset_many(program, api, message("GET /users?limit=1", KEY), at_once)
    reset_many(program, api, message("PUT /users/1", KEY, body=b'{"last_name":"Renamed"}'), at_once)
    login = json.dumps({"email": "nobody@example.com", "password": PASSWORD}).encode()
    reset_many(program, api, message("POST /user-auth", KEY, body=login), at_once, count=2 * AT_ONCE)
    assert_nothing_stays(program, files, api, session)


def test_reset_within_a_streamed_answer_leaves_nothing(prepared, database):
    """Each client has begun to read a list that is far larger than the socket buffers on its way."""
    program, api, session, files = prepared()
    database.insert_users(20_000)
    reset_many(program, api, message("GET /users", KEY), is_answered)
    assert_nothing_stays(program, files, api, session)


HANDSHAKES = {
    "after_a_byte": (b"\x16", is_read),
    "after_half_a_hello": (client_hello()[:100], is_read),
    "after_the_hello": (client_hello(), is_answered),
    "that_is_none": (b"GET / HTTP/1.1\r\n", at_once),
}


@SQLITE
@pytest.mark.parametrize("place", HANDSHAKES)
def test_reset_within_a_handshake_leaves_nothing(prepared, tmp_path, place):
    settings, context = serve_tls(tmp_path)
    program, api, session, files = prepared(tls=context, **settings)
    sent, after = HANDSHAKES[place]
    reset_many(program, api, sent, after)
    assert_nothing_stays(program, files, api, session)
