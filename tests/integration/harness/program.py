"""The real program as a child process: started with given settings, watched by its log, stopped and judged."""

import contextlib
import ctypes
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from .http_client import Api
from .places import SANITIZED, binary
from .waiting import wait_until

API_KEY = "integration-api-key-" + secrets.token_hex(24)
JWT_SECRET = "integration-jwt-" + secrets.token_hex(32)
SESSION_SECRET = "integration-session-" + secrets.token_hex(32)

COMMAND_DEADLINE_S = 300.0  # for a command that hangs; the slowest ones hash
START_DEADLINE_S = 60.0 if SANITIZED else 20.0
STOP_DEADLINE_S = 40.0 if SANITIZED else 20.0
TCP_LISTEN = "0A"
SENT_SIGNALS = (-signal.SIGTERM, -signal.SIGKILL, -signal.SIGINT)
SANITIZER_MARKS = ("AddressSanitizer", "ThreadSanitizer", "LeakSanitizer", "runtime error:")
PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "ASAN_OPTIONS",
    "TSAN_OPTIONS",
    "UBSAN_OPTIONS",
    "LSAN_OPTIONS",
    "LLVM_PROFILE_FILE",
)


def base_settings() -> dict[str, str]:
    """What every test starts with: strong secrets, a free port, no seeds, and long timeouts in case the machine stalls."""
    return {
        "APP_ENV": "test",
        "HOST": "127.0.0.1",
        "PORT": "0",
        "API_KEY": API_KEY,
        "JWT_SECRET": JWT_SECRET,
        "SESSION_SECRET": SESSION_SECRET,
        "HASH_WAIT_MAX": "60s",
        "RATE_LIMIT_BAD_KEY": "off",
        "DB_QUERY_TIMEOUT": "20s",
    }


def environment_of(settings: dict[str, str | None]) -> dict[str, str]:
    """The child's whole environment; a setting of None is left out."""
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment.update({name: value for name, value in settings.items() if value is not None})
    return environment


def run_command(arguments, settings, directory: Path, deadline_s=COMMAND_DEADLINE_S, stdin="") -> subprocess.CompletedProcess:
    """Runs `gatehouse <arguments>` to its end, in its own session as start_command() does."""
    return subprocess.run(
        [str(binary()), *arguments],
        env=environment_of(settings),
        cwd=directory,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=deadline_s,
        check=False,
        start_new_session=True,
    )


def start_command(database, directory: Path, *arguments, **settings) -> subprocess.Popen:
    """Starts `gatehouse <arguments>` in its own session: Linux shares the cores between sessions first, so a command that
    gives itself the lowest priority still gets a share beside the other tests."""
    return subprocess.Popen(
        [str(binary()), *arguments],
        env=environment_of(base_settings() | database.settings() | settings),
        cwd=directory,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


# Puts sockets where sd_listen_fds(3) looks for them, and becomes the program.
HAND_OVER = """
import os, sys
numbers = [int(number) for number in sys.argv[1].split(",")]
copies = [os.dup(number) for number in numbers]
for place, copy in enumerate(copies, 3):
    os.dup2(copy, place)
    os.set_inheritable(place, True)
os.environ |= {"LISTEN_FDS": str(len(copies)), "LISTEN_PID": str(os.getpid())}
os.execv(sys.argv[2], sys.argv[2:])
"""


class Gatehouse:
    """`gatehouse serve` in its own directory. start() and stop() may alternate; the port may change. `handed` are listening
    sockets that it gets as from a service manager; `launcher` is a command that starts it."""

    def __init__(
        self,
        directory: Path,
        settings: dict[str, str | None],
        handed: Sequence[socket.socket] = (),
        launcher: Sequence[str] = (),
    ):
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.settings = settings
        self._handed = [one.fileno() for one in handed]
        self._launcher = list(launcher)
        self.port = 0
        self.process: subprocess.Popen | None = None
        self._stdout = directory / "stdout.jsonl"
        self._stderr = directory / "stderr.txt"
        self._log_start = 0

    def start(self, wait=True) -> "Gatehouse":
        """Starts the program; with `wait`, returns when it serves and its schema is ready."""
        self._log_start = self._stdout.stat().st_size if self._stdout.exists() else 0
        with self._stdout.open("ab") as out, self._stderr.open("ab") as err:
            self.process = subprocess.Popen(
                self._command(),
                env=environment_of(self.settings),
                cwd=self.directory,
                stdout=out,
                stderr=err,
                pass_fds=self._handed,
            )
        if wait:
            self.wait_until_ready()
        return self

    def _command(self) -> list[str]:
        command = [*self._launcher, str(binary()), "serve"]
        if not self._handed:
            return command
        return [sys.executable, "-c", HAND_OVER, ",".join(map(str, self._handed)), *command]

    def wait_until_ready(self):
        """Waits until it serves and its schema is there."""
        self.wait_until_serving()
        wait_until(lambda: self.events("schema_ready"), START_DEADLINE_S, "the schema")

    def wait_until_serving(self):
        def has_started():
            assert self.process.poll() is None, f"the program ended ({self.process.returncode}):\n{self.output()}"
            return self.events("server_started")

        started = wait_until(has_started, START_DEADLINE_S, "the start")
        self.port = int(started[-1]["port"])

    def api(self, key: str | None = None, **options) -> Api:
        return Api(self.port, key or self.settings["API_KEY"], **options)

    def stop(self) -> int:
        """Sends SIGTERM and returns the exit status. Fails if a sanitizer complained."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self._reap()

    def kill(self):
        """Sends SIGKILL, which leaves no chance to finish anything."""
        self.process.kill()
        self._reap()

    def discard(self):
        """Ends the program after a test that is not about shutdown: with SIGKILL, except under a sanitizer, which reports at exit."""
        if self.process is None:
            return
        try:
            if SANITIZED:
                self.stop()
        finally:
            if self.process is not None:
                self.kill()

    def wait(self, deadline_s=STOP_DEADLINE_S) -> int:
        """The exit status of a program that ends by itself."""
        return self.process.wait(deadline_s)

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def log(self) -> list[dict]:
        """The log of this start, a dict for each line. A last line still being written is left out."""
        return [json.loads(line) for line in self.log_bytes().splitlines(keepends=True) if line.endswith(b"\n")]

    def log_bytes(self) -> bytes:
        """The log of this start as it was written."""
        return self._stdout.read_bytes()[self._log_start :]

    def events(self, name: str) -> list[dict]:
        return [line for line in self.log() if line.get("event") == name]

    def output(self) -> str:
        """Everything written so far, to both streams, by all starts."""
        return "".join(path.read_text(errors="replace") for path in (self._stdout, self._stderr) if path.exists())

    @contextlib.contextmanager
    def standing_still(self):
        """While the context is open, the program does nothing, as on a machine that is busy elsewhere."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            wait_until(lambda: self._status("State") == "T", 20, "the standstill")
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def memory_kib(self, field="VmRSS") -> int:
        """Resident memory; `VmHWM` is its highest value so far (proc(5))."""
        return int(self._status(field))

    def catches(self, number: int) -> bool:
        """Whether it has a handler for the signal; until then, the signal would just kill it."""
        return int(self._status("SigCgt"), 16) >> (number - 1) & 1 == 1

    def cpu_s(self) -> float:
        """Processor time of all its threads so far, to the nanosecond (clock_getcpuclockid(3))."""
        clock = ctypes.c_int()
        assert ctypes.CDLL(None).clock_getcpuclockid(self.process.pid, ctypes.byref(clock)) == 0
        return time.clock_gettime(clock.value)

    def open_files(self) -> int:
        return len(self.descriptors())

    def files_besides_database(self) -> int:
        """Descriptors except those of the database, which come and go as the pool and the change feed need them."""
        address = urlsplit(self.settings.get("DATABASE_URL", ""))
        to_server = {f"socket:[{inode}]" for _, remote, _, inode in self._tcp() if remote == address.port}
        path = self.settings.get("SQLITE_PATH", "data/gatehouse.db")
        return sum(target not in to_server and path not in target for target in self.descriptors())

    def connections(self) -> int:
        """Connections of clients that it has accepted and not closed."""
        own = [inode for local, _, state, inode in self._tcp() if local == self.port and state != TCP_LISTEN]
        return sum(inode != "0" for inode in own)

    def descriptors(self) -> list[str]:
        """What each descriptor refers to."""
        targets = []
        for link in Path(f"/proc/{self.process.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                targets.append(os.readlink(link))
        return targets

    def _tcp(self) -> list[tuple[int, int, str, str]]:
        """Local port, remote port, state and inode of every TCP socket (proc(5)); one that no process holds has inode 0."""
        rows = [line.split() for line in Path(f"/proc/{self.process.pid}/net/tcp").read_text().splitlines()[1:]]
        ports = [[int(address.split(":")[1], 16) for address in row[1:3]] for row in rows]
        return [(local, remote, row[3], row[9]) for (local, remote), row in zip(ports, rows, strict=True)]

    def _status(self, field: str) -> str:
        """The first word of a field of proc_pid_status(5)."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return line.split()[1]
        raise AssertionError(f"no {field} in /proc")

    def _reap(self) -> int:
        status = self.process.wait(STOP_DEADLINE_S)
        self.process = None
        errors = self._stderr.read_text(errors="replace")
        assert not any(mark in errors for mark in SANITIZER_MARKS), errors
        assert status >= 0 or status in SENT_SIGNALS, f"the program died of signal {-status}:\n{self.output()}"
        return status
