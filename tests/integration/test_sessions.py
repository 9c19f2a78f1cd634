"""Sessions of several devices: listed, ended one by one or all at once, dead at once and for good."""

import json
import re

import pytest

from harness.accounts import PASSWORD, create_user, is_alive, log_in, log_out, verify_session, verify_token
from harness.program import API_KEY
from harness.raw_http import RawConnection, message
from harness.waiting import wait_until

FIELDS = {"id", "createdAt", "lastSeenAt", "expiresAt", "ipAddress", "userAgent"}
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


@pytest.fixture
def devices(api):
    """A user, logged in on three devices: (user, logins)."""
    user = create_user(api)
    return user, [log_in(api, user["email"], headers={"User-Agent": f"device-{i}"}) for i in range(3)]


def listed(api, user):
    response = api.get(f"/users/{user['id']}/sessions")
    assert response.status == 200
    return response.json()


def test_each_login_opens_a_session_of_its_own(api, devices):
    _, logins = devices
    assert len({login["session"] for login in logins}) == 3
    assert len({login["token"] for login in logins}) == 3
    assert all(is_alive(api, login["session"]) for login in logins)


def test_session_that_a_client_brings_to_a_login_stays_what_it_was(api):
    """No session fixation: nobody can give another user a session whose value they know, and wait until that user logs in."""
    attacker, victim = create_user(api), create_user(api)
    known = log_in(api, attacker["email"])["session"]
    brought = {"session": known, "sessionId": 1, "sid": 1, "id": 1}
    headers = {"Cookie": f"session={known}; sessionId={known}", "Authorization": f"Bearer {known}"}
    body = {"email": victim["email"], "password": PASSWORD} | brought
    login = api.post("/user-auth?session=" + known, body, headers=headers)
    assert login.status == 200 and login.json()["session"] != known
    assert verify_session(api, known).json()["userId"] == attacker["id"]
    assert verify_session(api, login.json()["session"]).json()["userId"] == victim["id"]
    made_up = api.post("/user-auth", body | {"session": "A" * len(known)})
    assert made_up.status == 200 and not is_alive(api, "A" * len(known))


def test_sessions_are_listed_with_their_devices(api, devices):
    user, _ = devices
    sessions = listed(api, user)
    assert [session["userAgent"] for session in sessions] == ["device-2", "device-1", "device-0"]
    for session in sessions:
        assert set(session) == FIELDS
        assert session["ipAddress"] == "127.0.0.1"
        assert all(TIME.match(session[name]) for name in ("createdAt", "lastSeenAt", "expiresAt"))


def test_list_shows_no_session_value(api, devices):
    user, logins = devices
    body = api.get(f"/users/{user['id']}/sessions").body.decode()
    assert not any(login["session"] in body or login["token"] in body for login in logins)


def test_hostile_user_agent_is_stored_harmlessly(api):
    user = create_user(api)
    log_in(api, user["email"], headers={"User-Agent": "<script>\xff\xc2\x9b31m" + "x" * 4000})
    agent = listed(api, user)[0]["userAgent"]
    assert len(agent.encode()) <= 255
    assert agent.isprintable()


def test_user_without_sessions_has_an_empty_list(api):
    assert listed(api, create_user(api)) == []


def test_ending_one_session_leaves_the_others(api, devices):
    user, logins = devices
    middle = listed(api, user)[1]["id"]
    response = api.delete(f"/sessions/{middle}")
    assert (response.status, response.json()) == (200, {"message": f"Session {middle} ended"})
    assert [is_alive(api, login["session"]) for login in logins] == [True, False, True]
    assert [verify_token(api, login["token"]).status for login in logins] == [200, 401, 200]
    assert middle not in [session["id"] for session in listed(api, user)]


def test_ending_a_session_twice_is_not_found(api, devices):
    user, _ = devices
    session = listed(api, user)[0]["id"]
    assert api.delete(f"/sessions/{session}").status == 200
    response = api.delete(f"/sessions/{session}")
    assert (response.status, response.json()["error"]) == (404, "Session not found")


@pytest.mark.parametrize("text", ["abc", "-1", "1x", "9223372036854775808"])
def test_session_id_that_is_no_number_is_refused(api, text):
    response = api.delete(f"/sessions/{text}")
    assert (response.status, response.json()["error"]) == (400, "Invalid session ID format")


def test_ending_all_sessions_ends_all_and_only_the_users(api, devices):
    user, logins = devices
    bystander = log_in(api, create_user(api)["email"])
    response = api.delete(f"/users/{user['id']}/sessions")
    assert (response.status, response.json()) == (
        200,
        {"message": f"All sessions of user {user['id']} ended", "count": 3},
    )
    assert not any(is_alive(api, login["session"]) for login in logins)
    assert [verify_token(api, login["token"]).status for login in logins] == [401] * 3
    assert listed(api, user) == []
    assert is_alive(api, bystander["session"])


def test_ending_all_of_no_sessions_counts_none(api):
    user = create_user(api)
    assert api.delete(f"/users/{user['id']}/sessions").json()["count"] == 0


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    ("user", "status", "error"), [("999999999", 404, "User not found"), ("abc", 400, "Invalid user ID format")]
)
def test_sessions_of_nobody(api, method, user, status, error):
    response = api.request(method, f"/users/{user}/sessions")
    assert (response.status, response.json()["error"]) == (status, error)


def test_logout_ends_only_its_own_session(api, devices):
    _, logins = devices
    log_out(api, logins[0]["session"])
    assert [is_alive(api, login["session"]) for login in logins] == [False, True, True]
    assert verify_token(api, logins[0]["token"]).status == 401


def test_session_value_cannot_be_altered_anywhere(api, devices):
    _, logins = devices
    session = logins[0]["session"]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for i, letter in enumerate(session):
        other = alphabet[(alphabet.index(letter) ^ 32) % 64]
        assert not is_alive(api, session[:i] + other + session[i + 1 :]), f"position {i}"
    for changed in (
        session[:-1],
        session[1:],
        session + "A",
        session + "=",
        session + "==",
        " " + session,
        session + "\n",
        session[::-1],
    ):
        assert not is_alive(api, changed)
    assert is_alive(api, session)


def test_sessions_cannot_be_spliced(api, devices):
    _, logins = devices
    first, second = logins[0]["session"], logins[1]["session"]
    for cut in range(7, len(first) - 1, 9):
        spliced = first[:cut] + second[cut:]
        if spliced not in (first, second):
            assert not is_alive(api, spliced), f"cut at {cut}"


def test_altered_session_logs_nobody_out(api, devices):
    _, logins = devices
    session = logins[0]["session"]
    log_out(api, session[:20] + ("A" if session[20] != "A" else "B") + session[21:])
    assert is_alive(api, session)


def test_user_shown_by_a_session_is_the_user_as_it_is_now(api):
    user = create_user(api)
    session = log_in(api, user["email"])["session"]
    assert verify_session(api, session).json()["user"]["first_name"] == "Ada"
    assert api.put(f"/users/{user['id']}", {"first_name": "Augusta"}).status == 200
    assert verify_session(api, session).json()["user"]["first_name"] == "Augusta"


def test_client_address_comes_from_the_proxy_only_if_it_is_trusted(start):
    """The field of RFC 7239 is never read: two fields that disagree could not both be right."""
    forwarded = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9", "Forwarded": "for=192.0.2.60"}
    addresses = {}
    for trusted in ("", "127.0.0.1"):
        with start(TRUSTED_PROXIES=trusted).api() as api:
            user = create_user(api)
            log_in(api, user["email"], headers=forwarded)
            addresses[trusted] = listed(api, user)[0]["ipAddress"]
    assert addresses == {"": "127.0.0.1", "127.0.0.1": "203.0.113.9"}


@pytest.mark.parametrize(
    "lines",
    [
        ["203.0.113.9"],
        ["198.51.100.7", "203.0.113.9"],
        ["198.51.100.7,203.0.113.9,127.0.0.1"],
        ["  203.0.113.9  "],
        ["203.0.113.9:52100"],
        ["[::ffff:203.0.113.9]:443"],
        ["198.51.100.7, ::ffff:203.0.113.9, ::ffff:127.0.0.1"],
    ],
)
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_client_address_is_what_the_nearest_proxy_saw(start, lines):
    """A client can send the header itself; only what trusted proxies appended to it counts."""
    program = start(TRUSTED_PROXIES="127.0.0.1")
    with program.api() as api, RawConnection(program.port) as connection:
        user = create_user(api)
        body = json.dumps({"email": user["email"], "password": PASSWORD}).encode()
        forwarded = [f"X-Forwarded-For: {line}" for line in lines]
        connection.send(message("POST /user-auth", f"X-API-Key: {API_KEY}", *forwarded, body=body))
        assert connection.read_response().status == 200
        assert listed(api, user)[0]["ipAddress"] == "203.0.113.9"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_listening_on_every_address_of_both_families_made_everybody_the_proxy(start):
    """On `::` an IPv4 proxy is seen as ::ffff:127.0.0.1, and so would an IPv4 client be without a proxy."""
    with start(HOST="::", TRUSTED_PROXIES="127.0.0.1").api() as api:
        user = create_user(api)
        log_in(api, user["email"], headers={"X-Forwarded-For": "203.0.113.9"})
        log_in(api, user["email"])
        assert [session["ipAddress"] for session in listed(api, user)] == ["127.0.0.1", "203.0.113.9"]


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_proxy_that_is_not_trusted_is_told_of_once(start):
    program = start()
    with program.api() as api:
        assert api.get("/health").status == 200
        assert not program.events("forwarded_for_ignored")
        for _ in range(3):
            assert api.get("/health", headers={"X-Forwarded-For": "203.0.113.9"}).status == 200
        told = wait_until(lambda: program.events("forwarded_for_ignored"), 20, "the warning")
        assert [(line["level"], line["peer"]) for line in told] == [("warn", "127.0.0.1")]


def test_rotated_secret_keeps_sessions_and_tokens_alive(start, database):
    program = start()
    with program.api() as api:
        login = log_in(api, create_user(api)["email"])
    program.stop()
    for name in ("SESSION_SECRET", "JWT_SECRET"):
        program.settings[name] = f"a-new-secret-in-front-{name}-0123456789abcdef,{program.settings[name]}"
    program.start()
    with program.api() as api:
        assert is_alive(api, login["session"])
        assert verify_token(api, login["token"]).status == 200
    program.stop()
    for name in ("SESSION_SECRET", "JWT_SECRET"):
        program.settings[name] = program.settings[name].split(",")[0]
    program.start()
    with program.api() as api:
        assert not is_alive(api, login["session"])
        assert verify_token(api, login["token"]).status == 401


def test_database_holds_no_session_value(start, database):
    with start().api() as api:
        login = log_in(api, create_user(api)["email"])
    stored = repr(database.rows("SELECT * FROM sessions"))
    assert login["session"] not in stored
    assert login["token"] not in stored


@pytest.mark.parametrize("cache_mb", ["0", "64"])
def test_sessions_die_with_and_without_cache(start, cache_mb):
    with start(SESSION_CACHE_MB=cache_mb).api() as api:
        user = create_user(api)
        logins = [log_in(api, user["email"]) for _ in range(4)]
        for login in logins:
            assert is_alive(api, login["session"]) and is_alive(api, login["session"])
        log_out(api, logins[0]["session"])
        assert [is_alive(api, login["session"]) for login in logins] == [False, True, True, True]
        api.delete(f"/sessions/{listed(api, user)[0]['id']}")
        assert [is_alive(api, login["session"]) for login in logins] == [False, True, True, False]
        api.delete(f"/users/{user['id']}")
        assert not any(is_alive(api, login["session"]) for login in logins)


def checked(api, *sessions):
    """The result for each of them, from one call."""
    response = api.post("/user-auth/verify-sessions", {"sessions": list(sessions)})
    assert response.status == 200
    return response.json()["sessions"]


def test_many_are_checked_in_one_call_as_one_by_one(api, devices):
    _, logins = devices
    values = [login["session"] for login in logins] + ["garbage"]
    log_out(api, values[1])
    statuses = [entry["status"] for entry in checked(api, *values)]
    assert statuses == [200, 401, 200, 401]
    for value, entry in zip(values, checked(api, *values), strict=True):
        alone = verify_session(api, value)
        expected = {name: field for name, field in alone.json().items() if name != "requestId"}
        assert entry == {"status": alone.status} | expected
