"""Gives schemathesis what it cannot make up: existing users, and valid sessions and tokens. test_generated_requests.py passes it this file.

Every second request that can name a user gets an existing one, so that such an operation is tried both with valid and invalid values.
"""

import itertools
import json
import os
import urllib.request

import schemathesis

URL = os.environ["GATEHOUSE_URL"]
API_KEY = os.environ["GATEHOUSE_API_KEY"]
PASSWORD = "difference engine no. 2"
# A visitor is replaced after this many uses, because requests end sessions, delete users and change passwords.
USES_MAX = 10


def post(path: str, body: dict) -> dict:
    headers = {"X-API-Key": API_KEY, "Content-Type": "application/json"}
    request = urllib.request.Request(URL + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=120) as response:
        return json.load(response)


class Visitor:
    """A new user who has just logged in, and how many requests have used that login."""

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
    """Hands out the current visitor, and a new one after USES_MAX uses."""

    def __init__(self):
        self.current: Visitor | None = None

    def take(self) -> Visitor:
        if self.current is None or self.current.uses == USES_MAX:
            self.current = Visitor()
        self.current.uses += 1
        return self.current


visitors = Visitors()
turns = itertools.cycle((True, False))
# Registration needs addresses that nobody has yet.
MAKES_USERS = ("POST", "/users")


def has_place_for(case, fields: dict) -> bool:
    """Whether the request identifies a user."""
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
