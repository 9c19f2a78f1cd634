"""The revocation feed: what waiting readers cost, and how soon they hear of the end of a session on another replica."""

import contextlib
import json
import resource
import socket
import statistics
import time

from harness import postgres
from harness.gatehouse import API_KEY, Gatehouse, sealed_sessions
from harness.processes import resident_bytes
from harness.report import below

READERS, IDLE = 10_000, 2_000
READERS_BYTES_MAX = 4096
SETTLE_SECONDS = 3
USERS = 1000
ENDINGS = 500
DELAY_MS_MAX = 50


class Reader:
    """A connection that is idle at first, and on which server-sent events come later."""

    def __init__(self, gatehouse):
        self._socket = socket.create_connection(("127.0.0.1", gatehouse.port), timeout=30)
        self._received = b""
        self._get("/", "")
        self.wait_for(b"}")

    def follow(self, cursor):
        """Follows the feed from the cursor on; returns with the first event."""
        self._get(f"/revocations?after={cursor}", "Accept: text/event-stream\r\n")
        self.wait_for(b"asOf")
        return self

    def _get(self, path, fields):
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {API_KEY}\r\n{fields}\r\n".encode())

    def close(self):
        self._socket.close()

    def wait_for(self, text):
        """Waits for the text and returns when it came."""
        while text not in self._received:
            chunk = self._socket.recv(65536)
            if not chunk:
                raise ConnectionError("the stream ended")
            self._received += chunk
        heard = time.perf_counter()
        self._received = self._received[self._received.index(text) + len(text):]
        return heard


def cursor_of(gatehouse):
    head_and_body = b""
    with socket.create_connection(("127.0.0.1", gatehouse.port), timeout=30) as client:
        client.sendall(f"GET /revocations/snapshot HTTP/1.0\r\nHost: localhost\r\nX-API-Key: {API_KEY}\r\n\r\n".encode())
        while chunk := client.recv(65536):
            head_and_body += chunk
    head, _, body = head_and_body.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    if status != 200:
        raise RuntimeError(f"no snapshot: {status}")
    return json.loads(body)["cursor"]


def memory_of_readers(_, folder):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    gatehouse = Gatehouse(folder, connections_max=2 * IDLE, feed_readers_max=READERS)
    try:
        time.sleep(SETTLE_SECONDS)
        cursor = cursor_of(gatehouse)
        empty = resident_bytes(gatehouse.pid)
        with contextlib.ExitStack() as stack:
            readers = [stack.enter_context(contextlib.closing(Reader(gatehouse))) for _ in range(IDLE)]
            idle = (resident_bytes(gatehouse.pid) - empty) / IDLE
            for reader in readers:
                reader.follow(cursor)
            for _ in range(READERS - IDLE):
                stack.enter_context(contextlib.closing(Reader(gatehouse).follow(cursor)))
            time.sleep(SETTLE_SECONDS)
            waiting = (resident_bytes(gatehouse.pid) - empty) / READERS
    finally:
        gatehouse.stop()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return [below(f"memory of waiting for revocations, {READERS:,} clients, each", waiting - idle, READERS_BYTES_MAX,
                  "bytes", f"with its connection: {waiting:,.0f} bytes")]


def delay_across_replicas(_, folder):
    """From the request that ends a session to the event at a reader of another replica."""
    url = postgres.create_database("bench_feed")
    first, second = Gatehouse(folder, url, name="first"), Gatehouse(folder, url, name="second")
    try:
        first_id, _ = postgres.fill("bench_feed", USERS, ENDINGS)
        client, stream = first.client(), Reader(second).follow(cursor_of(second))
        delays = []
        for number, sealed in enumerate(sealed_sessions(first_id, first_id + ENDINGS, ENDINGS)):
            request = client.encode("POST", "/user-auth/logout", {"session": sealed})
            begin = time.perf_counter()
            client.exchange(request)
            delays.append(1e3 * (stream.wait_for(f'"id":{first_id + number},'.encode()) - begin))
        client.close()
        stream.close()
    finally:
        first.stop()
        second.stop()
    p99 = statistics.quantiles(delays, n=100)[98]
    return [below("logout to its event at another replica's reader, p99", p99, DELAY_MS_MAX, "ms",
                  f"median: {statistics.median(delays):.1f} ms")]
