"""People who log in, are checked, change their names and log out all the time, and a ledger of what must not happen to them."""

import http.client
import itertools
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

PASSWORD = "correct horse battery staple"
# A login asks the database twice, each time for at most DB_QUERY_TIMEOUT (5 s), and computes a hash in between.
HANG_S = 15.0
GIVE_UP_S = 30.0
# The other replicas hear of a logout after its answer, within milliseconds; a busy machine takes longer.
HEARD_MAX_S = 0.5
PAUSE_S = 0.02
KEPT_MAX = 20


@dataclass(frozen=True)
class Ended:
    """A session whose logout was acknowledged, how, and when (time.monotonic())."""

    session: str
    how: str
    moment: float


@dataclass
class Ledger:
    """What must not happen, each as a sentence: `lost`, something acknowledged; `stale`, an ended session that was still good; `hung`;
    `wrong`, any other answer. Also how many requests got which status; 0 means no answer."""

    faults: dict[str, list[str]] = field(default_factory=lambda: {"lost": [], "stale": [], "hung": [], "wrong": []})
    answers: Counter = field(default_factory=Counter)
    slowest_s: float = 0.0
    phase: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, call: str, status: int, seconds: float):
        with self._lock:
            self.answers[status] += 1
            self.slowest_s = max(self.slowest_s, seconds)
            if seconds > HANG_S:
                self.blame("hung", f"{call}: {status} after {seconds:.1f} s")
            if status not in (0, 200, 201, 401, 503):
                self.blame("wrong", f"{call}: {status}")

    def blame(self, kind: str, sentence: str):
        self.faults[kind].append(f"{sentence} ({self.phase})")


class Client:
    """One connection to one replica. Belongs to one thread."""

    def __init__(self, port: int, key: str, ledger: Ledger, name=""):
        self.name = name
        self._port, self._key, self._ledger = port, key, ledger
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: dict | None = None) -> tuple[int, dict]:
        begin = time.monotonic()
        try:
            status, answer = self._exchange(method, path, body)
        except (OSError, http.client.HTTPException):
            self.close()
            status, answer = 0, {}
        self._ledger.note(f"{method} {path}", status, time.monotonic() - begin)
        return status, answer

    def _exchange(self, method, path, body) -> tuple[int, dict]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=GIVE_UP_S)
        headers = {"X-API-Key": self._key} | ({"Content-Type": "application/json"} if body is not None else {})
        self._connection.request(method, path, body=None if body is None else json.dumps(body), headers=headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.will_close:
            self.close()
        return answer.status, json.loads(text) if text else {}

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def log_in(self, email: str) -> tuple[int, str]:
        status, answer = self.ask("POST", "/user-auth", {"email": email, "password": PASSWORD})
        return status, answer.get("session", "")

    def verify(self, session: str) -> int:
        return self.ask("POST", "/user-auth/verify-session", {"session": session})[0]

    def log_out(self, session: str) -> int:
        return self.ask("POST", "/user-auth/logout", {"session": session})[0]

    def create_user(self, email: str) -> int:
        user = {"first_name": "n0", "last_name": "Load", "email": email, "password": PASSWORD}
        status, answer = self.ask("POST", "/users", user)
        if status != 201:
            raise RuntimeError(f"no user could be made: {status} {answer}")
        return answer["user"]["id"]


class Person:
    """One user, whom only one thread changes, so that it knows what must be there. Logs in at `home`; everything else goes to any
    of the replicas."""

    def __init__(self, name: str, home: int, ports: list[int], key: str, ledger: Ledger):
        self._email = f"{name}@example.com"
        self._clients = [Client(port, key, ledger, f"gatehouse-{n}") for n, port in enumerate(ports, 1)]
        self._home = self._clients[home]
        self._ledger = ledger
        self._id = self._home.create_user(self._email)
        self._attempted = 0
        self._acknowledged = 0
        self._alive: list[str] = []
        self._ended: list[Ended] = []

    def _any(self) -> Client:
        return random.choice(self._clients)

    def live(self, stop: threading.Event):
        steps = [self._log_in, self._check, self._change_name, self._read_name, self._log_out, self._check_ended]
        for step in itertools.cycle(steps):
            if stop.is_set():
                return
            try:
                if step() != 200:
                    stop.wait(PAUSE_S)
            except Exception as failure:  # noqa: BLE001: nobody else would see it
                self._ledger.blame("wrong", repr(failure))

    def _log_in(self) -> int:
        status, session = self._home.log_in(self._email)
        if status == 200:
            self._alive.append(session)
        elif status == 401:
            self._ledger.blame("wrong", f"{self._email} could not log in")
        return status

    def _check(self) -> int:
        if not self._alive:
            return 200
        status = self._any().verify(random.choice(self._alive))
        if status == 401:
            self._ledger.blame("lost", f"a session of {self._email}")
        return status

    def _change_name(self) -> int:
        self._attempted += 1
        status, _ = self._any().ask("PUT", f"/users/{self._id}", {"first_name": f"n{self._attempted}"})
        if status == 200:
            self._acknowledged = self._attempted
        return status

    def _read_name(self) -> int:
        client = self._any()
        status, user = client.ask("GET", f"/users/{self._id}")
        if status == 200 and int(user["first_name"][1:]) < self._acknowledged:
            self._ledger.blame("lost", f"a name of {self._email}: {user['first_name']} at {client.name}, not n{self._acknowledged}")
        return status

    def _log_out(self) -> int:
        """Only now and then, so that some sessions survive the failover; a session whose end is not certain is forgotten."""
        if len(self._alive) < KEPT_MAX and random.random() < 0.5:
            return 200
        if not self._alive:
            return 200
        session = self._alive.pop(random.randrange(len(self._alive)))
        client = self._any()
        begin = time.monotonic()
        status = client.log_out(session)
        if status == 200:
            now = time.monotonic()
            how = f"ended by {client.name} in {now - begin:.2f} s, {self._ledger.phase}"
            self._ended = [*self._ended[-KEPT_MAX:], Ended(session, how, now)]
        return status

    def _check_ended(self) -> int:
        """Checks the session that ended last, and a random one."""
        for ended in [*self._ended[-1:], *random.sample(self._ended, min(1, len(self._ended)))]:
            self._expect_ended(self._any(), ended)
        return 200

    def _expect_ended(self, client: Client, ended: Ended):
        age = time.monotonic() - ended.moment
        if client.verify(ended.session) == 200 and age > HEARD_MAX_S:
            self._ledger.blame("stale", f"a session of {self._email}, {ended.how}, is good at {client.name} {age:.1f} s later")

    def audit(self):
        """After the failover: the acknowledged name is there, and what ended has ended at every replica."""
        self._read_name()
        for client in self._clients:
            for ended in self._ended:
                self._expect_ended(client, ended)
            for session in self._alive:
                if (status := client.verify(session)) != 200:
                    self._ledger.blame("lost", f"a session of {self._email}: {status} afterwards")


class Crowd:
    """Several people at the same time, whose homes are the replicas in turn."""

    def __init__(self, count: int, ports: list[int], key: str, ledger: Ledger):
        self._people = [Person(f"person-{n}", n % len(ports), ports, key, ledger) for n in range(count)]
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> "Crowd":
        self._stop.clear()
        self._threads = [threading.Thread(target=person.live, args=(self._stop,)) for person in self._people]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def audit(self):
        for person in self._people:
            person.audit()


class Probe:
    """Logs in at one replica every 100 ms, whether or not the earlier logins have been answered."""

    def __init__(self, port: int, key: str, ledger: Ledger, email: str):
        self._port, self._key, self._ledger, self._email = port, key, ledger, email
        self._stop = threading.Event()
        self._good: list[float] = []
        self._threads: list[threading.Thread] = []
        self._metronome = threading.Thread(target=self._run)

    def __enter__(self) -> "Probe":
        self._metronome.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._metronome.join()
        for thread in self._threads:
            thread.join()

    def _run(self):
        while not self._stop.wait(0.1):
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            thread = threading.Thread(target=self._log_in_once)
            thread.start()
            self._threads.append(thread)

    def _log_in_once(self):
        client = Client(self._port, self._key, self._ledger)
        status, _ = client.log_in(self._email)
        if status == 200:
            self._good.append(time.monotonic())
        client.close()

    def first_good_after(self, moment: float) -> float | None:
        return min((good for good in list(self._good) if good >= moment), default=None)
