#!/usr/bin/python3
"""Plays one sequence of requests against two builds of the program and compares the answers to the byte.

See README.md beside this file.
"""

import argparse
import contextlib
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "integration")]

from comparing.comparison import compare, statuses  # noqa: E402 the paths come first
from comparing.connection import play  # noqa: E402
from comparing.exchange import Exchange, Side  # noqa: E402
from comparing.masking import Allowance  # noqa: E402
from comparing.plan import Plan  # noqa: E402
from comparing.profiles import Profile, profiles, troubled_exchanges  # noqa: E402
from comparing.programs import serving  # noqa: E402
from comparing.report import Report  # noqa: E402
from comparing.starting_users import insert_starting_users  # noqa: E402
from harness.clusters import Cluster  # noqa: E402
from harness.databases import PostgresDatabase, SqliteDatabase  # noqa: E402


class Databases:
    """Creates a fresh database for each program, all of one kind; for PostgreSQL, on a server started for this run."""

    def __init__(self, kind: str, directory: Path):
        self.kind = kind
        self._directory = directory
        self._cluster = Cluster({"fsync": "off"}).start() if kind == "postgres" else None

    def create(self) -> SqliteDatabase | PostgresDatabase:
        return PostgresDatabase(self._cluster.url) if self._cluster else SqliteDatabase(self._directory)

    def stop_server(self):
        self._cluster.kill()

    def remove(self):
        if self._cluster:
            self._cluster.remove()


class Comparison:
    """Plays each exchange against both sides at the same time, and adds the result to the report."""

    def __init__(self, sides: list[Side], profile: Profile, allowance: Allowance, report: Report):
        self._sides, self._profile, self._allowance, self._report = sides, profile, allowance, report

    def run(self, exchanges: Iterator[Exchange]):
        with ThreadPoolExecutor(len(self._sides)) as pool:
            for exchange in exchanges:
                old, new = pool.map(play, self._sides, [exchange] * 2)
                self._report.count(exchange.label, len(exchange.methods), statuses(exchange.methods, old))
                difference = compare(exchange.label, exchange.methods, old, new, self._allowance)
                if difference is not None:
                    self._report.differences.append((self._profile.name, difference))


def run_profile(profile: Profile, options: argparse.Namespace, databases: Databases, directory: Path, report: Report):
    """Starts both programs, sends them the profile's requests, and stops them."""
    plan = Plan(random.Random(f"{options.seed} {profile.name}"))
    with contextlib.ExitStack() as stack:
        sides = []
        for name in ("old", "new"):
            folder = directory / profile.name.replace(" ", "-") / name
            program = serving(getattr(options, name), folder, databases.create(), profile.settings)
            sides.append(stack.enter_context(program))
            insert_starting_users(sides[-1].database)
        allowance = Allowance(options.allow_code, options.allow_description)
        comparison = Comparison(sides, profile, allowance, report)
        comparison.run(profile.play(plan, int(options.requests * profile.share)))
        if profile.trouble is not None:
            with profile.trouble(sides):
                comparison.run(troubled_exchanges(plan))


def parse_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compares the answers of two builds to the byte.")
    parser.add_argument("old", type=Path, help="the program as it was")
    parser.add_argument("new", type=Path, help="the program as it is now")
    parser.add_argument("--requests", type=int, default=5000, help="how many at least (%(default)s)")
    parser.add_argument("--seed", default="1", help="the same seed gives the same requests (%(default)s)")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--allow-code", action="store_true", help="the new build may add `code` to refusals")
    parser.add_argument("--allow-description", action="store_true", help="/openapi.yaml may have another text")
    options = parser.parse_args(arguments)
    for name in ("old", "new"):
        path = getattr(options, name).resolve()
        if not path.is_file():
            parser.error(f"no program at {path}")
        setattr(options, name, path)
    return options


def main(arguments: list[str]) -> int:
    options = parse_options(arguments)
    report, began = Report(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="gatehouse-compare-") as temporary:
        directory = Path(temporary)
        databases = Databases(options.database, directory)
        try:
            for profile in profiles(options.database, databases.stop_server):
                run_profile(profile, options, databases, directory, report)
        finally:
            databases.remove()
    print(report.text())
    print(f"{options.database}, seed {options.seed}, {time.monotonic() - began:.0f} s")
    return 1 if report.differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
