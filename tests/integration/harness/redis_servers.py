"""Redis servers that belong to a test, which may kill them, stop them and ask what they hold."""

import contextlib
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from .clusters import free_port
from .waiting import wait_until

PROGRAM = shutil.which("redis-server")
START_DEADLINE_S = 60.0


class RedisServer:
    """One server on a free port of 127.0.0.1 that keeps nothing on disk. start() and kill() may alternate."""

    def __init__(self, directory: Path, options: dict[str, str] | None = None, sentinel=""):
        if PROGRAM is None:
            pytest.skip("redis-server is not installed")
        self.port = free_port()
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._options = {"save": '""', "appendonly": "no"} | (options or {})
        self._sentinel = sentinel
        self.process: subprocess.Popen | None = None

    def with_option(self, name: str, value: str) -> "RedisServer":
        self._options[name] = value
        return self

    def start(self) -> "RedisServer":
        configuration = self._directory / "redis.conf"
        lines = [f"{name} {value}" for name, value in ({} if self._sentinel else self._options).items()]
        place = [f"bind 127.0.0.1\nport {self.port}\ndir {self._directory}"]
        configuration.write_text("\n".join([*place, *lines, self._sentinel]) + "\n")
        command = [str(PROGRAM), str(configuration), *(["--sentinel"] if self._sentinel else [])]
        with (self._directory / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_until(self._answers, START_DEADLINE_S, "the start of Redis")
        return self

    def _answers(self) -> bool:
        """Any reply counts, even one that refuses the client."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5) as probe:
            probe.sendall(b"PING\r\n")
            return bool(probe.recv(1))
        return False

    def ask(self, *words: str) -> list[str]:
        """The lines that redis-cli prints."""
        command = ["redis-cli", "-h", "127.0.0.1", "-p", str(self.port), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.splitlines()

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    @contextlib.contextmanager
    def standing_still(self):
        """While the context is open, the server takes connections but answers nothing."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)
