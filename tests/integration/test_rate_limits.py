"""Rate limits: who is counted, what is told, and that nobody gets around them."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.accounts import PASSWORD, create_user, log_in, new_user, try_log_in
from harness.http_client import Api

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

# If no peer is a back end, every peer is a user.
NO_BACKENDS = {"TRUSTED_BACKENDS": "192.0.2.1"}


def item(text: str) -> tuple[str, dict[str, int]]:
    """A String item with Integer parameters, by the grammar of RFC 9651 sections 3.3.3, 3.3.1 and 3.1.2."""
    match = re.fullmatch(r'"([\x20-\x21\x23-\x5b\x5d-\x7e]*)"((?:;[a-z*][a-z0-9_.*-]*=-?[0-9]{1,15})*)', text)
    assert match, f"no structured item: {text!r}"
    return match[1], {name: int(value) for name, value in (one.split("=") for one in match[2].split(";")[1:])}


def items(response, name: str) -> dict[str, dict[str, int]]:
    """The items of the field's list, by name; empty if the field is missing."""
    return dict(item(one) for one in re.split(r"[ \t]*,[ \t]*", response.header(name) or "") if one)


def told(address: str) -> dict[str, str]:
    return {"X-Client-Address": address}


def wrong_login(api: Api, address: str):
    return try_log_in(api, "nobody@example.com", "wrong", headers=told(address))


def test_login_limit_refuses_and_says_when_to_come_back(start):
    with start(RATE_LIMIT_LOGIN="60/5h/3").api() as api:
        answers = [wrong_login(api, "198.51.100.7") for _ in range(4)]
    assert [one.status for one in answers] == [401, 401, 401, 429]
    assert [items(one, "RateLimit")["login"]["r"] for one in answers] == [2, 1, 0, 0]
    assert items(answers[0], "RateLimit-Policy")["login"] == {"q": 60, "w": 18000}
    refused = answers[-1]
    assert refused.json() == {
        "error": "Too many requests",
        "code": "rate_limited",
        "requestId": refused.header("X-Request-Id"),
    }
    assert 1 <= int(refused.header("Retry-After")) <= 300
    assert items(refused, "RateLimit")["login"]["t"] == int(refused.header("Retry-After"))


def test_refusal_as_problem_details(start):
    with start(RATE_LIMIT_LOGIN="60/5h/1").api() as api:
        wrong_login(api, "198.51.100.7")
        headers = told("198.51.100.7") | {"Accept": "application/problem+json, application/json;q=0.5"}
        refused = try_log_in(api, "nobody@example.com", "wrong", headers=headers)
    assert (refused.status, refused.header("Content-Type")) == (429, "application/problem+json")
    assert refused.json()["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded"
    assert refused.json()["violated-policies"] == ["login"]
    assert refused.json()["status"] == 429


def test_successful_login_costs_nothing(start):
    with start(RATE_LIMIT_LOGIN="60/5h/2").api() as api:
        email = create_user(api)["email"]
        for _ in range(5):
            log_in(api, email, headers=told("198.51.100.7"))
        assert wrong_login(api, "198.51.100.7").status == 401


def test_addresses_are_counted_apart_and_a_v6_customer_as_one(start):
    with start(RATE_LIMIT_LOGIN="60/5h/2").api() as api:
        assert [wrong_login(api, f"2001:db8::{i}").status for i in range(1, 4)] == [401, 401, 429]
        assert wrong_login(api, "2001:db8:0:1::1").status == 401
        assert [wrong_login(api, one).status for one in ("192.0.2.9", "::ffff:192.0.2.9", "192.0.2.9:4711")] == [401, 401, 429]


def test_prefix_length_of_a_v6_customer_can_be_set(start):
    with start(RATE_LIMIT_LOGIN="60/5h/2", RATE_LIMIT_IPV6_PREFIX="48").api() as api:
        assert [wrong_login(api, f"2001:db8:0:{i}::1").status for i in range(3)] == [401, 401, 429]


@pytest.mark.parametrize("address", ["somewhere", "", "1.2.3", "2001:db8::1::", "1.2.3.4, 5.6.7.8"])
def test_told_address_that_is_none_is_refused(start, address):
    with start().api() as api:
        refused = api.get("/users/1", headers=told(address))
    assert (refused.status, refused.json()["code"]) == (400, "invalid_client_address")


def test_told_address_and_agent_are_the_sessions(start):
    with start().api() as api:
        user = create_user(api)
        headers = told("[2001:db8::7]:443") | {"X-Client-User-Agent": "Browser/1", "User-Agent": "backend/1"}
        log_in(api, user["email"], headers=headers)
        session = api.get(f"/users/{user['id']}/sessions").json()[0]
    assert (session["ipAddress"], session["userAgent"]) == ("2001:db8::7", "Browser/1")


def test_told_address_is_believed_only_if_the_key_may_tell(start):
    with start(API_KEYS_TELL_CLIENT="false", RATE_LIMIT_LOGIN="60/5h/2", **NO_BACKENDS).api() as api:
        assert [wrong_login(api, f"198.51.100.{i}").status for i in range(3)] == [401, 401, 429]


def test_back_end_that_tells_nothing_is_not_a_user(start):
    with start(RATE_LIMIT_LOGIN="60/5h/1", RATE_LIMIT_ADDRESS="1/1m/1").api() as api:
        answers = [try_log_in(api, "nobody@example.com", "wrong") for _ in range(5)]
    assert {one.status for one in answers} == {401}
    assert not any(one.header("RateLimit") for one in answers)


def test_peer_outside_the_back_ends_is_a_user_whatever_it_forwards(start):
    with start(RATE_LIMIT_LOGIN="60/5h/2", **NO_BACKENDS).api() as api:
        spoofed = [{"X-Forwarded-For": f"198.51.100.{i}"} for i in range(3)]
        answers = [try_log_in(api, "nobody@example.com", "wrong", headers=one) for one in spoofed]
    assert [one.status for one in answers] == [401, 401, 429]


def test_registrations_are_limited(start):
    with start(RATE_LIMIT_REGISTER="30/1h/2").api() as api:
        answers = [api.post("/users", new_user(), headers=told("198.51.100.7")) for _ in range(3)]
    assert [one.status for one in answers] == [201, 201, 429]


def test_address_limit_counts_every_request_and_tells_only_near_its_end(start):
    with start(RATE_LIMIT_ADDRESS="100/1h/12", **NO_BACKENDS).api() as api:
        answers = [api.get("/health", key=None) for _ in range(13)]
    assert [one.status for one in answers] == [200] * 12 + [429]
    seen = [items(one, "RateLimit").get("address", {}).get("r") for one in answers]
    assert seen == [None, None, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0]


def test_guessing_of_api_keys_is_limited_for_back_ends_too(start):
    program = start(RATE_LIMIT_BAD_KEY="60/5h/3")
    with program.api("wrong") as stranger, program.api() as friend:
        assert [stranger.get("/users/1").status for _ in range(4)] == [401, 401, 401, 429]
        assert stranger.get("/users/1", key=None).status == 429
        assert friend.get("/health").status == 200
        assert friend.get("/users/1").status == 404, "a good key is not held back by somebody's bad ones"


def test_many_connections_at_once_share_one_budget(start):
    program = start(RATE_LIMIT_REGISTER="30/24h/10", IO_THREADS="2")

    def attempt(_):
        with program.api() as api:
            return api.post("/users", {"email": "incomplete"}, headers=told("198.51.100.7")).status

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(attempt, range(100)))
    assert statuses.count(400) == 10 and statuses.count(429) == 90


def test_limits_can_be_switched_off(start):
    with start(RATE_LIMIT_LOGIN="off", RATE_LIMIT_ADDRESS="off", **NO_BACKENDS).api() as api:
        answers = [try_log_in(api, "nobody@example.com", PASSWORD) for _ in range(25)]
    assert {one.status for one in answers} == {401}
    assert not any(one.header("RateLimit") for one in answers)
