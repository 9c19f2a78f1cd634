"""A fresh database for each test, on either engine, and a direct way into it that Gatehouse does not see."""

import os
import sqlite3
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

KINDS = ("sqlite", "postgres")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def postgres_server_url() -> str:
    """The server to create databases in, or a skip."""
    url = os.environ.get("GATEHOUSE_TEST_POSTGRES")
    if not url:
        pytest.skip("GATEHOUSE_TEST_POSTGRES is not set: no PostgreSQL to test with")
    return url


def driver():
    """psycopg2, loaded late so that the SQLite half runs where it is missing."""
    return pytest.importorskip("psycopg2", reason="psycopg2 is not installed: no way to look into PostgreSQL")


class SqliteDatabase:
    """A file of its own. Times are microseconds since 1970."""

    kind = "sqlite"

    def __init__(self, directory: Path):
        self.path = directory / f"{uuid.uuid4().hex}.db"

    def settings(self) -> dict[str, str]:
        return {"SQLITE_PATH": str(self.path)}

    def run(self, sql: str, *parameters) -> int:
        """Runs one statement with `?` placeholders, committed; the number of rows it touched."""
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

    def plan(self, sql: str) -> str:
        """How the engine would run the statement."""
        return "\n".join(row[3] for row in self.rows("EXPLAIN QUERY PLAN " + sql))

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

    def __init__(self, server_url: str):
        self._server_url = server_url
        self.name = f"gatehouse_test_{uuid.uuid4().hex[:16]}"
        self.url = urlunsplit(urlsplit(server_url)._replace(path=f"/{self.name}"))
        self._on_server(f'CREATE DATABASE "{self.name}"')

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

    def insert_users(self, count: int):
        self.run(
            "INSERT INTO users (first_name, last_name, email, created_at, updated_at) "
            "SELECT 'First' || i, 'Last' || i, 'bulk' || i || '@example.com', "
            "to_timestamp(1600000000 + i), to_timestamp(1600000000 + i) FROM generate_series(1, ?) i",
            count,
        )
        self.run("ANALYZE users")

    def plan(self, sql: str) -> str:
        return "\n".join(row[0] for row in self.rows("EXPLAIN " + sql))

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


def _for_psycopg(sql: str, parameters: tuple) -> tuple:
    """psycopg2 spells a placeholder `%s`, and reads `%` only where there are parameters."""
    return (sql.replace("%", "%%").replace("?", "%s"), parameters) if parameters else (sql,)


def create_database(kind: str, directory: Path):
    """A fresh, empty database of the kind; skips where its server is missing."""
    if kind == "sqlite":
        return SqliteDatabase(directory)
    url = postgres_server_url()
    driver()
    return PostgresDatabase(url)
