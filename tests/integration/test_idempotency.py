"""Idempotency-Key: a request that is sent again is done once, and gets the same answer."""

import itertools
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from harness.accounts import create_user, log_in, new_user
from harness.api_keys import is_good, make_key
from harness.http_client import Api
from harness.openapi import operations, schema_of, violations
from harness.raw_http import RawConnection
from harness.waiting import wait_until

names = itertools.count(1)
BY_ID = {operation.id: operation for operation in operations()}


def fresh_key() -> str:
    return f'"request {next(names)}"'


def post(api, path, body, key, **headers):
    return api.post(path, body, headers={"Idempotency-Key": key} | headers)


def shown(response):
    """What must be the same in the answers to equal requests."""
    return response.status, response.body, response.header("ETag"), response.header("Content-Type")


def is_replayed(response) -> bool:
    return response.header("Idempotency-Replayed") == "true"


def refused(response, status, code) -> bool:
    return (response.status, response.json()["code"]) == (status, code)


def users_of(database, email) -> int:
    return database.rows("SELECT count(*) FROM users WHERE email = ?", email)[0][0]


def keys_kept(database) -> int:
    return database.rows("SELECT count(*) FROM idempotency_keys")[0][0]


def test_user_is_made_once_and_the_answer_is_the_same(api):
    body, key = new_user(first_name='Ada "the first"', last_name="Lovelace é"), fresh_key()
    first, again = post(api, "/users", body, key), post(api, "/users", body, key)
    assert first.status == 201 and not is_replayed(first)
    assert shown(again) == shown(first) and is_replayed(again)
    assert violations(again.json(), schema_of(BY_ID["createUser"], 201)) == []
    assert again.header("X-Request-Id") != first.header("X-Request-Id")


def test_answer_is_that_of_then_whatever_became_of_the_user(api):
    body, key = new_user(), fresh_key()
    first = post(api, "/users", body, key)
    path = f"/users/{first.json()['user']['id']}"
    assert api.put(path, {"first_name": "Augusta", "email": "other-" + body["email"]}).status == 200
    assert shown(post(api, "/users", body, key)) == shown(first)
    assert api.delete(path).status == 200
    assert shown(post(api, "/users", body, key)) == shown(first)
    assert api.get(path).status == 404


def test_user_who_was_made_can_log_in(api):
    body, key = new_user(), fresh_key()
    for _ in range(2):
        assert post(api, "/users", body, key).status == 201
    assert log_in(api, body["email"])


def test_api_key_is_made_once_and_its_secret_told_again(api):
    body, key = {"name": "shop", "scopes": "auth"}, fresh_key()
    first, again = post(api, "/api-keys", body, key), post(api, "/api-keys", body, key)
    assert first.status == 201 and shown(again) == shown(first) and is_replayed(again)
    assert is_good(api, again.json()["secret"])


def test_api_key_is_rotated_once(api):
    key_id, secret = make_key(api)
    path, key = f"/api-keys/{key_id}/rotate", fresh_key()
    first, again = post(api, path, {"graceSeconds": 60}, key), post(api, path, {"graceSeconds": 60}, key)
    assert first.status == 200 and shown(again) == shown(first) and is_replayed(again)
    assert is_good(api, secret) and is_good(api, first.json()["secret"])


def test_bare_key_is_the_string_without_quotes(api):
    body = new_user()
    first = post(api, "/users", body, '"one-and-the-same"')
    assert shown(post(api, "/users", body, "one-and-the-same")) == shown(first)


@pytest.mark.parametrize("key", ["", '""', '"a', '"a";b=1', "k" * 256, '"' + "k" * 256 + '"', "a\tb", "caf\xe9"])
def test_value_that_is_no_key_is_refused(api, key):
    body = new_user()
    assert refused(post(api, "/users", body, key), 400, "invalid_idempotency_key")
    assert api.post("/users", body).status == 201


def test_two_keys_are_refused(api):
    body = json.dumps(new_user()).encode()
    head = f"POST /users HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {api.key}\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(body)}\r\nIdempotency-Key: a\r\nIdempotency-Key: a\r\n\r\n"
    with RawConnection(api.port) as connection:
        connection.send(head.encode() + body)
        response = connection.read_response()
    assert response.status == 400 and json.loads(response.body)["code"] == "invalid_idempotency_key"


def test_key_of_another_request_is_refused(api):
    body, key = new_user(), fresh_key()
    assert post(api, "/users", body, key).status == 201
    for path, other in (("/users", body | {"first_name": "Augusta"}), ("/api-keys", {"name": "shop", "scopes": "auth"})):
        assert refused(post(api, path, other, key), 422, "idempotency_key_reused")
    assert is_replayed(post(api, "/users", body, key))


def test_each_caller_has_keys_of_its_own(api):
    _, one = make_key(api, "users:write")
    _, other = make_key(api, "users:write")
    key, bodies = fresh_key(), [new_user() for _ in range(3)]
    with Api(api.port, one) as first, Api(api.port, other) as second:
        answers = [post(caller, "/users", body, key) for caller, body in zip((api, first, second), bodies, strict=True)]
    assert [answer.status for answer in answers] == [201, 201, 201] and not any(map(is_replayed, answers))


def test_refusal_leaves_the_key_free(start, database):
    with start().api() as api:
        key, taken = fresh_key(), create_user(api)
        before = keys_kept(database)
        assert post(api, "/users", new_user(password="short"), key).status == 400
        assert refused(post(api, "/users", new_user(email=taken["email"]), key), 409, "email_taken")
        assert api.request("POST", "/users", body=b"{", headers={"Idempotency-Key": key, "Content-Type": "application/json"}).status == 400
        assert post(api, "/api-keys", {"name": "shop", "scopes": "none"}, key).status == 400
        assert refused(post(api, "/api-keys/0123456789/rotate", {}, key), 404, "api_key_not_found")
        assert keys_kept(database) == before
        assert post(api, "/users", new_user(), key).status == 201


def test_other_routes_do_not_look_at_it(api):
    user, key = create_user(api), fresh_key()
    for name in ("Augusta", "Ada"):
        response = api.put(f"/users/{user['id']}", {"first_name": name}, headers={"Idempotency-Key": key})
        assert response.status == 200 and not is_replayed(response)


def make_together(apis, body, key):
    """The answer on each connection, which asks again for as long as another connection's request is being answered."""
    together = threading.Barrier(len(apis))

    def ask(api):
        together.wait()
        while True:
            response = post(api, "/users", body, key)
            if response.status != 409:
                return response
            assert response.json()["code"] == "idempotency_in_progress" and response.header("Retry-After") == "1"

    with ThreadPoolExecutor(len(apis)) as pool:
        return list(pool.map(ask, apis))


def assert_one_user(answers, database, body):
    assert {shown(answer) for answer in answers} == {shown(answers[0])} and answers[0].status == 201
    assert sum(not is_replayed(answer) for answer in answers) == 1
    assert users_of(database, body["email"]) == 1


def test_of_a_hundred_at_once_one_makes_the_user_and_all_get_the_same_answer(start, database):
    program, body = start(), new_user()
    apis = [program.api() for _ in range(100)]
    assert_one_user(make_together(apis, body, fresh_key()), database, body)
    for api in apis:
        api.close()


def test_on_two_replicas_one_makes_the_user(start, database):
    programs = [start(), start()]
    apis = [program.api() for program in programs * 5]
    for _ in range(5):
        body = new_user()
        assert_one_user(make_together(apis, body, fresh_key()), database, body)
    for api in apis:
        api.close()


def begun_and_killed(program, database, body, key):
    """Kills the program while it works on a request with that key: the hashing is busy with other requests."""
    busy = threading.Event()

    def ask(send):
        with program.api() as api:
            busy.wait()
            try:
                send(api)
            except OSError:
                pass  # the connection of a program that was killed

    sendings = [lambda api: api.post("/users", new_user())] * 30
    threads = [threading.Thread(target=ask, args=(send,)) for send in sendings]
    for thread in threads:
        thread.start()
    busy.set()
    with program.api() as api:
        last = threading.Thread(target=ask, args=(lambda own: post(own, "/users", body, key),))
        last.start()
        wait_until(lambda: keys_kept(database) == 1, 60, "the beginning of the work")
        program.kill()
    for thread in [*threads, last]:
        thread.join()


def test_request_of_a_process_that_was_killed_is_done_once_a_minute_later(start, database):
    settings = {"HASH_THREADS": "1"}
    program, body, key = start(**settings), new_user(), fresh_key()
    begun_and_killed(program, database, body, key)
    wait_until(lambda: not database.has_clients(), 20, "the end of what the program had begun")
    program.start()
    with program.api() as api:
        ((state,),) = database.rows("SELECT state FROM idempotency_keys")
        if state == 0:
            assert users_of(database, body["email"]) == 0
            database.shift("idempotency_keys", "expires_at", timedelta(hours=1))  # however long the new start took
            assert refused(post(api, "/users", body, key), 409, "idempotency_in_progress")
            database.shift("idempotency_keys", "expires_at", timedelta(hours=-1, seconds=-60))
        first = post(api, "/users", body, key)
        assert first.status == 201 and is_replayed(first) == (state == 1)
        assert shown(post(api, "/users", body, key)) == shown(first)
        assert users_of(database, body["email"]) == 1


def test_key_is_free_again_when_its_time_is_over(start, database):
    with start(IDEMPOTENCY_TTL="1h").api() as api:
        body, key = new_user(), fresh_key()
        first = post(api, "/users", body, key)
        database.shift("idempotency_keys", "expires_at", timedelta(minutes=-59))
        assert shown(post(api, "/users", body, key)) == shown(first)
        database.shift("idempotency_keys", "expires_at", timedelta(minutes=-1))
        assert refused(post(api, "/users", body, key), 409, "email_taken")
        assert post(api, "/users", new_user(), key).status == 201


def test_answer_survives_a_restart_with_another_first_secret(start):
    old, new = "old-session-secret-of-forty-characters-00", "new-session-secret-of-forty-characters-00"
    body, key = {"name": "shop", "scopes": "auth"}, fresh_key()
    program = start(SESSION_SECRET=old)
    with program.api() as api:
        first = post(api, "/api-keys", body, key)
    program.stop()
    with start(SESSION_SECRET=f"{new},{old}").api() as api:
        assert shown(post(api, "/api-keys", body, key)) == shown(first)


def test_what_is_kept_has_neither_secret_nor_password_nor_a_hash_of_it(start, database):
    with start().api() as api:
        secret = post(api, "/api-keys", {"name": "shop", "scopes": "auth"}, fresh_key()).json()["secret"]
        body = new_user(password="canary of a password 4711")
        assert post(api, "/users", body, fresh_key()).status == 201
        path = f"/api-keys/{make_key(api)[0]}/rotate"
        rotated = post(api, path, {}, fresh_key()).json()["secret"]
    rows = database.rows("SELECT * FROM idempotency_keys")
    kept = b"".join(bytes(one) if isinstance(one, (bytes, memoryview)) else str(one).encode() for row in rows for one in row)
    assert len(rows) == 3
    for canary in (secret, rotated, secret[15:], "canary", body["email"], "Lovelace"):
        assert canary.encode() not in kept


def test_uses_are_counted(start):
    with start().api() as api:
        body, key = new_user(), fresh_key()
        for _ in range(3):
            post(api, "/users", body, key)
        post(api, "/users", new_user(), key)
        text = api.get("/metrics").body.decode()
    counts = dict(re.findall(r'^gatehouse_idempotency_keys_total{use="(\w+)"} (\d+)$', text, re.MULTILINE))
    assert counts == {"first": "1", "repeated": "2", "in_progress": "0", "key_reused": "1"}


def test_user_who_is_made_again_is_on_record_once(start, database):
    with start().api() as api:
        body, key = new_user(), fresh_key()
        for _ in range(2):
            user = post(api, "/users", body, key).json()["user"]
    events = database.rows("SELECT type FROM audit_events WHERE user_id = ?", user["id"])
    assert [kind for (kind,) in events] == ["user.created"]
