"""One resource has one path: what a gateway's rule does not see, Gatehouse does not answer."""

import json

import pytest

from harness.accounts import create_user, unique_email
from harness.program import API_KEY
from harness.raw_http import RawConnection, message

pytestmark = pytest.mark.sequential

KEY = f"X-API-Key: {API_KEY}"
LOGIN = json.dumps({"email": unique_email(), "password": "x"}).encode()


def ask(program, request):
    with RawConnection(program.port) as connection:
        connection.send(request)
        return connection.read_response(without_body=request.startswith(b"HEAD"))


MISSPELT = ["/USER-AUTH", "/User-Auth", "/user-auth/", "/user-Auth/"]
ELSEWHERE = [
    "//user-auth", "/user-auth//", "/./user-auth", "/user-auth/.", "/users/../user-auth", "/%75ser-auth", "/user%2Dauth",
    "/user-auth%2F", "/user-auth;a=b", "/user-auth%00", "/user-auth%20", "/user-auth.", "/\\user-auth", "/user-auth%3F",
    "http://x//user-auth", "http://x/%75ser-auth",
]  # fmt: skip


@pytest.mark.parametrize("path", MISSPELT)
def test_login_in_another_spelling_reached_the_login(parsing, path):
    response = ask(parsing, message(f"POST {path}", KEY, body=LOGIN))
    assert response.status == 404
    refusal = json.loads(response.body)
    assert refusal["code"] == "path_not_exact"
    assert refusal["error"].endswith(" /user-auth")


@pytest.mark.parametrize("path", ELSEWHERE)
def test_path_that_would_have_to_be_resolved_leads_nowhere(parsing, path):
    response = ask(parsing, message(f"POST {path}", KEY, body=LOGIN))
    assert response.status == 404
    assert json.loads(response.body)["code"] == "not_found"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("path", "location"), [("/Health", "/health"), ("/health/?a=b", "/health?a=b"), ("/USERS/?limit=1", "/users?limit=1")]
)
def test_reader_of_another_spelling_is_sent_to_the_right_one(parsing, method, path, location):
    response = ask(parsing, message(f"{method} {path}", KEY))
    assert response.status == 308
    assert response.headers["location"] == location


def test_redirect_needs_the_key_that_its_target_needs(parsing):
    assert ask(parsing, message("GET /USERS")).status == 401
    assert ask(parsing, message("GET /HEALTH")).status == 308


@pytest.mark.parametrize("spelling", ["0{}", "+{}", "%3{}", "{}.0", "{}%20", "0x{}"])
def test_user_has_one_spelling_of_its_id(parsing, spelling):
    with parsing.api() as api:
        user = create_user(api)["id"]
    response = ask(parsing, message(f"GET /users/{spelling.format(user)}", KEY))
    assert response.status == 400
    assert json.loads(response.body)["code"] == "invalid_user_id"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_loose_paths_are_the_same_resource_where_the_setting_says_so(start):
    program = start(LOOSE_PATHS="true")
    for path in MISSPELT:
        assert ask(program, message(f"POST {path}", KEY, body=LOGIN)).status == 401
    assert ask(program, message("GET /Health/")).status == 200
    for path in ELSEWHERE:
        assert ask(program, message(f"POST {path}", KEY, body=LOGIN)).status == 404, path


@pytest.mark.parametrize("path", ["/", "/users", "/health", "*", "/nothing"])
def test_options_without_a_key_is_answered(parsing, path):
    """The Express service answers it, too; HAProxy's `option httpchk` sends it."""
    response = ask(parsing, message(f"OPTIONS {path}"))
    assert response.status == 204
    assert ("allow" in response.headers) == (path in ("/", "/users", "/health"))
    assert ask(parsing, b"OPTIONS / HTTP/1.0\r\n\r\n").status == 204
