"""How long another replica still accepts what was revoked."""

import statistics
import threading
import time
from contextlib import ExitStack

from harness import postgres
from harness.client import Client
from harness.gatehouse import Gatehouse, log_in, sealed_sessions
from harness.report import Row, below

REVOCATIONS = 200
REPLICAS = 3
HEARD_WITHIN_MS = 20
DEADLINE_SECONDS = 5
# Meanwhile, this many other clients log out, each this often per second.
CLIENTS, LOGOUTS_EACH = 16, 125
ASKED_SESSIONS = 1_000


def revocation(options, folder):
    url = postgres.create_database("bench_replicas")
    with ExitStack() as started:
        replicas = []
        for number in range(REPLICAS):
            replicas.append(Gatehouse(folder, url, name=f"replica-{number}"))
            started.callback(replicas[-1].stop)
        here, there = replicas[0].client(), replicas[1].client()
        sessions = [revoke_session(here, there, log_in(here)["session"]) for _ in range(REVOCATIONS)]
        keys = [revoke_key(replicas[0].port, there, log_in(here)["session"]) for _ in range(REVOCATIONS)]
        return [row("revocation seen by another replica, p99", sessions), row("revoked API key seen by another replica, p99", keys),
                beside_others(options, replicas)]


def row(scenario, times):
    return below(scenario, statistics.quantiles(times, n=100)[98], HEARD_WITHIN_MS, "ms", f"median: {statistics.median(times):.2f} ms")


def revoke_session(here, there, session):
    """Milliseconds from the answer to the logout until the other replica refuses the session."""
    verify = here.encode("POST", "/user-auth/verify-session", {"session": session})
    return until_refused(here, verify, lambda: there.call("POST", "/user-auth/logout", {"session": session}))


def revoke_key(port, there, session):
    """The same for an API key that the other replica already knows."""
    _, made = there.call("POST", "/api-keys", {"name": "bench", "scopes": "auth"})
    here = Client(port, made["secret"])
    try:
        verify = here.encode("POST", "/user-auth/verify-session", {"session": session})
        wait_until_good(here, verify)
        return until_refused(here, verify, lambda: there.call("DELETE", f"/api-keys/{made['apiKey']['id']}"))
    finally:
        here.close()


def wait_until_good(here, request):
    end = time.perf_counter() + DEADLINE_SECONDS
    while here.exchange(request)[0] != 200:
        if time.perf_counter() > end:
            raise RuntimeError("a new key is refused after five seconds")


def until_refused(here, request, revoke):
    for _ in range(3):
        if here.exchange(request)[0] != 200:
            raise RuntimeError("what is not revoked was refused")
    revoke()
    begin = time.perf_counter()
    while here.exchange(request)[0] == 200:
        if time.perf_counter() - begin > DEADLINE_SECONDS:
            raise RuntimeError("what was revoked is still valid after five seconds")
    return (time.perf_counter() - begin) * 1e3


def beside_others(options, replicas):
    """The same while other clients log out at all replicas."""
    count = CLIENTS * LOGOUTS_EACH * (options.seconds + 1) + ASKED_SESSIONS
    # With only as many rows as sessions, some would be named twice.
    sealed = sealed_sessions(*postgres.fill("bench_replicas", count // 5, 2 * count), count)
    here, there = replicas[0].client(), replicas[1].client()
    logouts = Logouts(replicas, sealed[ASKED_SESSIONS:])
    times = []
    try:
        begin = time.perf_counter()
        for session in sealed[:ASKED_SESSIONS]:
            if time.perf_counter() - begin > options.seconds:
                break
            times.append(revoke_session(here, there, session))
        rate = logouts.done / (time.perf_counter() - begin)
    finally:
        logouts.stop()
    p99 = statistics.quantiles(times, n=100)[98]
    return Row(f"the same of three, {CLIENTS * LOGOUTS_EACH:,} logouts wanted a second", f"{p99:.3g} ms",
               f"median: {statistics.median(times):.2f} ms; {rate:,.0f} logouts/s", None, f"≤ {HEARD_WITHIN_MS} ms", p99 <= HEARD_WITHIN_MS)


class Logouts:
    """Clients that end sessions at all replicas in turn, at an even rate if the machine can keep up."""

    def __init__(self, replicas, sessions):
        self.done = 0
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(replicas[number % len(replicas)], sessions[number::CLIENTS]))
                         for number in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _run(self, replica, sessions):
        client = replica.client()
        due = time.perf_counter()
        for session in sessions:
            due += 1 / LOGOUTS_EACH
            if self._is_over.wait(max(0, due - time.perf_counter())):
                break
            client.call("POST", "/user-auth/logout", {"session": session})
            self.done += 1
        client.close()
