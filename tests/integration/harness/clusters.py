"""PostgreSQL clusters and poolers that belong to a test: it may kill them, speak TLS to them or put a pooler in between."""

import contextlib
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from .waiting import wait_until

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
# Below the ports that the kernel assigns to clients and to sockets that ask for any port (ip(7), ip_local_port_range).
PORTS = range(15_000, 32_000)
# They tell other test processes that a port is taken, for as long as this process lives.
_claims: list[socket.socket] = []
SETTINGS = {"shared_buffers": "32MB", "max_connections": "100", "recovery_init_sync_method": "syncfs"}


def free_port() -> int:
    """A free port that nobody else gets before it is used, or while its user is down."""
    while True:
        port, claim = random.choice(PORTS), socket.socket(socket.AF_UNIX)
        with socket.socket() as probe, contextlib.suppress(OSError):
            claim.bind(f"\0gatehouse test port {port}")
            probe.bind(("127.0.0.1", port))
            _claims.append(claim)
            return port
        claim.close()


def as_unprivileged(command: list[str]) -> list[str]:
    """PostgreSQL and PgBouncer refuse to run as root, so root runs them as the user postgres."""
    return (
        ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *command] if os.geteuid() == 0 else command
    )


def give_away(path: Path):
    """Makes the unprivileged user the owner of a file or folder."""
    if os.geteuid() == 0:
        entry = pwd.getpwnam("postgres")
        os.chown(path, entry.pw_uid, entry.pw_gid)


class Cluster:
    """One PostgreSQL server with its own data directory, listening on 127.0.0.1 only. With `primary` it is a standby, which
    copies that server and follows it (streaming replication) until promote()."""

    def __init__(self, settings: dict[str, str] | None = None, primary: "Cluster | None" = None, port=0, encoding="UTF8"):
        if not BINARIES:
            pytest.skip("no PostgreSQL server programs below /usr/lib/postgresql")
        self.port = port or free_port()
        self.root = Path(tempfile.mkdtemp(prefix="gatehouse-cluster-"))
        self.root.chmod(0o755)
        give_away(self.root)
        self.data = self.root / "data"
        self._settings = SETTINGS | (settings or {})
        self._process: subprocess.Popen | None = None
        if primary is None:
            new = ["-U", "postgres", "--auth=trust", "--no-sync", "-E", encoding, "--locale=C"]
            self._run("initdb", "-D", str(self.data), *new)
        else:
            source = ["-h", "127.0.0.1", "-p", str(primary.port), "-U", "postgres"]
            self._run("pg_basebackup", "-D", str(self.data), *source, "--write-recovery-conf", "--checkpoint=fast", "--no-sync")

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> "Cluster":
        options = [text for name, value in self._settings.items() for text in ("-c", f"{name}={value}")]
        where = ["-D", str(self.data), "-p", str(self.port), "-k", str(self.root), "-h", "127.0.0.1"]
        with (self.root / "log").open("ab") as log:
            command = as_unprivileged([str(BINARIES[0] / "postgres"), *where, *options])
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.root)
        wait_until(self.answers, 60, "the cluster's start")
        return self

    def is_running(self) -> bool:
        return self._process is not None

    def answers(self) -> bool:
        command = [str(BINARIES[0] / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0

    def promote(self):
        """Makes a standby a primary, which takes writes."""
        self._run("pg_ctl", "promote", "-D", str(self.data), "--wait")

    def kill(self):
        """SIGKILL to the postmaster and its children: nothing is flushed, connections drop."""
        # Stopped first, so that it has no new child that is missing from the list.
        self._process.send_signal(signal.SIGSTOP)
        children = self._children()
        self._process.kill()
        self._signal(children, signal.SIGKILL)
        self._process.wait(20)
        wait_until(lambda: self._states(children) <= {"Z"}, 20, "the end of the cluster's processes")
        self._process = None
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    @contextlib.contextmanager
    def silent(self):
        """While the context is open, every process is stopped: connections stay open, the kernel takes new ones, none answers."""
        self._process.send_signal(signal.SIGSTOP)
        children = self._children()
        self._signal(children, signal.SIGSTOP)
        try:
            wait_until(lambda: self._states([self._process.pid, *children]) <= {"T", "Z"}, 20, "the silence")
            yield
        finally:
            self._signal(children, signal.SIGCONT)
            self._process.send_signal(signal.SIGCONT)

    def write(self, name: str, text: str, mode=0o600) -> Path:
        """A file in the data directory, readable by the server."""
        path = self.data / name
        path.write_text(text)
        path.chmod(mode)
        give_away(path)
        return path

    def remove(self):
        if self._process is not None:
            self.kill()
        shutil.rmtree(self.root, ignore_errors=True)

    def _children(self) -> list[int]:
        command = ["ps", "-o", "pid=", "--ppid", str(self._process.pid)]
        return [int(pid) for pid in subprocess.run(command, capture_output=True, check=False).stdout.split()]

    def _states(self, pids: list[int]) -> set[str]:
        """The states of those that still exist: R or S, T (stopped), Z (zombie)."""
        command = ["ps", "-o", "stat=", "-p", ",".join(map(str, pids))]
        listed = subprocess.run(command, capture_output=True, text=True, check=False)
        return {state[0] for state in listed.stdout.split()}

    def _signal(self, pids: list[int], number: int):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _run(self, program: str, *arguments: str):
        command = as_unprivileged([str(BINARIES[0] / program), *arguments])
        result = subprocess.run(command, capture_output=True, text=True, cwd=self.root, check=False)
        assert result.returncode == 0, result.stderr


class Bouncer:
    """PgBouncer in front of one server, in transaction mode or another one."""

    def __init__(self, server_host: str, server_port: int, pool_size=4, mode="transaction"):
        program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
        if program is None:
            pytest.skip("pgbouncer is not installed")
        self.port = free_port()
        self.root = Path(tempfile.mkdtemp(prefix="gatehouse-bouncer-"))
        give_away(self.root)
        users = self.root / "users.txt"
        users.write_text('"postgres" ""\n')
        configuration = self.root / "pgbouncer.ini"
        configuration.write_text(
            "[databases]\n"
            f"* = host={server_host} port={server_port} user=postgres\n"
            "[pgbouncer]\n"
            "listen_addr = 127.0.0.1\n"
            f"listen_port = {self.port}\n"
            "unix_socket_dir =\n"
            "auth_type = any\n"
            f"auth_file = {users}\n"
            f"pool_mode = {mode}\n"
            f"default_pool_size = {pool_size}\n"
            "max_client_conn = 200\n"
            "ignore_startup_parameters = extra_float_digits\n"
        )
        for path in (users, configuration):
            give_away(path)
        with (self.root / "log").open("ab") as log:
            command = as_unprivileged([program, str(configuration)])
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/")
        wait_until(self._listens, 20, "the pooler's start")

    def remove(self):
        self._process.kill()
        self._process.wait(20)
        shutil.rmtree(self.root, ignore_errors=True)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
