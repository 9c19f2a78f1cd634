"""API keys in the database: made, used, rotated and revoked, on every replica, over HTTP and by the command."""

import json
import re
import threading

import pytest

from harness.accounts import PASSWORD, create_user
from harness.api_keys import SCOPES, is_good, make_key, rotate_key, use
from harness.openapi import operations, schema_of, violations
from harness.places import SANITIZED
from harness.waiting import seconds_until, wait_until

SEEN_WITHIN_S = 60.0 if SANITIZED else 20.0
TRAVEL_MAX_S = 0.25 if SANITIZED else 0.05
KEY_FORM = re.compile(r"gtk_[0-9a-z]{10}_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}")
BY_ID = {operation.id: operation for operation in operations()}
# Which operations each scope allows.
NEEDS = {
    "auth": "logIn logOut verifySession verifySessions verifyToken verifyEmail resendVerification changeEmail confirmEmail "
    "getPasswordPolicy checkPassword forgotPassword resetPassword changePassword refreshToken",
    "users:read": "listUsers getUser getAccount listDevices",
    "users:write": "createUser updateUser deleteUser disableUser enableUser unlockUser requirePasswordChange sendReset forgetDevices",
    "sessions:read": "listSessions",
    "sessions:write": "endAllSessions endSession",
    "audit:read": "listEvents exportEvents",
    "revocations:read": "getRevocationSnapshot followRevocations",
    "keys:write": "listApiKeys createApiKey getApiKey rotateApiKey revokeApiKey",
    "metrics": "getMetrics",
    "forward-auth": "forwardAuth forwardAuthOfPath",
}
NEEDED = {operation: scope for scope, names in NEEDS.items() for operation in names.split()}
INCLUDES = {"auth": {"auth", "revocations:read"}, "admin": set(SCOPES)}


@pytest.fixture
def replicas(start, kind):
    """A connection to each of two replicas; on SQLite to the only one."""
    programs = [start()] if kind == "sqlite" else [start(), start()]
    apis = [program.api() for program in programs]
    yield apis
    for api in apis:
        api.close()


def events_of(database, prefix="key."):
    return [
        (kind, json.loads(details) if details else None)
        for kind, details in database.rows(f"SELECT type, details FROM audit_events WHERE type LIKE '{prefix}%' ORDER BY id")
    ]


def test_life_of_a_key(replicas, database):
    first, last = replicas[0], replicas[-1]
    answer = first.post("/api-keys", {"name": "shop", "scopes": "users:read auth", "expiresIn": 3600})
    assert answer.status == 201
    assert violations(answer.json(), schema_of(BY_ID["createApiKey"], 201)) == []
    key, secret = answer.json()["apiKey"], answer.json()["secret"]
    assert KEY_FORM.fullmatch(secret) and secret[4:14] == key["id"]
    assert (key["name"], key["scopes"], key["createdBy"], key["lastUsedAt"]) == ("shop", "auth users:read", "key API_KEY", None)
    for api in replicas:
        assert is_good(api, secret), "at once, on every replica"
        assert api.get("/users", key=secret).status == 200
        assert api.get("/audit", key=secret).status == 403

    shown = last.get(f"/api-keys/{key['id']}")
    assert violations(shown.json(), schema_of(BY_ID["getApiKey"], 200)) == []
    assert shown.json()["apiKey"]["id"] == key["id"] and secret.encode() not in shown.body
    listed = last.get("/api-keys")
    assert violations(listed.json(), schema_of(BY_ID["listApiKeys"], 200)) == []
    assert [one["id"] for one in listed.json()["apiKeys"]] == [key["id"]]

    second = rotate_key(last, key["id"])
    assert second[:15] == secret[:15] and second != secret
    for api in replicas:
        assert is_good(api, second) and is_good(api, secret), "both, for a day"
    third = rotate_key(first, key["id"], 0)
    for api in replicas:
        assert is_good(api, third)
        wait_until(lambda: not is_good(api, second) and not is_good(api, secret), SEEN_WITHIN_S, "the end of both")  # noqa: B023

    revoked = last.delete(f"/api-keys/{key['id']}")
    assert (revoked.status, revoked.json()) == (200, {"message": f"API key {key['id']} revoked"})
    assert not is_good(last, third), "at once where it was revoked"
    wait_until(lambda: not is_good(first, third), SEEN_WITHIN_S, "the end of the key")
    for call in (last.get, last.delete):
        gone = call(f"/api-keys/{key['id']}")
        assert (gone.status, gone.json()["code"]) == (404, "api_key_not_found")
    assert last.post(f"/api-keys/{key['id']}/rotate", {}).status == 404
    told = {"key": key["id"], "name": "shop"}
    assert [event for event in events_of(database) if event[0] != "key.refused"] == [
        ("key.created", told | {"scopes": "auth users:read", "tellsClient": False}),
        ("key.rotated", told | {"graceSeconds": 86400}),
        ("key.rotated", told | {"graceSeconds": 0}),
        ("key.revoked", told),
    ]


def test_holder_of_a_key_is_named_in_the_audit_trail(api):
    _, secret = make_key(api, "users:write")
    user = api.post("/users", {"first_name": "A", "last_name": "B", "email": "named@example.com", "password": PASSWORD}, key=secret)
    assert user.status == 201
    events = api.get(f"/audit?user={user.json()['user']['id']}").json()["events"]
    assert [(event["type"], event["actor"]) for event in events] == [("user.created", {"kind": "key", "name": "shop"})]


def test_mistakes_are_named(api):
    def refusal(body):
        answer = api.post("/api-keys", body)
        assert answer.status == 400
        return answer.json()["code"], [(one["field"], one["code"]) for one in answer.json().get("details", [])]

    assert refusal({}) == ("missing_key_fields", [("name", "required"), ("scopes", "required")])
    wrong = {"name": "API_KEY", "scopes": "auth everything", "expiresIn": 0}
    assert refusal(wrong) == ("validation_failed", [("name", "invalid"), ("scopes", "invalid"), ("expiresIn", "out_of_range")])
    assert refusal({"name": "n", "scopes": ["auth"]}) == ("validation_failed", [("scopes", "wrong_type")])
    for path in ("/api-keys/1", "/api-keys/012345678A"):
        assert api.get(path).json()["code"] == "invalid_api_key_id"
    key_id, _ = make_key(api)
    assert api.post(f"/api-keys/{key_id}/rotate", {"graceSeconds": -1}).status == 400
    assert api.get("/api-keys/0000000000").json()["code"] == "api_key_not_found"


def ask(api, operation, secret):
    path = operation.example_path().replace("*", "x")
    if operation.has_body:
        return api.request(operation.method, path, json={}, key=secret)
    return api.request(operation.method, path, key=secret)


@pytest.mark.parametrize("scope", SCOPES)
def test_key_opens_the_routes_of_its_scope_alone(api, scope):
    key_id, secret = make_key(api, scope)
    guarded = [operation for operation in operations() if operation.needs_key]
    assert {operation.id for operation in guarded} == set(NEEDED)
    opened = {needed for needed in SCOPES if needed in INCLUDES.get(scope, {scope})}
    for operation in guarded:
        answer = ask(api, operation, secret)
        needed = NEEDED[operation.id]
        if needed in opened:
            assert answer.status != 403, operation
            continue
        assert answer.status == 403, operation
        body = answer.json()
        assert (body["error"], body["code"]) == (f"API key lacks scope {needed}", "missing_scope")
        if needed != "forward-auth":  # its refusals are counted and reported once a minute
            (event,) = api.get("/audit?type=key.refused&limit=1").json()["events"]
            assert (event["reason"], event["details"]) == ("missing_scope", {"scope": needed})
    assert api.delete(f"/api-keys/{key_id}").status == 200


def test_nobody_hands_out_more_than_they_have(api):
    _, secret = make_key(api, "keys:write users:read")
    stronger, _ = make_key(api, "users:write")
    telling, _ = make_key(api, "users:read", tellsClient=True)
    lacks = {
        ("POST", "/api-keys", "scope users:write"): {"name": "n", "scopes": "users:read users:write"},
        ("POST", "/api-keys", "scope admin"): {"name": "n", "scopes": "admin"},
        ("POST", "/api-keys", "tellsClient"): {"name": "n", "scopes": "users:read", "tellsClient": True},
        ("POST", f"/api-keys/{stronger}/rotate", "scope users:write"): {},
        ("POST", f"/api-keys/{telling}/rotate", "tellsClient"): {},
    }
    for (method, path, what), body in lacks.items():
        answer = api.request(method, path, json=body, key=secret)
        assert (answer.status, answer.json()["code"], answer.json()["error"]) == (403, "missing_scope", f"API key lacks {what}")
    equal = api.post("/api-keys", {"name": "equal", "scopes": "users:read"}, key=secret)
    assert equal.status == 201 and equal.json()["apiKey"]["createdBy"] == "key shop"
    assert api.post(f"/api-keys/{equal.json()['apiKey']['id']}/rotate", {}, key=secret).status == 200
    refused = api.get("/audit?type=key.refused&actor=shop&limit=5").json()["events"]
    scopes = [event["details"]["scope"] for event in reversed(refused)]
    assert scopes == ["users:write", "admin", "tellsClient", "users:write", "tellsClient"]
    assert {event["reason"] for event in refused} == {"missing_scope"}


def test_only_a_key_that_may_tells_of_its_client(api):
    user = create_user(api)
    told = {"X-Client-Address": "203.0.113.9"}
    seen = {}
    for tells in (False, True):
        _, secret = make_key(api, "auth", tellsClient=tells)
        login = api.post("/user-auth", {"email": user["email"], "password": PASSWORD}, key=secret, headers=told)
        assert login.status == 200
        seen[tells] = api.get(f"/users/{user['id']}/sessions").json()[0]["ipAddress"]
    assert seen[True] == "203.0.113.9" != seen[False]


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_each_key_has_a_rate_limit_of_its_own(start):
    with start(RATE_LIMIT_API_KEY="60/5h/5").api() as api:
        secrets = [make_key(api)[1] for _ in range(2)]
        assert [use(api, secrets[0]).status for _ in range(6)] == [200] * 5 + [429]
        assert use(api, secrets[1]).status == 200, "although they have one name"


def test_expired_key_is_refused(api):
    key_id, secret = make_key(api, expiresIn=1)
    wait_until(lambda: not is_good(api, secret), SEEN_WITHIN_S, "the end of the key")
    answer = api.post(f"/api-keys/{key_id}/rotate", {})
    assert (answer.status, answer.json()["code"]) == (409, "api_key_expired")
    assert api.delete(f"/api-keys/{key_id}").status == 200


def test_last_use_is_shown(api):
    key_id, secret = make_key(api)
    assert is_good(api, secret)
    wait_until(lambda: api.get(f"/api-keys/{key_id}").json()["apiKey"]["lastUsedAt"] is not None, SEEN_WITHIN_S, "the use")


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
@pytest.mark.parametrize("sql", ["UPDATE api_keys SET revoked_at = now()", "DELETE FROM api_keys", "TRUNCATE api_keys"])
def test_key_ended_by_sql_is_refused(replicas, database, sql):
    _, secret = make_key(replicas[0])
    assert all(is_good(api, secret) for api in replicas)
    database.run(sql)
    for api in replicas:
        wait_until(lambda: not is_good(api, secret), SEEN_WITHIN_S, "the end of the key")  # noqa: B023


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
@pytest.mark.serial
def test_revocation_travels_quickly(replicas):
    """Other load on the machine may delay each of them. If a quarter of them is quick, none waits for a timer."""
    first, second = replicas
    times = []
    for _ in range(20):
        key_id, secret = make_key(first)
        assert is_good(second, secret)
        assert first.delete(f"/api-keys/{key_id}").status == 200
        times.append(seconds_until(lambda: not is_good(second, secret), SEEN_WITHIN_S, "the revocation", interval_s=0.001))  # noqa: B023
    assert sorted(times)[len(times) // 4] < TRAVEL_MAX_S


def test_rotation_fails_no_request(start, kind):
    """Callers go on using the previous secret while the new one is distributed, and may use the new one on any replica at once."""
    programs = [start()] if kind == "sqlite" else [start(), start()]
    with programs[0].api() as admin:
        key_id, secret = make_key(admin)
        secrets, is_over = [secret], threading.Event()
        statuses: list[list[int]] = [[] for _ in range(2 * len(programs))]

        def call(program, seen):
            with program.api() as api:
                while not is_over.is_set():
                    seen.append(use(api, secrets[-1]).status)

        callers = [threading.Thread(target=call, args=[programs[i // 2], seen]) for i, seen in enumerate(statuses)]
        for caller in callers:
            caller.start()
        try:
            for _ in range(5):
                secrets.append(rotate_key(admin, key_id, 3600))
                enough = [len(seen) + 20 for seen in statuses]
                wait_until(
                    lambda: all(len(seen) > count for seen, count in zip(statuses, enough, strict=True)),  # noqa: B023
                    SEEN_WITHIN_S,
                    "calls with the new secret",
                )
        finally:
            is_over.set()
            for caller in callers:
                caller.join()
    assert {status for seen in statuses for status in seen} == {200}


def test_command_works_while_the_service_is_down(start, command, database):
    made = command("keys", "create", "--name", "first", "--scopes", "admin", "--tells-client", "--json", USER="ada")
    assert made.returncode == 0, made.stderr
    key, secret = json.loads(made.stdout)["apiKey"], json.loads(made.stdout)["secret"]
    assert (key["scopes"], key["tellsClient"], key["createdBy"].split()[0]) == ("admin", True, "cli")
    plain = command("keys", "create", "--name", "second", "--scopes", "auth", "--expires-in", "3600")
    assert KEY_FORM.fullmatch(plain.stdout.strip()) and plain.stdout.strip() not in plain.stderr
    listed = json.loads(command("keys", "list", "--json").stdout)
    assert [one["name"] for one in listed] == ["first", "second"]
    assert key["id"] in command("keys", "list").stdout
    with start().api() as api:
        assert is_good(api, secret) and is_good(api, plain.stdout.strip())
        rotated = json.loads(command("keys", "rotate", key["id"], "--grace-seconds", "0", "--json").stdout)["secret"]
        wait_until(lambda: is_good(api, rotated) and not is_good(api, secret), SEEN_WITHIN_S, "the new secret")
        revoked = command("keys", "revoke", key["id"])
        assert revoked.stdout == f"API key {key['id']} is revoked\n"
        wait_until(lambda: not is_good(api, rotated), SEEN_WITHIN_S, "the end of the key")
    again = command("keys", "revoke", key["id"])
    assert again.returncode == 1 and "no such API key" in again.stderr
    assert command("keys", "rotate", key["id"]).returncode == 1
    wrong = command("keys", "create", "--name", " ", "--scopes", "auth  admin", "--expires-in", "0")
    assert wrong.returncode == 1 and [line.split()[0] for line in wrong.stderr.splitlines()] == ["name", "scopes", "expires-in"]
    kinds = [kind for kind, _ in events_of(database)]
    assert [kind for kind in kinds if kind != "key.refused"] == ["key.created", "key.created", "key.rotated", "key.revoked"]


def secret_part(text: str) -> str:
    return text[15:]


def test_secrets_are_nowhere_but_in_the_answer(start, command, database):
    program = start(LOG_LEVEL="debug")
    with program.api() as api:
        key_id, by_http = make_key(api)
        by_command = command("keys", "create", "--name", "n", "--scopes", "auth").stdout.strip()
        secrets = [by_http, rotate_key(api, key_id), by_command]
        wait_until(lambda: all(is_good(api, secret) for secret in secrets), SEEN_WITHIN_S, "the keys")
        refused = [use(api, secret[:-1] + ("A" if secret[-1] != "A" else "B")) for secret in secrets]
        refused += [api.get("/audit", key=secret) for secret in secrets]
        shown = b"".join(answer.body for answer in refused) + api.get("/api-keys").body + api.get("/audit").body
    assert program.stop() == 0
    if database.kind == "sqlite":
        stored = b"".join(path.read_bytes() for path in database.path.parent.glob(database.path.name + "*"))
    else:
        tables = [name for (name,) in database.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        stored = b"".join(str(database.rows(f"SELECT t::text FROM {table} AS t")).encode() for table in tables)
    assert key_id.encode() in stored, "the scan sees what is there"
    for secret in secrets:
        for place in (shown, stored, program.log_bytes(), program.output().encode()):
            assert secret_part(secret).encode() not in place
            assert secret_part(secret)[:20].encode() not in place
