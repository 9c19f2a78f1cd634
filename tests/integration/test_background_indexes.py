"""Indexes that an upgrade leaves to the service, which builds them while it serves. On SQLite the migration builds them."""

import contextlib

import pytest

from harness.accounts import create_user, log_in
from harness.databases import driver
from harness.program import run_command
from harness.waiting import wait_until

pytestmark = [pytest.mark.empty_database, pytest.mark.parametrize("kind", ["postgres"], indirect=True)]

PATIENCE_S = 60
BEFORE = "20261129_001"
INDEXES = {f"users_{what}_prefix_index" for what in ("email_key", "last_name", "first_name")}
MADE = "SELECT relname, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relname LIKE '%_prefix_index'"
UNDER_WAY = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND state = 'active'"
OUTLASTING = f"{UNDER_WAY} AND now() - query_start > interval '4 seconds'"


def valid(database):
    return {name for name, is_valid in database.rows(MADE) if is_valid}


@pytest.fixture
def upgraded(command, database):
    """A database with users, upgraded from the version before the indexes by `migrate latest`."""
    for arguments in (["latest"], ["rollback", "--yes", "--to", BEFORE]):
        assert command("migrate", *arguments).returncode == 0
    assert not database.rows(MADE)
    database.insert_users(1_000)
    plan = command("migrate", "plan")
    assert "later, while the service runs:  users: SHARE UPDATE EXCLUSIVE, read in full" in plan.stdout, plan.stderr
    assert command("migrate", "latest").returncode == 0
    assert not database.rows(MADE)
    return database


@contextlib.contextmanager
def open_transaction(database):
    """A transaction that may have written to users; building an index has to wait for it."""
    with contextlib.closing(driver().connect(database.url)) as connection, connection.cursor() as cursor:
        cursor.execute("LOCK TABLE users IN ROW EXCLUSIVE MODE")
        yield
        connection.rollback()


def logged(programs):
    return "".join(program.output() for program in programs)


def doctor(program, folder):
    return run_command(["doctor"], program.settings, folder).stdout


def test_new_database_has_them_at_once(command, database):
    assert command("migrate", "latest").returncode == 0
    assert valid(database) == INDEXES


def test_service_goes_on_while_it_makes_them(start, upgraded, command, tmp_path):
    assert "indexes: not built yet: users_email_key_prefix_index" in command("doctor").stdout
    with open_transaction(upgraded):
        program = start()
        wait_until(lambda: upgraded.rows(UNDER_WAY), PATIENCE_S, "the beginning of an index")
        with program.api() as api:
            log_in(api, create_user(api)["email"])
        assert valid(upgraded) == set()
    wait_until(lambda: valid(upgraded) == INDEXES, PATIENCE_S, "the indexes")
    wait_until(lambda: logged([program]).count("index_made") == len(INDEXES), PATIENCE_S, "what the log says of them")
    assert "indexes: all exist" in doctor(program, tmp_path)


def test_index_takes_longer_than_a_query_may(start, upgraded):
    """On a large table, building an index takes minutes, and it waits for every transaction that was open when it began."""
    with open_transaction(upgraded):
        start(DB_QUERY_TIMEOUT="2s", DB_LOCK_TIMEOUT="100ms")
        begun = wait_until(lambda: upgraded.rows(UNDER_WAY), PATIENCE_S, "the beginning of an index")
        wait_until(lambda: upgraded.rows(OUTLASTING) == begun, PATIENCE_S, "the same making for longer than that")
    wait_until(lambda: valid(upgraded) == INDEXES, PATIENCE_S, "the indexes")


def test_what_was_begun_and_not_finished_is_made_anew(start, upgraded):
    with open_transaction(upgraded):
        program = start()
        [(backend,)] = wait_until(lambda: upgraded.rows(UNDER_WAY), PATIENCE_S, "the beginning of an index")
        wait_until(lambda: upgraded.rows(MADE), PATIENCE_S, "an index that is not valid")
        program.kill()
        upgraded.rows("SELECT pg_terminate_backend(?)", backend)
        wait_until(lambda: not upgraded.rows(UNDER_WAY), PATIENCE_S, "the end of what was begun")
    assert [is_valid for _, is_valid in upgraded.rows(MADE)] == [False]
    upgraded.run("DELETE FROM leases")  # the lease would expire by itself
    program.start()
    wait_until(lambda: valid(upgraded) == INDEXES, PATIENCE_S, "the indexes")


def test_two_replicas_make_each_once(start, upgraded):
    with open_transaction(upgraded):
        programs = [start(), start()]
        wait_until(lambda: upgraded.rows(UNDER_WAY), PATIENCE_S, "the beginning of an index")
    wait_until(lambda: valid(upgraded) == INDEXES, PATIENCE_S, "the indexes")
    wait_until(lambda: logged(programs).count("index_made") == len(INDEXES), PATIENCE_S, "what the logs say of them")
    assert "index_building_failed" not in logged(programs)
