"""What changes with a large installation: the size of the tables."""

import random
import statistics
from dataclasses import dataclass

from harness import postgres
from harness.gatehouse import API_KEY, EMAIL, PASSWORD, Gatehouse, refresh_tokens, sealed_sessions
from harness.load import measure, write_bodies
from harness.processes import cpu_time_us
from harness.report import Row, at_most

CONNECTIONS = 32
SESSIONS_USED = 20_000
SMALL_USERS = 10_000
LARGE_USERS, FULL_USERS = 1_000_000, 10_000_000
SESSIONS_PER_USER = 5
GOAL = 1.2


@dataclass
class Subject:
    """A user and one of its sessions."""

    user: int
    session: int
    sealed: str
    refresh_token: str

    @property
    def email(self):
        return f"user{self.user}@example.com"


# Every kind of call that reads or writes users or sessions: its name, and its request for a subject. Calls that delete come last.
ROUTES = (
    ("verify-session", lambda one: ("POST", "/user-auth/verify-session", {"session": one.sealed})),
    ("refresh", lambda one: ("POST", "/user-auth/refresh", {"refreshToken": one.refresh_token})),
    ("login", lambda one: ("POST", "/user-auth", {"email": EMAIL, "password": PASSWORD})),
    ("read a user", lambda one: ("GET", f"/users/{one.user}")),
    ("its account", lambda one: ("GET", f"/users/{one.user}/account")),
    ("find a user by email", lambda one: ("GET", f"/users?email={one.email}")),
    ("search users", lambda one: ("GET", f"/users?q={one.email}")),
    ("a page of users", lambda one: ("GET", "/users?limit=20")),
    ("change a user", lambda one: ("PUT", f"/users/{one.user}", {"first_name": "Changed"})),
    ("a user's sessions", lambda one: ("GET", f"/users/{one.user}/sessions")),
    ("logout", lambda one: ("POST", "/user-auth/logout", {"session": one.sealed})),
    ("end a session", lambda one: ("DELETE", f"/sessions/{one.session}")),
    ("end all sessions of a user", lambda one: ("DELETE", f"/users/{one.user}/sessions")),
    ("delete a user", lambda one: ("DELETE", f"/users/{one.user}")),
)


def scale(options, folder):
    """Requests per second without the cache, and then the processor time of each kind of call, in the service and in PostgreSQL."""
    users = FULL_USERS if options.full else LARGE_USERS
    small = Sized(folder, "bench_small", SMALL_USERS)
    large = Sized(folder, "bench_large", users)
    try:
        times = [[], []]
        for _ in range(options.rounds):
            for side, sized in zip(times, (small, large)):
                side.append(sized.microseconds_each(options.seconds))
        scans = large.sequential_scans()
        postgres.write_whole_pages(False)
        routes = [route_row(name, make, large, small, options.rounds) for name, make in ROUTES]
    finally:
        postgres.write_whole_pages(True)
        small.gatehouse.stop()
        large.gatehouse.stop()
        postgres.run_sql("postgres", "DROP DATABASE bench_large WITH (FORCE)")
    few, many = (statistics.median(side) for side in times)
    texts = (f"{many:.0f} µs with {users:,} users", f"{few:.0f} µs with {SMALL_USERS:,} users")
    return [at_most("verify-session, uncached, large tables", many, few, GOAL, texts),
            Row("sequential scans over the large tables", str(scans), "", None, "0", scans == 0), *routes]


def route_row(name, make, large, small, rounds):
    calls = SMALL_USERS // len(ROUTES) // rounds
    sides = [[], []]
    for _ in range(rounds):
        for side, sized in zip(sides, (large, small)):
            side.append(sized.cpu_time_each_us(make, calls))
    many, few = (statistics.median(side) for side in sides)
    return at_most(f"CPU of a call, large tables: {name}", many, few, GOAL, (f"{many:,.0f} µs", f"small tables: {few:,.0f} µs"))


def succeed(client, method, path, body=None):
    status, content = client.exchange(client.encode(method, path, body))
    if status >= 300:
        raise RuntimeError(f"{method} {path}: {status} {content.decode()}")


class Sized:
    """A Gatehouse on a database with so many users and five times as many sessions."""

    def __init__(self, folder, name, users):
        self.name = name
        self.gatehouse = Gatehouse(folder, postgres.create_database(name), name=name, io_threads=1, session_cache_mb=0,
                                   db_idle_timeout="1d")
        first, last = postgres.fill(name, users, users * SESSIONS_PER_USER)
        self._bodies = write_bodies(folder, name, [{"session": sealed} for sealed in sealed_sessions(first, last, SESSIONS_USED)])
        self._scans_before = postgres.sequential_scans(name)
        self._subjects = iter(self._warm_subjects(first, users))
        self.microseconds_each(1)

    def _warm_subjects(self, first, users):
        """As many subjects as the small database has users, each of another user, from all over the tables, in random order. Their
        rows have been read, like those of people who are active."""
        sessions = range(first, first + 3 * users, 3 * users // SMALL_USERS)
        sealed = (make(first, first + 3 * users, SMALL_USERS) for make in (sealed_sessions, refresh_tokens))
        subjects = [Subject(first + session % users, session, *secrets) for session, *secrets in zip(sessions, *sealed)]
        random.Random(1).shuffle(subjects)
        client = self.gatehouse.client()
        for one in subjects:
            for path in (f"/users/{one.user}/account", f"/users?email={one.email}", f"/users/{one.user}/sessions"):
                succeed(client, "GET", path)
        return subjects

    def cpu_time_each_us(self, make, calls):
        """The processor time of single calls, each for another subject, one after the other."""
        client = self.gatehouse.client()
        requests = [make(next(self._subjects)) for _ in range(calls)]
        processes = [self.gatehouse.pid, *postgres.backends(self.name)]
        before = cpu_time_us(processes)
        for request in requests:
            succeed(client, *request)
        return (cpu_time_us(processes) - before) / calls

    def microseconds_each(self, seconds):
        result = measure(self.gatehouse.pid, self.gatehouse.url("/user-auth/verify-session"), self._bodies, API_KEY, seconds, CONNECTIONS)
        return 1e6 / result.requests_per_second

    def sequential_scans(self):
        """The scans that verifying, and looking up users by id and by email, have caused since the tables were filled."""
        client = self.gatehouse.client()
        for number in range(20):
            client.call("GET", f"/users/{postgres.FIRST_ID + number * 17}")
            client.call("POST", "/user-auth", {"email": f"user{postgres.FIRST_ID + number * 17}@example.com", "password": "wrong-password"})
        return postgres.sequential_scans(self.name) - self._scans_before
