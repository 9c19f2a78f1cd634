"""Thousands of broken requests, made from good ones by a seeded generator: the program lives and answers on."""

import random
import socket

import pytest

from harness.accounts import create_user, log_in, verify_session
from harness.places import FULL, SANITIZED
from harness.program import API_KEY
from harness.raw_http import RawConnection, message

MESSAGES = (5_000 if SANITIZED else 100_000) * (10 if FULL else 1)
SEED = 20261123

pytestmark = pytest.mark.slow

KEY = f"X-API-Key: {API_KEY}"
JSON = "Content-Type: application/json"
GOOD = [
    message("GET /users?limit=2", KEY),
    message("GET /users/1", KEY, "X-Request-Id: abc"),
    message("POST /user-auth/verify-session", KEY, body=b'{"session":"abcd"}'),
    message("POST /user-auth/logout", KEY, JSON, "Transfer-Encoding: chunked")
    + b'13\r\n{"session":"abcde"}\r\n0\r\n\r\n',
    message("POST /user-auth/verify-token", KEY, "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.AAAA"),
    message("PUT /users/1", KEY, body=b'{"first_name":"Eve"}'),
    message("OPTIONS /users", "Origin: https://app.example.com", "Access-Control-Request-Method: GET"),
    message("DELETE /sessions/999999", KEY, "Connection: keep-alive"),
]
PIECES = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b":",
    b" ",
    b"\t",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Length: 9999999999\r\n",
    b"Content-Length: 0\r\n",
    b"HTTP/1.0",
    b"HTTP/9.9",
    b"%00",
    b"../",
    b"{" * 40,
    b'"',
    b"\\u0000",
    b"\xff\xfe",
    b"A" * 3000,
    b"ffffffffffffffff\r\n",
    b"Host: y\r\n",
    b"Expect: 100-continue\r\n",
    b"Connection: close\r\n",
    b"\r\n\r\n",
]


def mutated(rng):
    """A good request with one to four faults."""
    broken = bytearray(rng.choice(GOOD))
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(broken) + 1)
        fault = rng.randrange(6)
        if fault == 0 and place < len(broken):
            broken[place] = rng.randrange(256)
        elif fault == 1:
            del broken[place : place + rng.randint(1, 30)]
        elif fault == 2:
            broken[place:place] = rng.choice(PIECES)
        elif fault == 3:
            broken[place:place] = rng.randbytes(rng.randint(1, 20))
        elif fault == 4:
            broken = broken[:place]
        else:
            broken[place:place] = broken[: rng.randrange(len(broken) + 1)]
    return bytes(broken)


def send_some(port, messages, patient):
    """Sends messages on one connection until it ends. The patient client reads all answers, the other just leaves."""
    with RawConnection(port) as connection:
        try:
            for one in messages:
                connection.send(one)
            if patient:
                connection.socket.shutdown(socket.SHUT_WR)
                answers = connection.read_to_end()
                assert answers == b"" or answers.startswith(b"HTTP/1.1 ")
        except TimeoutError:
            raise
        except OSError:  # the program was the first to end the connection
            return


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_program_survives_a_storm_of_malformed_requests(start):
    program = start(HEADER_TIMEOUT="120s", BODY_TIMEOUT="120s")
    with program.api() as api:
        session = log_in(api, create_user(api)["email"])["session"]
    rng = random.Random(SEED)
    memory_kib, sent = 0, 0
    while sent < MESSAGES:
        count = rng.choice([1, 1, 1, 1, 1, 1, 2, 5])
        send_some(program.port, [mutated(rng) for _ in range(count)], patient=rng.random() < 0.7)
        sent += count
        if sent % 1000 < count:
            assert program.is_alive(), program.output()[-4000:]
            with program.api() as api:
                assert verify_session(api, session).status == 200
        if memory_kib == 0 and sent > MESSAGES // 4:
            memory_kib = program.memory_kib()
    if not SANITIZED:
        assert program.memory_kib() - memory_kib < 10 * 1024, "memory grows with malformed requests"
    assert not [line for line in program.log() if line["level"] == "error"]


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_random_bytes_get_an_answer_or_an_end(start):
    program = start(HEADER_TIMEOUT="300ms")
    rng = random.Random(SEED)
    for _ in range(200):
        with RawConnection(program.port) as connection:
            connection.send(rng.randbytes(rng.randint(1, 400)))
            answer = connection.read_to_end()
            assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert program.is_alive()
