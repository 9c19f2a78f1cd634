"""Sessions that replicas share in Redis: a process that remembers none, against redis-benchmark's GET on the same server with as many
clients. Redis and the load have one core; what is measured has the other."""

import statistics
import urllib.request

from harness import postgres
from harness.gatehouse import API_KEY, Gatehouse, sealed_sessions
from harness.load import measure, write_bodies
from harness.processes import LOAD_CORES, SERVER_CORES
from harness.redis import Redis
from harness.report import at_least, below

CLIENTS = 64
USERS, SESSIONS = 20_000, 20_000


def metric(gatehouse, name):
    """The sum of a metric over its labels."""
    request = urllib.request.Request(gatehouse.url("/metrics"), headers={"X-API-Key": API_KEY})
    with urllib.request.urlopen(request) as answer:
        text = answer.read().decode()
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name))


def is_sharing(gatehouse):
    return metric(gatehouse, "gatehouse_shared_sessions_up ") == 1


def database_reads(gatehouse):
    return metric(gatehouse, 'gatehouse_database_query_duration_seconds_count{statement="sessions_find')


def redis_sessions(options, folder):
    url = postgres.create_database("bench_shared")
    redis = Redis(folder, LOAD_CORES)
    settings = {"io_threads": 1, "redis_url": redis.url, "redis_session_cache": "true", "redis_timeout": "1s"}
    first = Gatehouse(folder, url, name="first", **settings)
    cold = None
    try:
        begin, end = postgres.fill("bench_shared", USERS, SESSIONS)
        bodies = write_bodies(folder, "bodies", [{"session": sealed} for sealed in sealed_sessions(begin, end, SESSIONS)])
        first.wait_until(lambda: is_sharing(first))
        measure(first.pid, first.url("/user-auth/verify-session"), bodies, API_KEY, 5, CLIENTS)
        # It remembers nothing itself, so each check is like the first one of a process.
        cold = Gatehouse(folder, url, SERVER_CORES, name="cold", session_cache_mb=0, **settings)
        cold.wait_until(lambda: is_sharing(cold))
        ours, peers, checks = [], [], 0
        for _ in range(options.rounds):
            result = measure(cold.pid, cold.url("/user-auth/verify-session"), bodies, API_KEY, options.seconds, CLIENTS)
            ours.append(result.requests_per_second)
            checks += result.requests
            peers.append(redis.gets_per_second(CLIENTS))
        share = 100 * database_reads(cold) / checks
    finally:
        for process in (cold, first, redis):
            if process is not None:
                process.stop()
    ours, peers = statistics.median(ours), statistics.median(peers)
    return [at_least("verify-session from Redis, cold process", ours, peers, 0.8, (f"{ours:,.0f}/s", f"redis-benchmark GET: {peers:,.0f}/s")),
            below("reads of PostgreSQL, of the checks of a cold process", share, 1, "%", "Redis has all of them")]
