"""verify-session with the cache off, against pgbench's read-only script on the same PostgreSQL with as many clients. The
database has one core; whatever is in front of it has the other."""

import statistics

from harness import postgres
from harness.gatehouse import API_KEY, Gatehouse, sealed_sessions
from harness.load import measure, write_bodies
from harness.processes import ALL_CORES, LOAD_CORES, SERVER_CORES
from harness.report import at_least

CLIENTS = 32
USERS, SESSIONS = 20_000, 100_000
SESSIONS_USED = 20_000


def verify_session_uncached(options, folder):
    postgres.pin_server(SERVER_CORES)
    gatehouse = Gatehouse(folder, postgres.create_database("bench_uncached"), LOAD_CORES, io_threads=1, session_cache_mb=0)
    try:
        postgres.prepare_pgbench("bench_uncached")
        first, last = postgres.fill("bench_uncached", USERS, SESSIONS)
        bodies = write_bodies(folder, "bodies", [{"session": sealed} for sealed in sealed_sessions(first, last, SESSIONS_USED)])
        ours, peers = [], []
        for _ in range(options.rounds):
            ours.append(measure(gatehouse.pid, gatehouse.url("/user-auth/verify-session"), bodies, API_KEY, options.seconds,
                                CLIENTS).requests_per_second)
            peers.append(postgres.run_pgbench("bench_uncached", options.seconds, CLIENTS))
    finally:
        gatehouse.stop()
        postgres.pin_server(ALL_CORES)
    ours, peers = statistics.median(ours), statistics.median(peers)
    return [at_least("verify-session, cache off, PostgreSQL", ours, peers, 0.8, (f"{ours:,.0f}/s", f"pgbench -S: {peers:,.0f}/s"))]
