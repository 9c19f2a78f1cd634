"""Several clients end sessions at once while readers come and go: what each of them saw, and what must hold for it."""

import itertools
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from .endings import add_users, do, end_a_session
from .program import Gatehouse
from .revocation_feed import Ended, EventStream, ended_in, page, read_all, snapshot, time_of

ENDERS, READERS, SESSIONS_EACH = 4, 4, 2
SNAPSHOT_INTERVAL_S = 0.3


class Ender:
    """One client that ends all sessions of its users, in any of several ways, and notes when it was told that each had ended."""

    def __init__(self, replicas: Sequence[Gatehouse], database, users: dict[int, list[int]], rng: random.Random):
        self.ended_at: dict[Ended, float] = {}
        self._replicas, self._database, self._rng = replicas, database, rng
        self._users = list(users.items())
        self._ways: list[Callable] = [self._one_by_one, self._all, self._with_user, self._by_sql]
        if database.kind == "postgres":
            self._ways.append(self._in_a_long_transaction)

    def run(self):
        while self._users:
            self._end_next(self._ways)

    def _end_next(self, ways):
        user, sessions = self._users.pop()
        self._rng.shuffle(sessions)
        self._rng.choice(ways)(user, [("session", session) for session in sessions])

    def _note(self, ended: list[Ended]):
        now = time.time()
        self.ended_at |= dict.fromkeys(ended, now)

    def _delete(self, path: str):
        with self._rng.choice(self._replicas).api() as api:
            do(api.delete(path))

    def _one_by_one(self, _user, sessions):
        for kind, session in sessions:
            self._delete(f"/sessions/{session}")
            self._note([(kind, session)])

    def _all(self, user, sessions):
        self._delete(f"/users/{user}/sessions")
        self._note(sessions)

    def _with_user(self, user, sessions):
        self._delete(f"/users/{user}")
        self._note([*sessions, ("user", user)])

    def _by_sql(self, user, sessions):
        self._database.run("DELETE FROM sessions WHERE user_id = ?", user)
        self._note(sessions)

    def _in_a_long_transaction(self, user, sessions):
        """Other sessions end meanwhile, and a session whose deletion is rolled back has not ended."""
        with self._database.connect() as connection, connection.cursor() as cursor:
            connection.autocommit = False
            cursor.execute("DELETE FROM sessions WHERE user_id = %s", (user,))
            for _ in range(min(self._rng.randint(1, 4), len(self._users))):
                self._end_next(self._ways[:-1])
            if self._rng.random() < 0.7:
                connection.commit()
                return self._note(sessions)
            connection.rollback()
        return self._all(user, sessions)


@dataclass
class Reader:
    """One service that checks tokens. Again and again it disconnects and goes on at any replica with its cursor."""

    replicas: Sequence[Gatehouse]
    begin: str
    rng: random.Random
    streams: bool
    deadline_s: float
    order: list[Ended] = field(default_factory=list)
    known: list[tuple[float, int]] = field(default_factory=list)  # an `asOf`, and how many had come by then
    last: Ended | None = None  # once it is known what comes last

    def run(self):
        cursor = self.begin
        while self.last is None or self.last not in self.order[-2_000:]:
            assert time.monotonic() < self.deadline_s, f"{self.last} did not come; {len(self.order)} came"
            read = self._read_stream if self.streams else self._poll
            cursor = read(self.rng.choice(self.replicas), cursor)

    def _take(self, news: dict):
        self.order += ended_in(news)
        self.known.append((time_of(news["asOf"]), len(self.order)))

    def _poll(self, program, cursor):
        with program.api() as api:
            for _ in range(self.rng.randint(1, 8)):
                news = page(api, cursor, self.rng.choice([0, 0, 1, 2]))
                self._take(news)
                cursor = news["cursor"]
        return cursor

    def _read_stream(self, program, cursor):
        with EventStream(program, self.begin, last_event_id=cursor) as stream:
            assert stream.answer.status == 200, stream.answer.read()
            for event in itertools.islice(stream.events(), self.rng.randint(1, 12)):
                self._take({"revocations": []} | event.data)
                cursor = event.id or cursor
        return cursor


class Snapshots:
    """Taken now and then, until stop()."""

    def __init__(self, replicas: Sequence[Gatehouse], rng: random.Random):
        self.taken: list[tuple[list[Ended], str]] = []  # what it said, and its cursor
        self.known: list[tuple[float, int]] = []
        self._replicas, self._rng = replicas, rng
        self._stop = threading.Event()

    def run(self):
        self._take()
        while not self._stop.wait(SNAPSHOT_INTERVAL_S * max(1, len(self.taken) / 5)):
            self._take()

    def _take(self):
        with self._rng.choice(self._replicas).api() as api:
            news = snapshot(api)
        self.taken.append((ended_in(news), news["cursor"]))
        self.known.append((time_of(news["asOf"]), len(news["revocations"])))

    def stop(self):
        self._stop.set()


class History:
    """Runs at construction. Everything random comes from the seed."""

    def __init__(self, replicas: Sequence[Gatehouse], database, events: int, seed: int, deadline_s: float):
        self._replicas = replicas
        rngs = (random.Random(f"{seed}/{number}") for number in itertools.count())
        users = list(add_users(database, events // SESSIONS_EACH, SESSIONS_EACH).items())
        with replicas[0].api() as api:
            begin = snapshot(api)["cursor"]
        deadline = time.monotonic() + deadline_s
        self._enders = [Ender(replicas, database, dict(users[i::ENDERS]), next(rngs)) for i in range(ENDERS)]
        self._readers = [Reader(replicas, begin, next(rngs), i % 2 == 1, deadline) for i in range(READERS)]
        self._snapshots = Snapshots(replicas, next(rngs))
        self._run(database)

    def _run(self, database):
        with ThreadPoolExecutor(ENDERS + READERS + 1) as pool:
            others = [pool.submit(one.run) for one in [*self._readers, self._snapshots]]
            endings = [pool.submit(one.run) for one in self._enders]
            try:
                for one in endings:
                    one.result()
                with self._replicas[-1].api() as api:
                    self._last = end_a_session(api, database)
                for reader in self._readers:
                    reader.last = self._last
            except Exception:
                for reader in self._readers:
                    reader.deadline_s = 0
                raise
            finally:
                self._snapshots.stop()
            for one in others:
                one.result()

    def check(self):
        order = self._readers[0].order
        ended_at = {ended: at for ender in self._enders for ended, at in ender.ended_at.items()}
        assert len(order) == len(set(order)), "some came twice"
        assert set(order) == {*ended_at, self._last}, "some are missing, or did not end"
        for reader in self._readers[1:]:
            assert reader.order == order, "two readers saw different orders"
        for one in [*self._readers, self._snapshots]:
            _check_how_new(one.known, [ended_at.get(ended, time.time()) for ended in order])
        for number, (taken, cursor) in enumerate(self._snapshots.taken):
            with self._replicas[number % len(self._replicas)].api() as api:
                rest, _ = read_all(api, cursor)
            assert taken + rest == order, "a snapshot and what follows on it are not everything"


def _check_how_new(known: list[tuple[float, int]], ended_at: list[float]):
    """Everything that a client was told had ended before an `asOf` had come by then."""
    first_after = [float("inf")]
    for at in reversed(ended_at):
        first_after.append(min(at, first_after[-1]))
    for as_of, count in known:
        missing_since = first_after[len(ended_at) - count]
        assert as_of <= missing_since, f"asOf {as_of} lacks what ended at {missing_since}; {count} had come"
