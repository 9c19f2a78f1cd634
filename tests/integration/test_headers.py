"""The headers of every answer: security, request ids, CORS, HEAD and OPTIONS."""

import json
import re
import socket

import pytest

from harness.accounts import new_user
from harness.databases import create_database
from harness.openapi import operations
from harness.program import API_KEY, Gatehouse, base_settings
from harness.raw_http import RawConnection, message, send_in_time
from harness.waiting import wait_until

pytestmark = pytest.mark.sequential

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

# What a page of an allowed origin would also send.
BROWSER = (KEY, JSON, f"Origin: {ALLOWED}", "X-Request-Id: own-id-1")
LARGE_CHUNK = b"10001\r\n" + b" " * 0x10001 + b"\r\n0\r\n\r\n"

# Requests, named after the status of their answer.
ANSWERS = {
    "200": message("GET /health"),
    "200_list": message("GET /users", KEY),
    "204": message("OPTIONS /users", f"Origin: {ALLOWED}", "Access-Control-Request-Method: GET"),
    "400_id": message("GET /users/x", KEY),
    "400_framing": message("POST /", "Content-Length: 1", "Transfer-Encoding: chunked"),
    "400_garbage": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "400_json": message("POST /user-auth", KEY, body=b"{"),
    "400_fields": message("POST /user-auth", KEY, body=b'{"email":1}'),
    "401": message("GET /users"),
    "401_session": message("POST /user-auth/verify-session", KEY, body=b'{"session":"x"}'),
    "404": message("GET /nothing", KEY),
    "405": message("DELETE /users", KEY),
    "413": message("POST /users", KEY, JSON, "Content-Length: 70000"),
    "413_chunked": message("POST /users", KEY, JSON, "Transfer-Encoding: chunked") + LARGE_CHUNK,
    "414": message("GET /" + "a" * 9000),
    "415": message("POST /users", KEY, "Content-Type: text/plain", "Content-Length: 2") + b"{}",
    "417": message("POST /", "Expect: miracles", "Content-Length: 1"),
    "431": message("GET /", "X-Padding: " + "a" * 20000),
}

# Answers that need more than one request, or another program.
OCCASIONS = ["408_header", "408_body", "409", "503", "503_health", "503_crowd"]
ERRORS = [name for name in (*ANSWERS, *OCCASIONS) if name[0] in "45"]


def ask(program, request, without_body=False):
    with RawConnection(program.port) as connection:
        connection.send(request)
        return connection.read_response(without_body)


def serve_on_sqlite(tmp_path_factory, **settings):
    """A program with these settings, for a fixture to yield from."""
    directory = tmp_path_factory.mktemp("headers")
    database = create_database("sqlite", directory)
    program = Gatehouse(directory, base_settings() | database.settings() | {"ALLOWED_ORIGINS": ALLOWED} | settings)
    yield program.start()
    program.discard()


@pytest.fixture(scope="module")
def impatient(tmp_path_factory):
    """A program that soon gives up on a client."""
    yield from serve_on_sqlite(tmp_path_factory, HEADER_TIMEOUT="300ms", BODY_TIMEOUT="300ms")


@pytest.fixture(scope="module")
def narrow(tmp_path_factory):
    """A program with room for one connection."""
    yield from serve_on_sqlite(tmp_path_factory, CONNECTIONS_MAX="1")


@pytest.fixture(scope="module")
def without_database(tmp_path_factory):
    """A program whose PostgreSQL is not there."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # nobody listens, and nobody else can
        url = f"postgresql://postgres@127.0.0.1:{nobody.getsockname()[1]}/gatehouse"
        settings = base_settings() | {"DATABASE_URL": url, "DB_QUERY_TIMEOUT": "2s"}
        program = Gatehouse(tmp_path_factory.mktemp("without-database"), settings)
        program.start(wait=False)
        program.wait_until_serving()
        yield program
        program.discard()


def answer_to_a_second_client(program):
    def connect():
        connection = RawConnection(program.port)
        connection.send(message("GET /health"))
        if connection.read_response().status == 200:
            connection.send(b"GET /")  # a connection between two requests would make room
            return connection
        connection.close()  # the client of the previous call still counts
        return None

    with wait_until(connect, 30, "the place to be free") as busy:
        assert not busy.has_ended()
        return ask(program, message("GET /health"))


def answer_to_a_second_creation(program):
    creation = message("POST /users", KEY, body=json.dumps(new_user()).encode())
    assert ask(program, creation).status == 201
    return ask(program, creation)


@pytest.fixture
def answer_of(request):
    """answer_of(name): the answer of that name."""

    def get(name):
        unfinished = {
            "408_header": b"GET /health HTTP/1.1\r\nHost: x\r\n",
            "408_body": message("POST /user-auth", *BROWSER, "Content-Length: 10") + b"{",
        }
        if name in unfinished:
            connection, response = send_in_time(request.getfixturevalue("impatient").port, unfinished[name])
            connection.close()
            return response
        if name == "503_crowd":
            return answer_to_a_second_client(request.getfixturevalue("narrow"))
        if name.startswith("503"):
            path = "/health" if name == "503_health" else "/users"
            return ask(request.getfixturevalue("without_database"), message(f"GET {path}", KEY))
        parsing = request.getfixturevalue("parsing")
        return answer_to_a_second_creation(parsing) if name == "409" else ask(parsing, ANSWERS[name])

    return get


@pytest.mark.parametrize("name", [*ANSWERS, *OCCASIONS])
def test_every_answer_has_the_security_headers_and_a_request_id(answer_of, name):
    response = answer_of(name)
    assert response.status == int(name[:3])
    assert {header: response.headers.get(header) for header in SECURITY} == SECURITY
    assert ID.match(response.headers["x-request-id"])
    assert "strict-transport-security" not in response.headers
    assert "x-powered-by" not in response.headers
    assert not re.search(r"\d", response.headers.get("server", ""))


def test_page_for_browsers_has_the_security_headers_and_links_that_work(parsing):
    page = ask(parsing, message("GET /", "Accept: text/html, */*;q=0.8"))
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    assert {header: page.headers.get(header) for header in SECURITY} == SECURITY | {"content-security-policy": policy}
    links = re.findall(r'href="([^"]*)"', page.body.decode())
    assert {link: ask(parsing, message(f"GET {link}")).status for link in links} == {"/openapi.yaml": 200, "/health": 200}


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_is_json_and_names_its_request(answer_of, api_shape, name):
    response = answer_of(name)
    assert response.headers["content-type"].startswith("application/json")
    body = json.loads(response.body) if name == "503_health" else api_shape(response.body)
    assert body["requestId"] == response.headers["x-request-id"]


def test_unavailable_says_when_to_come_again(answer_of):
    for name in ("503", "503_health", "503_crowd"):
        assert int(answer_of(name).headers["retry-after"]) >= 1, name


@pytest.fixture
def api_shape():
    """Reads an error body and checks that it holds listed fields only."""

    def read(body):
        parsed = json.loads(body)
        assert {"error", "code", "requestId"} <= set(parsed) <= {"error", "code", "requestId", "details"}
        return parsed

    return read


@pytest.mark.parametrize("offered", ["a", "7f3c", "A.b_c-D.9", "x" * 64])
def test_good_request_id_is_kept(parsing, offered):
    response = ask(parsing, message("GET /nothing", f"X-Request-Id: {offered}"))
    assert response.headers["x-request-id"] == offered


REFUSED_FROM_A_BROWSER = {
    "401": message("GET /users", *BROWSER[1:]),
    "404": message("GET /nothing", *BROWSER),
    "405": message("DELETE /users", *BROWSER),
    "413": message("POST /users", *BROWSER, "Content-Length: 70000"),
    "413_chunked": message("POST /users", *BROWSER, "Transfer-Encoding: chunked") + LARGE_CHUNK,
    "415": message("POST /users", KEY, *BROWSER[2:], "Content-Type: text/plain", "Content-Length: 2") + b"{}",
    "417": message("POST /users", *BROWSER, "Expect: miracles", "Content-Length: 1"),
}


@pytest.mark.parametrize("name", [*REFUSED_FROM_A_BROWSER, "408_body"])
def test_page_of_an_allowed_origin_can_read_why_it_was_refused(parsing, answer_of, name):
    """Even if the body is never read: without these headers a browser shows the page a network error."""
    request = REFUSED_FROM_A_BROWSER.get(name)
    response = ask(parsing, request) if request else answer_of(name)
    assert response.status == int(name[:3])
    assert response.headers["access-control-allow-origin"] == ALLOWED
    assert response.headers["access-control-allow-credentials"] == "true"
    assert response.headers["vary"].lower() == "origin"
    assert response.headers["x-request-id"] == "own-id-1"
    assert json.loads(response.body)["requestId"] == "own-id-1"


def test_page_of_a_foreign_origin_cannot_read_why_it_was_refused(parsing):
    foreign = message("POST /users", KEY, JSON, "Origin: https://evil.example.com", "Content-Length: 70000")
    response = ask(parsing, foreign)
    assert response.status == 413
    assert "access-control-allow-origin" not in response.headers


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


@pytest.mark.parametrize("operation", [operation for operation in operations() if not operation.takes_any_method], ids=str)
def test_preflight_of_every_route_needs_no_key(parsing, operation):
    response = preflight(parsing, ALLOWED, operation.example_path())
    assert response.status == 204
    assert response.headers["access-control-allow-origin"] == ALLOWED
    assert response.headers["access-control-allow-credentials"] == "true"
    assert listed(response, "access-control-allow-methods") == {"get", "post", "put", "delete", "options"}
    assert listed(response, "access-control-allow-headers") == {
        "content-type",
        "authorization",
        "x-api-key",
        "x-request-id",
        "x-device-token",
        "if-match",
        "idempotency-key",
    }
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
@pytest.mark.parametrize(("key", "status"), [(API_KEY, 200), ("wrong", 401)], ids=["right", "wrong"])
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


def test_origin_beside_the_development_frontends_is_not_allowed(shared):
    response = ask(shared, message("GET /users?limit=1", f"Origin: {ALLOWED}", KEY))
    assert response.status == 200
    assert "access-control-allow-origin" not in response.headers
