"""What operators do with accounts: find users, demand another password, send links, and forget devices."""

import json
import re

import pytest

from harness.accounts import PASSWORD, create_user, is_alive, log_in, new_user, try_log_in, unique_email
from harness.api_keys import make_key
from harness.http_client import Api
from harness.openapi import operations, schema_of, violations
from harness.waiting import wait_until

PATIENCE_S = 60
BY_ID = {operation.id: operation for operation in operations()}


def found(api, beginning) -> list[int]:
    response = api.get(f"/users?q={beginning}")
    assert response.status == 200 and violations(response.json(), schema_of(BY_ID["listUsers"], 200)) == []
    return [user["id"] for user in response.json()]


def test_users_are_found_by_how_address_or_name_begins_newest_first(start):
    with start().api() as api:
        ann = create_user(api, first_name="Ann", last_name="Lee", email=unique_email("first"))["id"]
        annan = create_user(api, first_name="Kofi", last_name="ANNAN", email=unique_email("second"))["id"]
        mail = create_user(api, first_name="Joe", last_name="Doe", email=unique_email("Annie"))["id"]
        create_user(api, first_name="Joann", last_name="McAnn", email=unique_email("x-ann"))
        assert found(api, "ann") == found(api, "ANN") == found(api, "%20Ann") == [mail, annan, ann]
        assert found(api, "anna") == [annan] and found(api, "lee") == [ann] and found(api, "annie-") == [mail]
        assert found(api, "nobody") == []


def test_what_stands_for_anything_in_a_pattern_stands_for_itself(start):
    with start().api() as api:
        plain = create_user(api, first_name="Ax", last_name="A", email=unique_email("b"))["id"]
        signs = create_user(api, first_name="A_%\\*", last_name="A", email=unique_email("c"))["id"]
        assert found(api, "a_") == found(api, "a_%25") == found(api, "a_%25%5C") == found(api, "a_%25%5C*") == [signs]
        assert found(api, "a%25") == found(api, "%25") == found(api, "_") == []
        assert found(api, "a") == [signs, plain]


def test_addresses_beyond_ascii_are_found_in_any_case(start):
    with start().api() as api:
        user = create_user(api, first_name="Émile", last_name="Zola", email="Émile.Zola@bücher.example")["id"]
        for beginning in ("%C3%A9mile", "%C3%89MILE.ZO", "e%CC%81mile"):
            assert found(api, beginning) == [user], beginning
        assert found(api, "%C3%89m") == [user]


@pytest.mark.parametrize("query", ["q=", "q=%20", "q=a&q=b"])
def test_search_for_nothing_is_refused(api, query):
    response = api.get(f"/users?{query}")
    assert response.status == 400 and [one["field"] for one in response.json()["details"]] == ["q"]


@pytest.mark.parametrize("beginning", ["%00", "%FF", "a%00", "x" * 2000])
def test_text_that_nobody_can_have_finds_nobody(api, beginning):
    assert found(api, beginning) == []


def test_at_most_a_hundred_are_found(start, database):
    with start().api() as api:
        database.insert_users(300)
        ids = found(api, api.get("/users?limit=1").json()[0]["email"][:1])
        assert len(ids) == len(set(ids)) == 100


def test_password_that_is_demanded_is_chosen_with_the_answers_token(start, database):
    with start().api() as api:
        user = create_user(api)
        session = log_in(api, user["email"])["session"]
        path = f"/users/{user['id']}"
        answer = api.post(f"{path}/require-password-change")
        assert (answer.status, answer.json()) == (200, {"message": f"User {user['id']} must change the password"})
        assert api.get(f"{path}/account").json()["mustChangePassword"] is True
        assert is_alive(api, session), "open sessions go on"
        refused = try_log_in(api, user["email"])
        assert (refused.status, refused.json()["code"]) == (403, "password_change_required")
        assert try_log_in(api, user["email"], "wrong password").json()["code"] == "invalid_credentials"
        body = {"token": refused.json()["resetToken"], "password": "another horse battery"}
        assert api.post("/user-auth/reset-password", body).status == 200
        assert api.get(f"{path}/account").json()["mustChangePassword"] is False
        assert log_in(api, user["email"], "another horse battery") and not is_alive(api, session)
    ((details,),) = database.rows("SELECT details FROM audit_events WHERE type = 'user.updated'")
    assert json.loads(details) == {"fields": ["mustChangePassword"]}


def test_link_that_an_operator_sends_sets_a_new_password_however_many_were_sent(start):
    program = start(APP_ENV="development", RUN_SEEDS="false", RATE_LIMIT_MAIL_ACCOUNT="1/1h/1")
    with program.api() as api:
        user = create_user(api)
        for _ in range(2):
            answer = api.post(f"/users/{user['id']}/send-reset")
            assert (answer.status, answer.json()) == (202, {"message": "A mail is on its way"})

        def tokens():
            return re.findall(r"reset-password\?token=(gtr_[\w-]+)", program.output())

        wait_until(lambda: len(tokens()) == 2, PATIENCE_S, "both links")
        for token, status in zip(tokens(), (200, 401), strict=True):
            assert api.post("/user-auth/reset-password", {"token": token, "password": "another horse battery"}).status == status
        assert log_in(api, user["email"], "another horse battery")


def test_nobody_and_who_is_disabled_are_sent_nothing(start, database):
    with start().api() as api:
        user = create_user(api)
        assert api.post(f"/users/{user['id']}/disable").status == 200
        refused = api.post(f"/users/{user['id']}/send-reset")
        assert (refused.status, refused.json()["code"]) == (409, "user_disabled")
        assert violations(refused.json(), schema_of(BY_ID["sendReset"], 409)) == []
    assert database.rows("SELECT count(*) FROM mails WHERE kind = 'reset-password'") == [(0,)]


def test_devices_are_listed_and_forgotten(start, database):
    with start().api() as api:
        user = create_user(api)
        path = f"/users/{user['id']}/devices"
        assert api.get(path).json() == []
        tokens = [api.post("/user-auth", new_login(user), headers={"X-Device-Token": "new"}).header("X-Device-Token") for _ in range(2)]
        again = api.post("/user-auth", new_login(user), headers={"X-Device-Token": tokens[0]})
        assert again.status == 200
        listed = api.get(path).json()
        assert violations(listed, schema_of(BY_ID["listDevices"], 200)) == []
        assert [device["id"] for device in listed] == sorted((device["id"] for device in listed)), "the one of the last login first"
        assert all(device["createdAt"] <= device["lastSeenAt"] < device["expiresAt"] for device in listed)
        forgotten = api.delete(path)
        assert (forgotten.status, forgotten.json()["count"]) == (200, 2)
        assert violations(forgotten.json(), schema_of(BY_ID["forgetDevices"], 200)) == []
        assert api.get(path).json() == [] and api.get(f"/users/{user['id']}/account").json()["devices"] == 0
        assert api.delete(path).json()["count"] == 0
        known = api.post("/user-auth", new_login(user), headers={"X-Device-Token": tokens[0]})
        assert known.status == 200 and known.header("X-Device-Token") not in tokens, "it is a new device"
    kinds = [kind for (kind,) in database.rows("SELECT type FROM audit_events WHERE type LIKE 'device.%' ORDER BY id")]
    assert kinds == ["device.added", "device.added", "device.removed", "device.removed", "device.added"]


def new_login(user) -> dict:
    return {"email": user["email"], "password": PASSWORD}


CALLS = [("post", "require-password-change"), ("post", "send-reset"), ("get", "devices"), ("delete", "devices")]


@pytest.mark.parametrize(("method", "part"), CALLS)
def test_nobody_is_not_found_and_no_number_is_refused(api, method, part):
    for name, status, code in (("987654", 404, "user_not_found"), ("me", 400, "invalid_user_id")):
        response = getattr(api, method)(f"/users/{name}/{part}")
        assert (response.status, response.json()["code"]) == (status, code)


@pytest.mark.parametrize(("method", "part"), CALLS)
def test_key_for_reading_changes_nothing(api, method, part):
    user = api.post("/users", new_user()).json()["user"]
    _, key = make_key(api, "users:read")
    with Api(api.port, key) as reader:
        response = getattr(reader, method)(f"/users/{user['id']}/{part}")
        assert response.status == (200 if method == "get" else 403)
