"""Replicas are replaced one by one while clients work: whoever keeps to HTTP sees no failure."""

import contextlib
import itertools
import json
import threading
from dataclasses import dataclass, field

import pytest

from harness.accounts import PASSWORD, create_user, log_in, verify_session
from harness.places import SANITIZED
from harness.program import API_KEY
from harness.raw_http import ConnectionEnded, RawConnection, RawResponse, message
from harness.waiting import wait_until

REPLICAS = 2
ROUNDS = 1 if SANITIZED else 3
ANSWERS_BETWEEN = 20 if SANITIZED else 200
KEY = f"X-API-Key: {API_KEY}"

pytestmark = pytest.mark.parametrize("kind", ["postgres"], indirect=True)


class Balancer:
    """Which replicas there are, as far as anybody knows. Nobody is told before a replica goes."""

    def __init__(self, programs):
        self._ports = {id(program): program.port for program in programs}
        self._turns = itertools.count()

    def pick(self) -> int:
        ports = list(self._ports.values())
        return ports[next(self._turns) % len(ports)]

    def found_closed(self, port: int):
        """Not asked again: another program may get the port."""
        self._ports = {program: known for program, known in self._ports.items() if known != port}

    def is_back(self, program):
        self._ports = self._ports | {id(program): program.port}


@dataclass
class Client:
    """One keep-alive connection at a time; another one when it was told to close, or found it closed.

    It looks whether the connection still stands before it sends, however long it was busy with something else before.
    It sends a request again, to another replica, exactly where RFC 9110 section 9.2.2 and every balancer do: when it
    could not connect; and when the connection ended before the first byte of an answer, if doing the request twice is
    the same as doing it once. Everything else that is no answer is a failure."""

    balancer: Balancer
    answers: int = 0
    failures: list[str] = field(default_factory=list)
    _connection: RawConnection | None = None
    _port: int = 0

    def ask(self, request: bytes, repeatable: bool) -> RawResponse | None:
        for _ in range(10):
            try:
                self._connect()
            except (ConnectionRefusedError, ConnectionResetError):  # reset: it was closed before it was accepted
                self.balancer.found_closed(self._port)
                continue
            try:
                return self._exchange(request)
            except (ConnectionEnded, ConnectionError) as end:
                unread = self._connection.unread
                self.close()
                if unread or not repeatable:
                    self.failures.append(f"{request[:60]!r}: {end!r}")
                    return None
        self.failures.append(f"{request[:60]!r}: no replica takes it")
        return None

    def expect_200(self, request: bytes, repeatable=True) -> dict:
        response = self.ask(request, repeatable)
        if response is None:
            return {}
        self.answers += 1
        if response.status != 200:
            self.failures.append(f"{request[:60]!r}: {response.status} {response.body[:200]!r}")
            return {}
        return json.loads(response.body)

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self):
        if self._connection is not None and self._connection.has_ended():
            self.close()
        if self._connection is None:
            self._port = self.balancer.pick()
            self._connection = RawConnection(self._port, timeout_s=60)

    def _exchange(self, request) -> RawResponse:
        self._connection.send(request)
        response = self._connection.read_response()
        if response.headers.get("connection", "").lower() == "close":
            self.close()
        return response


def with_json(line, value):
    return message(line, KEY, body=json.dumps(value).encode())


def check_sessions(client, user, login):
    client.expect_200(with_json("POST /user-auth/verify-session", {"session": login["session"]}))


def check_tokens(client, user, login):
    client.expect_200(message("POST /user-auth/verify-token", KEY, f"Authorization: Bearer {login['token']}"))


def rename(client, user, login):
    name = f"Name {client.answers}"
    changed = client.expect_200(with_json(f"PUT /users/{user['id']}", {"first_name": name}))
    if changed and changed["user"]["first_name"] != name:
        client.failures.append(f"{changed} instead of {name}")


def log_in_and_check(client, user, login):
    """The session must be good on whichever replica the next request meets."""
    opened = client.expect_200(
        with_json("POST /user-auth", {"email": user["email"], "password": PASSWORD}), repeatable=False
    )
    if opened:
        client.expect_200(with_json("POST /user-auth/verify-session", {"session": opened["session"]}))


def check_sessions_without_keep_alive(client, user, login):
    """Many connections, so that some are being made while a replica stops listening."""
    check_sessions(client, user, login)
    client.close()


WORK = [
    check_sessions,
    check_sessions_without_keep_alive,
    check_sessions_without_keep_alive,
    check_tokens,
    rename,
    log_in_and_check,
]


@contextlib.contextmanager
def clients_at_work(balancer, users, logins):
    """One client a thread for each kind of work, until the end of the block."""
    stop = threading.Event()
    clients = [Client(balancer) for _ in WORK]

    def repeat(client, work, user, login):
        try:
            while not stop.is_set():
                work(client, user, login)
        except Exception as failure:  # noqa: BLE001 every failure counts
            client.failures.append(repr(failure))
        client.close()

    arguments = zip(clients, WORK, users, logins, strict=True)
    threads = [threading.Thread(target=repeat, args=each) for each in arguments]
    for thread in threads:
        thread.start()
    try:
        yield clients
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)


def wait_for_more_answers(clients):
    """So that each step meets clients in the middle of their work."""
    before = sum(client.answers for client in clients)

    def enough():
        assert [failure for client in clients for failure in client.failures] == []
        return sum(client.answers for client in clients) >= before + ANSWERS_BETWEEN

    wait_until(enough, 120, "answers")


def test_rolling_restart_fails_no_honest_request(start):
    replicas = [start() for _ in range(REPLICAS)]
    with replicas[0].api() as api:
        users = [create_user(api) for _ in WORK]
        logins = [log_in(api, user["email"]) for user in users]
    balancer = Balancer(replicas)
    with clients_at_work(balancer, users, logins) as clients:
        for replica in replicas * ROUNDS:
            wait_for_more_answers(clients)
            assert replica.stop() == 0
            wait_for_more_answers(clients)
            replica.start()
            balancer.is_back(replica)
        wait_for_more_answers(clients)
    assert [failure for client in clients for failure in client.failures] == []
    assert all(client.answers for client in clients)
    with replicas[0].api() as api:
        assert all(verify_session(api, login["session"]).status == 200 for login in logins)
