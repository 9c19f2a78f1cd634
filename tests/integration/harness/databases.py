"""A fresh database for each test, on either engine, and a direct way into it that Gatehouse does not see."""

import os
import re
import shutil
import sqlite3
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from .places import FULL, SANITIZED

KINDS = ("sqlite", "postgres")
# A sanitizer checks the program's memory and threads, and above the drivers these are the same on both engines. The
# contract tests show it both drivers.
USUAL_KINDS = KINDS if FULL or not SANITIZED else ("postgres",)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def postgres_server_url() -> str:
    """The server to create databases in; skips the test if there is none."""
    url = os.environ.get("GATEHOUSE_TEST_POSTGRES")
    if not url:
        pytest.skip("GATEHOUSE_TEST_POSTGRES is not set: no PostgreSQL to test with")
    return url


def driver():
    """psycopg2, loaded late so that the SQLite half runs without it."""
    return pytest.importorskip("psycopg2", reason="psycopg2 is not installed: no way to look into PostgreSQL")


@dataclass(frozen=True)
class Plan:
    """How an engine runs a statement."""

    whole_scans: list[str | None]  # the index that is scanned from end to end, or None for a table
    sorts: bool
    steps: list  # as the engine reports them, for messages


class SqliteDatabase:
    """One database file. Times are microseconds since 1970."""

    kind = "sqlite"

    def __init__(self, directory: Path):
        self.path = directory / f"{uuid.uuid4().hex}.db"

    def copy(self, directory: Path) -> "SqliteDatabase":
        """Another database with the same content. Nobody may have this one open."""
        self.run("PRAGMA wal_checkpoint(TRUNCATE)")
        made = SqliteDatabase(directory)
        shutil.copy2(self.path, made.path)
        return made

    def settings(self) -> dict[str, str]:
        return {"SQLITE_PATH": str(self.path)}

    def run(self, sql: str, *parameters) -> int:
        """Runs and commits one statement with `?` placeholders; returns the number of rows it touched."""
        connection = self._connect()
        try:
            with connection:
                return connection.execute(sql, parameters).rowcount
        finally:
            connection.close()

    def rows(self, sql: str, *parameters) -> list[tuple]:
        connection = self._connect()
        try:
            return connection.execute(sql, parameters).fetchall()
        finally:
            connection.close()

    def columns(self, table: str) -> set[str]:
        return {row[1] for row in self.rows(f"PRAGMA table_xinfo({table})")}

    def shift(self, table: str, column: str, by: timedelta, where="1 = 1"):
        """Moves a stored time."""
        microseconds = int(by.total_seconds() * 1_000_000)
        assert self.run(f"UPDATE {table} SET {column} = {column} + ({microseconds}) WHERE {where}") > 0

    def moment(self, sql: str) -> datetime:
        """One stored time."""
        return EPOCH + timedelta(microseconds=self.rows(sql)[0][0])

    def has_clients(self) -> bool:
        """Always false: a process that has ended has no file open."""
        return False

    def disarm(self, table: str):
        """Drops the triggers of a table, as its owner can."""
        for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", table):
            self.run(f"DROP TRIGGER {name}")

    def insert_users(self, count: int):
        """`count` users without a usable password, one second apart, straight into the table."""
        self.run(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO users (first_name, last_name, email, created_at, updated_at) "
            "SELECT 'First' || i, 'Last' || i, 'bulk' || i || '@example.com', "
            "1600000000000000 + i * 1000000, 1600000000000000 + i * 1000000 FROM n",
            count,
        )
        self.run("ANALYZE")

    def insert_sessions(self, count: int):
        """`count` sessions, one for each of the first users; a thousand of them have expired."""
        now = int(time.time() * 1_000_000)
        self.run(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
            "INSERT INTO sessions (user_id, secret_hash, created_at, updated_at, expires_at, absolute_expires_at) "
            "SELECT i, zeroblob(32), ?2, ?2, ?2 + (i - 1000) * 1000000, ?2 + 2592000000000 FROM n",
            count,
            now,
        )
        self.run("ANALYZE sessions")

    def insert_audit_events(self, count: int):
        """`count` events, one second apart until now, of a thousand users and of a few types."""
        now = int(time.time() * 1_000_000)
        self.run(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
            "INSERT INTO audit_events (at, type, outcome, actor_kind, actor, user_id) "
            "SELECT ?2 + (i - ?1) * 1000000, 'bulk.' || i % 7, 'ok', 'key', 'API_KEY', i % 1000 FROM n",
            count,
            now,
        )
        self.run("ANALYZE audit_events")

    def plan(self, sql: str, parameter_count: int) -> Plan:
        """How the engine runs a statement with `$1` placeholders, whatever their values are."""
        values = {str(number): None for number in range(1, parameter_count + 1)}
        connection = self._connect()
        try:
            steps = [row[3] for row in connection.execute("EXPLAIN QUERY PLAN " + sql, values)]
        finally:
            connection.close()
        # Rows that the statement itself makes belong to no table; new_session is a view with one such row. An automatic index is built
        # from the whole table for one statement.
        of_no_table = ["CONSTANT ROW", "new_session", *re.findall(r"(\w+)\([\w, ]+\) AS \(", sql), *re.findall(r"\) AS (\w+)", sql)]
        whole = [step for step in steps if re.match(rf"SCAN (?!({'|'.join(of_no_table)})$)|SEARCH .* USING AUTOMATIC ", step)]
        indexes = [re.search(r"^SCAN .* INDEX (\w+)", step) for step in whole]
        return Plan([one.group(1) if one else None for one in indexes], any("TEMP B-TREE" in step for step in steps), steps)

    def drop(self):
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)

    def _connect(self):
        connection = sqlite3.connect(self.path, timeout=20)
        connection.execute("PRAGMA foreign_keys = ON")
        return connection


class PostgresDatabase:
    """A database of its own in a running server."""

    kind = "postgres"

    def __init__(self, server_url: str, template="template1"):
        self._server_url = server_url
        self.name = f"gatehouse_test_{uuid.uuid4().hex[:16]}"
        self.url = urlunsplit(urlsplit(server_url)._replace(path=f"/{self.name}"))
        self._on_server(f'CREATE DATABASE "{self.name}" TEMPLATE "{template}" STRATEGY FILE_COPY')

    def copy(self, _directory: Path) -> "PostgresDatabase":
        """Another database with the same content. Nobody may be connected to this one."""
        return PostgresDatabase(self._server_url, self.name)

    def settings(self) -> dict[str, str]:
        return {"DATABASE_URL": self.url}

    def parts(self):
        """The URL, taken apart."""
        return urlsplit(self.url)

    def run(self, sql: str, *parameters) -> int:
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(*_for_psycopg(sql, parameters))
            return cursor.rowcount

    def rows(self, sql: str, *parameters) -> list[tuple]:
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(*_for_psycopg(sql, parameters))
            return cursor.fetchall()

    def columns(self, table: str) -> set[str]:
        sql = "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = ?"
        return {row[0] for row in self.rows(sql, table)}

    def shift(self, table: str, column: str, by: timedelta, where="1 = 1"):
        interval = f"interval '{by.total_seconds()} seconds'"
        assert self.run(f"UPDATE {table} SET {column} = {column} + {interval} WHERE {where}") > 0

    def moment(self, sql: str) -> datetime:
        return self.rows(sql)[0][0]

    def disarm(self, table: str):
        """Disables the triggers of a table, as its owner can."""
        self.run(f"ALTER TABLE {table} DISABLE TRIGGER USER")

    def has_clients(self) -> bool:
        """Whether others are connected. The server still carries out what a client sent before it ended."""
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        return self.rows(others) != [(0,)]

    def insert_users(self, count: int):
        self.run(
            "INSERT INTO users (first_name, last_name, email, created_at, updated_at) "
            "SELECT 'First' || i, 'Last' || i, 'bulk' || i || '@example.com', "
            "to_timestamp(1600000000 + i), to_timestamp(1600000000 + i) FROM generate_series(1, ?) i",
            count,
        )
        self.run("ANALYZE users")

    def insert_sessions(self, count: int):
        with self.connect() as connection, connection.cursor() as cursor:
            # Without this, every row would look up its user, which exists.
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(
                "INSERT INTO sessions (user_id, secret_hash, created_at, updated_at, expires_at, absolute_expires_at) "
                "SELECT i, sha256(''), now(), now(), now() + (i - 1000) * interval '1 second', now() + interval '30 days' "
                "FROM generate_series(1, %s) i",
                (count,),
            )
            cursor.execute("ANALYZE sessions")

    def insert_audit_events(self, count: int):
        self.run(
            "INSERT INTO audit_events (at, type, outcome, actor_kind, actor, user_id) "
            "SELECT now() - i * interval '1 second', 'bulk.' || i % 7, 'ok', 'key', 'API_KEY', i % 1000 "
            "FROM generate_series(1, ?) AS i",
            count,
        )
        self.run("ANALYZE audit_events")

    def plan(self, sql: str, parameter_count: int) -> Plan:
        values = ", ".join(["NULL"] * parameter_count)
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute("SET plan_cache_mode = force_generic_plan")
            cursor.execute(f"PREPARE one AS {sql}")
            cursor.execute(f"EXPLAIN (FORMAT JSON) EXECUTE one{f'({values})' if values else ''}")
            nodes = list(_nodes_of(cursor.fetchone()[0][0]["Plan"]))
        whole = [node.get("Index Name") for node in nodes if _reads_everything(node)]
        return Plan(whole, any("Sort" in node["Node Type"] for node in nodes), nodes)

    def connect(self):
        """A new autocommit connection that closes when its `with` ends."""
        return _Closing(driver().connect(self.url))

    def drop(self):
        self._on_server(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def _on_server(self, sql: str):
        with _Closing(driver().connect(self._server_url)) as connection, connection.cursor() as cursor:
            cursor.execute(sql)


class _Closing:
    """psycopg2's own `with` ends a transaction; this one ends the connection."""

    def __init__(self, connection):
        connection.autocommit = True
        self._connection = connection

    def __enter__(self):
        return self._connection

    def __exit__(self, *_):
        self._connection.close()


def _nodes_of(node: dict):
    """The nodes of an EXPLAIN plan, flattened, without the index scan that finds a minimum or maximum: it reads one row, for which
    PostgreSQL 17 needs no condition."""
    yield node
    is_extreme = node["Node Type"] == "Limit" and node.get("Parent Relationship") == "InitPlan"
    for child in node.get("Plans", []):
        if not (is_extreme and child["Node Type"].startswith("Index") and "Filter" not in child):
            yield from _nodes_of(child)


def _reads_everything(node: dict) -> bool:
    """A scan that no condition narrows; in an index scan, a filter does not count as one. `leases` has only one row per job."""
    kind = node["Node Type"]
    return kind == "Seq Scan" and node["Relation Name"] != "leases" or (kind.startswith(("Index", "Bitmap Index")) and "Index Cond" not in node)


def _for_psycopg(sql: str, parameters: tuple) -> tuple:
    """psycopg2 spells a placeholder `%s`, and interprets `%` only if there are parameters."""
    return (sql.replace("%", "%%").replace("?", "%s"), parameters) if parameters else (sql,)


def create_database(kind: str, directory: Path):
    """A fresh, empty database of the kind; skips the test if its server is missing."""
    if kind == "sqlite":
        return SqliteDatabase(directory)
    url = postgres_server_url()
    driver()
    return PostgresDatabase(url)
