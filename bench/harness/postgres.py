"""The PostgreSQL that ./dev bench started: our own databases in it, filled in bulk, and pgbench."""

import os
import pathlib
import re
import subprocess
import time

from harness.processes import LOAD_CORES, pin_with_children, pinned

SERVER_URL = os.environ.get("GATEHOUSE_TEST_POSTGRES", "")

# Ids far above what seeds and logins take.
FIRST_ID = 1_000_001

FILL_USERS = """
INSERT INTO users (id, first_name, last_name, email, password_hash)
SELECT n, 'First' || n, 'Last' || n, 'user' || n || '@example.com', 'no hash'
FROM generate_series({first}, {first} + {users} - 1) n;
"""
# The secret of session N is the one that bench/seal_sessions.cpp computes. Without the first statement, every row would look up its user,
# which exists, and 50 million look-ups take longer than all else.
FILL_SESSIONS = """
SET session_replication_role = replica;
INSERT INTO sessions (id, user_id, expires_at, absolute_expires_at, secret_hash, refresh_generation)
SELECT n, {first} + n % {users}, now() + interval '6 days 23 hours', now() + interval '29 days',
       sha256(substring(sha256(convert_to(n::text, 'UTF8')) FOR 16)), 0
FROM generate_series({first}, {first} + {sessions} - 1) n;
"""


def url_of(database):
    return SERVER_URL.rpartition("/")[0] + "/" + database


def run_sql(database, *statements):
    """Runs the statements one by one. Returns what the last one returns, as psql prints it unaligned."""
    command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", url_of(database)]
    for statement in statements:
        command += ["-c", statement]
    return subprocess.run(command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout.strip()


def create_database(name):
    run_sql("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    return url_of(name)


def fill(database, users, sessions):
    """Adds so many rows to a migrated database, and returns the first and the last id of the sessions."""
    numbers = {"first": FIRST_ID, "users": users, "sessions": sessions}
    run_sql(database, "SET synchronous_commit = off; " + FILL_USERS.format(**numbers) + FILL_SESSIONS.format(**numbers),
            "VACUUM ANALYZE users", "VACUUM ANALYZE sessions", "CHECKPOINT")
    return FIRST_ID, FIRST_ID + sessions - 1


def sequential_scans(database):
    """How many sequential scans of users and sessions there have been so far."""
    time.sleep(1.5)  # Connections report what they did at most once a second.
    return int(run_sql(database, "SELECT sum(seq_scan) FROM pg_stat_user_tables WHERE relname IN ('users', 'sessions')"))


def write_whole_pages(is_on):
    """Whether the first change of a page after a checkpoint writes the whole page to the log. In a table that is large enough nearly every
    change is such a first one, so it would be part of a call's cost there and not in a small table."""
    run_sql("postgres", f"ALTER SYSTEM SET full_page_writes = {'on' if is_on else 'off'}", "SELECT pg_reload_conf()")


def backends(database):
    """The ids of the processes that work for the database's clients."""
    return [int(pid) for pid in run_sql("postgres", f"SELECT pid FROM pg_stat_activity WHERE datname = '{database}'").split()]


def pin_server(cores):
    """Pins the postmaster and its children. Every new backend is a child of the postmaster and takes over its cores."""
    folder = pathlib.Path(run_sql("postgres", "SHOW data_directory"))
    pin_with_children(int((folder / "postmaster.pid").read_text().split()[0]), cores)


def prepare_pgbench(database):
    subprocess.run(["pgbench", "-i", "-q", "-s", "1", url_of(database)], check=True, capture_output=True)


# The rows are those of scale 1.
UPDATE_SCRIPT = """\\set aid random(1, 100000)
UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = :aid;
"""


def run_pgbench(database, seconds, clients):
    """Transactions per second of pgbench's read-only script, prepared."""
    return _run_pgbench(database, seconds, clients, "-S")


def run_pgbench_updates(database, seconds, clients, folder):
    """The same for one update of one row."""
    script = pathlib.Path(folder) / "update.sql"
    script.write_text(UPDATE_SCRIPT)
    return _run_pgbench(database, seconds, clients, "-f", str(script))


def _run_pgbench(database, seconds, clients, *what):
    printed = subprocess.run(
        ["pgbench", "-n", *what, "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(seconds), url_of(database)],
        check=True, capture_output=True, text=True, preexec_fn=pinned(LOAD_CORES)).stdout
    return float(re.search(r"^tps = ([0-9.]+)", printed, re.MULTILINE).group(1))
