"""A whole cluster: three PostgreSQL servers under Patroni, etcd, HAProxy, Redis, and three replicas of Gatehouse."""

import contextlib
import http.client
import itertools
import json
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2

from . import settings
from .parts import PATH, Failed, Part, free_ports, make_folder, processes_in, remove_folder, send, wait_until
from .settings import NODES, NodePorts, Pace

START_MAX_S = 180
STEP_S = 3.0
PORTS_NEEDED = 5 + NODES * 6
NETWORK = Path(__file__).with_name("network.py")


def program(name: str) -> str:
    found = shutil.which(name, path=PATH)
    if found is None:
        raise Failed(f"{name} is not installed")
    return found


def postgres_binaries() -> Path:
    """The folder of the programs of the newest installed version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parents[1].name))
    if not found:
        raise Failed("there is no PostgreSQL server in /usr/lib/postgresql")
    return found[-1].parent


class Node:
    """One PostgreSQL server and its Patroni."""

    def __init__(self, number: int, ports: NodePorts, pace: Pace, folder: Path):
        self.number = number
        self.ports = ports
        self._data = folder / f"node-{number}"
        configuration = folder / f"patroni-{number}.json"
        configuration.write_text(json.dumps(settings.patroni(number, ports, pace, folder, postgres_binaries())))
        self.patroni = Part(f"patroni-{number}", folder, [program("patroni"), str(configuration)])

    def ask(self, path: str, method="GET", body: dict | None = None, timeout_s=STEP_S) -> int:
        """The status that Patroni's REST interface answers with; 0 if it does not answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ports.rest, timeout=timeout_s)
        try:
            connection.request(method, path, body=json.dumps(body) if body else None)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def is_leader(self) -> bool:
        return self.ask("/primary") == 200

    def may_succeed(self) -> bool:
        """Whether it is on record as the server that has every acknowledged write; no other one may become the leader."""
        return self.ask("/synchronous") == 200

    def connect(self):
        """A direct connection, which a cut of the network does not affect."""
        waits = f"connect_timeout=2 options='-c statement_timeout={int(STEP_S * 1000)}'"
        made = psycopg2.connect(f"host=127.0.0.1 port={self.ports.postgres} user=postgres dbname=postgres {waits}")
        made.autocommit = True
        return made

    def synchronous_followers(self) -> tuple[int, int]:
        """How many follow it, and how many of them it waits for."""
        with contextlib.suppress(psycopg2.Error), contextlib.closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT count(*), count(*) FILTER (WHERE sync_state = 'sync') FROM pg_stat_replication WHERE state = 'streaming'")
            return cursor.fetchone()
        return 0, 0

    def processes(self) -> list[int]:
        """Patroni and every process of PostgreSQL."""
        return [self.patroni.pid, *processes_in(self._data)]

    def kill(self):
        """Kills everything, as if the machine lost its power."""
        while len(left := self.processes()) > 1:
            send(left, signal.SIGKILL)
        self.patroni.stop(signal.SIGKILL)
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def freeze(self):
        send(self.processes(), signal.SIGSTOP)
        send(self.processes(), signal.SIGSTOP)  # what was forked meanwhile

    def thaw(self):
        send(self.processes(), signal.SIGCONT)


def is_ready_at(port: int) -> bool:
    """Whether the Gatehouse that this port leads to is ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=STEP_S)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class Replica:
    """One replica of Gatehouse."""

    def __init__(self, number: int, port: int, way: str, part: Part):
        self.number = number
        self.port = port
        self.way = way  # by which it reaches PostgreSQL
        self.part = part

    def is_ready(self) -> bool:
        return is_ready_at(self.port)


class Cluster:
    """Started by start(), and gone after stop(). `with_network` puts links that can be cut between its machines."""

    def __init__(self, binary: Path, pace=Pace(), with_network=False):
        self.folder = make_folder()
        self.keys = settings.Secrets()
        self._with_network = with_network
        ports = iter(free_ports(PORTS_NEEDED))
        self.etcd_port, self._etcd_peer, self.redis_port, self.writer_port, self.front_port = (next(ports) for _ in range(5))
        self.nodes = [self._make_node(number, ports, pace) for number in range(1, NODES + 1)]
        self.replicas = self._make_replicas(binary, ports)
        self._etcd = self._make_etcd()
        self._network = self._make_network()
        self._redis = Part("redis", self.folder, [
            program("redis-server"), "--bind", "127.0.0.1", "--port", str(self.redis_port), "--dir", str(self.folder), "--save", "",
        ])
        self._haproxy = self._make_haproxy()

    def _make_node(self, number: int, ports: Iterator[int], pace: Pace) -> Node:
        postgres, rest = next(ports), next(ports)
        public = [next(ports) for _ in range(3)] if self._with_network else [postgres, rest, self.etcd_port]
        return Node(number, NodePorts(postgres, rest, *public), pace, self.folder)

    def _make_replicas(self, binary: Path, ports: Iterator[int]) -> list[Replica]:
        """The first reaches PostgreSQL by HAProxy, the others by the list of servers."""
        replicas = []
        shutil.copy(binary, self.folder / "gatehouse")  # where the unprivileged user may read it
        for number, port in enumerate(itertools.islice(ports, NODES), 1):
            way = "HAProxy" if number == 1 else "host list"
            database = settings.through_haproxy(self.writer_port) if number == 1 else settings.through_list(self._ports())
            environment = settings.gatehouse(port, database, self.redis_port, self.keys)
            part = Part(f"gatehouse-{number}", self.folder, [str(self.folder / "gatehouse"), "serve"], environment)
            replicas.append(Replica(number, port, way, part))
        return replicas

    def _make_etcd(self) -> Part:
        clients, peers = f"http://127.0.0.1:{self.etcd_port}", f"http://127.0.0.1:{self._etcd_peer}"
        return Part("etcd", self.folder, [
            program("etcd"), "--enable-v2", "--data-dir", str(self.folder / "etcd"), "--name", "one",
            "--listen-client-urls", clients, "--advertise-client-urls", clients,
            "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", f"one={peers}",
        ])

    def _make_network(self) -> Part | None:
        if not self._with_network:
            return None
        links = []
        for node in self.nodes:
            ports = node.ports
            pairs = [(ports.public_postgres, ports.postgres), (ports.public_rest, ports.rest), (ports.etcd, self.etcd_port)]
            links += [f"{source}:{target}:{node.number}" for source, target in pairs]
        readable = shutil.copy(NETWORK, self.folder)  # the unprivileged user may read it, unlike a clone in somebody's home
        return Part("network", self.folder, [sys.executable, str(readable), *links])

    def _make_haproxy(self) -> Part:
        configuration = self.folder / "haproxy.cfg"
        configuration.write_text(
            settings.haproxy(self.writer_port, self.front_port, self._ports(), [replica.port for replica in self.replicas])
        )
        return Part("haproxy", self.folder, [program("haproxy"), "-db", "-f", str(configuration)])

    def _ports(self) -> list[NodePorts]:
        return [node.ports for node in self.nodes]

    def parts(self) -> list[Part]:
        """In the order in which they start."""
        first = [self._etcd, self._redis] + ([self._network] if self._network else [])
        return [*first, *(node.patroni for node in self.nodes), self._haproxy, *(replica.part for replica in self.replicas)]

    def check(self):
        """Fails if a part has ended by itself."""
        for part in self.parts():
            part.check()

    def start(self):
        for part in self.parts():
            if part is self._haproxy:
                self._wait(self.is_whole, "three PostgreSQL servers, one of them followed by two")
                self._create_database()
            part.start()
        self._wait(self.is_ready, "three ready replicas of Gatehouse, and HAProxy before them")

    def _wait(self, condition, what: str):
        def holds():
            for part in self.parts():
                part.check()
            return condition()

        wait_until(holds, START_MAX_S, what)

    def _create_database(self):
        with contextlib.closing(self.leader().connect()) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE gatehouse")

    def leader(self) -> Node:
        return wait_until(lambda: next((node for node in self.nodes if node.is_leader()), None), START_MAX_S, "a leader")

    def is_whole(self) -> bool:
        """Whether the two others follow one leader, one of them synchronously. Patroni 4 puts that on record later than it happens."""
        leaders = [node for node in self.nodes if node.is_leader()]
        follow = len(leaders) == 1 and leaders[0].synchronous_followers() == (NODES - 1, 1)
        return follow and any(node.may_succeed() for node in self.nodes)

    def is_ready(self) -> bool:
        return all(replica.is_ready() for replica in self.replicas) and is_ready_at(self.front_port)

    def cut(self, node: Node):
        self._tell_network(f"cut {node.number}")

    def heal(self, node: Node):
        self._tell_network(f"heal {node.number}")

    def _tell_network(self, command: str):
        assert self._network is not None
        self._network.stdin.write(command.encode() + b"\n")
        self._network.stdin.flush()

    def stop(self):
        """Leaves nothing behind, so only Gatehouse gets time to finish; the rest is killed."""
        for replica in self.replicas:
            replica.part.stop()
        for part in reversed(self.parts()):
            part.stop(signal.SIGKILL)
        remove_folder(self.folder)
