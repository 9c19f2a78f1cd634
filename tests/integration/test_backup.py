"""`gatehouse backup` and `gatehouse restore`: what comes back, and what is refused."""

import contextlib
import itertools
import os
import re
import signal
import stat
from pathlib import Path

import pytest

from harness.accounts import create_user, is_alive, log_in, log_out, try_log_in
from harness.databases import create_database
from harness.program import base_settings, run_command, start_command
from harness.storm import History, Noted, Storm
from harness.waiting import wait_until

PATIENCE_S = 60

ON_SQLITE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize("kind", ["postgres"], indirect=True)


def succeeded(result):
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def refused(result, reason):
    assert result.returncode == 1, result.stdout + result.stderr
    assert reason in result.stderr
    return result.stderr


def users(database):
    return [row[0] for row in database.rows("SELECT email FROM users ORDER BY id")]


def add_user(database, name):
    """Inserts a user straight into the table, whatever the version of the schema."""
    now = "CURRENT_TIMESTAMP" if database.kind == "postgres" else "1600000000000000"
    database.run(
        f"INSERT INTO users (first_name, last_name, email, created_at, updated_at) VALUES ('A', 'B', ?, {now}, {now})",
        f"{name}@example.com",
    )


def leftovers(tmp_path):
    return [path.name for path in tmp_path.iterdir() if ".part-" in path.name]


@pytest.fixture
def fresh(kind, tmp_path):
    """A second database, with nothing in it."""
    created = create_database(kind, tmp_path)
    yield created
    created.drop()


@pytest.fixture
def backup(command, tmp_path):
    """A backup of `database` as it is when the fixture is called."""

    def make(name="a.backup"):
        succeeded(command("backup", name))
        return tmp_path / name

    return make


class Moment:
    """What a storm had acknowledged at one moment."""

    def __init__(self, storm):
        noted = storm.noted
        self._storm = storm
        self._created, self._deleted = list(noted.created), list(noted.deleted)
        self._opened, self._ended = list(noted.opened), list(noted.ended)
        self._renamed = [history.acknowledged for history in noted.names]

    def assert_kept(self, api):
        """Later writes may be there as well: each name may have any later value. Passwords are left out, because trying many
        locks the account."""
        kept = Storm.__new__(Storm)
        names = [
            History(history.user, list(history.values), acknowledged)
            for history, acknowledged in zip(self._storm.noted.names, self._renamed, strict=True)
        ]
        kept.noted = Noted(created=self._created, deleted=self._deleted, opened=self._opened, ended=self._ended, names=names)
        kept.assert_kept(api)


def test_backup_under_load_has_every_write_acknowledged_before_it(start, command, database, fresh, tmp_path):
    program = start()
    storm = Storm(program)
    moments = []

    def strike():
        moments.append(Moment(storm))
        said = succeeded(command("backup", "under-load.backup"))
        assert re.search(r"Wrote under-load\.backup: \d+ bytes, \d+ users, migrated to \d{8}_\d{3}_\w+", said), said

    storm.run_until(strike)
    assert program.stop() == 0

    settings = base_settings() | fresh.settings()
    succeeded(run_command(["restore", "under-load.backup", "--yes"], settings, tmp_path))
    with start(**fresh.settings()).api() as api:
        moments[0].assert_kept(api)
        create_user(api)


def test_backup_is_private_and_replaces_a_file_only_by_force(command, database, tmp_path):
    path = tmp_path / "a.backup"
    path.write_text("precious")
    refused(command("backup", "a.backup"), "a.backup exists; --force replaces it. No backup was written")
    assert path.read_text() == "precious"
    said = succeeded(command("backup", "a.backup", "--force"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert f"{path.stat().st_size} bytes, 0 users" in said
    assert leftovers(tmp_path) == []


def test_backup_into_a_missing_folder_is_refused(command, tmp_path):
    refused(command("backup", "missing/a.backup"), "cannot write to missing: No such file or directory")


def test_backup_in_the_place_of_a_folder_or_a_link_is_refused(command, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("/dev/null")
    for name in ("folder", "link"):
        refused(command("backup", name, "--force"), f"{name} is not a regular file. No backup was written")
    assert (tmp_path / "link").is_symlink()


def test_restore_brings_back_what_was_there(command, database, backup):
    add_user(database, "before")
    path = backup()
    add_user(database, "after")
    said = succeeded(command("restore", path.name, "--yes"))
    assert "Start the service now" in said and "valid again until they expire" in said
    assert users(database) == ["before@example.com"]
    assert succeeded(command("migrate", "status"))


def test_restore_asks_first(command, database, backup):
    path = backup()
    add_user(database, "after")
    said = refused(command("restore", path.name), "Nothing was done; add --yes to do it")
    assert "replaces the whole database with the backup, which has 0 users" in said
    assert users(database) == ["after@example.com"]


def test_restore_of_a_database_in_use_is_refused(start, command, database, backup):
    path = backup()
    program = start()
    with program.api() as api:
        email = create_user(api)["email"]
        said = refused(command("restore", path.name, "--yes"), "The database is in use; stop the service first")
        assert "gatehouse" in said and said.endswith("The database is unchanged\n")
        assert api.get("/users").json()[0]["email"] == email


@pytest.mark.parametrize("content", [b"", b"not a backup\n" * 100, b"SQLite format 3\0" + b"x" * 8192, b"PGDMP" + b"x" * 8192])
def test_restore_of_what_is_no_backup_is_refused(command, database, tmp_path, content):
    (tmp_path / "wrong.backup").write_bytes(content)
    refused(command("restore", "wrong.backup", "--yes"), "The database is unchanged")
    assert users(database) == []
    assert leftovers(tmp_path) == []


def test_restore_of_a_missing_file_is_refused(command):
    refused(command("restore", "missing.backup", "--yes"), "missing.backup cannot be read: No such file or directory")


def test_restore_of_a_damaged_backup_changes_nothing(command, database, backup, tmp_path):
    database.insert_users(2000)
    path = backup()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    refused(command("restore", path.name, "--yes"), "The database is unchanged")
    assert len(users(database)) == 2000
    assert leftovers(tmp_path) == []


def test_restore_of_a_backup_of_the_other_database_is_refused(command, kind, tmp_path):
    other = create_database("postgres" if kind == "sqlite" else "sqlite", tmp_path)
    try:
        settings = base_settings() | other.settings()
        succeeded(run_command(["migrate", "latest"], settings, tmp_path))
        succeeded(run_command(["backup", "other.backup"], settings, tmp_path))
    finally:
        other.drop()
    refused(command("restore", "other.backup", "--yes"), "but the settings name a")


def test_restore_of_a_newer_schema_is_refused(command, database, backup):
    now = "CURRENT_TIMESTAMP" if database.kind == "postgres" else "0"
    database.run(f"INSERT INTO gatehouse_migrations (name, batch, applied_at) VALUES ('29991231_001_later', 9, {now})")
    path = backup()
    database.run("DELETE FROM gatehouse_migrations WHERE name = '29991231_001_later'")
    refused(command("restore", path.name, "--yes"), "was made by a newer Gatehouse: this one does not know its migration 29991231_001_later")


def test_backup_of_an_older_schema_comes_back_and_is_migrated(start, command, database, backup):
    """Tables and columns that the backup lacks are removed, so that the migrations can make them again."""
    names = [row[0] for row in database.rows("SELECT name FROM gatehouse_migrations ORDER BY name")]
    older = names[: names.index("20261126_011_add_disabled_at") + 1]
    succeeded(command("migrate", "rollback", "--yes", "--to", older[-1]))
    add_user(database, "before")
    path = backup()
    succeeded(command("migrate", "latest"))
    succeeded(command("restore", path.name, "--yes"))
    assert [row[0] for row in database.rows("SELECT name FROM gatehouse_migrations ORDER BY name")] == older
    with start().api() as api:
        assert [user["email"] for user in api.get("/users").json()] == ["before@example.com"]
    assert [row[0] for row in database.rows("SELECT name FROM gatehouse_migrations ORDER BY name")] == names


@pytest.mark.parametrize("ends_sessions", [False, True])
def test_sessions_that_ended_since_the_backup_are_ended_again_on_request(start, command, backup, ends_sessions):
    program = start()
    with program.api() as api:
        session = log_in(api, create_user(api)["email"])["session"]
        path = backup()
        assert log_out(api, session).status == 200
    assert program.stop() == 0
    said = succeeded(command("restore", path.name, "--yes", *["--end-sessions"] * ends_sessions))
    assert ("All sessions were ended" in said) == ends_sessions
    with start().api() as api:
        assert is_alive(api, session) != ends_sessions


@pytest.mark.parametrize("ends_sessions", [False, True])
def test_link_that_was_used_since_the_backup_works_again_unless_sessions_are_ended(start, command, backup, ends_sessions):
    program = start()
    with program.api() as api:
        user = create_user(api)
        assert api.post(f"/users/{user['id']}/require-password-change").status == 200
        reset = {"token": try_log_in(api, user["email"]).json()["resetToken"], "password": "another horse battery"}
        path = backup()
        assert api.post("/user-auth/reset-password", reset).status == 200
    assert program.stop() == 0
    said = succeeded(command("restore", path.name, "--yes", *["--end-sessions"] * ends_sessions))
    assert ("mailed links are void" in said) == ends_sessions
    with start().api() as api:
        assert api.post("/user-auth/reset-password", reset).status == (401 if ends_sessions else 200)


@contextlib.contextmanager
def locked_users(database):
    """While the context is open, pg_dump waits for the table."""
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        yield
        cursor.execute("ROLLBACK")


@ON_SQLITE
def test_interrupted_backup_of_a_file_leaves_nothing(database, tmp_path):
    """Signals come at every stage; a file that has its final name is complete."""
    database.insert_users(100_000)
    for number in itertools.count():
        path = tmp_path / f"{number}.backup"
        process = start_command(database, tmp_path, "backup", path.name)
        # The signal comes later each time, until it is too late.
        wait_until(lambda: leftovers(tmp_path) or process.poll() is not None, PATIENCE_S, "the beginning")
        size = number * 4_000_000
        wait_until(lambda: process.poll() is not None or part_bytes(tmp_path) >= size, PATIENCE_S, "the next stage")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)
        code = process.returncode
        assert leftovers(tmp_path) == []
        assert path.exists() == (code == 0)
        if code == 0:
            break


def part_bytes(tmp_path):
    total = 0
    for path in tmp_path.glob("*.part-*"):
        with contextlib.suppress(FileNotFoundError):  # published meanwhile
            total += path.stat().st_size
    return total


@ON_POSTGRES
def test_interrupted_pg_dump_leaves_nothing(database, tmp_path):
    with locked_users(database):
        process = start_command(database, tmp_path, "backup", "a.backup")
        waiting = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database.name}' AND wait_event_type = 'Lock'"
        wait_until(lambda: database.rows(waiting)[0][0] > 0, PATIENCE_S, "pg_dump")
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=PATIENCE_S)[1]
    assert process.returncode == 1
    assert "interrupted. No backup was written" in said
    assert leftovers(tmp_path) == [] and not (tmp_path / "a.backup").exists()


@ON_POSTGRES
def test_password_is_in_no_line_and_no_argument(database, tmp_path):
    """The server asks for no password, and so takes any."""
    url = database.url.replace("@", ":canary@")
    with locked_users(database):
        process = start_command(database, tmp_path, "backup", "a.backup", DATABASE_URL=url)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        words = []

        def is_dumping():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a child that has ended
                for child in children.read_text().split():
                    words[:] = Path(f"/proc/{child}/cmdline").read_text().split("\0")
            return "--format=custom" in words

        wait_until(is_dumping, PATIENCE_S, "pg_dump")
    said = "".join(process.communicate(timeout=PATIENCE_S))
    assert process.returncode == 0
    assert "pg_dump --format=custom --file=" in said
    assert not any("canary" in word for word in [said, *words])


@ON_POSTGRES
def test_pg_dump_that_is_missing_or_too_old_is_named(command, tmp_path):
    missing = refused(command("backup", "a.backup", PATH=str(tmp_path)), "pg_dump was not found")
    assert "postgresql-client" in missing
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    old.chmod(0o755)
    refused(command("backup", "a.backup", PATH=f"{tmp_path}:{os.environ['PATH']}"), "pg_dump 9 is older than the server, which is PostgreSQL")
    assert not (tmp_path / "a.backup").exists()


@ON_POSTGRES
def test_restore_that_the_server_refuses_changes_nothing(command, database, backup):
    """A table that is not Gatehouse's references users, so that users cannot be dropped."""
    add_user(database, "before")
    path = backup()
    add_user(database, "after")
    database.run("CREATE TABLE badges (user_id bigint REFERENCES users (id))")
    said = refused(command("restore", path.name, "--yes"), "psql")
    assert "badges" in said and "The database is unchanged" in said
    assert users(database) == ["before@example.com", "after@example.com"]


@ON_SQLITE
def test_log_beside_a_backup_is_refused(command, database, backup, tmp_path):
    """Somebody copied the files of a database that was in use."""
    path = backup()
    (tmp_path / f"{path.name}-wal").write_bytes(b"x")
    refused(command("restore", path.name, "--yes"), f"{path.name}-wal exists")


@ON_SQLITE
def test_log_of_a_database_that_is_gone_is_not_played_into_the_backup(command, database, backup):
    path = backup()
    log = database.path.with_name(database.path.name + "-wal")
    log.write_bytes(b"x")
    database.path.unlink()
    refused(command("restore", path.name, "--yes"), "was left by another database; move it away and try again")
    assert not database.path.exists()


@ON_SQLITE
def test_writes_of_a_killed_service_do_not_get_into_the_restored_database(start, command, database, backup):
    program = start()
    with program.api() as api:
        before = create_user(api)["email"]
        path = backup()
        create_user(api)
    program.kill()
    assert database.path.with_name(database.path.name + "-wal").stat().st_size > 0
    succeeded(command("restore", path.name, "--yes"))
    assert users(database) == [before]


@ON_SQLITE
def test_backup_of_a_missing_database_is_refused(command, tmp_path):
    refused(command("backup", "a.backup", SQLITE_PATH=str(tmp_path / "none.db")), "does not exist, so there is nothing to back up")
    assert not (tmp_path / "none.db").exists()


@pytest.mark.empty_database
@ON_POSTGRES
def test_backup_of_an_empty_database_is_refused(command):
    refused(command("backup", "a.backup"), "does not contain a Gatehouse database")
