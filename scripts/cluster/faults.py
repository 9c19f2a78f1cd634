"""The ways in which a cluster loses its leader, and how the old leader comes back."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg2

from .parts import wait_until
from .whole import Cluster, Node

PROMOTION_MAX_S = 120


@dataclass(frozen=True)
class Fault:
    """`strike` takes the leader away, `mend` brings its machine back."""

    name: str
    strike: Callable[[Cluster, Node], object]
    mend: Callable[[Cluster, Node], object]


def switch_over(_: Cluster, leader: Node):
    """Asks Patroni for the same as `patronictl switchover`."""
    body = {"leader": f"node-{leader.number}"}

    def is_done() -> bool:
        return leader.ask("/switchover", "POST", body, PROMOTION_MAX_S) == 200

    wait_until(is_done, PROMOTION_MAX_S, "the switchover")


FAULTS = {
    fault.name: fault
    for fault in (
        Fault("killed", lambda _, leader: leader.kill(), lambda _, leader: leader.patroni.start()),
        Fault("stopped", lambda _, leader: leader.freeze(), lambda _, leader: leader.thaw()),
        Fault("cut off", lambda cluster, leader: cluster.cut(leader), lambda cluster, leader: cluster.heal(leader)),
        Fault("switched over", switch_over, lambda *_: None),
    )
}


class Watch:
    """Asks each server every 10 ms whether it has been promoted."""

    def __init__(self, nodes: list[Node]):
        self._stop = threading.Event()
        self._promoted: list[float] = []
        self._threads = [threading.Thread(target=self._run, args=(node,)) for node in nodes]

    def __enter__(self) -> "Watch":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, node: Node):
        with contextlib.suppress(psycopg2.Error), contextlib.closing(node.connect()) as connection, connection.cursor() as cursor:
            while not self._stop.wait(0.01):
                cursor.execute("SELECT pg_is_in_recovery()")
                if cursor.fetchone() == (False,):
                    self._promoted.append(time.monotonic())
                    return

    def wait(self) -> float:
        """Waits for the first promotion and returns its moment."""
        wait_until(lambda: self._promoted, PROMOTION_MAX_S, "the promotion of another server", 0.01)
        return min(self._promoted)
