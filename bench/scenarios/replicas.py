"""Three replicas on one PostgreSQL: whether each costs what one costs alone, as docs/scaling.md assumes."""

import statistics
from contextlib import ExitStack
from dataclasses import dataclass

from harness import postgres
from harness.gatehouse import API_KEY, EMAIL, PASSWORD, Gatehouse, log_in
from harness.load import read_wrk, start_wrk, write_bodies
from harness.processes import ALL_CORES, cpu_seconds
from harness.report import at_most

REPLICAS = 3
SESSIONS = 64
CONNECTIONS = 8
GOAL = 1.2


def three_replicas(options, folder):
    url = postgres.create_database("bench_three")
    with ExitStack() as started:
        replicas = []
        for number in range(REPLICAS):
            replicas.append(Gatehouse(folder, url, name=f"replica-{number}", io_threads=1))
            started.callback(replicas[-1].stop)
        client = replicas[0].client()
        sessions = [{"session": log_in(client)["session"]} for _ in range(SESSIONS)]
        checks = ("/user-auth/verify-session", write_bodies(folder, "checks", sessions))
        logins = ("/user-auth", write_bodies(folder, "logins", [{"email": EMAIL, "password": PASSWORD}]))
        one, three = replicas[:1], replicas
        rounds = [Round(one, three, checks, logins, options.seconds) for _ in range(options.rounds)]
    return [row("a check, three replicas", "one replica", rounds, "check"), row("a login, three replicas", "one replica", rounds, "login"),
            row("a second of both, three replicas", "from the costs of each alone", rounds, "both")]


class Round:
    """Processor time in microseconds, each as (measured on three replicas, what one alone predicts): of a check, of a login, and of a
    second of both at once."""

    def __init__(self, one, three, checks, logins, seconds):
        check, login = cost(one, [checks], seconds), cost(one, [logins], seconds)
        self.check = (cost(three, [checks], seconds).each(0), check.each(0))
        self.login = (cost(three, [logins], seconds).each(0), login.each(0))
        both = cost(three, [checks, logins], seconds)
        foretold = both.requests[0] * check.each(0) + both.requests[1] * login.each(0)
        self.both = (both.cpu_us / seconds, foretold / seconds)


@dataclass
class Cost:
    """What some replicas spent, and how many requests of each kind they answered."""

    cpu_us: float
    requests: list[int]

    def each(self, kind):
        return self.cpu_us / self.requests[kind]


def cost(replicas, kinds, seconds):
    """The cost while each replica gets all kinds of requests at the same time."""
    before = sum(cpu_seconds(replica.pid) for replica in replicas)
    loads = [[start_wrk(replica.url(path), bodies, API_KEY, seconds, CONNECTIONS, ALL_CORES) for replica in replicas]
             for path, bodies in kinds]
    requests = [sum(read_wrk(load)[0] for load in same) for same in loads]
    return Cost((sum(cpu_seconds(replica.pid) for replica in replicas) - before) * 1e6, requests)


def row(what, peer, rounds, kind):
    measured, foretold = (statistics.median(values) for values in zip(*(getattr(one, kind) for one in rounds)))
    return at_most(f"CPU of {what}", measured, foretold, GOAL, (f"{measured:,.1f} µs", f"{peer}: {foretold:,.1f} µs"))
