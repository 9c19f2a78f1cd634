"""An administrator changes a user's row and does not commit: only requests that need that row are told to come again."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.accounts import assert_unavailable, assert_usable, create_user, log_in, try_log_in, verify_session
from harness.waiting import wait_until

pytestmark = pytest.mark.parametrize("kind", ["postgres"], indirect=True)

# A request that waited for the row until the deadline, or behind one that does, would wait for minutes.
SETTINGS = {"DB_QUERY_TIMEOUT": "5m", "DB_LOCK_TIMEOUT": "500ms", "DB_POOL_MAX": "8", "IO_THREADS": "2"}
PATIENCE_S = 60.0


@pytest.fixture
def program(start):
    return start(**SETTINGS, SESSION_CACHE_MB="0")


@contextlib.contextmanager
def row_locked(database, user):
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM users WHERE id = %s FOR UPDATE", (user["id"],))
        yield


@pytest.fixture
def locked(program, database):
    """A user whose row is locked during the test, another whose row is not, and a session of each."""
    with program.api() as api:
        users = [create_user(api), create_user(api)]
        sessions = [log_in(api, user["email"])["session"] for user in users]
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("UPDATE users SET last_name = 'King' WHERE id = %s", (users[0]["id"],))
        yield users, sessions


def test_logins_of_the_locked_user_are_refused_soon_and_nobody_else_waits(program, locked):
    (held, free), sessions = locked

    def in_time(call):
        with program.api(timeout_s=PATIENCE_S) as api:
            return call(api)

    stop = threading.Event()

    def keep_logging_in(_):
        refusals = [in_time(lambda api: try_log_in(api, held["email"]))]
        while not stop.is_set():
            refusals.append(in_time(lambda api: try_log_in(api, held["email"])))
        return refusals

    with ThreadPoolExecutor(12) as pool:
        held_logins = [pool.submit(keep_logging_in, i) for i in range(8)]
        try:
            for _ in range(5):
                assert in_time(lambda api: try_log_in(api, free["email"])).status == 200
                for session in sessions:
                    assert in_time(lambda api, session=session: verify_session(api, session)).status == 200
                assert in_time(lambda api: api.get("/users?limit=2")).status == 200
        finally:
            stop.set()
        for future in held_logins:
            for refusal in future.result(PATIENCE_S):
                assert_unavailable(refusal, "a login of the locked user")


def test_login_of_the_locked_user_works_once_the_lock_is_gone(program, database):
    with program.api() as api:
        user = create_user(api)
        with row_locked(database, user):
            assert_unavailable(try_log_in(api, user["email"]), "a login of the locked user")
        wait_until(lambda: try_log_in(api, user["email"]).status == 200, PATIENCE_S, "a login after the lock")
        assert_usable(api)


def test_right_password_that_a_locked_row_made_useless_kept_its_place(program, database):
    with program.api() as api:
        user = create_user(api)
        with row_locked(database, user):
            for _ in range(3):
                assert_unavailable(try_log_in(api, user["email"]), "a login of the locked user")
        assert database.rows("SELECT in_flight + in_flight_before FROM login_guards") == [(0,)]


def test_session_whose_row_is_locked_is_still_good_when_it_is_to_be_renewed(program, database):
    with program.api() as api:
        session = log_in(api, create_user(api)["email"])["session"]
        database.run("UPDATE sessions SET updated_at = updated_at - interval '3 days'")
        with database.connect() as connection, connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM sessions FOR UPDATE")
            assert verify_session(api, session).status == 200
        assert verify_session(api, session).status == 200
