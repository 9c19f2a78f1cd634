"""What a scenario returns, and how all results are shown, on the terminal and in bench/results.md."""

import datetime
import os
import pathlib
import platform
import subprocess
from dataclasses import dataclass
from typing import Optional

HEADINGS = ("scenario", "Gatehouse", "peer or floor", "ratio", "goal", "met")


@dataclass
class Row:
    scenario: str
    ours: str
    peer: str
    ratio: Optional[float]
    goal: str
    met: bool

    def cells(self):
        ratio = f"{self.ratio:.2f}" if self.ratio is not None else ""
        return (self.scenario, self.ours, self.peer, ratio, self.goal, "yes" if self.met else "NO")


def at_least(scenario, ours, peer, goal, texts):
    """A row whose goal is ours ≥ goal × peer; texts are both numbers as they are shown."""
    ratio = ours / peer
    return Row(scenario, texts[0], texts[1], ratio, f"≥ {goal:.2f} ×", ratio >= goal)


def at_most(scenario, ours, peer, goal, texts):
    ratio = ours / peer
    return Row(scenario, texts[0], texts[1], ratio, f"≤ {goal:.2f} ×", ratio <= goal)


def below(scenario, ours, limit, unit, peer=""):
    """A row whose goal is ours ≤ limit, both in `unit`."""
    return Row(scenario, f"{ours:.3g} {unit}", peer, None, f"≤ {limit:g} {unit}", ours <= limit)


def as_markdown(rows):
    return _table([HEADINGS, *(row.cells() for row in rows)])


# What a machine can carry, by the scenario that says so.
CAPACITY = (
    ("checks of sessions from memory, one io thread", "verify-session, one io thread"),
    ("checks of sessions that ask PostgreSQL, a core each", "verify-session, cache off, PostgreSQL"),
    ("logins and new passwords, all cores", "login"),
    ("refreshes on PostgreSQL", "refresh, PostgreSQL"),
    ("mails, one connection", "mails over one connection"),
    ("memory when idle", "memory, idle"),
    ("memory of a session in the cache", "memory of a cached session"),
)


def capacity_as_markdown(rows):
    """The table of docs/operations.md for this machine; empty if nothing of it was measured."""
    measured = {row.scenario: row.ours for row in rows}
    lines = [(what, measured[scenario]) for what, scenario in CAPACITY if scenario in measured]
    return _table([("what", "how much"), *lines]) if lines else ""


def _table(cells):
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in cells]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines)


NOTES = pathlib.Path(__file__).parents[1] / "notes.md"


def write_results(path, rows, options):
    text = ["# Measurements", "",
            f"By `./dev bench` on {datetime.date.today().isoformat()}: medians of {options.rounds} rounds of {options.seconds} s, "
            "both sides in turn on the same cores.", "", as_markdown(rows), "", "## Capacity", "", capacity_as_markdown(rows), "",
            "## The machine", ""]
    text += [f"- {name}: {value}" for name, value in machine().items()]
    pathlib.Path(path).write_text("\n".join(text) + "\n\n" + NOTES.read_text())


def machine():
    memory_kib = int(pathlib.Path("/proc/meminfo").read_text().split()[1])
    return {
        "processor": f"{_processor()}, {len(os.sched_getaffinity(0))} cores",
        "memory": f"{memory_kib / 1024 / 1024:.0f} GiB",
        "kernel": platform.release(),
        "nginx": _first_line("/usr/sbin/nginx", "-v").removeprefix("nginx version: "),
        "PostgreSQL": _first_line("pgbench", "--version").removeprefix("pgbench (PostgreSQL) "),
        "compiler": _first_line("g++", "--version"),
        "libsodium": _first_line("pkg-config", "--modversion", "libsodium"),
        "commit": _first_line("git", "rev-parse", "--short", "HEAD"),
    }


def _processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _first_line(*command):
    try:
        ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=pathlib.Path(__file__).parent)
    except OSError:
        return "not known"
    return (ended.stdout or ended.stderr or "not known").splitlines()[0]
