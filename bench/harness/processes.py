"""Processes of a measurement: started on chosen cores, observed through /proc, ended by their id."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import time

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
STOP_SECONDS = 20

CORES = sorted(os.sched_getaffinity(0))
# The server has one core and the load another; with a single core they share it.
SERVER_CORES = {CORES[0]}
LOAD_CORES = {CORES[-1]}
ALL_CORES = set(CORES)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def pinned(cores):
    """What Popen runs in the child before the program."""
    return lambda: os.sched_setaffinity(0, cores)


def pin_with_children(pid, cores):
    for process in [pid, *children_of(pid)]:
        os.sched_setaffinity(process, cores)


@contextlib.contextmanager
def as_on_another_machine():
    """Meanwhile, this process waits for no other one, like a client that has its own processor. Needs root."""
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def children_of(pid):
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cpu_seconds(pid):
    """User and system time of all its threads so far."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def cpu_time_us(pids):
    """The same for several processes together, in microseconds, for times that are too short to be counted in ticks."""
    tasks = (task for pid in pids for task in pathlib.Path(f"/proc/{pid}/task").iterdir())
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1000


def resident_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"process {pid} has ended")


class Process:
    """A program that runs until stop(), with its output in <folder>/<name>.log."""

    def __init__(self, command, folder, name, environment=None, cores=None):
        self.log = pathlib.Path(folder) / f"{name}.log"
        with self.log.open("ab") as output:
            # pylint: disable-next=consider-using-with
            self._process = subprocess.Popen(
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                preexec_fn=pinned(cores or ALL_CORES))
        self.pid = self._process.pid

    def wait_until(self, is_ready, seconds=30, pause_seconds=0.01):
        """Ends the program if it takes longer, because a constructor that fails leaves nobody to stop it."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"{self._process.args[0]} did not start:\n{self.log.read_text()[-2000:]}")
            time.sleep(pause_seconds)

    def stop(self):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def accepts(port):
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0
