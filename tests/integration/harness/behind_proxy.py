"""What must hold behind any reverse proxy."""

import json

from .accounts import PASSWORD, create_user, log_in
from .load import Load
from .places import SANITIZED
from .program import API_KEY
from .raw_http import RawConnection, message
from .waiting import wait_until

KEY = f"X-API-Key: {API_KEY}"
ANSWERS_BETWEEN = 20 if SANITIZED else 300


def is_ready(program) -> bool:
    with program.api() as api:
        return api.get("/health/ready", key=None).status == 200


def is_used(program) -> bool:
    """Whether the proxy has noticed that the replica is back."""
    with program.api() as api:
        return b'route="/user-auth/verify-session"' in api.get("/metrics").body


def expect_no_lost_request(replicas, port, rounds=1):
    """Restarts one replica after the other, each `rounds` times, under load."""
    with replicas[0].api() as api:
        login = log_in(api, create_user(api)["email"])
    check = message("POST /user-auth/verify-session", KEY, body=json.dumps({"session": login["session"]}).encode())
    with Load(port, [check, message("GET /users?limit=1", KEY), check]) as load:
        for replica in replicas * rounds:
            load.wait_for(ANSWERS_BETWEEN)
            assert replica.stop() == 0
            replica.start()
            wait_until(lambda replica=replica: is_ready(replica), 60, "the readiness")
            wait_until(lambda replica=replica: is_used(replica), 60, "the proxy's return")
            load.wait_for(ANSWERS_BETWEEN)
    assert load.failures == [], load.failures


def expect_own_view_of_the_address(replicas, port):
    """The session has the address that the proxy saw, whatever address the client claims."""
    with replicas[0].api() as api:
        user = create_user(api)
        body = json.dumps({"email": user["email"], "password": PASSWORD}).encode()
        with RawConnection(port, source="127.0.0.2") as client:
            client.send(message("POST /user-auth", KEY, "X-Forwarded-For: 203.0.113.9", body=body))
            assert client.read_response().status == 200
        sessions = api.get(f"/users/{user['id']}/sessions").json()
    assert [session["ipAddress"] for session in sessions] == ["127.0.0.2"]
