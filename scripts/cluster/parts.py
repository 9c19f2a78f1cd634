"""The programs that a cluster on one machine is made of: each is a process in the cluster's folder, and ends with this one."""

import contextlib
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO

# Below the ports that the kernel gives to clients.
PORTS = range(15_000, 32_000)
PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
STOP_MAX_S = 30


class Failed(Exception):
    """Something that a cluster needs is not there, or did not happen in time; the text is for people."""


def wait_until(condition, deadline_s: float, what: str, interval_s=0.05):
    """Calls `condition` until it returns something true, and returns that."""
    end = time.monotonic() + deadline_s
    while True:
        is_last = time.monotonic() >= end
        value = condition()
        if value:
            return value
        if is_last:
            raise Failed(f"{what}: not within {deadline_s:.0f} s")
        time.sleep(interval_s)


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody uses, all different."""
    found: list[int] = []
    while len(found) < count:
        port = random.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in found:
                found.append(port)
    return found


def unprivileged() -> list[str]:
    """The beginning of a command that must not run as root: for root, it runs as the user postgres. It dies with this process."""
    as_postgres = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *as_postgres, "--pdeathsig=KILL"]


def make_folder() -> Path:
    """A folder for everything that a cluster writes, which the unprivileged user may use."""
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-cluster."))
    if os.geteuid() == 0:
        entry = pwd.getpwnam("postgres")
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    folder.chmod(0o755)
    return folder


def processes_in(folder: Path) -> list[int]:
    """The processes that work in the folder or below it, as all of a cluster do; PostgreSQL is not a child of what starts it."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if Path(os.readlink(link)).is_relative_to(folder):
                found.append(int(link.parent.name))
    return found


def send(pids: list[int], number: int):
    """Sends a signal to those that still exist."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def remove_folder(folder: Path):
    """Kills the processes that still work in the folder, and deletes it."""

    def is_empty() -> bool:
        send(left := processes_in(folder), signal.SIGKILL)
        return not left

    wait_until(is_empty, STOP_MAX_S, f"the end of what works in {folder}")
    shutil.rmtree(folder, ignore_errors=True)


class Part:
    """One program. `folder` is where it works and logs."""

    def __init__(self, name: str, folder: Path, command: list[str], environment: dict[str, str] | None = None):
        self.name = name
        self._folder = folder
        self._command = [*unprivileged(), *command]
        self._environment = {"PATH": PATH, "HOME": str(folder), "LANG": "C.UTF-8"} | (environment or {})
        self._process: subprocess.Popen | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> Path:
        return self._folder / f"{self.name}.log"

    @property
    def stdin(self) -> IO[bytes]:
        assert self._process is not None
        return self._process.stdin

    def start(self) -> "Part":
        """Starts it in a new session: Ctrl-C reaches only this process, which then stops its parts in order."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=self._folder, env=self._environment,
                start_new_session=True,
            )
        return self

    def check(self):
        """Fails if it has ended by itself."""
        if self._process is not None and self._process.poll() is not None:
            last = "".join(self.log.read_text(errors="replace").splitlines(keepends=True)[-8:])
            raise Failed(f"{self.name} has ended ({self._process.returncode}):\n{last}")

    def stop(self, number=signal.SIGTERM):
        """Stops it, and kills it if that takes too long."""
        if self._process is None:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(STOP_MAX_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
