"""The headers of every answer: security, request ids, CORS, HEAD and OPTIONS."""

import json
import re

import pytest

from harness.openapi import operations
from harness.program import API_KEY
from harness.raw_http import RawConnection, message

SECURITY = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}
ID = re.compile(r"^[A-Za-z0-9._-]{1,64}$")
ALLOWED = "https://app.example.com"

KEY = f"X-API-Key: {API_KEY}"
JSON = "Content-Type: application/json"

ANSWERS = {
    "200": (message("GET /health"), 200),
    "200_list": (message("GET /users", KEY), 200),
    "204": (message("OPTIONS /users", f"Origin: {ALLOWED}", "Access-Control-Request-Method: GET"), 204),
    "400_id": (message("GET /users/x", KEY), 400),
    "400_framing": (message("POST /", "Content-Length: 1", "Transfer-Encoding: chunked"), 400),
    "400_garbage": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    "401": (message("GET /users"), 401),
    "404": (message("GET /nothing", KEY), 404),
    "405": (message("DELETE /users", KEY), 405),
    "413": (message("POST /users", KEY, JSON, "Content-Length: 70000"), 413),
    "414": (message("GET /" + "a" * 9000), 414),
    "415": (message("POST /users", KEY, "Content-Type: text/plain", "Content-Length: 2") + b"{}", 415),
    "417": (message("POST /", "Expect: miracles", "Content-Length: 1"), 417),
    "431": (message("GET /", "X-Padding: " + "a" * 20000), 431),
}


def ask(program, request, without_body=False):
    with RawConnection(program.port) as connection:
        connection.send(request)
        return connection.read_response(without_body)


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_answer_has_the_security_headers_and_a_request_id(parsing, answer):
    request, status = ANSWERS[answer]
    response = ask(parsing, request)
    assert response.status == status
    assert {name: response.headers.get(name) for name in SECURITY} == SECURITY
    assert ID.match(response.headers["x-request-id"])
    assert "strict-transport-security" not in response.headers
    assert "x-powered-by" not in response.headers
    assert not re.search(r"\d", response.headers.get("server", ""))


@pytest.mark.parametrize("answer", [name for name in ANSWERS if name[0] in "45"])
def test_every_error_is_json_and_names_its_request(parsing, api_shape, answer):
    request, _ = ANSWERS[answer]
    response = ask(parsing, request)
    assert response.headers["content-type"].startswith("application/json")
    body = api_shape(response.body)
    assert body["requestId"] == response.headers["x-request-id"]


@pytest.fixture
def api_shape():
    """Reads an error body and checks that it holds listed fields only."""

    def read(body):
        parsed = json.loads(body)
        assert {"error", "requestId"} <= set(parsed) <= {"error", "requestId", "details"}
        return parsed

    return read


@pytest.mark.parametrize("offered", ["a", "7f3c", "A.b_c-D.9", "x" * 64])
def test_good_request_id_is_kept(parsing, offered):
    response = ask(parsing, message("GET /nothing", f"X-Request-Id: {offered}"))
    assert response.headers["x-request-id"] == offered


@pytest.mark.parametrize("offered", ["", "x" * 65, "a b", "a/b", "<script>", "a\tb", "é", '"', "a;b", "a,b", "\\"])
def test_other_request_id_is_replaced(parsing, offered):
    response = ask(parsing, message("GET /nothing", f"X-Request-Id: {offered}"))
    assert ID.match(response.headers["x-request-id"])
    assert response.headers["x-request-id"] != offered


def test_two_request_ids_name_one_request(parsing):
    response = ask(parsing, message("GET /nothing", "X-Request-Id: one", "X-Request-Id: two"))
    assert ID.match(response.headers["x-request-id"])


def test_made_request_ids_differ(parsing):
    with parsing.api() as api:
        ids = {api.get("/health").header("X-Request-Id") for _ in range(200)}
    assert len(ids) == 200


def test_head_is_get_without_a_body(parsing):
    for path, status in (
        ("/health", 200),
        ("/users", 200),
        ("/users?limit=1", 200),
        ("/users/999999999", 404),
        ("/nothing", 404),
    ):
        with RawConnection(parsing.port) as connection:
            connection.send(message(f"HEAD {path}", KEY))
            response = connection.read_response(without_body=True)
            assert response.status == status
            connection.send(message("GET /health", "Connection: close"))
            assert connection.read_response().status == 200


def test_head_of_a_guarded_route_needs_a_key(parsing):
    assert ask(parsing, message("HEAD /users"), without_body=True).status == 401


def test_head_where_get_is_unknown_is_not_allowed(parsing):
    response = ask(parsing, message("HEAD /user-auth", KEY), without_body=True)
    assert response.status == 405


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PATCH", "PROPFIND", "BREW", "get"])
def test_other_methods_are_refused(parsing, method):
    target = "localhost:1" if method == "CONNECT" else "/users"
    response = ask(parsing, message(f"{method} {target}", KEY))
    assert response.status in ((400, 405, 501) if method in ("CONNECT", "get", "BREW") else (405, 501))
    assert API_KEY.encode() not in response.body


def test_trace_is_refused_with_the_allowed_methods(parsing):
    response = ask(parsing, message("TRACE /users", KEY))
    assert response.status == 405
    assert "TRACE" not in response.headers["allow"]


def preflight(program, origin, path="/users"):
    asked = ["Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: x-api-key"]
    return ask(program, message(f"OPTIONS {path}", f"Origin: {origin}", *asked))


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_preflight_of_every_route_needs_no_key(parsing, operation):
    response = preflight(parsing, ALLOWED, operation.example_path())
    assert response.status == 204
    assert response.headers["access-control-allow-origin"] == ALLOWED
    assert response.headers["access-control-allow-credentials"] == "true"
    assert listed(response, "access-control-allow-methods") == {"get", "post", "put", "delete", "options"}
    assert listed(response, "access-control-allow-headers") == {"content-type", "authorization", "x-api-key"}
    assert int(response.headers["access-control-max-age"]) > 0
    assert response.headers["vary"].lower() == "origin"


def listed(response, header):
    return {name.strip().lower() for name in response.headers[header].split(",")}


FOREIGN = [
    "https://evil.example.com",
    "https://app.example.com.evil.com",
    "http://app.example.com",
    "https://app.example.com:8443",
    "null",
    "https://APP.example.com.",
    "",
    "*",
    "https://app.example.com/",
]


@pytest.mark.parametrize("origin", FOREIGN)
def test_preflight_of_a_foreign_origin_allows_nothing(parsing, origin):
    response = preflight(parsing, origin)
    assert not [name for name in response.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("origin", FOREIGN)
def test_call_of_a_foreign_origin_gets_no_cors_headers(parsing, origin):
    response = ask(parsing, message("GET /users", f"Origin: {origin}", KEY))
    assert not [name for name in response.headers if name.startswith("access-control-")]
    assert response.headers["vary"].lower() == "origin"


@pytest.mark.parametrize("origin", [ALLOWED, "http://localhost:3000"])
@pytest.mark.parametrize(("key", "status"), [(API_KEY, 200), ("wrong", 401)])
def test_call_of_an_allowed_origin_is_readable_even_when_refused(parsing, origin, key, status):
    response = ask(parsing, message("GET /users?limit=1", f"Origin: {origin}", f"X-API-Key: {key}"))
    assert response.status == status
    assert response.headers["access-control-allow-origin"] == origin
    assert response.headers["access-control-allow-credentials"] == "true"
    assert {"x-request-id", "link"} <= listed(response, "access-control-expose-headers")
    assert response.headers["vary"].lower() == "origin"


def test_allowed_origin_is_echoed_on_errors_of_parsing_routes(parsing):
    request = message("POST /user-auth", KEY, f"Origin: {ALLOWED}", body=b"{")
    response = ask(parsing, request)
    assert (response.status, response.headers["access-control-allow-origin"]) == (400, ALLOWED)


def test_without_allowed_origins_no_origin_is_allowed(shared):
    response = ask(shared, message("GET /users?limit=1", f"Origin: {ALLOWED}", KEY))
    assert response.status == 200
    assert "access-control-allow-origin" not in response.headers
