"""The clock is changed by an hour while the program runs, and back: what is valid stays valid, and what has ended does not come back.
Replicas whose machines' clocks differ agree on the database's clock."""

import glob
import time
from email.utils import parsedate_to_datetime

import pytest

from harness.accounts import PASSWORD, assert_usable, create_user, is_alive, log_in, log_out, try_log_in, verify_token
from harness.mail import mail_server, mail_settings
from harness.places import SANITIZED
from harness.waiting import wait_until

pytestmark = pytest.mark.skipif(SANITIZED, reason="a sanitizer must be loaded first")

NEW_PASSWORD = "difference engine no. 2"


@pytest.fixture
def clock(tmp_path):
    """set_by(seconds) sets the clock of the program that clock.launcher starts, from one moment to the next."""
    (library,) = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    ahead = tmp_path / "ahead"

    class Clock:
        launcher = (
            "env",
            f"LD_PRELOAD={library}",
            f"FAKETIME_TIMESTAMP_FILE={ahead}",
            "FAKETIME_NO_CACHE=1",
            "FAKETIME_DONT_FAKE_MONOTONIC=1",
        )

        @staticmethod
        def set_by(seconds):
            part = ahead.with_suffix(".part")
            part.write_text(f"{seconds:+}\n")
            part.replace(ahead)

    Clock.set_by(0)
    return Clock


def with_a_used_token(api):
    """A user whose password was reset, and the token that did it."""
    user = create_user(api)
    assert api.post(f"/users/{user['id']}/require-password-change").status == 200
    token = try_log_in(api, user["email"]).json()["resetToken"]
    assert api.post("/user-auth/reset-password", {"token": token, "password": NEW_PASSWORD}).status == 200
    return user, token


def ahead_s(api):
    """How far the program's clock is ahead of this process's clock."""
    return parsedate_to_datetime(api.get("/health").header("Date")).timestamp() - time.time()


def wait_for_the_servers_time(database, api):
    """Waits until the program counts passwords by PostgreSQL's clock again, which its feed tells it. A login at that moment is a 503,
    because its place in the budget belongs to another time."""

    def is_known():
        database.run("DELETE FROM login_guards")
        try_log_in(api, create_user(api)["email"])
        ((told_us,),) = database.rows("SELECT max(updated_at) FROM login_guards")
        return told_us is not None and abs(told_us / 1e6 - time.time()) < 30

    if database.kind == "postgres":
        wait_until(is_known, 60, "the server's time")


@pytest.mark.parametrize("seconds", [3600, -3600])
def test_clock_that_is_set_by_an_hour_revives_nothing_and_ends_no_session(start, database, clock, seconds):
    program = start(launcher=clock.launcher)
    with program.api() as api:
        user, token = with_a_used_token(api)
        kept, ended = (log_in(api, user["email"], NEW_PASSWORD) for _ in range(2))
        assert log_out(api, ended["session"]).status == 200

        def assert_all_stands():
            assert is_alive(api, kept["session"])
            assert not is_alive(api, ended["session"])
            assert verify_token(api, ended["token"]).status == 401
            again = api.post("/user-auth/reset-password", {"token": token, "password": PASSWORD})
            assert (again.status, again.json()["code"]) == (401, "invalid_or_expired_token")
            assert api.get(f"/users/{user['id']}").json()["email"] == user["email"]

        assert_all_stands()
        assert_usable(api)
        clock.set_by(seconds)
        wait_until(lambda: round(ahead_s(api) / 3600) == seconds // 3600, 60, "answers of that time")
        assert_all_stands()
        wait_for_the_servers_time(database, api)
        assert_usable(api)
        meanwhile = log_in(api, user["email"], NEW_PASSWORD)["session"]
        clock.set_by(0)
        assert_all_stands()
        wait_for_the_servers_time(database, api)
        assert_usable(api)
        assert is_alive(api, meanwhile)
        for event in ("logout", "password.reset"):
            assert len(api.get(f"/audit?type={event}&user={user['id']}").json()["events"]) == 1
    assert program.stop() == 0


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_letters_are_written_and_claimed_by_the_servers_clock(start, database, clock):
    """A replica whose clock was ahead took letters that another one was sending."""
    clock.set_by(3600)
    with mail_server() as server, start(launcher=clock.launcher, **mail_settings(server)).api() as api:
        wait_for_the_servers_time(database, api)
        server.hangs = True
        email = create_user(api)["email"]

        def times():
            return database.rows("SELECT created_at, claimed_until FROM mails WHERE recipient = ? AND claimed_until > created_at", email)

        ((created_at, claimed_until),) = wait_until(times, 60, "the claim")
        server.hangs = False
        assert abs(created_at.timestamp() - time.time()) < 60
        assert claimed_until.timestamp() - time.time() < 120


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_second_tab_at_a_replica_whose_clock_is_a_minute_ahead_is_no_theft(start, database, clock):
    clock.set_by(60)
    right, ahead = start(), start(launcher=clock.launcher)
    with right.api() as here, ahead.api() as there:
        wait_for_the_servers_time(database, there)
        body = {"email": create_user(here)["email"], "password": PASSWORD, "refresh": True}
        login = here.post("/user-auth", body).json()
        token = {"refreshToken": login["refreshToken"]}
        tabs = [api.post("/user-auth/refresh", token) for api in (here, there)]
        assert [tab.status for tab in tabs] == [200, 200]
        assert is_alive(there, login["session"])
