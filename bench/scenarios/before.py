"""This build against another one of the same service, `--against BINARY`: whether it became slower or larger."""

import json
import statistics
import time
from contextlib import contextmanager
from pathlib import Path

from harness import postgres
from harness.gatehouse import API_KEY, BINARY, EMAIL, PASSWORD, Gatehouse, log_in, sealed_sessions
from harness.load import measure, write_bodies, write_requests
from harness.processes import ALL_CORES, CORES, LOAD_CORES, SERVER_CORES, resident_bytes
from harness.report import at_least, at_most
from scenarios.footprint import SETTLE_SECONDS
from scenarios.hot_path import CONNECTIONS, LOGINS, median, take_turns
from scenarios.uncached import CLIENTS, SESSIONS, SESSIONS_USED, USERS

GOAL = 0.97


@contextmanager
def both(options, folder, **arguments):
    """This build and the other one, each in its own folder and on its own database."""
    started = []
    try:
        for side, binary in (("this", BINARY), ("other", options.against)):
            own_folder = Path(folder, side)
            own_folder.mkdir(exist_ok=True)
            started.append(Gatehouse(own_folder, binary=binary, **{key: value(side) for key, value in arguments.items()}))
        yield started
    finally:
        for gatehouse in started:
            gatehouse.stop()


def against(options, folder):
    if not options.against:
        raise RuntimeError("--against names no other build")
    return [verify(options, folder, "verify-token", lambda login: f"Bearer {login['token']}"),
            verify(options, folder, "verify-session", lambda login: json.dumps({"session": login["session"]})),
            logins(options, folder), uncached(options, folder), idle_memory(options, folder)]


def verify(options, folder, call, request_of):
    """Compares by CPU time per request, which says the same on a busy machine as on an idle one."""
    path = f"/user-auth/{call}"
    with both(options, folder, cores=lambda _: SERVER_CORES, io_threads=lambda _: 1) as sides:
        requests = [write_requests(folder, f"{call}-{number}", requests_of(side, request_of)) for number, side in enumerate(sides)]
        results = [[], []]
        for _ in range(options.rounds):
            for number, side in enumerate(sides):
                results[number] += take_turns(once(options), [(side.pid, side.url(path))], requests[number])[0]
    this, other = (median(side, "cpu_us_per_request") for side in results)
    texts = [f"{median(side, 'requests_per_second'):,.0f}/s, {median(side, 'cpu_us_per_request'):.2f} µs CPU" for side in results]
    return at_least(f"{call} (per CPU time)", other, this, GOAL, texts)


def once(options):
    return type(options)(**{**vars(options), "rounds": 1})


def requests_of(gatehouse, request_of):
    client = gatehouse.client()
    return [request_of(log_in(client)) for _ in range(LOGINS)]


def logins(options, folder):
    with both(options, folder) as sides:
        bodies = write_bodies(folder, "login", [{"email": EMAIL, "password": PASSWORD}])
        for side in sides:
            log_in(side.client())  # The first one replaces the seeds' old hash.
        rates = turns(options, sides, "/user-auth", [bodies, bodies], 4 * len(CORES), ALL_CORES)
    return at_least("login", *rates, GOAL, [f"{rate:,.1f}/s" for rate in rates])


def uncached(options, folder):
    postgres.pin_server(SERVER_CORES)
    urls = {side: postgres.create_database(f"bench_{side}") for side in ("this", "other")}
    try:
        with both(options, folder, database_url=urls.get, cores=lambda _: LOAD_CORES, io_threads=lambda _: 1,
                  session_cache_mb=lambda _: 0) as sides:
            bodies = []
            for name in urls:
                sealed = sealed_sessions(*postgres.fill(f"bench_{name}", USERS, SESSIONS), SESSIONS_USED)
                bodies.append(write_bodies(folder, f"uncached-{name}", [{"session": session} for session in sealed]))
            rates = turns(options, sides, "/user-auth/verify-session", bodies, CLIENTS)
    finally:
        postgres.pin_server(ALL_CORES)
    return at_least("verify-session, cache off, PostgreSQL", *rates, GOAL, [f"{rate:,.0f}/s" for rate in rates])


def turns(options, sides, path, requests, connections=CONNECTIONS, cores=None):
    """The median requests per second of each side."""
    rates = [[], []]
    for _ in range(options.rounds):
        for number, side in enumerate(sides):
            rates[number].append(measure(side.pid, side.url(path), requests[number], API_KEY, options.seconds, connections,
                                         cores).requests_per_second)
    return [statistics.median(side) for side in rates]


def idle_memory(options, folder):
    with both(options, folder) as sides:
        time.sleep(SETTLE_SECONDS)
        this, other = (resident_bytes(side.pid) / 1e6 for side in sides)
    return at_most("memory, idle", this, other, 1.0, (f"{this:.1f} MB", f"{other:.1f} MB"))
