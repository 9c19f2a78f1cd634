"""What changes with a large installation: the size of the tables."""

import statistics

from harness import postgres
from harness.gatehouse import API_KEY, Gatehouse, sealed_sessions
from harness.load import measure, write_bodies
from harness.report import Row, at_most

CONNECTIONS = 32
SESSIONS_USED = 20_000
SMALL_USERS = 10_000
LARGE_USERS, FULL_USERS = 1_000_000, 10_000_000
SESSIONS_PER_USER = 5


def scale(options, folder):
    """CPU time is no measure here: what a larger index costs is paid by PostgreSQL. Hence requests a second, cache off."""
    users = FULL_USERS if options.full else LARGE_USERS
    small = Sized(folder, "bench_small", SMALL_USERS)
    large = Sized(folder, "bench_large", users)
    try:
        times = [[], []]
        for _ in range(options.rounds):
            for side, sized in zip(times, (small, large)):
                side.append(sized.microseconds_each(options.seconds))
        scans = large.sequential_scans()
    finally:
        small.gatehouse.stop()
        large.gatehouse.stop()
        postgres.run_sql("postgres", "DROP DATABASE bench_large WITH (FORCE)")
    few, many = (statistics.median(side) for side in times)
    texts = (f"{many:.0f} µs with {users:,} users", f"{few:.0f} µs with {SMALL_USERS:,} users")
    return [at_most("verify-session, uncached, large tables", many, few, 1.2, texts),
            Row("sequential scans over the large tables", str(scans), "", None, "0", scans == 0)]


class Sized:
    """A Gatehouse on a database with so many users and five times as many sessions."""

    def __init__(self, folder, name, users):
        self.name = name
        self.gatehouse = Gatehouse(folder, postgres.create_database(name), name=name, io_threads=1, session_cache_mb=0)
        first, last = postgres.fill(name, users, users * SESSIONS_PER_USER)
        self._bodies = write_bodies(folder, name, [{"session": sealed} for sealed in sealed_sessions(first, last, SESSIONS_USED)])
        self._scans_before = postgres.sequential_scans(name)
        self.microseconds_each(1)

    def microseconds_each(self, seconds):
        result = measure(self.gatehouse.pid, self.gatehouse.url("/user-auth/verify-session"), self._bodies, API_KEY, seconds, CONNECTIONS)
        return 1e6 / result.requests_per_second

    def sequential_scans(self):
        """What verifying, and looking up users by id and by email, caused since the tables were filled."""
        client = self.gatehouse.client()
        for number in range(20):
            client.call("GET", f"/users/{postgres.FIRST_ID + number * 17}")
            client.call("POST", "/user-auth", {"email": f"user{postgres.FIRST_ID + number * 17}@example.com", "password": "wrong-password"})
        return postgres.sequential_scans(self.name) - self._scans_before
