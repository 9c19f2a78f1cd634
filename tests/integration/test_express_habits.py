"""What the Express service's frontends, scripts and operators do without thinking, row by row, on both databases."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlencode

import pytest

from harness.accounts import PASSWORD, create_user, is_alive, log_in, new_user, try_log_in, unique_email
from harness.http_client import Api

pytestmark = pytest.mark.sequential

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def send_form(api, method, path, fields):
    return api.request(method, path, body=urlencode(fields).encode(), headers=FORM)


@pytest.mark.parametrize("query", ["_=1718000000", "page=1", "sort=name&order=desc", "page=1&limit=5", "x", "a=%zz"])
def test_unknown_query_parameters_are_ignored(api, query):
    user = create_user(api)
    response = api.get(f"/users?{query}")
    assert response.status == 200
    assert response.json()[0]["id"] >= user["id"]


def test_limit_above_the_maximum_counts_as_the_maximum(api):
    create_user(api)
    assert api.get("/users?limit=100000").json() == api.get("/users?limit=1000").json()


def test_unknown_fields_are_ignored(api):
    created = api.post("/users", new_user() | {"confirmPassword": PASSWORD, "terms": True, "address": {"city": "Paris"}})
    assert created.status == 201
    email = created.json()["user"]["email"]
    login = api.post("/user-auth", {"email": email, "password": PASSWORD, "rememberMe": True})
    assert login.status == 200
    assert api.post("/user-auth/verify-session", {"session": login.json()["session"], "from": "web"}).status == 200
    assert api.put(f"/users/{created.json()['user']['id']}", {"nickname": "ada"}).status == 200
    assert api.post("/user-auth/logout", {"session": login.json()["session"], "everywhere": False}).status == 200


def test_columns_that_no_request_names_are_not_written(api):
    other = create_user(api)
    hidden = {
        "id": other["id"],
        "password_hash": "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
        "salt": "5a",
        "email_verified_at": "2026-01-01T00:00:00.000Z",
        "disabled_at": "2026-01-01T00:00:00.000Z",
        "must_change_password": True,
        "version": 99,
    }
    user = api.post("/users", new_user() | hidden).json()["user"]
    assert user["id"] != other["id"]
    assert api.put(f"/users/{user['id']}", hidden | {"last_name": "Byron"}).status == 200
    account = api.get(f"/users/{user['id']}/account").json()
    assert (account["emailVerifiedAt"], account["disabledAt"], account["mustChangePassword"]) == (None, None, False)
    assert account["version"] == 2
    assert api.get(f"/users/{other['id']}").json() == other
    log_in(api, user["email"])


def test_whole_object_as_get_gave_it_is_taken_back(api):
    user = create_user(api)
    response = api.put(f"/users/{user['id']}", api.get(f"/users/{user['id']}").json() | {"last_name": "Byron"})
    assert response.status == 200
    changed = response.json()["user"]
    assert changed["last_name"] == "Byron"
    assert {name: changed[name] for name in ("id", "created_at")} == {name: user[name] for name in ("id", "created_at")}


def test_empty_password_means_unchanged(api):
    user = create_user(api)
    login = log_in(api, user["email"])
    assert api.put(f"/users/{user['id']}", {"first_name": "Augusta", "password": ""}).status == 200
    assert is_alive(api, login["session"])
    log_in(api, user["email"])


def test_given_password_is_changed_and_ends_the_sessions(api):
    user = create_user(api)
    login = log_in(api, user["email"])
    assert api.put(f"/users/{user['id']}", {"password": "another " + PASSWORD}).status == 200
    assert not is_alive(api, login["session"])
    log_in(api, user["email"], "another " + PASSWORD)


@pytest.mark.parametrize(
    ("column", "value"), [("first_name", "  "), ("last_name", "a\x01b"), ("email", "no address"), ("email", "a@b@c.example")]
)
def test_old_value_that_todays_rules_refuse_may_come_back(database, start, column, value):
    with start().api() as api:
        user = create_user(api)
        database.run(f"UPDATE users SET {column} = ? WHERE id = ?", value, user["id"])
        stored = api.get(f"/users/{user['id']}").json()
        assert stored[column] == value
        assert api.put(f"/users/{user['id']}", stored).status == 200
        refused = api.put(f"/users/{user['id']}", {column: value + value})
        assert (refused.status, refused.json()["code"]) == (400, "validation_failed")


def test_form_is_read_like_json(api):
    fields = new_user(first_name="Ada & Eve", last_name="Løvelace")
    created = send_form(api, "POST", "/users", fields)
    assert created.status == 201
    user = created.json()["user"]
    assert (user["first_name"], user["last_name"]) == ("Ada & Eve", "Løvelace")
    login = send_form(api, "POST", "/user-auth", {"email": user["email"], "password": PASSWORD})
    assert login.status == 200
    assert send_form(api, "POST", "/user-auth/verify-session", {"session": login.json()["session"]}).status == 200
    assert send_form(api, "PUT", f"/users/{user['id']}", user | {"last_name": "Byron", "password": ""}).status == 200
    missing = send_form(api, "POST", "/user-auth", {"email": user["email"]})
    assert (missing.status, missing.json()["error"]) == (400, "Email and password are required")


def test_byte_order_mark_before_json_is_skipped(api):
    user = create_user(api)
    body = BYTE_ORDER_MARK + f'{{"email":"{user["email"]}","password":"{PASSWORD}"}}'.encode()
    assert api.request("POST", "/user-auth", body=body, headers=JSON).status == 200


def test_token_without_bearer_is_verified(api):
    login = log_in(api, create_user(api)["email"])
    response = api.post("/user-auth/verify-token", headers={"Authorization": login["token"]})
    assert (response.status, response.json()["userId"]) == (200, login["user"]["id"])
    for scheme in ("Token", "Basic"):
        headers = {"Authorization": f"{scheme} {login['token']}"}
        assert api.post("/user-auth/verify-token", headers=headers).status == 401


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:3000"])
def test_origins_that_are_not_set_are_the_development_frontends(api, origin):
    response = api.get("/", key=None, headers={"Origin": origin})
    assert response.header("Access-Control-Allow-Origin") == origin
    other = api.get("/", key=None, headers={"Origin": "http://localhost:3001"})
    assert other.header("Access-Control-Allow-Origin") is None


def test_origin_with_a_slash_is_no_mistake(start):
    program = start(ALLOWED_ORIGINS="https://app.example.com/")
    with program.api() as api:
        response = api.get("/", key=None, headers={"Origin": "https://app.example.com"})
        assert response.header("Access-Control-Allow-Origin") == "https://app.example.com"


def test_password_over_the_limit_that_was_set_long_ago_logs_in(database, start):
    password = "x" * 40_000
    salt = "5" * 32
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt.encode(), 10_000, 64).hex()
    with start().api() as api:
        user = create_user(api)
        database.run("UPDATE users SET password_hash = ?, salt = ? WHERE id = ?", digest, salt, user["id"])
        assert try_log_in(api, user["email"], password[:-1]).status == 401
        log_in(api, user["email"], password)
        assert database.rows("SELECT salt FROM users WHERE id = ?", user["id"]) == [(None,)]
        log_in(api, user["email"], password)
        assert try_log_in(api, user["email"], password[:1024]).status == 401
        assert api.post("/users", new_user(password="x" * 1025)).status == 400


def test_two_hundred_logins_at_once_are_all_answered(shared, api):
    email = create_user(api)["email"]

    def one_login(_):
        with Api(shared.port, api.key) as own:
            return try_log_in(own, email).status

    with ThreadPoolExecutor(200) as pool:
        assert set(pool.map(one_login, range(200))) == {200}


def test_user_is_found_by_address(api):
    user = create_user(api, email=unique_email("Ada+tag"))
    for typed in (user["email"], user["email"].upper(), f" {user['email']} "):
        response = api.get(f"/users?email={quote(typed)}")
        assert (response.status, response.json()) == (200, [user])
    assert api.get(f"/users?email={quote(unique_email())}").json() == []
    assert api.get("/users?email=").json() == []


SPELLINGS = {
    "composition": ("jürgen{}@example.com", "ju\u0308rgen{}@example.com"),
    "case beyond ASCII": ("jürgen{}@example.com", "JÜRGEN{}@EXAMPLE.COM"),
    "other scripts": ("иван{}@example.com", "ИВАН{}@example.com"),
    "width": ("john{}@example.com", "\uff4a\uff4f\uff48\uff4e{}@example.com"),
    "form of the domain": ("john{}@münchen.example", "john{}@xn--mnchen-3ya.example"),
    "case of the domain": ("john{}@münchen.example", "john{}@MÜNCHEN.example"),
}


@pytest.mark.parametrize("kind_of_spelling", SPELLINGS)
def test_spellings_of_one_mailbox_are_one_account(api, kind_of_spelling):
    number = unique_email().split("-")[1].split("@")[0]
    first, second = (spelling.format(number) for spelling in SPELLINGS[kind_of_spelling])
    for chosen, other in ((first, second), (second, first)):
        user = create_user(api, email=chosen)
        assert user["email"] == chosen
        taken = api.post("/users", new_user(email=other))
        assert (taken.status, taken.json()["error"]) == (409, "Email already exists")
        assert log_in(api, other)["user"]["id"] == user["id"]
        assert api.get(f"/users?email={quote(other)}").json() == [user]
        assert api.delete(f"/users/{user['id']}").status == 200


@pytest.mark.parametrize("character", ["\u200b", "\u202e", "\u00a0", "\u3000", "\ufeff", "\u00ad", "\u2066", "\u3164"])
def test_address_with_a_character_that_nobody_sees_is_refused(api, character):
    for email in (f"jo{character}hn@example.com", f"john@exam{character}ple.com", f"john@example.com{character}"):
        refused = api.post("/users", new_user(email=email))
        assert refused.status == 400
        assert [(one["field"], one["code"]) for one in refused.json()["details"]] == [("email", "invisible_character")]


def test_password_in_another_composition_logs_in(api):
    for chosen, typed in (("caf\u00e9 au lait", "cafe\u0301 au lait"), ("cafe\u0301 au lait", "caf\u00e9 au lait")):
        email = create_user(api, password=chosen)["email"]
        log_in(api, email, typed)
        log_in(api, email, chosen)
        assert try_log_in(api, email, "cafe au lait").status == 401


def test_unknown_fields_are_refused_everywhere_where_they_are_to_be(start):
    with start(UNKNOWN_FIELDS="refuse").api() as api:
        user = create_user(api)
        for method, path in (
            ("POST", "/users"),
            ("PUT", f"/users/{user['id']}"),
            ("POST", "/user-auth"),
            ("POST", "/user-auth/verify-session"),
            ("POST", "/user-auth/logout"),
        ):
            response = api.request(method, path, json={"admin": "yes"})
            assert response.status == 400
            assert [(one["field"], one["code"]) for one in response.json()["details"]] == [("admin", "unknown_field")]
        assert api.put(f"/users/{user['id']}", user).status == 200
