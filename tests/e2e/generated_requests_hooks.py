"""What schemathesis cannot make up: users, and sessions and tokens that are good. test_generated_requests.py names this file to it.

Every second request that has a place for one gets a good one, so both halves of such an operation are tried.
"""

import itertools
import json
import os
import urllib.request

import schemathesis

URL = os.environ["GATEHOUSE_URL"]
API_KEY = os.environ["GATEHOUSE_API_KEY"]
PASSWORD = "difference engine no. 2"
# Requests end sessions, delete users and change passwords.
USES_MAX = 10


def post(path: str, body: dict) -> dict:
    headers = {"X-API-Key": API_KEY, "Content-Type": "application/json"}
    request = urllib.request.Request(URL + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=120) as response:
        return json.load(response)


class Visitor:
    """A new user who has just logged in, and how often that was made use of."""

    numbers = itertools.count()

    def __init__(self):
        email = f"visitor{next(self.numbers)}@example.net"
        post("/users", {"first_name": "Ada", "last_name": "Lovelace", "email": email, "password": PASSWORD})
        login = post("/user-auth", {"email": email, "password": PASSWORD, "refresh": True})
        self.token = login["token"]
        self.fields = {
            "email": email,
            "password": PASSWORD,
            "currentPassword": PASSWORD,
            "session": login["session"],
            "refreshToken": login["refreshToken"],
        }
        self.uses = 0


class Visitors:
    """Whoever is logged in at the moment."""

    def __init__(self):
        self.current: Visitor | None = None

    def take(self) -> Visitor:
        if self.current is None or self.current.uses == USES_MAX:
            self.current = Visitor()
        self.current.uses += 1
        return self.current


visitors = Visitors()
turns = itertools.cycle((True, False))
# Registering is about addresses that nobody has.
MAKES_USERS = ("POST", "/users")


def has_place_for(case, fields: dict) -> bool:
    """Whether the request says who somebody is."""
    by_token = "Authorization" in (case.headers or {}) or case.operation.path.startswith("/forward-auth")
    return by_token or bool(fields.keys() & {"email", "session", "refreshToken"})


@schemathesis.hook
def before_call(context, case, kwargs):
    fields = case.body if isinstance(case.body, dict) else {}
    operation = (case.operation.method.upper(), case.operation.path)
    if not has_place_for(case, fields) or operation == MAKES_USERS or not next(turns):
        return
    visitor = visitors.take()
    for name in fields.keys() & visitor.fields.keys():
        fields[name] = visitor.fields[name]
    if not fields:
        case.headers["Authorization"] = f"Bearer {visitor.token}"
