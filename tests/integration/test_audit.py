"""The audit trail: one event for each thing that happened, whatever happens to the program, and no way to change it."""

import contextlib
import http.client
import json
import random
import threading
import uuid
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from harness.accounts import PASSWORD, create_user, log_in, log_out, new_user, try_log_in, unique_email
from harness.places import FULL, SANITIZED
from harness.program import run_command
from harness.waiting import wait_until

CALLS = 100_000 if FULL else 300 if SANITIZED else 2_000
CLIENTS = 4
MANY_EVENTS = 20_000 if SANITIZED else 200_000
GROWTH_MAX_KIB = 20 * 1024
# Nothing is sealed while a transaction of another test is open, and one test fills tables for more than a minute.
SEALED_WITHIN_S = 300


def events_of(api, query="") -> list[dict]:
    """Every event of a query, oldest first."""
    found, path = [], f"/audit?limit=1000{query}"
    while path:
        response = api.get(path)
        assert response.status == 200, response.body
        found += response.json()["events"]
        link = response.header("Link")
        path = link[1 : link.index(">")] if link else None
    return found[::-1]


def exported(api, query="") -> list[dict]:
    response = api.get(f"/audit/export{query}")
    assert response.status == 200 and response.header("Content-Type") == "application/x-ndjson"
    return [json.loads(line) for line in response.body.splitlines()]


class Caller:
    """Sends random calls about its own users, and knows which events each call must cause."""

    def __init__(self, program, seed):
        self.random = random.Random(seed)
        self.api = program.api()
        self.expected: dict[str, list[str]] = {}
        self.users: list[dict] = []
        self.sessions: list[tuple[int, str]] = []  # user id and sealed session; open ones only
        self.ended: list[str] = []
        self._names = [name for name in dir(self) if name.startswith("call_")]

    def run(self, calls):
        for _ in range(calls):
            getattr(self, self.random.choice(self._names))()
        self.api.close()
        return self

    def send(self, method, path, statuses, events=(), json_body=None, **options):
        """`events` are those that an answer with the first of `statuses` causes."""
        request = uuid.uuid4().hex
        headers = {"X-Request-Id": request} | options.pop("headers", {})
        body = {} if json_body is None else {"json": json_body}
        response = self.api.request(method, path, headers=headers, **body, **options)
        assert response.status in statuses, (method, path, response.status, response.body)
        self.expected[request] = list(events) if response.status == statuses[0] else []
        return response

    def any_user(self):
        return self.random.choice(self.users) if self.users else self.call_create()

    def forget_sessions_of(self, user):
        self.ended += [sealed for owner, sealed in self.sessions if owner == user["id"]]
        self.sessions = [one for one in self.sessions if one[0] != user["id"]]

    def call_create(self):
        body = new_user()
        user = self.send("POST", "/users", [201], ["user.created"], body).json()["user"] | {"password": PASSWORD}
        self.users.append(user)
        return user

    def call_create_a_second_time(self):
        self.send("POST", "/users", [409], [], new_user(email=self.any_user()["email"].upper()))

    def call_create_and_repeat(self):
        body, headers = new_user(), {"Idempotency-Key": uuid.uuid4().hex}
        first = self.send("POST", "/users", [201], ["user.created"], body, headers=headers).json()
        assert self.send("POST", "/users", [201], [], body, headers=headers).json() == first
        self.users.append(first["user"] | {"password": PASSWORD})

    def call_forget_devices(self):
        self.send("DELETE", f"/users/{self.any_user()['id']}/devices", [200], ["device.removed"])

    def call_send_reset(self):
        self.send("POST", f"/users/{self.any_user()['id']}/send-reset", [202], ["password.reset_requested"])

    def call_create_nobody(self):
        self.send("POST", "/users", [400], [], {"first_name": "Ada"})

    def call_rename(self):
        self.send("PUT", f"/users/{self.any_user()['id']}", [200], ["user.updated"], {"last_name": "King"})

    def call_rename_nobody(self):
        self.send("PUT", "/users/999999999", [404], [], {"last_name": "King"})

    def call_change_password(self):
        user = self.any_user()
        user["password"] = uuid.uuid4().hex
        self.send("PUT", f"/users/{user['id']}", [200], ["password.changed"], {"password": user["password"]})
        self.forget_sessions_of(user)

    def call_change_all(self):
        user = self.any_user()
        user["password"] = uuid.uuid4().hex
        changes = {"first_name": "Augusta", "password": user["password"]}
        self.send("PUT", f"/users/{user['id']}", [200], ["password.changed", "user.updated"], changes)
        self.forget_sessions_of(user)

    def call_delete(self):
        user = self.any_user()
        self.users.remove(user)
        self.send("DELETE", f"/users/{user['id']}", [200], ["user.deleted"])
        self.forget_sessions_of(user)

    def call_delete_nobody(self):
        self.send("DELETE", "/users/999999999", [404])

    def call_log_in(self):
        user = self.any_user()
        body = {"email": user["email"], "password": user["password"]}
        answer = self.send("POST", "/user-auth", [200], ["login.succeeded"], body).json()
        self.sessions.append((user["id"], answer["session"]))

    def call_refresh(self):
        user = self.any_user()
        body = {"email": user["email"], "password": user["password"], "refresh": True}
        answer = self.send("POST", "/user-auth", [200], ["login.succeeded"], body).json()
        self.sessions.append((user["id"], answer["session"]))
        first = {"refreshToken": answer["refreshToken"]}
        self.send("POST", "/user-auth/refresh", [400], [], first | {"attempt": "short"})
        second = {"refreshToken": self.send("POST", "/user-auth/refresh", [200], [], first).json()["refreshToken"]}
        self.send("POST", "/user-auth/refresh", [200], [], first)
        third = {"refreshToken": self.send("POST", "/user-auth/refresh", [200], [], second).json()["refreshToken"]}
        if self.random.random() < 0.5:
            return
        self.send("POST", "/user-auth/refresh", [401], ["refresh.reused token_reused"], first)
        self.send("POST", "/user-auth/refresh", [401], [], third)
        self.ended.append(self.sessions.pop()[1])

    def call_log_in_with_a_wrong_password(self):
        body = {"email": self.any_user()["email"], "password": "wrong"}
        self.send("POST", "/user-auth", [401], ["login.failed wrong_password"], body)

    def call_log_in_nobody(self):
        self.send("POST", "/user-auth", [401], ["login.failed unknown_user"], {"email": unique_email(), "password": "x"})

    def call_log_in_without_password(self):
        self.send("POST", "/user-auth", [400], [], {"email": unique_email()})

    def call_forget_password(self):
        body = {"email": self.any_user()["email"]}
        self.send("POST", "/user-auth/forgot-password", [202], ["password.reset_requested"], body)
        self.send("POST", "/user-auth/resend-verification", [202], ["email.verification_sent"], body)

    def call_forget_password_of_nobody(self):
        body = {"email": unique_email()}
        self.send("POST", "/user-auth/forgot-password", [202], ["password.reset_requested unknown_user"], body)
        self.send("POST", "/user-auth/resend-verification", [202], ["email.verification_sent unknown_user"], body)

    def call_redeem_nothing(self):
        for path in ("verify-email", "confirm-email"):
            self.send("POST", f"/user-auth/{path}", [401], [], {"token": "gtv_x"})
        self.send("POST", "/user-auth/reset-password", [401], [], {"token": "gtr_x", "password": PASSWORD})

    def session_owner(self):
        """A request body with an open session, and the user whose session it is."""
        if not self.sessions:
            self.call_log_in()
        owner, session = self.random.choice(self.sessions)
        return {"session": session}, next(user for user in self.users if user["id"] == owner)

    def call_change_own_password(self):
        body, user = self.session_owner()
        new = uuid.uuid4().hex
        body |= {"currentPassword": user["password"], "newPassword": new}
        wrong = body | {"currentPassword": "wrong"}
        self.send("POST", "/user-auth/change-password", [401], ["login.failed wrong_password"], wrong)
        refused = ["login.failed new_password_refused"]
        self.send("POST", "/user-auth/change-password", [400], refused, body | {"newPassword": "football"})
        answer = self.send("POST", "/user-auth/change-password", [200], ["password.changed"], body).json()
        self.forget_sessions_of(user)
        user["password"] = new
        self.sessions.append((user["id"], answer["session"]))

    def call_change_own_email(self):
        body, user = self.session_owner()
        body |= {"password": user["password"], "email": unique_email()}
        self.send("POST", "/user-auth/change-email", [202], ["email.change_requested"], body)

    def call_log_out(self):
        if not self.sessions:
            return
        one = self.sessions.pop(self.random.randrange(len(self.sessions)))
        self.send("POST", "/user-auth/logout", [200], ["logout"], {"session": one[1]})
        self.ended.append(one[1])

    def call_log_out_again(self):
        session = self.random.choice(self.ended) if self.ended else "nonsense"
        self.send("POST", "/user-auth/logout", [200], [], {"session": session})

    def call_revoke_one(self):
        user = self.any_user()
        path = f"/users/{user['id']}/sessions"
        listed = self.send("GET", path, [200]).json()
        if not listed:
            return
        self.send("DELETE", f"/sessions/{listed[0]['id']}", [200], ["session.revoked"])
        self.send("DELETE", f"/sessions/{listed[0]['id']}", [404])
        # It is no longer known which of the sealed sessions that was.
        self.send("DELETE", path, [200], ["session.revoked"])
        self.forget_sessions_of(user)

    def call_revoke_all(self):
        user = self.any_user()
        self.send("DELETE", f"/users/{user['id']}/sessions", [200], ["session.revoked"])
        self.forget_sessions_of(user)

    def call_reads(self):
        self.send("GET", "/users?limit=1", [200])
        self.send("GET", f"/users/{self.any_user()['id']}", [200])
        self.send("GET", "/health", [200])
        self.send("GET", "/nothing", [404])
        self.send("POST", "/user-auth/verify-token", [401], headers={"Authorization": "Bearer x"})
        if self.sessions:
            self.send("POST", "/user-auth/verify-session", [200], [], {"session": self.sessions[0][1]})

    def call_with_a_wrong_key(self):
        self.send("GET", "/users", [401], ["key.refused invalid_api_key"], key="wrong")

    def call_without_key(self):
        self.send("GET", "/users", [401], [], key=None)


def told_by_request(events) -> dict[str, list[str]]:
    told = defaultdict(list)
    for event in events:
        if event["requestId"]:
            told[event["requestId"]].append(event["type"] + (f" {event['reason']}" if event["reason"] else ""))
    return {request: sorted(types) for request, types in told.items()}


@pytest.mark.slow
def test_each_request_causes_exactly_its_events(start):
    program = start(LOCKOUT_FREE="100", LOCKOUT_DISABLE_AFTER="100", RATE_LIMIT_MAIL_ACCOUNT="off")
    with ThreadPoolExecutor(CLIENTS) as pool:
        callers = list(pool.map(lambda seed: Caller(program, seed).run(CALLS // CLIENTS), range(CLIENTS)))
    with program.api() as api:
        told = told_by_request(exported(api))
        assert told == told_by_request(events_of(api))
    expected = {request: sorted(types) for caller in callers for request, types in caller.expected.items()}
    wrong = {r: (expected.get(r), told.get(r)) for r in {*expected, *told} if expected.get(r, []) != told.get(r, [])}
    assert wrong == {}
    kinds = Counter(kind for types in told.values() for kind in types)
    assert len(kinds) >= 10, kinds


class Acknowledged:
    """Clients that create users and log them in and out until they are told to stop, and what was acknowledged to them."""

    def __init__(self, program, clients=8):
        self._program, self._stop = program, threading.Event()
        self.events: dict[str, str] = {}  # request id -> the type of its one event
        self._threads = [threading.Thread(target=self._work) for _ in range(clients)]

    def run_until(self, event_count, then):
        for thread in self._threads:
            thread.start()
        wait_until(lambda: len(self.events) >= event_count, 120, "acknowledged changes")
        then()
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _work(self):
        with contextlib.suppress(OSError, http.client.HTTPException), self._program.api() as api:
            while not self._stop.is_set():
                body = new_user()
                if not self._send(api, "/users", body, 201, "user.created"):
                    continue
                credentials = {"email": body["email"], "password": body["password"]}
                login = self._send(api, "/user-auth", credentials, 200, "login.succeeded")
                self._send(api, "/user-auth", credentials | {"password": "x"}, 401, "login.failed")
                if login:
                    self._send(api, "/user-auth/logout", {"session": login["session"]}, 200, "logout")

    def _send(self, api, path, body, status, event):
        request = uuid.uuid4().hex
        response = api.post(path, body, headers={"X-Request-Id": request})
        if response.status != status:
            return None
        self.events[request] = event
        return response.json()


def assert_on_record(load, events):
    """Each acknowledged change has exactly one event."""
    told = told_by_request(events)
    types = {request: [one.split()[0] for one in told.get(request, [])] for request in load.events}
    assert {request: types[request] for request, kind in load.events.items() if types[request] != [kind]} == {}


def assert_state_is_as_told(database, events):
    """The users and sessions are those that the trail reports."""
    users = {event["userId"] for event in events if event["type"] in ("user.created", "user.imported")}
    users -= {event["userId"] for event in events if event["type"] == "user.deleted"}
    assert {row[0] for row in database.rows("SELECT id FROM users")} == users
    sessions = {event["sessionId"] for event in events if event["type"] == "login.succeeded"}
    sessions -= {event["sessionId"] for event in events if event["type"] in ("logout", "session.revoked")}
    assert {row[0] for row in database.rows("SELECT id FROM sessions")} == sessions


@pytest.mark.slow
def test_what_is_acknowledged_is_on_record_after_kill_9(start, database):
    program = start()
    for _ in range(2):
        load = Acknowledged(program)
        load.run_until(60, program.kill)
        wait_until(lambda: not database.has_clients(), 20, "the end of what the program had begun")
        program.start()
        with program.api() as api:
            events = exported(api)
            assert_on_record(load, events)
            assert_state_is_as_told(database, events)


@pytest.mark.slow
def test_what_is_acknowledged_is_on_record_after_kill_9_of_postgres(cluster, cluster_database, start_on_cluster):
    program = start_on_cluster(DB_QUERY_TIMEOUT="5s")
    load = Acknowledged(program)
    load.run_until(60, cluster.kill)
    cluster.start()
    with program.api() as api:
        wait_until(lambda: api.get("/health").status == 200, 60, "the recovery")
        events = exported(api)
        assert_on_record(load, events)
        assert_state_is_as_told(cluster_database, events)


def test_event_says_who_and_from_where(start):
    with start().api() as api:
        user = create_user(api)
        client = {"X-Client-Address": "203.0.113.9", "X-Client-User-Agent": "Mozilla/5.0 é", "X-Request-Id": "request-7"}
        session = log_in(api, user["email"], headers=client)["session"]
        [event] = events_of(api, "&type=login.succeeded")
        assert event["outcome"] == "ok" and event["reason"] is None and event["details"] is None
        assert event["actor"] == {"kind": "key", "name": "API_KEY"}
        assert event["userId"] == user["id"]
        assert event["sessionId"] == api.get(f"/users/{user['id']}/sessions").json()[0]["id"]
        assert event["requestId"] == "request-7"
        assert event["ipAddress"] == "203.0.113.9"
        assert event["userAgent"] == "Mozilla/5.0 ?"
        log_out(api, session)
        [event] = events_of(api, f"&user={user['id']}&type=logout")
        assert event["ipAddress"] == "127.0.0.1" and event["sessionId"]


def wait_for_the_start(api, starts=1):
    """Another thread records the start, perhaps later than other events."""
    wait_until(lambda: len(events_of(api, "&type=service.started")) == starts, 60, "the start on record")


def test_filters_and_times(start):
    with start().api() as api:
        wait_for_the_start(api)
        ada, bob = create_user(api), create_user(api)
        assert try_log_in(api, ada["email"], "wrong").status == 401
        every = events_of(api)
        assert [e["type"] for e in every if e["userId"]] == ["user.created", "user.created", "login.failed"]
        assert [e["userId"] for e in events_of(api, "&outcome=refused")] == [ada["id"]]
        assert {e["type"] for e in events_of(api, "&actor=service")} == {"service.started"}
        assert [e["type"] for e in events_of(api, f"&user={bob['id']}")] == ["user.created"]
        day, last = min(event["at"] for event in every)[:10], every[-1]["at"]
        assert every[-1] in events_of(api, f"&from={last}")
        assert events_of(api, f"&to={day}") == []
        assert exported(api, f"?to={day}") == []
        # An export is ordered by time, the list by id.
        assert sorted(exported(api, f"?from={day}"), key=lambda event: event["id"]) == every
        for query in ("type=x", "user=x", "outcome=x", "from=x", "to=x", "limit=0", "after=x", "user=1&user=2"):
            response = api.get(f"/audit?{query}")
            assert response.status == 400 and response.json()["code"] == "validation_failed", query
        assert api.get("/audit", key=None).status == 401
        assert api.get("/audit/export", key="wrong").status == 401


def test_requests_without_key_and_too_many_are_counted(start):
    program = start(RATE_LIMIT_LOGIN="1/1h/2")
    with program.api() as api:
        for _ in range(3):
            assert api.get("/users", key=None).status == 401
        client = {"X-Client-Address": "203.0.113.9"}
        statuses = [try_log_in(api, unique_email(), headers=client).status for _ in range(5)]
        assert statuses == [401, 401, 429, 429, 429]
        assert not events_of(api, "&type=rate.limited"), "not before the minute is over"
    assert program.stop() == 0
    program.start()
    with program.api() as api:
        limited, refused = events_of(api, "&type=rate.limited"), events_of(api, "&type=key.refused")
        assert {e["reason"] for e in limited} == {"login"} and {e["ipAddress"] for e in limited} == {"203.0.113.9"}
        assert sum(e["details"]["count"] for e in limited) == 3
        assert {e["reason"] for e in refused} == {"missing_api_key"}
        assert sum(e["details"]["count"] for e in refused) == 3
        wait_for_the_start(api, 2)
        assert len(events_of(api, "&type=service.stopped")) == 1


def test_commands_read_the_trail_and_are_in_it(start, database, tmp_path):
    program = start()
    with program.api() as api:
        wait_for_the_start(api)
    settings = program.settings | {"USER": "operator", "SUDO_USER": None}
    email = unique_email()
    created = run_command(["users", "create", email, "--first-name", "Ada", "--last-name", "King"], settings, tmp_path,
                          stdin="correct horse\n")
    assert created.returncode == 0, created.stderr
    assert run_command(["users", "disable", email], settings, tmp_path).returncode == 0
    listed = run_command(["audit", "list", "--user", email, "--json"], settings, tmp_path)
    events = [json.loads(line) for line in listed.stdout.splitlines()]
    assert [e["type"] for e in events] == ["user.disabled", "user.created"]
    assert all(e["actor"] == {"kind": "cli", "name": "operator"} for e in events)
    table = run_command(["audit", "list", "--type", "user.disabled"], settings, tmp_path).stdout
    assert "user.disabled" in table and "cli operator" in table and len(table.splitlines()) == 1
    whole = run_command(["audit", "export"], settings, tmp_path).stdout
    with program.api() as api:
        assert [json.loads(line) for line in whole.splitlines()] == exported(api)
    for arguments in (["--type", "x"], ["--outcome", "x"], ["--from", "x"], ["--user", "nobody@example.com"]):
        refused = run_command(["audit", "list", *arguments], settings, tmp_path)
        assert refused.returncode == 1 and refused.stderr, arguments


def test_old_events_are_pruned_at_the_start(start, database):
    program = start(AUDIT_SEAL_INTERVAL="1s")
    wait_until(lambda: database.rows("SELECT 1 FROM audit_seals"), SEALED_WITHIN_S, "a seal")
    program.stop()
    database.disarm("audit_seals")
    database.shift("audit_seals", "sealed_at", -timedelta(days=3))
    program.settings["AUDIT_RETENTION"] = "2d"
    program.start()
    with program.api() as api:
        pruned = wait_until(lambda: events_of(api, "&type=audit.pruned"), 60, "the pruning")
        assert {e["details"]["seal"] for e in pruned} == set(range(1, len(pruned) + 1))
        assert {e["actor"]["name"] for e in pruned} == {"retention"}
        wait_for_the_start(api, 1)  # the first start is gone


@pytest.mark.slow
def test_export_of_a_long_trail_streams_in_flat_memory(start, database):
    program = start()
    database.insert_audit_events(MANY_EVENTS)
    with program.api() as api:
        assert len(api.get("/audit?limit=1000").json()["events"]) == 1000
    before_kib = program.memory_kib()
    connection, answer = program.api().open_stream("/audit/export")
    lines, memory_max_kib = 0, 0
    while piece := answer.read(1 << 20):
        lines += piece.count(b"\n")
        memory_max_kib = max(memory_max_kib, program.memory_kib())
    connection.close()
    assert lines >= MANY_EVENTS
    if not SANITIZED:
        assert memory_max_kib - before_kib <= GROWTH_MAX_KIB
