"""The filter of breached passwords: building it, its size, and looking a password up."""

import resource
import statistics
import subprocess
from pathlib import Path

from harness.gatehouse import BINARY, BUILD
from harness.processes import SERVER_CORES, pinned
from harness.report import Row, below

LINES = 10_000_000
LOOKUPS = 2_000_000
LINES_PER_SECOND_MIN = 1.5e6


def breach_filter(options, folder):
    source, target = Path(folder, "hashes.txt"), Path(folder, "breached.filter")
    write_list(source)
    rates, lookups_ns = [], []
    for _ in range(options.rounds):
        before = cpu_seconds_of_children()
        run(BINARY, "passwords", "build-filter", source, target)
        rates.append(LINES / (cpu_seconds_of_children() - before))
        lookups_ns.append(float(run(BUILD / "bench" / "bench_filter_lookup", target, LOOKUPS)))
    rate = statistics.median(rates)
    return [
        Row("lines a second of CPU into a breach filter", f"{rate / 1e6:.2f} M/s", f"{LINES / 1e6:.0f} M lines", None,
            f"≥ {LINES_PER_SECOND_MIN / 1e6:g} M/s", rate >= LINES_PER_SECOND_MIN),
        below("breach filter, bytes a password", target.stat().st_size / LINES, 2.3, "bytes"),
        below("breach filter, lookup in memory", statistics.median(lookups_ns) / 1e3, 1, "µs", "with its SHA-1"),
    ]


def write_list(path):
    """Writes hashes that are evenly spread, like real ones, and sorted."""
    step = (1 << 64) // LINES
    with path.open("w") as file:
        for start in range(0, LINES, 100_000):
            file.writelines(f"{number * step:016X}{'0' * 24}:7\r\n" for number in range(start, start + 100_000))


def run(*command):
    words = [str(word) for word in command]
    return subprocess.run(words, check=True, capture_output=True, text=True, preexec_fn=pinned(SERVER_CORES)).stdout


def cpu_seconds_of_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
