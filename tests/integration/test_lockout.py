"""Wrong passwords: how many are checked, whom they keep out, and whom they do not."""

import glob
import math
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from harness.accounts import PASSWORD, create_user, log_in, try_log_in
from harness.http_client import Api
from harness.places import SANITIZED
from harness.waiting import wait_until

PATIENCE_S = 120
# So that only the lockout refuses.
NO_LIMIT = {"RATE_LIMIT_LOGIN": "off"}
FREE = 5


def from_address(address: str) -> dict[str, str]:
    return {"X-Client-Address": address}


def on_device(token: str) -> dict[str, str]:
    return {"X-Device-Token": token}


def fail(api: Api, email: str, times: int = FREE, **options):
    for _ in range(times):
        assert try_log_in(api, email, "wrong", **options).status == 401


def disable(api: Api, database, email: str, **options):
    """Uses up the whole budget without waiting for it."""
    fail(api, email, FREE, **options)
    database.run("UPDATE login_guards SET failures = 100 WHERE failures > 0")


def hold_the_wait(database):
    """Makes every current wait an hour longer, so that it lasts even if this machine stalls."""
    database.run("UPDATE login_guards SET blocked_until = blocked_until + 3600000000 WHERE blocked_until > 0")


def failures(database) -> list[int]:
    return [row[0] for row in database.rows("SELECT failures FROM login_guards WHERE failures > 0 ORDER BY failures")]


def checked_at_most(seconds: float) -> int:
    """How many guesses are checked in that time at most: the free ones, and one after each wait of a second, two, four and so on."""
    return FREE + int(math.log2(seconds + 1)) + 1


def test_fifth_wrong_password_makes_the_right_one_wait_a_second(start):
    with start(**NO_LIMIT).api() as api:
        email = create_user(api)["email"]
        fail(api, email, FREE - 1)
        log_in(api, email)
        fail(api, email, FREE - 1)
        begin = time.monotonic()
        fail(api, email, 1)
        wait_until(lambda: try_log_in(api, email).status == 200, PATIENCE_S, "the right password")
        assert time.monotonic() - begin > 0.9


def test_answer_of_a_blocked_account_is_that_of_a_wrong_password(start, database):
    with start(**NO_LIMIT).api() as api:
        email = create_user(api)["email"]
        wrong = try_log_in(api, email, "wrong")
        disable(api, database, email)
        blocked = try_log_in(api, email)
    assert blocked.status == wrong.status == 401
    assert {**blocked.json(), "requestId": ""} == {**wrong.json(), "requestId": ""}
    volatile = ("X-Request-Id", "Date")
    assert [one for one in blocked.headers if one[0] not in volatile] == [
        one for one in wrong.headers if one[0] not in volatile
    ]


def test_owner_is_let_in_from_known_places_while_strangers_guess(start, database):
    with start(**NO_LIMIT).api() as api:
        email = create_user(api)["email"]
        log_in(api, email, headers=from_address("198.51.100.7"))
        token = try_log_in(api, email, headers=on_device("new")).header("X-Device-Token")
        disable(api, database, email, headers=from_address("203.0.113.9"))

        def guess(number):
            with Api(api.port, api.key) as own:
                return try_log_in(own, email, f"guess {number}", headers=from_address(f"203.0.113.{number % 200}")).status

        with ThreadPoolExecutor(4) as pool:
            guesses = pool.map(guess, range(200))
            for _ in range(10):
                assert try_log_in(api, email, headers=from_address("198.51.100.7")).status == 200
                assert try_log_in(api, email, headers=on_device(token)).status == 200
            assert set(guesses) == {401}
        assert try_log_in(api, email, headers=from_address("192.0.2.77")).status == 401


def test_unlock_lets_the_owner_in_from_anywhere(start, database, command):
    with start(**NO_LIMIT).api() as api:
        user = create_user(api)
        for unlock in (
            lambda: api.post(f"/users/{user['id']}/unlock").json()["message"] == f"User {user['id']} unlocked",
            lambda: command("users", "unlock", user["email"]).returncode == 0,
        ):
            disable(api, database, user["email"])
            account = api.get(f"/users/{user['id']}/account").json()
            assert (account["othersBlocked"], account["blockedUntil"]) == (True, None)
            assert try_log_in(api, user["email"]).status == 401
            assert unlock()
            assert log_in(api, user["email"])
            assert not api.get(f"/users/{user['id']}/account").json()["othersBlocked"]


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_unlock_forgets_what_a_replica_counts_whose_first_secret_is_another(start, database):
    """In the middle of a rotation some replicas have `new,old` and others `old,new`."""
    old, new = "o" * 32 + "ld", "n" * 32 + "ew"
    turned, behind = start(SESSION_SECRET=f"{new},{old}", **NO_LIMIT), start(SESSION_SECRET=f"{old},{new}", **NO_LIMIT)
    with turned.api() as unlocking, behind.api() as counting:
        user = create_user(counting)
        disable(counting, database, user["email"])
        assert try_log_in(counting, user["email"]).status == 401
        assert unlocking.post(f"/users/{user['id']}/unlock").status == 200
        assert log_in(counting, user["email"])


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_unlock_by_a_command_needs_the_secret_under_which_is_counted(start, command):
    with start().api() as api:
        email = create_user(api)["email"]
    done = command("users", "unlock", email, SESSION_SECRET=None, APP_ENV="development")
    assert done.returncode == 1 and "SESSION_SECRET is not set" in done.stderr


def test_account_shows_how_it_stands(start, database):
    with start(**NO_LIMIT).api() as api:
        user = create_user(api)
        path = f"/users/{user['id']}/account"
        assert api.get(path).json() == {
            "emailVerifiedAt": None,
            "disabledAt": None,
            "passwordChangedAt": None,
            "mustChangePassword": False,
            "blockedUntil": None,
            "othersBlocked": False,
            "devices": 0,
            "sessions": 0,
            "version": 1,
        }
        try_log_in(api, user["email"], headers=on_device("new"))
        api.put(f"/users/{user['id']}", {"first_name": "Augusta"})
        fail(api, user["email"])
        hold_the_wait(database)
        account = api.get(path).json()
        assert (account["devices"], account["sessions"], account["version"]) == (1, 1, 2)
        assert account["blockedUntil"] is not None
        api.put(f"/users/{user['id']}", {"password": PASSWORD + "!"})
        assert api.get(path).json()["passwordChangedAt"] is not None
        assert api.get("/users/987654/account").status == 404


def test_disabled_and_enabled_over_http(start):
    with start(**NO_LIMIT).api() as api:
        user = create_user(api)
        session = log_in(api, user["email"])["session"]
        assert api.post(f"/users/{user['id']}/disable").json() == {"message": f"User {user['id']} disabled"}
        assert try_log_in(api, user["email"]).status == 401
        assert api.post("/user-auth/verify-session", {"session": session}).status == 401
        assert api.get(f"/users/{user['id']}/account").json()["disabledAt"] is not None
        again = api.post(f"/users/{user['id']}/disable", {"reason": "left the company"})
        assert again.status == 200
        [_, first] = [event["details"] for event in api.get("/audit?type=user.disabled").json()["events"]][::-1]
        assert first == {"reason": "left the company"}
        assert api.post(f"/users/{user['id']}/disable", {"reason": 1}).json()["code"] == "validation_failed"
        assert api.post(f"/users/{user['id']}/enable").json() == {"message": f"User {user['id']} enabled"}
        assert try_log_in(api, user["email"]).status == 200
        for action in ("disable", "enable", "unlock"):
            assert api.post(f"/users/987654/{action}").json()["code"] == "user_not_found"
            assert api.post(f"/users/x/{action}").json()["code"] == "invalid_user_id"


def test_attempts_that_a_crash_cut_off_hold_no_place(start, database):
    program = start(**NO_LIMIT)
    with program.api() as api:
        email = create_user(api)["email"]
        log_in(api, email)
    # As after kill -9 in the middle of five attempts, half a minute ago.
    database.run("UPDATE login_guards SET in_flight = 5, period = period - 2")
    with program.api() as api:
        log_in(api, email)


def with_clock(start, ahead_s):
    """A replica on a machine whose clock is wrong, once it knows the database's time."""
    (library,) = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    clock = (f"LD_PRELOAD={library}", f"FAKETIME={ahead_s:+}s", "FAKETIME_DONT_FAKE_MONOTONIC=1")
    program = start(launcher=("env", *clock) if ahead_s else (), **NO_LIMIT)
    wait_until(lambda: program.events("postgres_feed_ready"), PATIENCE_S, "the database's time")
    return program.api()


@pytest.mark.skipif(SANITIZED, reason="a sanitizer must be loaded first")
@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
@pytest.mark.parametrize("ahead_s", [55, -55])
def test_replicas_whose_clocks_differ_checked_more_guesses_and_kept_the_owner_out(start, database, ahead_s):
    with with_clock(start, 0) as punctual, with_clock(start, ahead_s) as other:
        email = create_user(punctual)["email"]
        fail(other, email)
        begin = time.monotonic()
        wait_until(lambda: try_log_in(punctual, email).status == 200, PATIENCE_S, "the right password")
        assert time.monotonic() - begin < 30, "a second is to be waited for"

        def guess(number):
            replica = (punctual, other)[number % 2]
            with Api(replica.port, replica.key) as own:
                return try_log_in(own, email, f"guess {number}").status

        begin = time.monotonic()
        with ThreadPoolExecutor(40) as pool:
            assert set(pool.map(guess, range(40))) <= {401, 503}
        assert FREE <= sum(failures(database)) <= checked_at_most(time.monotonic() - begin)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_thousand_guesses_on_three_replicas_check_no_more_than_the_budget(start, database):
    with ExitStack() as stack:
        replicas = [stack.enter_context(start(**NO_LIMIT).api()) for _ in range(3)]
        email = create_user(replicas[0])["email"]

        def guess(number):
            replica = replicas[number % 3]
            with Api(replica.port, replica.key) as own:
                return try_log_in(own, email, f"guess {number}").status

        begin = time.monotonic()
        with ThreadPoolExecutor(60) as pool:
            statuses = list(pool.map(guess, range(1000)))
        # After the five free guesses, the waits begin with a second, and guesses go on meanwhile.
        assert set(statuses) <= {401, 503}
        assert FREE <= sum(failures(database)) <= checked_at_most(time.monotonic() - begin)


@pytest.mark.serial
@pytest.mark.skipif(SANITIZED, reason="a sanitizer's own cost hides what is measured")
def test_blocked_attempts_take_the_same_time(start, database):
    with start(**NO_LIMIT).api() as api:
        email = create_user(api)["email"]
        disable(api, database, email)
        seconds = {"right": [], "wrong": []}
        for _ in range(100):
            for kind, password in (("right", PASSWORD), ("wrong", "wrong")):
                begin = time.monotonic()
                assert try_log_in(api, email, password).status == 401
                seconds[kind].append(time.monotonic() - begin)
        right, wrong = (statistics.median(seconds[kind]) for kind in ("right", "wrong"))
        assert right == pytest.approx(wrong, rel=0.2)
