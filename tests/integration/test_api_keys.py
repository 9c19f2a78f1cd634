"""Every route asks for an API key, except those that say so: each route × each way of not having one."""

import json
import re

import pytest

from harness.accounts import create_user
from harness.openapi import operations
from harness.program import API_KEY
from harness.raw_http import RawConnection

pytestmark = pytest.mark.sequential

MISSING = "Please provide an API key in the X-API-Key header"
INVALID = "Invalid API key"
GUARDED = [operation for operation in operations() if operation.needs_key]
OPEN = [operation for operation in operations() if not operation.needs_key]

WAYS = {
    "none": ([], MISSING),
    "empty": ([""], MISSING),
    "blank": (["  "], MISSING),
    "wrong": (["wrong"], INVALID),
    "prefix": ([API_KEY[:-1]], INVALID),
    "longer": ([API_KEY + "x"], INVALID),
    "upper": ([API_KEY.upper()], INVALID),
    "two": ([API_KEY, API_KEY], INVALID),
    "two_one_wrong": ([API_KEY, "wrong"], INVALID),
    "two_first_empty": (["", API_KEY], INVALID),
    "listed": ([f"{API_KEY},{API_KEY}"], INVALID),
    "giant": (["k" * 8000], INVALID),
    "binary": (["\x80\xff"], INVALID),
}


def ask(port, operation, keys):
    body = b"{}" if operation.has_body else b""
    head = f"{operation.method} {operation.example_path()} HTTP/1.1\r\nHost: localhost\r\n"
    head += "".join(f"X-API-Key: {key}\r\n" for key in keys)
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    with RawConnection(port) as connection:
        connection.send(head.encode("latin-1") + b"\r\n" + body)
        return connection.read_response()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("operation", GUARDED, ids=str)
def test_guarded_route_without_a_good_key_is_refused(parsing, operation, way):
    keys, message = WAYS[way]
    response = ask(parsing.port, operation, keys)
    assert response.status == 401
    assert json.loads(response.body)["error"] == message


@pytest.mark.parametrize("operation", GUARDED, ids=str)
def test_guarded_route_with_the_key_is_reached(parsing, operation):
    response = ask(parsing.port, operation, [API_KEY])
    assert not re.search(rb'"code":"(\w+_api_key|missing_scope)"', response.body)


@pytest.mark.parametrize("operation", OPEN, ids=str)
@pytest.mark.parametrize("keys", [[], [""], ["wrong"], [API_KEY]], ids=["none", "empty", "wrong", "right"])
def test_open_route_answers_with_any_key(parsing, operation, keys):
    assert ask(parsing.port, operation, keys).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "//users",
        "/users/",
        "/USERS",
        "/users/../users",
        "/%75sers",
        "/./users",
        "/users;x",
        "//",
        "/health/../users",
        "/health%2f..%2fusers",
        "/user-auth/",
        "/?/users",
    ],
)
def test_odd_spelling_of_a_path_never_passes_without_key(parsing, path):
    with RawConnection(parsing.port) as connection:
        connection.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        response = connection.read_response()
    assert response.status in (401, 400) or path == "/?/users"
    assert b"created_at" not in response.body


def test_key_in_the_query_or_body_counts_for_nothing(parsing):
    with parsing.api() as api:
        assert api.get(f"/users?api_key={API_KEY}&X-API-Key={API_KEY}", key=None).status == 401
        assert api.post("/users", {"X-API-Key": API_KEY}, key=None).status == 401


def test_refused_write_has_no_effect(parsing):
    with parsing.api() as api:
        user = create_user(api)
        assert api.delete(f"/users/{user['id']}", key="wrong").status == 401
        assert api.get(f"/users/{user['id']}").status == 200


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_each_of_several_keys_is_good(start):
    keys = ["first-key-of-two-0123456789abcdefghij", "second-key-of-two-0123456789abcdefghi"]
    program = start(API_KEY=",".join(keys))
    with program.api(keys[0]) as api:
        assert [api.get("/users/1", key=key).status for key in keys] == [404, 404]
        assert api.get("/users/1", key=",".join(keys)).status == 401
