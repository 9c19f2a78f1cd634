"""What clients of the Express service rely on, row by row, on both databases."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from harness.accounts import (
    PASSWORD,
    create_user,
    log_in,
    log_out,
    new_user,
    try_log_in,
    unique_email,
    verify_session,
    verify_token,
)
from harness.tokens import read

pytestmark = pytest.mark.sequential

MISSING = "Missing required fields: first_name, last_name, email, password"
USER_FIELDS = {"id", "first_name", "last_name", "email", "created_at", "updated_at"}
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


def error_of(response):
    return response.json()["error"]


def moment(text):
    assert TIME.match(text), text
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_greeting_without_key_is_json(api):
    response = api.get("/", key=None)
    assert response.status == 200
    assert response.header("Content-Type").startswith("application/json")
    assert response.json()["health"].endswith("/health")


def test_health_without_key_tells_state(api):
    response = api.get("/health", key=None)
    assert response.status == 200
    body = response.json()
    assert body["status"] == "healthy"
    assert body["environment"] == "test"
    assert isinstance(body["uptime"], int | float) and body["uptime"] >= 0
    assert abs(moment(body["timestamp"]) - datetime.now(UTC)) < timedelta(seconds=30)


def test_call_without_key_asks_for_one(api):
    response = api.get("/users", key=None)
    assert (response.status, error_of(response)) == (401, "Please provide an API key in the X-API-Key header")


def test_call_with_wrong_key_is_refused(api):
    response = api.get("/users", key="wrong")
    assert (response.status, error_of(response)) == (401, "Invalid API key")


def test_broken_json_is_named_and_not_echoed(api):
    body = b'{"email": "canary-of-the-body'
    response = api.post("/user-auth", body=body, headers={"Content-Type": "application/json"})
    assert (response.status, error_of(response)) == (400, "Invalid JSON format")
    assert set(response.json()) == {"error", "code", "requestId"}
    assert b"canary" not in response.body


def test_user_list_is_newest_first_without_secrets(api):
    first, second = create_user(api), create_user(api)
    response = api.get("/users")
    assert response.status == 200
    listed = response.json()
    ids = [user["id"] for user in listed]
    assert ids.index(second["id"]) < ids.index(first["id"])
    times = [user["created_at"] for user in listed]
    assert times == sorted(times, reverse=True)
    assert all(set(user) == USER_FIELDS for user in listed)


def test_user_by_id_is_shown(api):
    user = create_user(api)
    response = api.get(f"/users/{user['id']}")
    assert response.status == 200
    assert response.json() == user


def test_unknown_user_is_not_found(api):
    response = api.get("/users/999999999")
    assert (response.status, error_of(response)) == (404, "User not found")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "text",
    [
        "12abc",
        "abc",
        "-1",
        "1.5",
        "+1",
        "%31%00",
        "0x10",
        "1e3",
        "9223372036854775808",
        "99999999999999999999999",
        "%20",
        "٣",
    ],
)
def test_user_id_that_is_no_number_is_refused(api, method, text):
    path = "/users/" + "".join(c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode()) for c in text)
    response = api.request(method, path, **({"json": {}} if method == "PUT" else {}))
    assert (response.status, error_of(response)) == (400, "Invalid user ID format")


def test_largest_user_id_is_not_found(api):
    assert api.get("/users/9223372036854775807").status == 404


def test_created_user_is_answered_and_listed(api):
    body = new_user(first_name="John", last_name="Doe")
    response = api.post("/users", body)
    assert response.status == 201
    answer = response.json()
    assert answer["message"] == "John has been added to the Database"
    user = answer["user"]
    assert set(user) == USER_FIELDS
    assert {name: user[name] for name in ("first_name", "last_name", "email")} == {
        "first_name": "John",
        "last_name": "Doe",
        "email": body["email"],
    }
    assert isinstance(user["id"], int)
    assert moment(user["created_at"]) == moment(user["updated_at"])
    assert api.get(f"/users/{user['id']}").json() == user


@pytest.mark.parametrize("absent", ["first_name", "last_name", "email", "password"])
def test_create_without_a_field_names_it(api, absent):
    response = api.post("/users", new_user(**{absent: None}))
    assert (response.status, error_of(response)) == (400, MISSING)
    assert [detail["field"] for detail in response.json()["details"]] == [absent]


def test_create_with_nothing_names_all_fields(api):
    response = api.post("/users", {})
    assert (response.status, error_of(response)) == (400, MISSING)
    assert {detail["field"] for detail in response.json()["details"]} == {
        "first_name",
        "last_name",
        "email",
        "password",
    }


@pytest.mark.parametrize("change", [str, str.upper, str.title])
def test_create_with_known_email_is_a_conflict_in_any_case(api, change):
    user = create_user(api)
    response = api.post("/users", new_user(email=change(user["email"])))
    assert (response.status, error_of(response)) == (409, "Email already exists")


def test_update_changes_only_what_is_given(api):
    user = create_user(api)
    response = api.put(f"/users/{user['id']}", {"first_name": "Jane"})
    assert response.status == 200
    answer = response.json()
    assert answer["message"] == "User updated successfully"
    changed = answer["user"]
    assert changed["first_name"] == "Jane"
    assert {name: changed[name] for name in ("id", "last_name", "email", "created_at")} == {
        name: user[name] for name in ("id", "last_name", "email", "created_at")
    }
    assert moment(changed["updated_at"]) >= moment(user["updated_at"])
    assert api.get(f"/users/{user['id']}").json() == changed
    assert try_log_in(api, user["email"]).status == 200


def test_update_with_empty_object_changes_nothing(api):
    user = create_user(api)
    response = api.put(f"/users/{user['id']}", {})
    assert response.status == 200
    names = ("first_name", "last_name", "email")
    assert [response.json()["user"][name] for name in names] == [user[name] for name in names]


def test_update_of_unknown_user_is_not_found(api):
    response = api.put("/users/999999999", {"first_name": "Jane"})
    assert (response.status, error_of(response)) == (404, "User not found")


def test_update_to_taken_email_is_a_conflict(api):
    first, second = create_user(api), create_user(api)
    response = api.put(f"/users/{second['id']}", {"email": first["email"].upper()})
    assert (response.status, error_of(response)) == (409, "Email already exists")
    assert api.get(f"/users/{second['id']}").json() == second


def test_update_of_own_email_case_is_allowed(api):
    user = create_user(api)
    response = api.put(f"/users/{user['id']}", {"email": user["email"].upper()})
    assert (response.status, response.json()["user"]["email"]) == (200, user["email"].upper())
    assert try_log_in(api, user["email"]).status == 200


def test_update_of_password_ends_the_old_one_and_its_sessions(api):
    user = create_user(api)
    login = log_in(api, user["email"])
    assert api.put(f"/users/{user['id']}", {"password": "an entirely new one"}).status == 200
    assert try_log_in(api, user["email"]).status == 401
    assert try_log_in(api, user["email"], "an entirely new one").status == 200
    assert verify_session(api, login["session"]).status == 401
    assert verify_token(api, login["token"]).status == 401


def test_deleted_user_is_gone_with_sessions_and_tokens(api):
    user = create_user(api)
    login = log_in(api, user["email"])
    response = api.delete(f"/users/{user['id']}")
    assert (response.status, response.json()) == (
        200,
        {"message": f"User {user['id']} deleted successfully from database"},
    )
    assert api.get(f"/users/{user['id']}").status == 404
    assert api.delete(f"/users/{user['id']}").status == 404
    refused = verify_session(api, login["session"])
    assert refused.status == 401
    assert error_of(refused) in ("Session not found", "User not found")
    assert (verify_token(api, login["token"]).status, error_of(verify_token(api, login["token"]))) == (
        401,
        "Invalid token",
    )
    assert try_log_in(api, user["email"]).status == 401
    assert create_user(api, email=user["email"])["id"] != user["id"]


def test_login_answers_user_token_and_session(api):
    user = create_user(api)
    answer = log_in(api, user["email"])
    assert set(answer) == {"user", "token", "session", "sessionExpires"}
    assert answer["user"] == {"id": user["id"]}
    lifetime = moment(answer["sessionExpires"]) - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < lifetime <= timedelta(days=7, minutes=1)


def test_login_token_has_the_claims_old_clients_read(api):
    user = create_user(api)
    header, claims = read(log_in(api, user["email"])["token"])
    assert header["alg"] == "HS256"
    assert claims["id"] == user["id"]
    assert claims["exp"] - claims["iat"] == 3600


def test_login_ignores_letter_case_of_the_email(api):
    user = create_user(api, email=unique_email("MixedCase"))
    assert try_log_in(api, user["email"].lower()).status == 200
    assert try_log_in(api, user["email"].upper()).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "a@example.com"},
        {"password": "secret"},
        {"email": "", "password": ""},
        {"email": None, "password": "x"},
        {"email": "a@example.com", "password": ""},
    ],
)
def test_login_without_email_or_password_is_refused(api, body):
    response = api.post("/user-auth", body)
    assert (response.status, error_of(response)) == (400, "Email and password are required")


def test_login_with_empty_body_is_refused(api):
    response = api.post("/user-auth")
    assert (response.status, error_of(response)) == (400, "Email and password are required")


def test_unknown_email_and_wrong_password_are_one_answer(api):
    user = create_user(api)
    wrong, unknown = try_log_in(api, user["email"], "wrong"), try_log_in(api, unique_email(), "wrong")
    for response in (wrong, unknown):
        assert (response.status, error_of(response)) == (401, "Invalid credentials")
    assert [name.lower() for name in wrong.headers] == [name.lower() for name in unknown.headers]
    bodies = [one.body.replace(one.json()["requestId"].encode(), b"") for one in (wrong, unknown)]
    assert bodies[0] == bodies[1]


def test_verified_session_tells_whose_it_is(api):
    user = create_user(api)
    login = log_in(api, user["email"])
    response = verify_session(api, login["session"])
    assert response.status == 200
    answer = response.json()
    assert set(answer) == {"userId", "user", "expiresAt"}
    assert answer["userId"] == user["id"]
    assert answer["user"] == {name: user[name] for name in ("id", "email", "first_name", "last_name")}
    assert abs(moment(answer["expiresAt"]) - moment(login["sessionExpires"])) < timedelta(minutes=2)


@pytest.mark.parametrize("path", ["/user-auth/verify-session", "/user-auth/logout"])
@pytest.mark.parametrize("body", [{}, {"session": None}, {"session": ""}])
def test_session_is_required(api, path, body):
    response = api.post(path, body)
    assert (response.status, error_of(response)) == (400, "Session is required")


@pytest.mark.parametrize("path", ["/user-auth/verify-session", "/user-auth/logout"])
def test_session_is_required_in_an_empty_body(api, path):
    response = api.post(path)
    assert (response.status, error_of(response)) == (400, "Session is required")


@pytest.mark.parametrize(
    "session",
    ["nonsense", "a" * 200, "a" * 20000, "eyJ1c2VySWQiOjF9", "aa:bb", "00" * 16 + ":" + "11" * 32, "=", "ü", " "],
)
def test_value_that_is_no_session_is_invalid(api, session):
    response = verify_session(api, session)
    assert (response.status, error_of(response)) == (401, "Invalid session")


def test_logged_out_session_is_not_found(api):
    user = create_user(api)
    login = log_in(api, user["email"])
    response = log_out(api, login["session"])
    assert (response.status, response.json()) == (200, {"message": "Logged out successfully"})
    refused = verify_session(api, login["session"])
    assert (refused.status, error_of(refused)) == (401, "Session not found")


@pytest.mark.parametrize("session", ["nonsense", "a" * 200, "aa:bb"])
def test_logout_of_unreadable_session_succeeds(api, session):
    response = log_out(api, session)
    assert (response.status, response.json()) == (200, {"message": "Logged out successfully"})


def test_logout_twice_succeeds(api):
    login = log_in(api, create_user(api)["email"])
    assert [log_out(api, login["session"]).status for _ in range(2)] == [200, 200]


def test_verified_token_tells_whose_it_is(api):
    user = create_user(api)
    token = log_in(api, user["email"])["token"]
    response = verify_token(api, token)
    assert response.status == 200
    expires = datetime.fromtimestamp(read(token)[1]["exp"], UTC)
    assert response.json() == {"userId": user["id"], "expiresAt": expires.strftime("%Y-%m-%dT%H:%M:%S.000Z")}


def test_verify_token_needs_an_api_key(api):
    token = log_in(api, create_user(api)["email"])["token"]
    response = api.post("/user-auth/verify-token", headers={"Authorization": f"Bearer {token}"}, key=None)
    assert (response.status, error_of(response)) == (401, "Please provide an API key in the X-API-Key header")


def test_verify_token_accepts_an_empty_json_body(api):
    token = log_in(api, create_user(api)["email"])["token"]
    response = api.post("/user-auth/verify-token", {}, headers={"Authorization": f"Bearer {token}"})
    assert response.status == 200


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer nonsense", "Bearer a.b.c"]
)
def test_header_that_holds_no_token_is_invalid(api, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}
    response = api.post("/user-auth/verify-token", headers=headers)
    assert (response.status, error_of(response)) == (401, "Invalid token")


def test_unknown_path_is_not_found_as_json(api):
    response = api.get("/nothing/here")
    assert (response.status, error_of(response)) == (404, "Not found")


def test_unknown_path_without_key_reveals_nothing(api):
    assert api.get("/nothing/here", key=None).status == 401


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/users", {"GET", "POST"}),
        ("POST", "/users/1", {"GET", "PUT", "DELETE"}),
        ("GET", "/user-auth", {"POST"}),
        ("PATCH", "/users/1", {"GET", "PUT", "DELETE"}),
        ("GET", "/sessions/1", {"DELETE"}),
        ("POST", "/health", {"GET"}),
    ],
)
def test_wrong_method_names_the_allowed_ones(api, method, path, allowed):
    response = api.request(method, path)
    assert response.status == 405
    assert allowed <= {name.strip() for name in response.header("Allow").split(",")}


def test_password_of_the_largest_length_counts_to_its_last_byte(api):
    password = "p" * 1023 + "a"
    user = create_user(api, password=password)
    assert try_log_in(api, user["email"], password).status == 200
    assert try_log_in(api, user["email"], "p" * 1023 + "b").status == 401
    assert try_log_in(api, user["email"], password[:-1]).status == 401


def test_names_in_any_script_come_back_as_they_went_in(api):
    names = {"first_name": 'Žofie 🦊 "\\\u2028', "last_name": "O'Brien; DROP TABLE users --"}
    user = create_user(api, **names)
    shown = api.get(f"/users/{user['id']}").json()
    assert {name: shown[name] for name in names} == names
    login = log_in(api, user["email"], PASSWORD)
    assert verify_session(api, login["session"]).json()["user"]["first_name"] == names["first_name"]
