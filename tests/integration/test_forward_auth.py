"""/forward-auth, as a gateway asks it about its clients."""

import json
import urllib.parse

import pytest

from harness.accounts import create_user, log_in, log_out
from harness.places import SANITIZED
from harness.program import API_KEY
from harness.raw_http import RawConnection, message
from harness.waiting import wait_until

KEY = f"X-API-Key: {API_KEY}"
LOGIN_URL = "https://login.example.com/?client=app"
LOGIN_SETTINGS = {"FORWARD_AUTH_LOGIN_URL": LOGIN_URL, "FORWARD_AUTH_HOSTS": "app.example.com"}
# As for other revocations: far longer than they take, because this machine may stall meanwhile.
SEEN_WITHIN_S = 60.0 if SANITIZED else 20.0


def cookie_of(login):
    return {"Cookie": f"theme=dark; session={login['session']}"}


def bearer_of(login):
    return {"Authorization": f"Bearer {login['token']}"}


def gate(api, headers, path="/forward-auth", method="GET", **options):
    return api.request(method, path, headers=headers, **options)


@pytest.fixture
def logged_in(start):
    """A connection to a program, the user and the login."""
    with start(**LOGIN_SETTINGS).api() as api:
        user = create_user(api, first_name="Ada", last_name="Lövelace")
        yield api, user, log_in(api, user["email"])


def test_user_is_told_by_header_fields(logged_in):
    api, user, login = logged_in
    for headers in (cookie_of(login), cookie_of(login), bearer_of(login), bearer_of(login)):
        answer = gate(api, headers)
        assert (answer.status, answer.body) == (200, b"")
        assert answer.header("X-User-Id") == str(user["id"])
        assert answer.header("X-User-Email") == user["email"]
        assert urllib.parse.unquote(answer.header("X-User-Name")) == "Ada Lövelace"
        assert answer.header("X-User-Name").isascii()
        assert answer.header("X-User-Roles") == ""
    expires_at = api.post("/user-auth/verify-session", {"session": login["session"]}).json()["expiresAt"]
    assert gate(api, cookie_of(login)).header("X-Session-Expires") == expires_at
    expires_at = api.post("/user-auth/verify-token", headers=bearer_of(login)).json()["expiresAt"]
    assert gate(api, bearer_of(login)).header("X-Session-Expires") == expires_at


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "PURGE", "WHATEVER"])
@pytest.mark.parametrize("path", ["/forward-auth", "/forward-auth/", "/forward-auth/any/path?x=1"])
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_every_method_is_decided_alike_and_its_body_ignored(logged_in, method, path):
    api, _, login = logged_in
    with RawConnection(api.port) as gateway:
        for cookie, status in ((login["session"], 200), ("x", 401), (login["session"], 200)):
            preflight = ("Origin: https://app.example.com", "Access-Control-Request-Method: PUT")
            gateway.send(message(f"{method} {path}", KEY, f"Cookie: session={cookie}", *preflight, body=b"{broken"))
            assert gateway.read_response(without_body=method == "HEAD").status == status


def test_ended_session_is_refused(logged_in):
    api, _, login = logged_in
    assert gate(api, cookie_of(login)).status == gate(api, bearer_of(login)).status == 200
    assert log_out(api, login["session"]).status == 200
    for headers in (cookie_of(login), bearer_of(login), {}):
        answer = gate(api, headers)
        assert answer.status == 401
        assert answer.json()["error"] == "Not logged in"
        assert answer.header("WWW-Authenticate") == "Bearer"
        assert answer.header("X-Login-Url") == LOGIN_URL
        assert not [name for name in answer.headers if name.lower().startswith(("x-user", "remote-"))]


def test_changed_user_is_told_as_changed(logged_in):
    api, user, login = logged_in
    for headers in (cookie_of(login), bearer_of(login)):
        assert gate(api, headers).status == 200
    assert api.put(f"/users/{user['id']}", {"first_name": "Augusta"}).status == 200
    for headers in (cookie_of(login), bearer_of(login)):
        assert gate(api, headers).header("X-User-Name").startswith("Augusta%20")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_browser_is_led_to_the_login_and_back(logged_in):
    api, _, _ = logged_in
    wanted = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "app.example.com", "X-Forwarded-Uri": "/a?b=c&d"}
    page = {"Accept": "text/html,application/xhtml+xml"}
    answer = gate(api, wanted | page, "/forward-auth?redirect=1")
    assert (answer.status, answer.body) == (302, b"")
    led_to = urllib.parse.urlsplit(answer.header("Location"))
    assert urllib.parse.parse_qs(led_to.query) == {"client": ["app"], "return": ["https://app.example.com/a?b=c&d"]}
    assert gate(api, wanted | page).header("X-Login-Url") == answer.header("Location")
    stranger = gate(api, wanted | page | {"X-Forwarded-Host": "evil.example"}, "/forward-auth?redirect=1")
    assert (stranger.status, stranger.header("Location")) == (302, LOGIN_URL)
    assert gate(api, wanted, "/forward-auth?redirect=1").status == 401


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_names_of_the_fields_are_the_chosen_ones(start):
    with start(FORWARD_AUTH_HEADERS="remote", SESSION_COOKIE="__Host-sid").api() as api:
        user = create_user(api)
        login = log_in(api, user["email"])
        answer = gate(api, {"Cookie": f"session=x; __Host-sid={login['session']}"})
        assert answer.header("Remote-User") == answer.header("Remote-Email") == user["email"]
        assert (answer.header("Remote-Name"), answer.header("Remote-Groups")) == ("Ada%20Lovelace", "")
        assert answer.header("X-User-Id") is None
        assert gate(api, cookie_of(login)).header("X-Login-Url") is None


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_proxy_needs_no_key_only_where_that_is_set_and_it_is_trusted(start):
    with start(FORWARD_AUTH_WITHOUT_KEY="true", TRUSTED_PROXIES="127.0.0.2").api() as api:
        login = log_in(api, create_user(api)["email"])

        def status(source, line="GET /forward-auth", *headers):
            with RawConnection(api.port, source=source) as gateway:
                gateway.send(message(line, f"Cookie: session={login['session']}", *headers))
                return gateway.read_response().status

        assert status("127.0.0.2") == 200
        assert status("127.0.0.3") == 401
        assert status("127.0.0.3", "GET /forward-auth", "X-Forwarded-For: 127.0.0.2") == 401
        assert status("127.0.0.2", "GET /users") == 401
        assert status("127.0.0.2", "GET /forward-auth", "X-API-Key: wrong") == 401
    with start(TRUSTED_PROXIES="127.0.0.2").api() as api, RawConnection(api.port, source="127.0.0.2") as gateway:
        gateway.send(message("GET /forward-auth", f"Cookie: session={login['session']}"))
        assert gateway.read_response().status == 401


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_address_that_a_client_gives_itself_is_ignored(start):
    with start(RATE_LIMIT_ADDRESS="3/1h/3", TRUSTED_PROXIES="127.0.0.1").api() as api:
        login = log_in(api, create_user(api)["email"])

        def status(client, told):
            return gate(api, cookie_of(login) | {"X-Forwarded-For": client, "X-Client-Address": told}).status

        assert [status("192.0.2.1", f"198.51.100.{n}") for n in range(5)] == [200, 200, 200, 429, 429]
        assert status("192.0.2.2", "192.0.2.1") == 200


def test_refusals_do_not_fill_the_audit_trail(logged_in):
    api, _, _ = logged_in

    def events():
        return [event["type"] for event in api.get("/audit?limit=1000").json()["events"]]

    before = events()
    for _ in range(50):
        assert gate(api, {"Cookie": "session=x"}).status == 401
        assert gate(api, {}, key="wrong").status == 401
        assert gate(api, {}, key=None).status == 401
    assert len(events()) <= len(before) + 4, "one for each kind and minute at most"


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_session_that_ends_on_one_replica_is_refused_by_the_other(start):
    with start().api() as first, start().api() as second:
        login = log_in(first, create_user(first)["email"])
        for _ in range(3):
            assert gate(second, cookie_of(login)).status == gate(second, bearer_of(login)).status == 200
        assert log_out(first, login["session"]).status == 200
        wait_until(lambda: gate(second, cookie_of(login)).status == 401, SEEN_WITHIN_S, "the end of the session")
        wait_until(lambda: gate(second, bearer_of(login)).status == 401, SEEN_WITHIN_S, "the end of the token")


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_without_the_database_nobody_passes_unseen(start, database):
    with start(DB_QUERY_TIMEOUT="5s", SESSION_CACHE_MB="0").api() as api:
        login = log_in(api, create_user(api)["email"])
        database.drop()
        for headers in (cookie_of(login), bearer_of(login)):
            answer = gate(api, headers)
            assert (answer.status, json.loads(answer.body)["code"]) == (503, "unavailable")
        assert gate(api, {}).status == 401
