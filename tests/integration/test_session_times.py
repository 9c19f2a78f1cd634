"""How long sessions live: idle and absolute limits, renewal, cleanup. Time is moved in the database, not waited for."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from harness.accounts import create_user, is_alive, log_in, verify_session, verify_token
from harness.leases import leave_to_another
from harness.waiting import wait_until

WEEK = timedelta(days=7)


def parsed(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def close_to(moment, expected, tolerance=timedelta(minutes=1)):
    return abs(moment - expected) < tolerance


def now():
    return datetime.now(UTC)


def age(database, by):
    """Makes all sessions look `by` older."""
    for column in ("created_at", "updated_at", "expires_at", "absolute_expires_at"):
        database.shift("sessions", column, -by)


@pytest.fixture
def uncached(start, database):
    """A program without the session cache: it sees what the test does to the rows, and does not delete them."""
    program = start(SESSION_CACHE_MB="0")
    leave_to_another(database, "session cleanup")
    return program


def test_session_in_use_is_renewed(uncached, database):
    with uncached.api() as api:
        login = log_in(api, create_user(api)["email"])
        age(database, timedelta(days=6))
        answer = verify_session(api, login["session"])
    assert answer.status == 200
    assert close_to(parsed(answer.json()["expiresAt"]), now() + WEEK)
    assert close_to(database.moment("SELECT expires_at FROM sessions"), now() + WEEK)
    assert close_to(database.moment("SELECT updated_at FROM sessions"), now())


def test_session_used_just_now_is_not_written_again(uncached, database):
    with uncached.api() as api:
        login = log_in(api, create_user(api)["email"])
        before = database.rows("SELECT expires_at, updated_at FROM sessions")
        for _ in range(5):
            assert is_alive(api, login["session"])
    assert database.rows("SELECT expires_at, updated_at FROM sessions") == before


def test_unused_session_expires(uncached, database):
    with uncached.api() as api:
        login = log_in(api, create_user(api)["email"])
        age(database, WEEK + timedelta(minutes=1))
        refused = verify_session(api, login["session"])
        assert (refused.status, refused.json()["error"]) == (401, "Session expired")
        assert verify_token(api, login["token"]).status == 401


def test_expired_session_stays_expired(uncached, database):
    with uncached.api() as api:
        login = log_in(api, create_user(api)["email"])
        database.shift("sessions", "expires_at", -WEEK - timedelta(seconds=5))
        for _ in range(3):
            assert not is_alive(api, login["session"])


def test_renewal_never_crosses_the_absolute_limit(uncached, database):
    with uncached.api() as api:
        login = log_in(api, create_user(api)["email"])
        age(database, timedelta(days=6))
        database.shift("sessions", "absolute_expires_at", -timedelta(days=21))
        limit = database.moment("SELECT absolute_expires_at FROM sessions")
        answer = verify_session(api, login["session"])
    assert answer.status == 200
    assert close_to(parsed(answer.json()["expiresAt"]), limit, timedelta(milliseconds=2))
    assert database.moment("SELECT expires_at FROM sessions") <= limit
    assert close_to(limit, now() + timedelta(days=3))


def test_session_past_its_absolute_limit_is_dead(uncached, database):
    with uncached.api() as api:
        login = log_in(api, create_user(api)["email"])
        database.shift("sessions", "absolute_expires_at", -timedelta(days=31))
        assert not is_alive(api, login["session"])


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_cached_session_expires_on_time(start):
    """Neither earlier nor later, although it is asked about all the time and is nearly always in the cache."""
    with start(SESSION_TTL="5s", SESSION_ABSOLUTE_TTL="5s").api() as api:
        login = log_in(api, create_user(api)["email"])
        assert is_alive(api, login["session"])
        limit = parsed(login["sessionExpires"])  # truncated to milliseconds

        def has_ended():
            asked_at = now()
            alive = is_alive(api, login["session"])
            assert not alive or asked_at < limit + timedelta(milliseconds=1)
            return not alive

        wait_until(has_ended, 30, "its end")
        assert now() >= limit


def test_session_settings_take_effect(start):
    with start(SESSION_TTL="2h", JWT_EXPIRES_IN="10m").api() as api:
        login = log_in(api, create_user(api)["email"])
        answer = verify_token(api, login["token"]).json()
    assert close_to(parsed(login["sessionExpires"]), now() + timedelta(hours=2))
    assert close_to(parsed(answer["expiresAt"]), now() + timedelta(minutes=10))


def open_sessions(api, count):
    """The values of new sessions of a new user."""
    user = create_user(api)
    return [log_in(api, user["email"])["session"] for _ in range(count)]


def expire_first(database, count):
    """Makes the oldest sessions look as if nobody had used them for too long."""
    ids = [row[0] for row in database.rows("SELECT id FROM sessions ORDER BY id")]
    database.shift("sessions", "expires_at", -timedelta(days=8), f"id <= {ids[count - 1]}")


def test_background_cleanup_deletes_expired_sessions_only(start, database):
    program = start(SESSION_CLEANUP_INTERVAL="1s", SESSION_CACHE_MB="0")
    with program.api() as api:
        sessions = open_sessions(api, 5)
        expire_first(database, 3)
        wait_until(lambda: database.rows("SELECT count(*) FROM sessions")[0][0] == 2, 30, "the cleanup")
        assert [is_alive(api, session) for session in sessions] == [False] * 3 + [True] * 2


def test_failed_cleanup_is_logged_and_tried_again(start, database):
    program = start(SESSION_CLEANUP_INTERVAL="1s", SESSION_CACHE_MB="0")
    with program.api() as api:
        open_sessions(api, 3)
    database.run("ALTER TABLE leases RENAME TO hidden_leases")
    wait_until(lambda: program.events("session_cleanup_failed"), 30, "a failed cleanup")
    failure = program.events("session_cleanup_failed")[0]
    assert failure["level"] == "warn"
    assert "leases" in failure["reason"]
    expire_first(database, 3)
    database.run("ALTER TABLE hidden_leases RENAME TO leases")
    wait_until(lambda: database.rows("SELECT count(*) FROM sessions") == [(0,)], 30, "the next cleanup")


def test_lease_of_a_replica_that_died_keeps_others_out_until_it_runs_out(start, database, command):
    program = start(SESSION_CACHE_MB="0")
    with program.api() as api:
        open_sessions(api, 2)
    program.stop()
    expire_first(database, 2)
    database.run(
        "INSERT INTO leases (name, holder, expires_at) SELECT 'session cleanup', 'dead', created_at FROM users LIMIT 1"
    )
    database.shift("leases", "expires_at", timedelta(hours=1))
    assert "Another process" in command("sessions", "cleanup").stdout
    assert database.rows("SELECT count(*) FROM sessions") == [(2,)]
    database.shift("leases", "expires_at", -timedelta(hours=2))
    assert command("sessions", "cleanup").stdout == "Deleted 2 expired sessions\n"
    assert database.rows("SELECT name FROM leases WHERE name <> 'health'") == []


def test_cleanup_command_deletes_expired_sessions_only(start, database, command):
    program = start(SESSION_CACHE_MB="0")
    with program.api() as api:
        sessions = open_sessions(api, 5)
    program.stop()  # it cleans up as well
    expire_first(database, 3)
    result = command("sessions", "cleanup")
    assert result.returncode == 0, result.stderr
    assert "3" in result.stdout
    assert database.rows("SELECT count(*) FROM sessions") == [(2,)]
    program.start()
    with program.api() as api:
        assert [is_alive(api, session) for session in sessions] == [False] * 3 + [True] * 2
    assert command("sessions", "cleanup").returncode == 0


def test_rows_of_the_express_service_are_no_sessions(start, database):
    """A row without a secret was written by the old service; it must never give access here."""
    program = start(SESSION_CACHE_MB="0")
    with program.api() as api:
        user = create_user(api)
        login = log_in(api, user["email"])
        database.run("UPDATE sessions SET secret_hash = NULL")
        assert not is_alive(api, login["session"])
        assert json.loads(api.get(f"/users/{user['id']}/sessions").body) == []
