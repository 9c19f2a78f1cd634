"""Replicas behind a balancer that is told nothing in advance, and clients that keep to the rules of HTTP while replicas come and go."""

import contextlib
import itertools
import json
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .raw_http import ConnectionEnded, RawConnection, RawResponse
from .waiting import wait_until


class Balancer:
    """The replicas that are up, as far as anybody knows. Nobody announces that a replica will stop."""

    def __init__(self, programs):
        self._ports = {id(program): program.port for program in programs}
        self._turns = itertools.count()

    def pick(self) -> int:
        ports = list(self._ports.values())
        return ports[next(self._turns) % len(ports)]

    def found_closed(self, port: int):
        """The port is not used again, because another program may get it."""
        self._ports = {program: known for program, known in self._ports.items() if known != port}

    def is_back(self, program):
        self._ports = self._ports | {id(program): program.port}


@dataclass
class Client:
    """One keep-alive connection at a time. It opens another one if it was told to close, or found the connection closed.

    Before it sends, it checks that the connection is still open, however long it was busy with something else before.
    It sends a request again, to another replica, in exactly the cases in which RFC 9110 section 9.2.2 and every balancer
    do: if it could not connect; and if the connection ended before the first byte of an answer and the request is
    idempotent. Every other missing answer is a failure."""

    balancer: Balancer
    tls: ssl.SSLContext | None = None
    answers: int = 0
    failures: list[str] = field(default_factory=list)
    _connection: RawConnection | None = None
    _port: int = 0

    def ask(self, request: bytes, repeatable: bool) -> RawResponse | None:
        for _ in range(10):
            try:
                self._connect()
            except (ConnectionRefusedError, ConnectionResetError, ssl.SSLEOFError):  # the last two: closed before it was accepted
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
            self._connection = RawConnection(self._port, timeout_s=60, tls=self.tls)

    def _exchange(self, request) -> RawResponse:
        self._connection.send(request)
        response = self._connection.read_response()
        if response.headers.get("connection", "").lower() == "close":
            self.close()
        return response


@contextlib.contextmanager
def clients_at_work(balancer: Balancer, works: Sequence[Callable[[Client], None]], tls: ssl.SSLContext | None = None):
    """One client for each kind of work, in its own thread, until the block ends."""
    stop = threading.Event()
    clients = [Client(balancer, tls) for _ in works]

    def repeat(client, work):
        try:
            while not stop.is_set():
                work(client)
        except Exception as failure:  # noqa: BLE001 every failure counts
            client.failures.append(repr(failure))
        client.close()

    threads = [threading.Thread(target=repeat, args=each) for each in zip(clients, works, strict=True)]
    for thread in threads:
        thread.start()
    try:
        yield clients
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)


def wait_for_more_answers(clients: Sequence[Client], answers: int):
    """Waits for more answers, so that each step meets clients in the middle of their work."""
    before = sum(client.answers for client in clients)

    def enough():
        assert [failure for client in clients for failure in client.failures] == []
        return sum(client.answers for client in clients) >= before + answers

    wait_until(enough, 120, "answers")
