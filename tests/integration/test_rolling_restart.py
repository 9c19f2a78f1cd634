"""Replicas are replaced one by one while clients work: a client that keeps to the rules of HTTP sees no failure."""

import json
from functools import partial

import pytest

from harness.accounts import PASSWORD, create_user, log_in, verify_session
from harness.places import SANITIZED
from harness.program import API_KEY
from harness.raw_http import message
from harness.replicas import Balancer, clients_at_work, wait_for_more_answers

REPLICAS = 2
ROUNDS = 1 if SANITIZED else 3
ANSWERS_BETWEEN = 20 if SANITIZED else 200
KEY = f"X-API-Key: {API_KEY}"

pytestmark = pytest.mark.parametrize("kind", ["postgres"], indirect=True)


def with_json(line, value):
    return message(line, KEY, body=json.dumps(value).encode())


def check_sessions(client, user, login):
    client.expect_200(with_json("POST /user-auth/verify-session", {"session": login["session"]}))


def check_tokens(client, user, login):
    client.expect_200(message("POST /user-auth/verify-token", KEY, f"Authorization: Bearer {login['token']}"))


def rename(client, user, login):
    name = f"Name {client.answers}"
    changed = client.expect_200(with_json(f"PUT /users/{user['id']}", {"first_name": name}))
    if changed and changed["user"]["first_name"] != name:
        client.failures.append(f"{changed} instead of {name}")


def log_in_and_check(client, user, login):
    """The session must be good on whichever replica the next request meets."""
    opened = client.expect_200(
        with_json("POST /user-auth", {"email": user["email"], "password": PASSWORD}), repeatable=False
    )
    if opened:
        client.expect_200(with_json("POST /user-auth/verify-session", {"session": opened["session"]}))


def check_sessions_without_keep_alive(client, user, login):
    """Many connections, so that some are being made while a replica stops listening."""
    check_sessions(client, user, login)
    client.close()


WORK = [
    check_sessions,
    check_sessions_without_keep_alive,
    check_sessions_without_keep_alive,
    check_tokens,
    rename,
    log_in_and_check,
]


def test_rolling_restart_fails_no_honest_request(start):
    replicas = [start() for _ in range(REPLICAS)]
    with replicas[0].api() as api:
        users = [create_user(api) for _ in WORK]
        logins = [log_in(api, user["email"]) for user in users]
    balancer = Balancer(replicas)
    works = [partial(work, user=user, login=login) for work, user, login in zip(WORK, users, logins, strict=True)]
    with clients_at_work(balancer, works) as clients:
        for replica in replicas * ROUNDS:
            wait_for_more_answers(clients, ANSWERS_BETWEEN)
            assert replica.stop() == 0
            wait_for_more_answers(clients, ANSWERS_BETWEEN)
            replica.start()
            balancer.is_back(replica)
        wait_for_more_answers(clients, ANSWERS_BETWEEN)
    assert [failure for client in clients for failure in client.failures] == []
    assert all(client.answers for client in clients)
    with replicas[0].api() as api:
        assert all(verify_session(api, login["session"]).status == 200 for login in logins)
