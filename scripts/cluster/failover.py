"""Takes the leader away again and again while people use Gatehouse, and reports what that cost them."""

import math
import threading
import time
from dataclasses import dataclass, field

from .faults import FAULTS, Fault, Watch
from .load import Client, Crowd, Ledger, Probe
from .parts import Failed, wait_until
from .whole import Cluster

PEOPLE = 6
AFTERWARDS_S = 3.0  # how long the old leader stays away once the new one serves, and how long it is then watched
RECOVERY_MAX_S = 120
SHOWN_MAX = 20


@dataclass
class Times:
    """The times of one fault, in seconds since it struck: the promotion, and the first good login by each way to PostgreSQL."""

    promoted: list[float] = field(default_factory=list)
    good: dict[str, list[float]] = field(default_factory=dict)


def percentile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(len(ordered) * part) - 1)]


class Failover:
    """A cluster under load, and the ledger of all rounds."""

    def __init__(self, cluster: Cluster):
        self._cluster = cluster
        self.ledger = Ledger()
        self._probed = {replica.way: replica for replica in reversed(cluster.replicas)}
        self._key = cluster.keys.api_key
        ports = [replica.port for replica in cluster.replicas]
        self._crowd = Crowd(PEOPLE, ports, self._key, self.ledger)
        Client(ports[0], self._key, self.ledger).create_user("probe@example.com")

    def run(self, fault: Fault, times: Times):
        """Once; the cluster is whole before, and its replicas are ready afterwards."""
        wait_until(self._cluster.is_whole, RECOVERY_MAX_S, "two servers that follow the leader")
        leader = self._cluster.leader()
        others = [node for node in self._cluster.nodes if node is not leader]
        probes = {way: Probe(replica.port, self._key, self.ledger, "probe@example.com") for way, replica in self._probed.items()}
        with self._crowd, Watch(others) as watch:
            self._be_busy(1.0)
            for probe in probes.values():
                probe.__enter__()
            try:
                self._begin(f"leader {fault.name}")
                struck = time.monotonic()
                fault.strike(self._cluster, leader)
                promoted = watch.wait()
                good = {way: self._first_good(probe, promoted) for way, probe in probes.items()}
            finally:
                for probe in probes.values():
                    probe.__exit__()
            self._begin(f"after leader {fault.name}")
            self._be_busy(AFTERWARDS_S)
            self._begin(f"old leader back after {fault.name}")
            fault.mend(self._cluster, leader)
            self._be_busy(AFTERWARDS_S)
        times.promoted.append(promoted - struck)
        for way, moment in good.items():
            times.good.setdefault(way, []).append(moment - struck)
        wait_until(self._cluster.is_ready, RECOVERY_MAX_S, "three ready replicas")
        self._crowd.audit()

    def _begin(self, phase: str):
        """Sets the phase that the ledger names with each entry."""
        self.ledger.phase = phase

    def _first_good(self, probe: Probe, promoted: float) -> float:
        """A server that is no longer the leader answers no login, so a login answered now was written by the new leader."""
        return wait_until(lambda: probe.first_good_after(promoted), RECOVERY_MAX_S, "a good login after the promotion", 0.01)

    def _be_busy(self, seconds: float):
        threading.Event().wait(seconds)
        self._cluster.check()


def table(results: dict[str, Times]) -> str:
    """A line for each fault, p50 and p99 in seconds, as docs/operations.md shows it."""
    ways = sorted({way for times in results.values() for way in times.good})
    names = ["leader", "times", "promoted", *(f"first good login, {way}" for way in ways)]
    lines = ["| " + " | ".join(names) + " |", "| --- |" + " --- |" * (len(names) - 1)]
    for name, times in results.items():
        cells = [pair(times.promoted), *(pair(times.good[way]) for way in ways)]
        lines.append("| " + " | ".join([name, str(len(times.promoted)), *cells]) + " |")
    return "\n".join(lines)


def pair(values: list[float]) -> str:
    return f"{percentile(values, 0.5):.1f}; {percentile(values, 0.99):.1f}"


def run(cluster: Cluster, names: list[str], count: int) -> int:
    """Returns the exit status: 1 if anything was lost, stale, hung or wrong."""
    failover = Failover(cluster)
    results = {name: Times() for name in names}
    try:
        for turn in range(count):
            for name in names:
                failover.run(FAULTS[name], results[name])
                show_turn(turn + 1, name, results[name])
    except Failed as failure:
        failover.ledger.blame("wrong", str(failure))
    if all(times.promoted for times in results.values()):
        print(table(results))
    show_ledger(failover.ledger)
    return 1 if any(failover.ledger.faults.values()) else 0


def show_ledger(ledger: Ledger):
    names = {"lost": "acknowledged writes lost", "stale": "ended sessions answered valid", "hung": "requests that hung", "wrong": "wrong answers"}
    print("; ".join(f"{name}: {len(ledger.faults[kind])}" for kind, name in names.items()))
    answers = ", ".join(f"{status}: {number}" for status, number in sorted(ledger.answers.items()))
    print(f"answers by status: {answers}; the slowest took {ledger.slowest_s:.1f} s")
    for kind, sentences in ledger.faults.items():
        for sentence in sentences[:SHOWN_MAX]:
            print(f"{kind}: {sentence}")


def show_turn(turn: int, name: str, times: Times):
    waits = ", ".join(f"{way} {values[-1]:.1f} s" for way, values in sorted(times.good.items()))
    print(f"{turn}. leader {name}: promoted after {times.promoted[-1]:.1f} s, first good login: {waits}", flush=True)
