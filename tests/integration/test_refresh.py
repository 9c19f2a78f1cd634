"""Refresh tokens: each has one successor, whatever gets lost on the way, and a copy is detected."""

import contextlib
import http.client
import json
import threading
from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from harness.accounts import PASSWORD, create_user, is_alive, log_in, log_out, unique_email, verify_session, verify_token
from harness.http_client import Api
from harness.mail import mail_server, mail_settings
from harness.openapi import operations, schema_of, violations
from harness.places import SANITIZED
from harness.waiting import wait_until

BY_ID = {operation.id: operation for operation in operations()}
BEYOND_GRACE = timedelta(seconds=-31)
PATIENCE_S = 60
ATTEMPT = "the first attempt"
OTHER_ATTEMPT = "another attempt, of somebody else"


def described(operation, response, status):
    assert response.status == status, (response.status, response.body)
    assert violations(response.json(), schema_of(BY_ID[operation], status)) == []
    return response.json()


def log_in_refreshable(api, email) -> dict:
    body = {"email": email, "password": PASSWORD, "refresh": True}
    return described("logIn", api.post("/user-auth", body), 200)


def try_refresh(api, token, attempt=None, **options):
    body = {"refreshToken": token} | ({} if attempt is None else {"attempt": attempt})
    return api.post("/user-auth/refresh", body, **options)


def refresh(api, token, attempt=None) -> dict:
    return described("refreshToken", try_refresh(api, token, attempt), 200)


def refused_code(api, token, attempt=None) -> str:
    return described("refreshToken", try_refresh(api, token, attempt), 401)["code"]


def claims_of(token) -> dict:
    part = token.split(".")[1]
    return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def time_of(text) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_login_gets_refresh_tokens_only_if_it_asks(api):
    email = create_user(api)["email"]
    plain = log_in(api, email)
    assert sorted(plain) == ["session", "sessionExpires", "token", "user"]
    claims = claims_of(plain["token"])
    assert claims["exp"] - claims["iat"] == 3600, "without the jitter"

    login = log_in_refreshable(api, email)
    claims = claims_of(login["token"])
    assert 3420 <= claims["exp"] - claims["iat"] <= 3600
    assert time_of(login["tokenExpires"]) == datetime.fromtimestamp(claims["exp"], UTC)
    refreshed = refresh(api, login["refreshToken"], ATTEMPT)
    assert refreshed["user"] == login["user"] and refreshed["sessionExpires"] == login["sessionExpires"]
    assert verify_token(api, refreshed["token"]).json()["userId"] == login["user"]["id"]
    assert verify_session(api, login["session"]).status == 200, "the session is the same"
    assert len({login["refreshToken"], refreshed["refreshToken"]}) == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "refresh_token_required"),
        ({"refreshToken": ""}, "refresh_token_required"),
        ({"refreshToken": 7}, "validation_failed"),
        ({"refreshToken": "gtf_x", "attempt": "x" * 15}, "validation_failed"),
        ({"refreshToken": "gtf_x", "attempt": "x" * 65}, "validation_failed"),
        ({"refreshToken": "gtf_x", "attempt": 1}, "validation_failed"),
    ],
)
def test_body_that_cannot_be_read_is_refused(api, body, code):
    assert described("refreshToken", api.post("/user-auth/refresh", body), 400)["code"] == code


def test_what_is_no_refresh_token_is_refused(api):
    login = log_in_refreshable(api, create_user(api)["email"])
    for token in ("x", "gtf_", "gtf_" + "A" * 103, login["session"], login["token"], login["refreshToken"][:-1], "é" * 107, "x" * 60_000):
        assert refused_code(api, token) == "invalid_refresh"
    assert is_alive(api, login["session"])


def test_end_of_a_session_ends_its_refresh_tokens(start):
    with start().api() as api:
        user = create_user(api)
        path = f"/users/{user['id']}"
        for end in (
            lambda login: log_out(api, login["session"]),
            lambda login: api.delete(f"{path}/sessions"),
            lambda login: api.put(path, {"password": PASSWORD}),
            lambda login: api.post(f"{path}/disable"),
        ):
            login = log_in_refreshable(api, user["email"])
            token = refresh(api, login["refreshToken"])["refreshToken"]
            assert end(login).status == 200
            assert refused_code(api, token) == "invalid_refresh"
            assert refused_code(api, login["refreshToken"]) == "invalid_refresh"
        assert api.post(f"{path}/enable").status == 200


def test_unused_session_and_absolute_limit_end_refresh_tokens(start, database):
    with start().api() as api:
        email = create_user(api)["email"]
        for column in ("expires_at", "absolute_expires_at"):
            token = log_in_refreshable(api, email)["refreshToken"]
            database.shift("sessions", column, timedelta(days=-31))
            assert refused_code(api, token) == "invalid_refresh"


def test_copy_that_is_used_later_ends_the_session_and_tells_the_user(start, database):
    with mail_server() as server, start(**mail_settings(server)).api() as api:
        user = create_user(api)
        login = log_in_refreshable(api, user["email"])
        newest = refresh(api, login["refreshToken"], ATTEMPT)
        assert is_alive(api, login["session"])
        database.shift("sessions", "refreshed_at", BEYOND_GRACE)
        client = {"X-Client-Address": "203.0.113.9", "X-Request-Id": "the-thief"}
        thief = try_refresh(api, login["refreshToken"], OTHER_ATTEMPT, headers=client)
        assert described("refreshToken", thief, 401)["code"] == "refresh_reused"
        assert not is_alive(api, login["session"])
        assert verify_token(api, newest["token"]).status == 401
        assert refused_code(api, newest["refreshToken"], ATTEMPT) == "invalid_refresh"

        [event] = api.get("/audit?type=refresh.reused").json()["events"]
        assert (event["userId"], event["requestId"], event["ipAddress"]) == (user["id"], "the-thief", "203.0.113.9")
        assert event["outcome"] == "refused" and event["details"] == {"generation": 0, "current": 1}

        def letter():
            return [one for one in server.messages_to(user["email"]) if "has ended" in one.message()["Subject"]]

        [mail] = wait_until(letter, PATIENCE_S, "the letter")
        assert "203.0.113.9" in mail.part("plain") and "change your password" in mail.part("html")


def test_lost_answer_is_asked_for_again_however_much_later(start, database):
    with start().api() as api:
        login = log_in_refreshable(api, create_user(api)["email"])
        refresh(api, login["refreshToken"], ATTEMPT)
        database.shift("sessions", "refreshed_at", timedelta(days=-1))
        again = refresh(api, login["refreshToken"], ATTEMPT)
        assert database.rows("SELECT refresh_generation FROM sessions") == [(1,)]
        refresh(api, again["refreshToken"], OTHER_ATTEMPT)
        assert is_alive(api, login["session"])


def test_grace_and_jitter_are_settings(start):
    with start(REFRESH_GRACE="0s", JWT_JITTER="0", JWT_EXPIRES_IN="2h").api() as api:
        login = log_in_refreshable(api, create_user(api)["email"])
        newest = refresh(api, login["refreshToken"])
        for token in (login["token"], newest["token"]):
            assert claims_of(token)["exp"] - claims_of(token)["iat"] == 7200
        assert refused_code(api, login["refreshToken"]) == "refresh_reused"


def test_database_holds_no_refresh_token_and_no_attempt(start, database):
    with start().api() as api:
        login = log_in_refreshable(api, create_user(api)["email"])
        newest = refresh(api, login["refreshToken"], ATTEMPT)
        rows = repr(database.rows("SELECT * FROM sessions")) + repr(database.rows("SELECT * FROM audit_events"))
        for secret in (login["refreshToken"], newest["refreshToken"], ATTEMPT, "gtf_"):
            assert secret not in rows


class Refreshers:
    """Clients that refresh their own tokens, each attempt under its own name, until the service is gone."""

    def __init__(self, program, count=8):
        self._program = program
        with program.api() as api:
            logins = [log_in_refreshable(api, create_user(api)["email"]) for _ in range(count)]
        self.tokens = [login["refreshToken"] for login in logins]
        self.sessions = [login["session"] for login in logins]
        self.attempts = [0] * count
        self._threads = [threading.Thread(target=self._work, args=(number,)) for number in range(count)]

    def run_until(self, refreshes, then):
        for thread in self._threads:
            thread.start()
        wait_until(lambda: sum(self.attempts) >= refreshes, 120, "refreshes")
        then()
        for thread in self._threads:
            thread.join(60)

    def name(self, number) -> str:
        return f"attempt {self.attempts[number]} of client {number}"

    def _work(self, number):
        with contextlib.suppress(OSError, http.client.HTTPException), self._program.api() as api:
            while True:
                answer = try_refresh(api, self.tokens[number], self.name(number))
                if answer.status != 200:
                    return
                self.tokens[number] = answer.json()["refreshToken"]
                self.attempts[number] += 1


@pytest.mark.slow
def test_nobody_is_logged_out_by_kill_9(start, database):
    program = start()
    refreshers = Refreshers(program)
    refreshers.run_until(50 if SANITIZED else 400, program.kill)
    wait_until(lambda: not database.has_clients(), 20, "the end of what the program had begun")
    database.shift("sessions", "refreshed_at", BEYOND_GRACE)
    program.start()
    with program.api() as api:
        for number, token in enumerate(refreshers.tokens):
            newest = refresh(api, token, refreshers.name(number))
            refresh(api, newest["refreshToken"])
            assert is_alive(api, refreshers.sessions[number])


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_kill_9_between_write_and_answer_logs_nobody_out(start, database):
    program = start(DB_LOCK_TIMEOUT="20s")
    with program.api() as api:
        login = log_in_refreshable(api, create_user(api)["email"])
    with database.connect() as holder, ThreadPoolExecutor(1) as pool:
        holder.autocommit = False
        with holder.cursor() as cursor:
            cursor.execute("SELECT id FROM sessions FOR UPDATE")

        def send():
            with contextlib.suppress(OSError, http.client.HTTPException), program.api() as own:
                return try_refresh(own, login["refreshToken"], ATTEMPT)

        sent = pool.submit(send)
        # A write that shares its transaction with others waits for 20 ms, and is then sent by itself.
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' "
            "AND query_start < clock_timestamp() - interval '2 seconds'"
        )
        wait_until(lambda: database.rows(waiting) == [(1,)], 20, "the refresh to wait for the row")
        program.kill()
        assert sent.result(60) is None, "there was no answer"
        holder.rollback()
    wait_until(lambda: not database.has_clients(), 20, "the end of what the program had begun")
    assert database.rows("SELECT refresh_generation FROM sessions") == [(1,)], "it was written"
    database.shift("sessions", "refreshed_at", BEYOND_GRACE)
    program.start()
    with program.api() as api:
        newest = refresh(api, login["refreshToken"], ATTEMPT)
        refresh(api, newest["refreshToken"])
        assert is_alive(api, login["session"])


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_refreshes_of_one_token_on_three_replicas_rotate_once(start, database):
    with ExitStack() as stack:
        replicas = [stack.enter_context(start().api()) for _ in range(3)]
        login = log_in_refreshable(replicas[0], create_user(replicas[0])["email"])

        def send(number):
            with Api(replicas[number % 3].port, replicas[0].key) as own:
                return try_refresh(own, login["refreshToken"], f"attempt of client {number}")

        with ThreadPoolExecutor(30) as pool:
            answers = list(pool.map(send, range(90)))
        assert {answer.status for answer in answers} == {200}
        assert database.rows("SELECT refresh_generation FROM sessions") == [(1,)]
        for replica, answer in zip(replicas, answers, strict=False):
            refresh(replica, answer.json()["refreshToken"])
        assert database.rows("SELECT refresh_generation FROM sessions") == [(2,)]

        database.shift("sessions", "refreshed_at", BEYOND_GRACE)
        for replica in replicas:
            assert is_alive(replica, login["session"])
        assert refused_code(replicas[1], login["refreshToken"]) == "refresh_reused"
        wait_until(lambda: not any(is_alive(replica, login["session"]) for replica in replicas), 20, "the end everywhere")


def test_refresh_extends_the_session_as_a_check_does(start, database):
    with start().api() as api:
        login = log_in_refreshable(api, create_user(api)["email"])
        early = refresh(api, login["refreshToken"])
        assert early["sessionExpires"] == login["sessionExpires"], "not a tenth of SESSION_TTL has passed"
        for column in ("created_at", "updated_at", "expires_at", "absolute_expires_at"):
            database.shift("sessions", column, timedelta(days=-1))
        later = refresh(api, early["refreshToken"])
        assert time_of(later["sessionExpires"]) >= time_of(login["sessionExpires"])
        assert verify_session(api, login["session"]).json()["expiresAt"] == later["sessionExpires"]


def test_unknown_user_gets_no_refresh_token(api):
    body = {"email": unique_email(), "password": PASSWORD, "refresh": True}
    assert described("logIn", api.post("/user-auth", body), 401)["code"] == "invalid_credentials"
