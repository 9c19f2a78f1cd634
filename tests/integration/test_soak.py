"""Many requests of all kinds over clients that come and go: memory and descriptors stay where they were."""

import itertools
import json
import random

import pytest

from harness.accounts import PASSWORD, create_user, log_in, verify_session
from harness.places import FULL, SANITIZED
from harness.program import API_KEY
from harness.raw_http import RawConnection, message
from harness.waiting import wait_until

VISITS = (60 if SANITIZED else 300) * (10 if FULL else 1)
REQUESTS_A_VISIT = 64
PIPELINED = 8
GROWTH_MAX_KIB = 4 * 1024
SEED = 20261124
KEY = f"X-API-Key: {API_KEY}"
# One hashing thread, whose memory is always the same; no connection to the database comes or goes.
SETTINGS = {"HASH_THREADS": "1", "DB_POOL_MIN": "2", "DB_POOL_MAX": "2"}
MEMORY = "VmHWM"  # the highest so far: the hashing thread gives its memory back when it has nothing to do for a while

pytestmark = pytest.mark.slow


def with_json(line, value, *headers):
    return message(line, KEY, *headers, body=json.dumps(value).encode())


def altered(session):
    """The same except for one letter, whatever that letter was."""
    return session[:-8] + ("A" if session[-8] != "A" else "B") + session[-7:]


def ask(connection, some):
    """Sends requests at once and reads their answers."""
    connection.send(b"".join(request for request, _ in some))
    for request, status in some:
        response = connection.read_response()
        assert response.status == status, (request, response)


class Visitors:
    """Clients that come one after the other, send various requests and leave, every fifth with a reset."""

    def __init__(self, program):
        self._program = program
        self._random = random.Random(SEED)
        self._numbers = itertools.count()
        with program.api() as api:
            self._user = create_user(api)
            login = log_in(api, self._user["email"])
        self.session = login["session"]
        self._token = f"Authorization: Bearer {login['token']}"

    def come(self, visits):
        for _ in range(visits):
            number = next(self._numbers)
            if number % 10 == 0:
                self._log_in_and_out()
            with RawConnection(self._program.port, timeout_s=60) as connection:
                asked = self._random.choices(self._mixture(), k=REQUESTS_A_VISIT)
                for begin in range(0, REQUESTS_A_VISIT, PIPELINED):
                    ask(connection, asked[begin : begin + PIPELINED])
                if number % 5 == 0:
                    connection.send(message("GET /users", KEY) + b"GET /half")
                    connection.reset()

    def _mixture(self):
        """Requests and the status of each."""
        user = f"/users/{self._user['id']}"
        name = {"first_name": f"Name {next(self._numbers)}"}
        return [
            (message("GET /"), 200),
            (message("GET /health"), 200),
            (message("GET /openapi.yaml"), 200),
            (message(f"GET {user}", KEY), 200),
            (message("GET /users", KEY), 200),
            (message("GET /users?limit=10", KEY), 200),
            (message(f"GET {user}/sessions", KEY), 200),
            (with_json(f"PUT {user}", name), 200),
            (with_json("POST /user-auth/verify-session", {"session": self.session}), 200),
            (message("POST /user-auth/verify-token", KEY, self._token), 200),
            (message("OPTIONS /users", "Origin: https://app.example.com", "Access-Control-Request-Method: GET"), 204),
            (with_json(f"PUT {user}", {"email": "no address"}), 400),
            (message(f"PUT {user}", KEY, body=b'{"first_name":'), 400),
            (with_json("POST /user-auth/verify-session", {"session": altered(self.session)}), 401),
            (message("GET /users"), 401),
            (message(f"GET /nothing/{name['first_name'][5:]}", KEY), 404),
            (message("GET /users/999999999", KEY), 404),
            (message("DELETE /users", KEY), 405),
        ]

    def _log_in_and_out(self):
        with self._program.api() as api:
            session = log_in(api, self._user["email"], PASSWORD)["session"]
            assert verify_session(api, session).status == 200
            assert api.post("/user-auth/logout", {"session": session}).status == 200


def test_memory_and_descriptors_stay_flat_over_many_requests(start):
    program = start(**SETTINGS)
    visitors = Visitors(program)
    files = program.files_besides_database()
    visitors.come(VISITS // 4)
    memory_kib = program.memory_kib(MEMORY)
    visitors.come(VISITS)
    grown_kib = program.memory_kib(MEMORY) - memory_kib
    wait_until(lambda: program.files_besides_database() <= files, 60, "the end of their connections")
    if not SANITIZED:
        assert grown_kib < GROWTH_MAX_KIB, f"{grown_kib} KiB more after {VISITS * REQUESTS_A_VISIT} requests"
    assert [line for line in program.log() if line["level"] == "error"] == []
    with program.api() as api:
        assert verify_session(api, visitors.session).status == 200
