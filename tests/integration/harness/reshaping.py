"""Shared by the tests of `gatehouse db partition` and `gatehouse db unpartition`, whatever the table."""

import signal
import threading
from pathlib import Path

from .accounts import create_user
from .databases import PostgresDatabase
from .program import start_command
from .waiting import wait_until

PATIENCE_S = 120


def succeeded(result):
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def refused(result, reason):
    assert result.returncode == 1, result.stdout + result.stderr
    assert reason in result.stderr
    return result.stderr


def one(database, sql):
    return database.rows(sql)[0][0]


class Reshaped:
    """A table in a database. `stem` begins the names of what belongs to its copy, `name` that of its lease."""

    def __init__(self, database: PostgresDatabase, table: str, stem: str, name: str):
        self.database, self.table, self.stem, self.name = database, table, stem, name

    def partitions(self):
        return one(self.database, f"SELECT count(*) FROM pg_inherits WHERE inhparent = '{self.table}'::regclass")

    def has_copy(self):
        made = f"('{self.stem}_copy', '{self.table}_next', '{self.table}_old')"
        return one(self.database, f"SELECT count(*) > 0 FROM pg_class WHERE relname IN {made}")

    def shape(self):
        """What users of the table see of it, however it is stored."""
        database, table = self.database, self.table
        return {
            "columns": database.rows(
                "SELECT attname, format_type(atttypid, atttypmod), attnotnull, attidentity, pg_get_expr(adbin, adrelid) "
                "FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum "
                f"WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
            ),
            "indexes": [
                row[0].replace(" ON ONLY ", " ON ")
                for row in database.rows(
                    f"SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = '{table}'::regclass AND NOT indisprimary ORDER BY 1"
                )
            ],
            "constraints": database.rows(
                "SELECT conname, CASE contype WHEN 'p' THEN 'its key' ELSE pg_get_constraintdef(oid) END "
                f"FROM pg_constraint WHERE conrelid = '{table}'::regclass ORDER BY 1"
            ),
            "triggers": database.rows(
                f"SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = '{table}'::regclass AND NOT tgisinternal ORDER BY 1"
            ),
            "sequence": one(database, f"SELECT pg_get_serial_sequence('{table}', 'id')"),
            "owner": one(database, f"SELECT relowner::regrole::text FROM pg_class WHERE oid = '{table}'::regclass"),
            "options": database.rows(
                f"SELECT DISTINCT reloptions FROM pg_class WHERE relkind = 'r' AND (oid = '{table}'::regclass "
                f"OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = '{table}'::regclass))"
            ),
        }

    def kill_in_the_middle(self, directory: Path, arguments):
        """Runs `gatehouse db …` as a separate process, blocks it in the middle of the copy and kills it there."""

        def is_in_the_middle():
            position = f"SELECT EXISTS (SELECT FROM {self.stem}_copy WHERE last_id > 0 AND last_id < target_id)"
            return self.has_copy() and one(self.database, position)

        with self.database.connect() as connection, connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(f"SELECT FROM {self.table} WHERE id = (SELECT max(id) FROM {self.table}) FOR UPDATE")
            with start_command(self.database, directory, *arguments) as process:
                wait_until(is_in_the_middle, PATIENCE_S, "a copy that is half made")
                process.send_signal(signal.SIGKILL)
        wait_until(lambda: not self.database.has_clients(), PATIENCE_S, "the end of what it had sent")
        # The lease would expire by itself, but only ten seconds later.
        self.database.run("DELETE FROM leases WHERE name = ?", f"{self.name} partitioning")


class Guests:
    """Users who come and go, one per thread: each calls visit() again and again, until the first failure, which is kept."""

    def __init__(self, program):
        self.visits = 0
        self.failures: list[str] = []
        self._program = program
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._come_and_go) for _ in range(3)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE_S)

    def visit(self, api, user):
        raise NotImplementedError

    def wait_for_more(self, count=4):
        wanted = self.visits + count
        wait_until(lambda: self.failures or self.visits >= wanted, PATIENCE_S, "visits")
        assert self.failures == []

    def _come_and_go(self):
        try:
            with self._program.api() as api:
                user = create_user(api)
                while not self._stop.is_set():
                    self.visit(api, user)
                    with self._lock:
                        self.visits += 1
        except Exception as failure:  # noqa: BLE001 whatever a client meets is a failure of the service
            self.failures.append(repr(failure))
