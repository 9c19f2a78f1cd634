"""Load by wrk: the same script, connections and core for every program."""

import json
import pathlib
import subprocess
from dataclasses import dataclass

from harness.processes import LOAD_CORES, cpu_seconds, pinned

SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "post.lua"


@dataclass
class Result:
    requests_per_second: float
    requests: int
    p99_ms: float
    cpu_us_per_request: float  # of the process that was loaded
    busy: float  # the fraction of one core that it used


def write_requests(folder, name, lines):
    """Each line is a JSON body, or "Bearer " and a token, or "Cookie " and cookies."""
    path = pathlib.Path(folder) / name
    path.write_text("\n".join(lines) + "\n")
    return path


def write_bodies(folder, name, bodies):
    return write_requests(folder, name, [json.dumps(body) for body in bodies])


def start_wrk(url, requests, api_key, seconds, connections, cores=None):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(SCRIPT), url, "--",
               str(requests), api_key]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            preexec_fn=pinned(cores or LOAD_CORES))


def read_wrk(wrk):
    """Waits for its end and returns (requests, seconds, p99 in ms). Fails if an answer was not 2xx or a connection was lost."""
    output = wrk.communicate()[0]
    line = next((line for line in output.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        raise RuntimeError(f"wrk failed:\n{output}")
    requests, duration_us, refused, broken, p99_us = map(int, line.split()[1:])
    if not requests:
        raise RuntimeError("no request was answered in time: the machine is too slow for so short a measurement (--seconds)")
    if refused or broken:
        raise RuntimeError(f"of {requests} requests {refused} were refused and {broken} lost")
    return requests, duration_us / 1e6, p99_us / 1e3


def measure(server_pid, url, requests_file, api_key, seconds, connections, cores=None):
    cpu_before = cpu_seconds(server_pid)
    requests, elapsed, p99_ms = read_wrk(start_wrk(url, requests_file, api_key, seconds, connections, cores))
    cpu = cpu_seconds(server_pid) - cpu_before
    return Result(requests / elapsed, requests, p99_ms, cpu / requests * 1e6, cpu / elapsed)
