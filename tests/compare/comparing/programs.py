"""The two programs: equal settings and secrets, a fresh database each.

Whether a program is ready is asked over HTTP, because two builds need not write the same log.
"""

import contextlib
import http.client
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from harness.clusters import free_port
from harness.program import API_KEY, JWT_SECRET, SESSION_SECRET, environment_of
from harness.waiting import wait_until

from .exchange import Side

START_DEADLINE_S = 60.0
STOP_DEADLINE_S = 40.0
SECOND_API_KEY = f"second-{API_KEY[::-1]}"

# Long deadlines, so that a busy machine changes no answer; one io thread, so that both sides count alike.
SETTINGS = {
    "APP_ENV": "test",
    "LOG_LEVEL": "info",
    "HOST": "127.0.0.1",
    "API_KEY": f"{API_KEY},{SECOND_API_KEY}",
    "JWT_SECRET": JWT_SECRET,
    "SESSION_SECRET": SESSION_SECRET,
    "IO_THREADS": "1",
    "HASH_THREADS": "1",
    "HASH_WAIT_MAX": "60s",
    "DB_QUERY_TIMEOUT": "30s",
    "HEADER_TIMEOUT": "60s",
    "BODY_TIMEOUT": "60s",
    "IDLE_TIMEOUT": "120s",
    "SESSION_CLEANUP_INTERVAL": "1d",
}


@contextlib.contextmanager
def serving(binary: Path, directory: Path, database, settings: dict[str, str]) -> Iterator[Side]:
    """The program on an empty database, ready for requests. At the end it gets a SIGTERM; if it does not stop, it is killed."""
    directory.mkdir(parents=True)
    port = free_port()
    environment = environment_of(SETTINGS | database.settings() | settings | {"PORT": str(port)})
    with (directory / "stdout.jsonl").open("wb") as out, (directory / "stderr.txt").open("wb") as err:
        process = subprocess.Popen([str(binary), "serve"], env=environment, cwd=directory, stdout=out, stderr=err)
    try:
        wait_until(lambda: _is_ready(process, port, directory), START_DEADLINE_S, f"the start of {binary}")
        yield Side(port, database)
        assert process.poll() is None, f"{binary} died: {_output(directory)}"
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_DEADLINE_S)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(STOP_DEADLINE_S)


def _is_ready(process: subprocess.Popen, port: int, directory: Path) -> bool:
    assert process.poll() is None, f"the program ended: {_output(directory)}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _output(directory: Path) -> str:
    return "".join((directory / name).read_text(errors="replace")[-3000:] for name in ("stdout.jsonl", "stderr.txt"))
