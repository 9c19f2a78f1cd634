"""The Python client: what it sends, how it reads answers, and what it retries."""

import asyncio
import json
import pickle
import random
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from gatehouse_client import AsyncClient, AuditFilter, CallOptions, Client, FieldProblem, GatehouseError, GatehouseUnavailable
from harness.openapi import operations
from python_clients import KEY, URL, Double, answer, refusal

TIME = "2026-11-30T08:42:02.752Z"
USER = {"id": 7, "first_name": "Ada", "last_name": "L", "email": "a@example.com", "created_at": TIME, "updated_at": TIME}
LOGIN = {"user": {"id": 7}, "token": "t", "session": "s", "sessionExpires": TIME}
SESSION = {"userId": 7, "user": {"id": 7, "email": "e", "first_name": "f", "last_name": "l"}, "expiresAt": TIME}
TOKEN = {"userId": 7, "expiresAt": TIME}
REFRESHED = {"user": {"id": 7}, "token": "t", "tokenExpires": TIME, "refreshToken": "gtf_s", "sessionExpires": TIME}
OPEN = {"id": 5, "createdAt": TIME, "lastSeenAt": TIME, "expiresAt": TIME, "ipAddress": None, "userAgent": "M"}
DEVICE = {"id": 3, "createdAt": TIME, "lastSeenAt": TIME, "expiresAt": TIME}
EVENT = {"id": 1, "type": "logout", "outcome": "ok", "reason": None, "at": TIME, "actor": {"kind": "key", "name": "k"}, "userId": 7,
         "sessionId": None, "requestId": "r", "ipAddress": None, "userAgent": None, "details": None}
ACCOUNT = {"emailVerifiedAt": TIME, "disabledAt": None, "passwordChangedAt": None, "mustChangePassword": False, "blockedUntil": None,
           "othersBlocked": False, "devices": 1, "sessions": 2, "version": 3}
POLICY = {"lengthMin": 8, "bytesMax": 1024, "classesMin": 0, "refusesPersonal": True, "refusesCommon": True, "refusesBreached": False}
HEALTH = {"status": "healthy", "timestamp": TIME, "uptime": 1.5, "environment": "test"}
DONE = {"message": "m"}
API_KEY = {"id": "0123456789", "name": "n", "scopes": "auth", "tellsClient": False, "createdAt": TIME, "createdBy": "cli root",
           "expiresAt": None, "lastUsedAt": TIME, "previousUntil": None}
ISSUED = {"apiKey": API_KEY, "secret": "gtk_s"}
PERSON = {"first_name": "Ada", "last_name": "L", "email": "a@example.com", "password": "p"}
MOMENT = datetime(2026, 11, 30, 8, 42, 2, 752000, UTC)

# Name, call, method and target, request body, answer, whether the request may be sent twice.
ROWS = [
    ("login", lambda c: c.login("e", "p"), "POST /user-auth", {"email": "e", "password": "p"}, LOGIN, False),
    ("login, to refresh", lambda c: c.login("e", "p", refresh=True), "POST /user-auth", {"email": "e", "password": "p", "refresh": True}, LOGIN, False),
    ("session.verify", lambda c: c.session.verify("s"), "POST /user-auth/verify-session", {"session": "s"}, SESSION, True),
    ("session.verify_all", lambda c: c.session.verify_all(["s", None]), "POST /user-auth/verify-sessions", {"sessions": ["s", ""]},
     {"sessions": [SESSION | {"status": 200}, {"status": 400, "error": "e", "code": "session_required"}]}, True),
    ("session.logout", lambda c: c.session.logout("s"), "POST /user-auth/logout", {"session": "s"}, DONE, True),
    ("session.end", lambda c: c.session.end(5), "DELETE /sessions/5", None, DONE, False),
    ("token.verify", lambda c: c.token.verify("t"), "POST /user-auth/verify-token", None, TOKEN, True),
    ("token.refresh", lambda c: c.token.refresh("gtf_r", attempt="a"), "POST /user-auth/refresh", {"refreshToken": "gtf_r", "attempt": "a"}, REFRESHED, True),
    ("users.create", lambda c: c.users.create(**PERSON), "POST /users", PERSON, DONE | {"user": USER}, True),
    ("users.get", lambda c: c.users.get(7), "GET /users/7", None, USER, True),
    ("users.find", lambda c: c.users.find("a+b@c"), "GET /users?email=a%2Bb%40c", None, [USER], True),
    ("users.update", lambda c: c.users.update(7, email="e"), "PUT /users/7", {"email": "e"}, DONE | {"user": USER}, False),
    ("users.tagged", lambda c: c.users.tagged(7), "GET /users/7", None, USER, True),
    ("users.delete", lambda c: c.users.delete(7), "DELETE /users/7", None, DONE, False),
    ("users.page", lambda c: c.users.page(limit=2, after="x y"), "GET /users?limit=2&after=x+y", None, [USER], True),
    ("users.list", lambda c: list(c.users.list()), "GET /users?limit=100", None, [USER], True),
    ("users.sessions", lambda c: c.users.sessions(7), "GET /users/7/sessions", None, [OPEN], True),
    ("users.end_sessions", lambda c: c.users.end_sessions(7), "DELETE /users/7/sessions", None, DONE | {"count": 3}, False),
    ("users.account", lambda c: c.users.account(7), "GET /users/7/account", None, ACCOUNT, True),
    ("users.disable", lambda c: c.users.disable(7, "left"), "POST /users/7/disable", {"reason": "left"}, DONE, False),
    ("users.enable", lambda c: c.users.enable(7), "POST /users/7/enable", None, DONE, False),
    ("users.unlock", lambda c: c.users.unlock(7), "POST /users/7/unlock", None, DONE, False),
    ("users.search", lambda c: c.users.search("an n"), "GET /users?q=an+n", None, [USER], True),
    ("users.require_password_change", lambda c: c.users.require_password_change(7), "POST /users/7/require-password-change", None, DONE, False),
    ("users.send_reset", lambda c: c.users.send_reset(7), "POST /users/7/send-reset", None, DONE, False),
    ("users.devices", lambda c: c.users.devices(7), "GET /users/7/devices", None, [DEVICE], True),
    ("users.forget_devices", lambda c: c.users.forget_devices(7), "DELETE /users/7/devices", None, DONE | {"count": 3}, False),
    ("password.policy", lambda c: c.password.policy(), "GET /user-auth/password-policy", None, POLICY, True),
    ("password.check", lambda c: c.password.check("p", "e"), "POST /user-auth/check-password", {"password": "p", "email": "e"}, {"acceptable": True}, True),
    ("password.forgot", lambda c: c.password.forgot("e"), "POST /user-auth/forgot-password", {"email": "e"}, DONE, False),
    ("password.reset", lambda c: c.password.reset("t", "p"), "POST /user-auth/reset-password", {"token": "t", "password": "p"}, DONE, False),
    ("password.change", lambda c: c.password.change(session="s", current_password="p", new_password="q"), "POST /user-auth/change-password",
     {"session": "s", "currentPassword": "p", "newPassword": "q"}, LOGIN, False),
    ("email.verify", lambda c: c.email.verify("t"), "POST /user-auth/verify-email", {"token": "t"}, DONE | {"userId": 7}, False),
    ("email.resend", lambda c: c.email.resend("e"), "POST /user-auth/resend-verification", {"email": "e"}, DONE, False),
    ("email.change", lambda c: c.email.change(session="s", password="p", email="e"), "POST /user-auth/change-email",
     {"session": "s", "password": "p", "email": "e"}, DONE, False),
    ("email.confirm", lambda c: c.email.confirm("t"), "POST /user-auth/confirm-email", {"token": "t"}, DONE | {"userId": 7}, False),
    ("audit.page", lambda c: c.audit.page(AuditFilter(type="x", user=7, since="a", until="b"), limit=5), "GET /audit?type=x&user=7&from=a&to=b&limit=5",
     None, {"events": [EVENT]}, True),
    ("audit.list", lambda c: list(c.audit.list()), "GET /audit", None, {"events": [EVENT]}, True),
    ("api_keys.create", lambda c: c.api_keys.create("n", "auth", tells_client=True, expires_in_s=60), "POST /api-keys",
     {"name": "n", "scopes": "auth", "tellsClient": True, "expiresIn": 60}, ISSUED, True),
    ("api_keys.list", lambda c: c.api_keys.list(), "GET /api-keys", None, {"apiKeys": [API_KEY]}, True),
    ("api_keys.get", lambda c: c.api_keys.get("0123456789"), "GET /api-keys/0123456789", None, {"apiKey": API_KEY}, True),
    ("api_keys.rotate", lambda c: c.api_keys.rotate("0123456789", 60), "POST /api-keys/0123456789/rotate", {"graceSeconds": 60}, ISSUED, True),
    ("api_keys.rotate, usual", lambda c: c.api_keys.rotate("0123456789"), "POST /api-keys/0123456789/rotate", None, ISSUED, True),
    ("api_keys.revoke", lambda c: c.api_keys.revoke("0123456789"), "DELETE /api-keys/0123456789", None, DONE, False),
    ("health", lambda c: c.health(), "GET /health", None, HEALTH, True),
    ("ready", lambda c: c.ready(), "GET /health/ready", None, {"status": "ready"}, True),
]
EXPORTED = (json.dumps(EVENT) + "\n").encode()
EXPORT = ("audit.export", lambda c: list(c.audit.export(since="a")), "GET /audit/export?from=a", None, EXPORTED, True)
NOT_FOR_CLIENTS = {
    "followRevocations",
    "forwardAuth",
    "forwardAuthOfPath",
    "getDescription",
    "getGreeting",
    "getLife",
    "getMetrics",
    "getRevocationSnapshot",
    "getSigningKeys",
}
REPEATABLE = [row[:2] for row in [*ROWS, EXPORT] if row[5]]
SINGLE = [row[:2] for row in ROWS if not row[5]]
ONCE = [row[:2] for row in ROWS if row[0] in ("users.create", "api_keys.create", "api_keys.rotate")]
rows = pytest.mark.parametrize(("name", "call"), [row[:2] for row in [*ROWS, EXPORT]], ids=[row[0] for row in [*ROWS, EXPORT]])


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    """Lets pauses end at once, with the clock moved forward. Returns the list of the pauses, in seconds."""
    made, passed = [], [0.0]
    clock = time.monotonic

    def sleep(seconds):
        made.append(seconds)
        passed[0] += seconds

    async def sleep_async(seconds):
        sleep(seconds)

    monkeypatch.setattr("gatehouse_client.client.time.sleep", sleep)
    monkeypatch.setattr("gatehouse_client.aio.asyncio.sleep", sleep_async)
    monkeypatch.setattr("gatehouse_client.attempts.time.monotonic", lambda: clock() + passed[0])
    return made


def failure_of(call, *clients) -> BaseException:
    with pytest.raises((GatehouseError, GatehouseUnavailable)) as caught:
        call(*clients)
    return caught.value


@pytest.mark.parametrize(("name", "call", "asked", "body", "answered", "_"), [*ROWS, EXPORT], ids=[row[0] for row in [*ROWS, EXPORT]])
def test_each_call_sends_what_is_described(clients, name, call, asked, body, answered, _):
    double = Double(answer(answered))
    call(clients.asking(double))
    request = double.only
    assert f"{request.method} {request.url}" == asked.replace(" ", f" {URL}")
    assert (json.loads(request.content) if request.content else None) == body
    assert request.headers["X-API-Key"] == KEY
    assert request.headers.get("Content-Type") == (None if body is None else "application/json")


def test_every_operation_of_the_description_has_a_call():
    asked = {tuple(row[2].split("?")[0].replace("/0123456789", "/{id}").replace("/7", "/{id}").replace("/5", "/{id}").split(" ")) for row in [*ROWS, EXPORT]}
    missing = {one.id for one in operations() if (one.method.upper(), one.path) not in asked}
    assert missing == NOT_FOR_CLIENTS


def test_results_are_typed(clients):
    client = clients.asking(Double(answer(LOGIN, **{"X-Device-Token": "device"})))
    login = client.login("e", "p", device_token="new")
    assert (login.user_id, login.session, login.session_expires, login.device_token) == (7, "s", MOMENT, "device")
    assert clients.asking(Double(answer(USER))).users.get(7).created_at == MOMENT
    assert clients.asking(Double(answer([]))).users.find("e") is None
    assert clients.asking(Double(answer(HEALTH | {"status": "draining", "error": "x"}, 503))).health().status == "draining"
    assert clients.asking(Double(answer({"status": "ready"}))).ready().reasons == ()
    unready = clients.asking(Double(answer({"status": "not ready", "reasons": ["database"]}, 503))).ready()
    assert (unready.status, unready.reasons) == ("not ready", ("database",))


def test_refresh_tokens_are_told_and_not_printed(clients):
    login = clients.asking(Double(answer(LOGIN | {"refreshToken": "gtf_r", "tokenExpires": TIME}))).login("e", "p", refresh=True)
    assert (login.refresh_token, login.token_expires) == ("gtf_r", MOMENT)
    refreshed = clients.asking(Double(answer(REFRESHED))).token.refresh("gtf_r")
    assert (refreshed.user_id, refreshed.token, refreshed.refresh_token) == (7, "t", "gtf_s")
    assert refreshed.token_expires == refreshed.session_expires == MOMENT
    assert "gtf_" not in repr(login) + repr(refreshed)


def test_secrets_of_keys_are_told_and_not_printed(clients):
    issued = clients.asking(Double(answer(ISSUED))).api_keys.create("n", "auth")
    assert (issued.secret, issued.api_key.id, issued.api_key.last_used_at) == ("gtk_s", "0123456789", MOMENT)
    assert "gtk_" not in repr(issued)


@pytest.mark.parametrize("key_id", ["", "..", "0123456789/rotate", "012345678A", "0123456789a", 7, None])
def test_id_that_is_none_leads_to_no_path(clients, key_id):
    double = Double(answer(DONE))
    keys = clients.asking(double).api_keys
    for call in (keys.get, keys.rotate, keys.revoke):
        with pytest.raises(ValueError, match="ten letters"):
            call(key_id)
    assert double.asked == []


def test_refresh_is_repeated_under_the_name_of_its_attempt(clients, pauses):
    for given in (None, "an attempt of mine"):
        double = Double(httpx.ReadTimeout("x"))
        failure_of(lambda given=given, double=double: clients.asking(double).token.refresh("gtf_r", attempt=given))
        names = {json.loads(request.content)["attempt"] for request in double.asked}
        assert len(double.asked) == 3 and len(names) == 1
        assert names == {given} or (given is None and len(names.pop()) == 32)


def test_what_is_made_once_is_repeated_under_the_key_of_its_first_request(clients, pauses):
    for _name, call in ONCE:
        keys = []
        for _ in range(2):
            double = Double(httpx.ReadTimeout("x"))
            failure_of(call, clients.asking(double))
            keys.append({request.headers["Idempotency-Key"] for request in double.asked})
            assert len(double.asked) == 3 and len(keys[-1]) == 1
        assert keys[0] != keys[1] and len(keys[0].pop()) == 32


def test_what_the_service_still_works_for_is_asked_for_again(clients, pauses):
    double = Double(refusal(409, "idempotency_in_progress", 1), answer(DONE | {"user": USER}))
    assert clients.asking(double).users.create(**PERSON).id == USER["id"]
    assert pauses == [1]
    failure_of(lambda: clients.asking(Double(refusal(409, "email_taken"))).users.create(**PERSON))
    assert pauses == [1]


@pytest.mark.parametrize(("name", "call"), ONCE, ids=[row[0] for row in ONCE])
def test_what_is_done_once_lost_its_place_in_the_queue_after_a_third_of_the_time(monkeypatch, name, call):
    monkeypatch.setattr("gatehouse_client.attempts.time.monotonic", lambda: 0.0)
    double = Double(httpx.ReadTimeout("x"))
    failure_of(call, Client(URL, KEY, timeout_s=3, retries=0, transport=httpx.MockTransport(double.answer)))
    failure_of(call, Client(URL, KEY, timeout_s=3, transport=httpx.MockTransport(double.answer)))
    assert [request.extensions["timeout"]["read"] for request in double.asked] == [3] * 4


def test_what_the_service_still_worked_for_was_given_up_after_two_repetitions(clients, pauses, monkeypatch):
    monkeypatch.setattr(random, "random", lambda: 0.0)
    busy = refusal(409, "idempotency_in_progress", 1)
    double = Double(httpx.ReadTimeout("x"), busy, busy, busy, refusal(503, "unavailable", 0), answer(DONE | {"user": USER}))
    assert clients.asking(double).users.create(**PERSON).id == USER["id"]
    assert pauses == [0, 1, 1, 1, 0]


@pytest.mark.parametrize("retry_after", [None, 0])
def test_what_the_service_still_works_for_is_waited_for_within_the_time(clients, pauses, monkeypatch, retry_after):
    monkeypatch.setattr(random, "random", lambda: 0.0)
    double = Double(refusal(409, "idempotency_in_progress", retry_after))
    assert failure_of(lambda: clients.asking(double).users.create(**PERSON)).code == "idempotency_in_progress"
    assert 40 < len(pauses) <= 50 and set(pauses) == {0.1}


@rows
def test_429_is_repeated_for_every_call(clients, pauses, name, call):
    double = Double(refusal(429, "rate_limited", 1))
    failure = failure_of(call, clients.asking(double))
    assert (failure.status, failure.code, failure.retry_after_s) == (429, "rate_limited", 1)
    assert len(double.asked) == 3 and pauses == [1, 1]


@pytest.mark.parametrize(("name", "call"), REPEATABLE, ids=[row[0] for row in REPEATABLE])
def test_what_changes_nothing_is_repeated(clients, pauses, name, call):
    for fate in (httpx.ConnectError("x"), httpx.ReadTimeout("x"), refusal(502, "x"), (504, b"<html>", {})):
        double = Double(fate)
        failure_of(call, clients.asking(double))
        assert len(double.asked) == 3


@pytest.mark.parametrize(("name", "call"), SINGLE, ids=[row[0] for row in SINGLE])
def test_what_writes_is_sent_once(clients, pauses, name, call):
    for fate in (httpx.ConnectError("x"), httpx.ReadTimeout("x"), refusal(503, "unavailable", 1), refusal(500, "internal_error")):
        double = Double(fate)
        failure_of(call, clients.asking(double))
        assert len(double.asked) == 1 and pauses == []


def test_pauses_are_drawn_or_told(clients, pauses, monkeypatch):
    monkeypatch.setattr(random, "random", lambda: 0.5)
    failure_of(lambda: clients.asking(Double(httpx.ConnectError("x")), retries=3).users.get(7))
    assert pauses == [0.05, 0.1, 0.2]
    pauses.clear()
    double = Double(refusal(503, "unavailable", 5))
    failure_of(lambda: clients.asking(double).users.get(7))
    assert (len(double.asked), pauses) == (1, []), "a pause that does not fit into the time"


def test_time_is_shared_by_the_attempts(monkeypatch):
    monkeypatch.setattr("gatehouse_client.attempts.time.monotonic", lambda: 0.0)
    double = Double(httpx.ReadTimeout("x"), answer(SESSION), answer(LOGIN))
    client = Client(URL, KEY, timeout_s=3, transport=httpx.MockTransport(double.answer))
    client.session.verify("s")
    assert 0 < double.asked[0].extensions["timeout"]["read"] <= 1
    client.login("e", "p", options=CallOptions(timeout_s=2))
    assert 1 < double.asked[-1].extensions["timeout"]["read"] <= 2


def test_the_whole_time_is_bounded_with_asyncio():
    async def silence(_request):
        await asyncio.Event().wait()

    async def ask(**options):
        async with AsyncClient(URL, KEY, timeout_s=0.1, transport=httpx.MockTransport(silence), **options) as client:
            await client.session.verify("s")

    for options in ({}, {"retries": 0}):
        failure = failure_of(lambda options=options: asyncio.run(ask(**options)))
        assert (type(failure), failure.reason) == (GatehouseUnavailable, "timeout")


def test_cancelling_a_task_cancels_its_call():
    async def silence(_request):
        await asyncio.Event().wait()

    async def ask():
        async with AsyncClient(URL, KEY, transport=httpx.MockTransport(silence)) as client, asyncio.timeout(0.01):
            await client.session.verify("s")

    with pytest.raises(TimeoutError):
        asyncio.run(ask())


def test_failures_of_the_network_name_their_reason_and_no_secret(clients):
    for fate, reason in ((httpx.ConnectError("x"), "network"), (httpx.ConnectTimeout("x"), "timeout"), (httpx.RemoteProtocolError("x"), "network")):
        failure = failure_of(lambda fate=fate: clients.asking(Double(fate), retries=0).users.find("who@example.com"))
        assert (type(failure), failure.reason, failure.__cause__) == (GatehouseUnavailable, reason, fate)
        assert "who@" not in repr(failure) and KEY not in repr(failure)


def test_refusals_say_what_the_service_said(clients):
    details = [{"field": "email", "message": "is required", "code": "required"}]
    body = {"error": "Missing", "code": "missing_fields", "requestId": "r", "details": details}
    failure = failure_of(lambda: clients.asking(Double(answer(body, 400))).users.create(**PERSON))
    assert (failure.status, failure.code, str(failure), failure.request_id) == (400, "missing_fields", "Missing", "r")
    assert [(one.field, one.code) for one in failure.details] == [("email", "required")]
    body = {"error": "A new password is required", "code": "password_change_required", "requestId": "r", "resetToken": "gtr_a"}
    failure = failure_of(lambda: clients.asking(Double(answer(body, 403))).login("e", "p"))
    assert failure.reset_token == "gtr_a" and "gtr_a" not in repr(failure) + str(failure)


@pytest.mark.parametrize("details", [7, "x", {"field": "email"}, [None, "x", {}, {"field": "f", "message": "m", "code": 7}]])
def test_refusal_of_somebody_else_broke_where_its_details_were_no_objects(clients, details):
    body = {"error": "e", "code": "c", "requestId": 7, "resetToken": {}, "details": details}
    failure = failure_of(lambda: clients.asking(Double(answer(body, 400))).users.get(7))
    assert (failure.code, failure.details, failure.request_id, failure.reset_token) == ("c", (), None, None)


def test_failures_did_not_survive_pickling():
    details = (FieldProblem("email", "is required", "required"),)
    refused = GatehouseError("Missing", status=400, code="c", request_id="r", details=details, retry_after_s=3, reset_token="gtr_a")
    for failure in (refused, GatehouseUnavailable("Nobody answered", "timeout")):
        found = pickle.loads(pickle.dumps(failure))
        assert (type(found), str(found), found.args, vars(found)) == (type(failure), str(failure), failure.args, vars(failure))


@pytest.mark.parametrize(("status", "body"), [(404, b"<html>secret"), (403, {"message": "secret"}), (200, b"<html>secret"), (200, b""), (200, b"7"),
                                              (200, {}), (200, []), (308, b"")])
def test_answers_of_others_are_unexpected(clients, status, body):
    failure = failure_of(lambda: clients.asking(Double(answer(body, status, Location="http://elsewhere.test"))).users.get(7))
    assert (failure.status, failure.code, failure.request_id) == (status, "unexpected_answer", "from-header")
    assert "secret" not in str(failure)


def test_retry_after_may_be_a_date(clients):
    fields = (("Sun, 06 Nov 1994 08:49:37 GMT", 0), ("soon", None), ("9" * 20, None), (f"Mon, 01 Jan {'9' * 20} 00:00:00 GMT", None))
    for field, seconds in fields:
        failure = failure_of(lambda field=field: clients.asking(Double(answer({}, 400, **{"Retry-After": field}))).users.get(7))
        assert failure.retry_after_s == seconds
    hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    failure = failure_of(lambda: clients.asking(Double(answer({}, 400, **{"Retry-After": hour}))).users.get(7))
    assert 3500 < failure.retry_after_s <= 3600


@pytest.mark.parametrize("part", ["session", "token"])
def test_verify_is_none_only_for_a_refused_credential(clients, part):
    codes = {"session": ["invalid_session", "session_expired", "session_ended", "session_user_not_found"], "token": ["invalid_token"]}
    for code in codes[part]:
        assert getattr(clients.asking(Double(refusal(401, code))), part).verify("value") is None
    for fate in (refusal(401, "invalid_api_key"), refusal(401, "missing_api_key"), (401, b"<html>", {}), refusal(403, "missing_scope")):
        failure_of(lambda fate=fate: getattr(clients.asking(Double(fate)), part).verify("value"))
    double = Double(answer(SESSION))
    for value in (None, "", " ", "a b", "a\r\nX-API-Key: x", "\0", "ä", "x" * 8193):
        assert getattr(clients.asking(double), part).verify(value) is None
    assert double.asked == []


@pytest.mark.parametrize("code", ["unauthorized", "invalid_credentials", "a_code_of_tomorrow"])
def test_refusal_of_a_gateway_was_taken_for_one_of_the_credential(clients, code):
    client = clients.asking(Double(refusal(401, code)))
    for call in (lambda: client.session.verify("s"), lambda: client.token.verify("t"), lambda: client.email.verify("t")):
        assert failure_of(call).code == code


@pytest.mark.parametrize("changes", [{"userId": "7"}, {"userId": None}, {"userId": True}, {"expiresAt": 7}, {"expiresAt": "soon"}])
def test_any_number_or_text_was_taken_for_a_user(clients, changes):
    for call in (lambda c: c.session.verify("s"), lambda c: c.token.verify("t"), lambda c: c.session.verify_all(["s"])):
        body = SESSION | changes
        double = Double(answer(body | {"sessions": [body | {"status": 200}]}))
        assert failure_of(call, clients.asking(double)).code == "unexpected_answer"
    if "userId" in changes:
        assert failure_of(lambda: clients.asking(Double(answer(DONE | changes))).email.verify("t")).code == "unexpected_answer"


VALID = SESSION | {"status": 200}


@pytest.mark.parametrize("listed", [{}, [], [VALID], [VALID] * 3, [VALID, None], [VALID, {"status": 401, "code": "unauthorized"}]])
def test_many_sessions_were_told_apart_by_an_answer_that_is_not_about_each_of_them(clients, listed):
    failure = failure_of(lambda: clients.asking(Double(answer({"sessions": listed}))).session.verify_all(["s", "t"]))
    assert (failure.status, failure.code) == (200, "unexpected_answer")


def test_many_sessions_are_verified_a_hundred_in_a_call(clients):
    ended = {"status": 401, "error": "e", "code": "session_ended"}
    double = Double(answer({"sessions": [VALID] * 100}), answer({"sessions": [ended]}))
    verified = clients.asking(double).session.verify_all(["s"] * 100 + ["x" * 513])
    assert verified[99].user_id == 7 and verified[100] is None
    assert [json.loads(request.content) for request in double.asked] == [{"sessions": ["s"] * 100}, {"sessions": [""]}]


def test_email_verify_is_none_for_a_link_that_is_no_longer_good(clients):
    assert clients.asking(Double(refusal(401, "invalid_or_expired_token"))).email.verify("t") is None
    assert failure_of(lambda: clients.asking(Double(refusal(401, "invalid_api_key"))).email.verify("t")).status == 401


def test_the_browser_is_told_in_characters_that_a_field_may_have(clients):
    double = Double(answer(LOGIN))
    options = CallOptions(client_address="2001:db8::1", user_agent=f" a\r\nb\0ä€ {'x' * 1000}", request_id="r-1")
    clients.asking(double).login("e", "p", device_token="a b", options=options)
    headers = double.only.headers
    assert (headers["X-Client-Address"], headers["X-Request-Id"], headers["X-Device-Token"]) == ("2001:db8::1", "r-1", "new")
    assert headers["X-Client-User-Agent"] == f"a??b??? {'x' * 503}"


def test_device_could_not_be_told_where_a_password_counts(clients):
    for call in (
        lambda c, **device: c.password.change(session="s", current_password="p", new_password="q", **device),
        lambda c, **device: c.email.change(session="s", password="p", email="e", **device),
    ):
        double = Double(answer(LOGIN))
        for device in ({"device_token": "known"}, {"device_token": "a b"}, {}):
            call(clients.asking(double), **device)
        assert [request.headers.get("X-Device-Token") for request in double.asked] == ["known", "new", None]


@pytest.mark.parametrize("wrong", [0, -1, "7", "7/sessions", "..", 1.5, True, None])
def test_ids_lead_to_no_other_path(clients, wrong):
    double = Double(answer(USER))
    for call in (lambda c: c.users.get(wrong), lambda c: c.users.delete(wrong), lambda c: c.session.end(wrong)):
        with pytest.raises(ValueError, match="positive integer"):
            call(clients.asking(double))
    assert double.asked == []


def test_what_cannot_be_sent_is_refused_without_repeating_it(clients):
    for url in ("", "gatehouse.test", "ftp://x", "http://who:a-secret@x", "http://x/?a-secret", "http://x/#a-secret"):
        with pytest.raises(ValueError, match="^(?!.*a-secret)"):
            clients.of(url)
    for key in ("", "a-secret\n", "ä-secret"):
        with pytest.raises(ValueError, match="^api_key must be visible ASCII characters$"):
            clients.of(key=key)
    for options in (CallOptions(client_address="::1\r\nX: a-secret"), CallOptions(request_id="")):
        with pytest.raises(ValueError, match="must be visible"):
            clients.asking(Double(answer(USER))).users.get(7, options=options)
    for options in (CallOptions(timeout_s=0), CallOptions(retries=-1)):
        with pytest.raises(ValueError, match="timeout_s"):
            clients.asking(Double(answer(USER))).users.get(7, options=options)


def test_lists_go_on_to_their_end(clients):
    link = {"Link": '</users?limit=2&after=a%2Bb>; rel="next"'}
    double = Double(answer([USER, USER | {"id": 6}], **link), answer([USER | {"id": 5}]))
    assert [user.id for user in clients.asking(double).users.list(limit=2)] == [7, 6, 5]
    assert [request.url.params.get("after") for request in double.asked] == [None, "a+b"]
    double = Double(answer({"events": []}, **link), answer({"events": [EVENT]}))
    assert [event.id for event in clients.asking(double).audit.list()] == [1]


def test_a_list_asks_for_no_page_that_is_not_wanted():
    double = Double(answer([USER], Link='</users?after=x>; rel="next"'))
    users = Client(URL, KEY, transport=httpx.MockTransport(double.answer)).users.list()
    next(users)
    assert len(double.asked) == 1


@pytest.mark.parametrize("text", [b"no\n", b'{"id":', b"x" * 1_048_577, b"{}\n"])
def test_an_export_fails_at_a_line_that_is_no_event(clients, text):
    body = json.dumps(EVENT).encode() + b"\n" + text
    assert failure_of(lambda: list(clients.asking(Double(answer(body))).audit.export())).code == "unexpected_answer"
    assert failure_of(lambda: list(clients.asking(Double(refusal(403, "missing_scope"))).audit.export())).code == "missing_scope"


def test_an_export_failed_at_the_first_429(clients, pauses):
    double = Double(refusal(429, "rate_limited", 1), answer(EXPORTED))
    assert [event.id for event in clients.asking(double).audit.export()] == [1]
    assert pauses == [1] and len(double.asked) == 2


def test_an_export_is_not_asked_for_again_once_it_has_begun(clients, pauses):
    double = Double(answer(EXPORTED + b"no"))
    failure_of(lambda: list(clients.asking(double).audit.export()))
    assert len(double.asked) == 1 and pauses == []


def test_what_is_printed_shows_no_secret(clients):
    client = clients.asking(Double(answer(LOGIN | {"session": "a-secret", "token": "b-secret"}, **{"X-Device-Token": "c-secret"})))
    assert "secret" not in repr(client.login("e", "p", device_token="new"))
    assert KEY not in repr(vars(client)) + repr(client)
