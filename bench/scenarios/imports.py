"""Importing users with hashes, against the least that the databases must do: COPY, and prepared inserts in one transaction;
and wrapping hashes that are quick to guess, against Argon2id alone."""

import csv
import os
import pathlib
import sqlite3
import statistics
import subprocess
import time

from harness import postgres
from harness.gatehouse import API_KEY, BINARY, JWT_SECRET, SESSION_SECRET
from harness.processes import ALL_CORES, SERVER_CORES, pinned
from harness.report import at_least
from scenarios.login import argon2_floor

USERS = 100_000
HASH = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$K13EBUiG7JV+9ZxztmHFTdb7J0WQsnj2V8bZaqyPptE"
COLUMNS = ("email", "first_name", "last_name", "password_hash", "created_at")
CREATED_AT = "2024-05-01T10:30:00Z"


def import_users(options, folder):
    file = pathlib.Path(folder, "users.csv")
    write_users(file)
    rows = []
    for name, load, prepare in (("SQLite", insert_into_sqlite, new_sqlite), ("PostgreSQL", copy_into_postgres, new_postgres)):
        ours, floor = [], []
        for number in range(options.rounds):
            ours.append(rate_of(run, prepare(folder, f"{number}-ours"), "users", "import", file))
            floor.append(rate_of(load, prepare(folder, f"{number}-floor"), file))
        ours, floor = statistics.median(ours), statistics.median(floor)
        peer = "prepared inserts" if name == "SQLite" else "COPY"
        rows.append(at_least(f"imported users a second, {name}", ours, floor, 0.5, (f"{ours:,.0f}", f"{peer} {floor:,.0f}")))
    return rows


def write_users(path):
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows((f"user{n}@example.com", f"First{n}", f"Last{n}", HASH, CREATED_AT) for n in range(USERS))


def wrap_hashes(options, folder):
    ours, floors = [], []
    for number in range(options.rounds):
        floor = argon2_floor(options.seconds)
        users = int(floor * options.seconds)
        url = new_sqlite(folder, f"{number}-wrapping")
        insert_pending(url, users)
        begin = time.perf_counter()
        run(url, "users", "wrap-hashes", cores=ALL_CORES)
        ours.append(users / (time.perf_counter() - begin))
        floors.append(floor)
    ours, floors = statistics.median(ours), statistics.median(floors)
    return [at_least("hashes wrapped a second", ours, floors, 0.9, (f"{ours:,.1f}", f"libsodium alone: {floors:,.1f}/s"))]


def insert_pending(url, count):
    with sqlite3.connect(url.removeprefix("sqlite:")) as database:
        database.executemany("INSERT INTO users (email, first_name, last_name, password_hash, created_at, updated_at) "
                             "VALUES (?1, '', '', '$pending_wrap$md5$$' || ?2, 1714559400000000, 1714559400000000)",
                             ((f"user{n}@example.com", "X03MO1qnZdYdgyfeuILPmQ") for n in range(count)))
    database.close()


def run(url, *arguments, cores=SERVER_CORES):
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": url, "API_KEY": API_KEY, "SESSION_SECRET": SESSION_SECRET,
                   "JWT_SECRET": JWT_SECRET}
    subprocess.run([str(word) for word in (BINARY, *arguments)], env=environment, check=True, capture_output=True,
                   stdin=subprocess.DEVNULL, preexec_fn=pinned(cores))


def new_sqlite(folder, name):
    url = f"sqlite:{folder}/{name}.db"
    run(url, "migrate", "latest")
    return url


def new_postgres(_folder, _name):
    url = postgres.create_database("gatehouse_import")
    run(url, "migrate", "latest")
    return url


def rate_of(load, url, *arguments):
    begin = time.perf_counter()
    load(url, *arguments)
    return USERS / (time.perf_counter() - begin)


def insert_into_sqlite(url, file):
    with sqlite3.connect(url.removeprefix("sqlite:")) as database:
        database.execute("PRAGMA synchronous = FULL")
        with file.open(newline="") as lines:
            database.executemany("INSERT INTO users (email, first_name, last_name, password_hash, created_at, updated_at) "
                                 "VALUES (?1, ?2, ?3, ?4, 1714559400000000, 1714559400000000)", (row[:4] for row in skip_names(lines)))
    database.close()


def skip_names(lines):
    rows = csv.reader(lines)
    next(rows)
    return rows


def copy_into_postgres(url, file):
    columns = ", ".join(COLUMNS)
    subprocess.run(["psql", "-X", "-q", url, "-c", f"\\copy users ({columns}) FROM '{file}' (FORMAT csv, HEADER)"],
                   check=True, capture_output=True, stdin=subprocess.DEVNULL)
