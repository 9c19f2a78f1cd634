"""Which request bodies are accepted (RFC 8259), and what is said about the others."""

import json

import pytest

from harness.accounts import PASSWORD, create_user, new_user, try_log_in, unique_email

pytestmark = pytest.mark.sequential

JSON = {"Content-Type": "application/json"}
ROUTES_WITH_BODY = [
    ("POST", "/users"),
    ("PUT", "/users/1"),
    ("POST", "/user-auth"),
    ("POST", "/user-auth/verify-session"),
    ("POST", "/user-auth/logout"),
]


def send(api, method, path, body, headers=None):
    return api.request(method, path, body=body, headers=JSON if headers is None else headers)


def beginning(value):
    """A readable test id."""
    return value[:12].encode("unicode_escape").decode()


def fields_of(response):
    return {detail["field"] for detail in response.json()["details"]}


@pytest.mark.parametrize(("method", "path"), ROUTES_WITH_BODY)
@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b'{"a":1,}',
        b"{'a':'b'}",
        b'{"a":"b"} trailing',
        b'{"a" "b"}',
        b'{"a":"\x01"}',
        b'{"a":NaN}',
        b'{"a":"b"}{"a":"b"}',
    ],
)
def test_broken_json_is_refused_everywhere(api, method, path, body):
    response = send(api, method, path, body)
    assert (response.status, response.json()["error"]) == (400, "Invalid JSON format")


@pytest.mark.parametrize(("method", "path"), ROUTES_WITH_BODY)
@pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"null", b"true", b'[{"email":"a@example.com"}]'])
def test_json_that_is_no_object_is_refused(api, method, path, body):
    assert send(api, method, path, body).status == 400


TEXTS = [
    ("POST", "/users", "email"),
    ("POST", "/users", "password"),
    ("PUT", "/users/1", "first_name"),
    ("POST", "/user-auth", "email"),
    ("POST", "/user-auth", "password"),
    ("POST", "/user-auth/verify-session", "session"),
    ("POST", "/user-auth/logout", "session"),
]

REPEATED = "is given more than once"
HAS_NUL = "must not contain a NUL character"
NOT_UNICODE = "must be well-formed Unicode"
CODES = {REPEATED: "duplicate", HAS_NUL: "nul_character", NOT_UNICODE: "not_unicode"}

# What may follow a field's colon in well-formed JSON and is still refused, and what is said about it.
FAULTS = {
    "repeated": (b'"a", "FIELD": "b"', REPEATED),
    "repeated_the_same": (b'"a", "FIELD": "a"', REPEATED),
    "repeated_as_null": (b'"a", "FIELD": null', REPEATED),
    "nul": (b'"a\\u0000b"', HAS_NUL),
    "nul_alone": (b'"\\u0000"', HAS_NUL),
    "no_utf8": (b'"a\xffb"', NOT_UNICODE),
    "overlong_utf8": (b'"\xc0\xaf"', NOT_UNICODE),
    "surrogate_in_utf8": (b'"\xed\xa0\x80"', NOT_UNICODE),
    "beyond_unicode": (b'"\xf4\x90\x80\x80"', NOT_UNICODE),
    "cut_utf8": (b'"abcdefgh\xe2\x82"', NOT_UNICODE),
    "cut_utf8_before_an_escape": (b'"\xe2\x82\\n"', NOT_UNICODE),
    "first_half_of_a_pair": (b'"a\\ud800"', NOT_UNICODE),
    "first_half_before_text": (b'"\\ud800x"', NOT_UNICODE),
    "second_half_of_a_pair": (b'"\\udc00"', NOT_UNICODE),
    "halves_the_wrong_way_round": (b'"\\udc00\\ud800"', NOT_UNICODE),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("method", "path", "field"), TEXTS)
def test_field_whose_text_nobody_can_mean_is_named(api, method, path, field, fault):
    value, message = FAULTS[fault]
    body = b'{"FIELD": ' + value + b"}"
    response = send(api, method, path, body.replace(b"FIELD", field.encode()))
    assert response.status == 400
    assert response.json()["error"] == "Validation failed"
    assert response.json()["details"] == [{"field": field, "message": message, "code": CODES[message]}]


def test_whole_pairs_and_long_characters_are_text(api):
    user = create_user(api, first_name="placeholder")
    body = b'{"first_name": "\\ud83e\\udd8a \xf0\x9f\xa6\x8a \xef\xbf\xbd"}'
    response = send(api, "PUT", f"/users/{user['id']}", body)
    assert response.status == 200
    assert response.json()["user"]["first_name"] == "\U0001f98a \U0001f98a \ufffd"


def test_repeated_field_hidden_by_an_escape_is_refused(api):
    body = b'{"email":"a@example.com","password":"x","\\u0065mail":"b@example.com"}'
    response = send(api, "POST", "/user-auth", body)
    assert response.status == 400
    assert response.json()["details"] == [{"field": "email", "message": REPEATED, "code": CODES[REPEATED]}]


def test_name_that_is_no_text_is_refused(api):
    assert send(api, "POST", "/user-auth", b'{"\\ud800": "x"}').status == 400
    assert send(api, "POST", "/user-auth", b'{"email\xff": "x"}').status == 400


@pytest.mark.parametrize(("method", "path", "field"), TEXTS)
@pytest.mark.parametrize("value", [1, 1.5, True, False, [], ["a"], {}, {"$ne": ""}])
def test_field_of_the_wrong_type_is_named(api, method, path, field, value):
    body = (
        new_user() if path == "/users" else {"email": "a@example.com", "password": "x"} if path == "/user-auth" else {}
    ) | {field: value}
    response = api.request(method, path, json=body)
    assert response.status == 400
    assert fields_of(response) == {field}


def test_null_counts_as_absent(api):
    user = create_user(api)
    response = api.put(f"/users/{user['id']}", {"first_name": None, "last_name": "Changed"})
    assert response.status == 200
    assert response.json()["user"]["first_name"] == user["first_name"]
    assert api.post("/users", new_user() | {"email": None}).status == 400


@pytest.mark.parametrize("field", ["first_name", "last_name", "email", "password"])
def test_nul_character_is_refused(api, field):
    body = new_user()
    response = api.post("/users", body | {field: body[field][:3] + "\0" + body[field][3:]})
    assert response.status == 400
    assert fields_of(response) == {field}
    assert api.post("/users", body).status == 201


@pytest.mark.parametrize("depth", [17, 1000, 30000])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_deep_nesting_is_refused(api, depth, opening, closing):
    body = (
        b'{"email":'
        + opening * min(depth, 60000 // len(opening))
        + b"1"
        + closing * min(depth, 60000 // len(opening))
        + b"}"
    )
    if len(body) > 65536:
        body = body[:65536]
    assert send(api, "POST", "/user-auth", body).status == 400


def test_body_of_the_largest_size_is_read_and_one_byte_more_is_not(api):
    def padded(size):
        body = json.dumps({"email": unique_email(), "password": "x"}).encode()
        return body + b" " * (size - len(body))

    assert send(api, "POST", "/user-auth", padded(64 * 1024)).status == 401
    assert send(api, "POST", "/user-auth", padded(64 * 1024 + 1)).status == 413


def test_announced_giant_body_is_refused_before_it_is_sent(api):
    response = api.request(
        "POST", "/user-auth", body=b"", headers=JSON | {"Content-Length": str(10**15), "Expect": "100-continue"}
    )
    assert response.status == 413
    api.close()


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "Application/JSON",
        'application/json; charset="utf-8"',
    ],
)
def test_json_content_types_are_accepted(api, content_type):
    body = json.dumps({"email": unique_email(), "password": "x"}).encode()
    assert send(api, "POST", "/user-auth", body, {"Content-Type": content_type}).status == 401


@pytest.mark.parametrize(("method", "path"), ROUTES_WITH_BODY)
@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded-",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "application/xml",
    ],
)
def test_other_content_types_are_refused(api, method, path, content_type):
    headers = {} if content_type is None else {"Content-Type": content_type}
    response = send(api, method, path, b'{"email":"a@example.com","password":"x"}', headers)
    assert response.status == 415


INVALID_VALUES = [
    ("first_name", ""),
    ("first_name", "   "),
    ("first_name", "x" * 256),
    ("last_name", ""),
    ("last_name", "é" * 256),
    ("email", ""),
    ("email", "no-at-sign"),
    ("email", "@example.com"),
    ("email", "a@"),
    ("email", "a@b@c"),
    ("email", "a b@example.com"),
    ("email", "a@example.com\n"),
    ("email", "x" * 250 + "@example.com"),
    ("password", ""),
    ("password", "p" * 1025),
]


@pytest.mark.parametrize(("field", "value"), INVALID_VALUES, ids=beginning)
def test_create_with_invalid_value_names_the_field(api, field, value):
    response = api.post("/users", new_user() | {field: value})
    assert response.status == 400
    assert fields_of(response) == {field}
    assert response.json()["error"].startswith(("Validation failed", "Missing required fields"))


INVALID_CHANGES = [change for change in INVALID_VALUES if change != ("password", "")]


@pytest.mark.parametrize(("field", "value"), INVALID_CHANGES, ids=beginning)
def test_update_with_invalid_value_changes_nothing(api, field, value):
    user = create_user(api)
    response = api.put(f"/users/{user['id']}", {"first_name": "Changed", field: value})
    assert response.status == 400
    assert fields_of(response) == {field}
    assert api.get(f"/users/{user['id']}").json() == user
    assert try_log_in(api, user["email"], PASSWORD).status == 200


def test_several_invalid_values_are_all_named(api):
    response = api.post(
        "/users", {"first_name": " ", "last_name": "x" * 256, "email": "nothing", "password": "p" * 1025}
    )
    assert response.status == 400
    assert response.json()["error"] == "Validation failed"
    assert fields_of(response) == {"first_name", "last_name", "email", "password"}


@pytest.mark.parametrize("sent", ["password", "session"])
def test_refused_values_are_not_echoed(api, sent):
    canary = "canary-3c6b1f-value"
    body = new_user(password=canary * 100) if sent == "password" else {"session": canary}
    response = api.post("/users" if sent == "password" else "/user-auth/verify-session", body)
    assert response.status in (400, 401)
    assert canary.encode() not in response.body
