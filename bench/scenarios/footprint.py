"""What it takes to run the service at all: memory, and time to start."""

import statistics
import time

from harness import postgres
from harness.gatehouse import API_KEY, Gatehouse, sealed_sessions
from harness.load import measure, write_bodies
from harness.nginx import Nginx
from harness.processes import resident_bytes
from harness.report import below

STARTS = 20
SETTLE_SECONDS = 5  # the seeds hash passwords; hashing threads give their memory back after three
USERS, SESSIONS = 20_000, 110_000
WARM_UP_SESSIONS = 10_000
CONNECTIONS = 32


def memory_idle(_, folder):
    first, later = (idle_megabytes(Gatehouse(folder), "pid") for _ in range(2))
    peer = idle_megabytes(Nginx(folder, 100), "worker_pid")
    return [below("memory, idle", first, 15, "MB", f"nginx worker: {peer:.1f} MB"),
            below("memory, idle, a start that does not make the database", later, 15, "MB")]


def idle_megabytes(process, pid):
    """The idle memory of the process, whose id is in the attribute that `pid` names."""
    try:
        time.sleep(SETTLE_SECONDS)
        return resident_bytes(getattr(process, pid)) / 1e6
    finally:
        process.stop()


def memory_of_sessions(_, folder):
    """How much the process grows by each session it has verified once and keeps in its cache."""
    gatehouse = Gatehouse(folder, postgres.create_database("bench_memory"), io_threads=1)
    try:
        first, _ = postgres.fill("bench_memory", USERS, SESSIONS)
        warm_up_end, last = first + WARM_UP_SESSIONS, first + SESSIONS
        verify_each(gatehouse, folder, sealed_sessions(first, warm_up_end, WARM_UP_SESSIONS))
        before = resident_bytes(gatehouse.pid)
        verify_each(gatehouse, folder, sealed_sessions(warm_up_end, last, SESSIONS - WARM_UP_SESSIONS))
        grown = resident_bytes(gatehouse.pid) - before
    finally:
        gatehouse.stop()
    return [below("memory of a cached session", grown / (SESSIONS - WARM_UP_SESSIONS), 300, "bytes")]


def verify_each(gatehouse, folder, sessions):
    """Verifies each session at least once: goes through the list again and again, until one run had more requests than sessions."""
    bodies = write_bodies(folder, "bodies", [{"session": sealed} for sealed in sessions])
    seconds = 2
    while measure(gatehouse.pid, gatehouse.url("/user-auth/verify-session"), bodies, API_KEY, seconds,
                  CONNECTIONS).requests < len(sessions) + CONNECTIONS:
        seconds *= 2


def start(_, folder):
    Gatehouse(folder).stop()  # makes the database
    times = []
    for _ in range(STARTS):
        begin = time.perf_counter()
        gatehouse = Gatehouse(folder)
        times.append((time.perf_counter() - begin) * 1e3)
        gatehouse.stop()
    return [below("start to first answer, existing database", statistics.median(times), 50, "ms", f"slowest of {STARTS}: {max(times):.0f} ms")]
