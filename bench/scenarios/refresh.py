"""Refreshes that rotate, against pgbench updating one row at a time on the same PostgreSQL with as many clients. The database has
one core; whatever is in front of it has the other."""

import random
import statistics

from harness import postgres
from harness.gatehouse import API_KEY, Gatehouse, refresh_tokens
from harness.load import measure, write_bodies
from harness.processes import ALL_CORES, LOAD_CORES, SERVER_CORES
from harness.report import at_least

CLIENTS = 32
DATABASE = "bench_refresh"
USERS, SESSIONS = 20_000, 200_000


def refresh(options, folder):
    postgres.pin_server(SERVER_CORES)
    gatehouse = Gatehouse(folder, postgres.create_database(DATABASE), LOAD_CORES, io_threads=1)
    try:
        postgres.prepare_pgbench(DATABASE)
        tokens = refresh_tokens(*postgres.fill(DATABASE, USERS, SESSIONS), SESSIONS)
        random.Random(1).shuffle(tokens)
        bodies = write_bodies(folder, "refreshes", [{"refreshToken": token} for token in tokens])
        ours, peers = [], []
        for _ in range(options.rounds):
            postgres.run_sql(DATABASE, "UPDATE sessions SET refresh_generation = 0", "VACUUM ANALYZE sessions", "CHECKPOINT")
            result = measure(gatehouse.pid, gatehouse.url("/user-auth/refresh"), bodies, API_KEY, options.seconds, CLIENTS)
            if result.requests > SESSIONS:
                raise RuntimeError(f"{result.requests} refreshes had only {SESSIONS} tokens")
            ours.append(result.requests_per_second)
            peers.append(postgres.run_pgbench_updates(DATABASE, options.seconds, CLIENTS, folder))
    finally:
        gatehouse.stop()
        postgres.pin_server(ALL_CORES)
    ours, peers = statistics.median(ours), statistics.median(peers)
    return [at_least("refresh, PostgreSQL", ours, peers, 0.7, (f"{ours:,.0f}/s", f"pgbench, one update: {peers:,.0f}/s"))]
