"""What the requests so far have created: users, sessions and cursors that later requests can name.

The plan never looks at an answer. It may be wrong about a side, and then that side's answers show it.
"""

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from harness.program import API_KEY

from .exchange import Exchange, Learn, Message, Send
from .starting_users import USERS

KEY_LINE = f"X-API-Key: {API_KEY}"


@dataclass
class PlannedUser:
    index: int
    email: str
    password: str
    names: tuple[str, str]

    @property
    def mark(self) -> str:
        return f"@@user.{self.index}@@"


@dataclass
class Plan:
    """The one source of randomness, and the users, sessions and cursors to choose from."""

    rng: random.Random
    users: list[PlannedUser] = field(default_factory=list)
    logins: int = 0
    cursors: int = 0
    counted: int = 0
    _turns: dict[str, list] = field(default_factory=dict)

    def next_number(self) -> int:
        self.counted += 1
        return self.counted

    def turn(self, name: str, cases: Iterable):
        """One of the cases; each has its turn before the first one comes again."""
        waiting = self._turns.setdefault(name, [])
        if not waiting:
            waiting += list(cases)
            self.rng.shuffle(waiting)
        return waiting.pop()

    def user(self) -> PlannedUser:
        """A user that should be there; one is always kept from deletion."""
        return self.rng.choice(self.users)

    def user_path(self) -> str:
        """The id of a user created by a request or by SQL, or an id that no user has."""
        kind = self.rng.random()
        if kind < 0.7:
            return self.user().mark
        return str(self.rng.randint(1, USERS) if kind < 0.9 else self.rng.randint(100_000, 10**9))

    def session(self) -> str:
        """The mark of a session, mostly a late one; it may have ended."""
        return f"@@session.{self._login()}@@"

    def token(self) -> str:
        return f"@@token.{self._login()}@@"

    def sid(self) -> str:
        return f"@@sid.{self._login()}@@"

    def cursor(self) -> str:
        return f"@@cursor.{self.rng.randrange(max(1, self.cursors))}@@"

    def altered(self, mark: str, change: str, number: int | None = None) -> str:
        """The mark of an altered value."""
        number = self.rng.randrange(10_000) if number is None else number
        return f"{mark[:-2]}.{change}.{number}@@"

    def _login(self) -> int:
        newest = max(0, self.logins - 1)
        return max(0, newest - int(self.rng.expovariate(0.2)))


def message(
    line: str,
    *fields: str,
    body: bytes | str | dict | None = None,
    key: str | None = KEY_LINE,
    content_type: str | None = "application/json",
    version: str = "HTTP/1.1",
    host: str | None = "Host: x",
) -> Message:
    """A request as a client writes it. A dict becomes JSON; a `key`, `content_type` or `host` of None is left out."""
    if isinstance(body, dict):
        body = json.dumps(body, ensure_ascii=False)
    data = body.encode() if isinstance(body, str) else body
    lines = [f"{line} {version}", host, key, *fields]
    if data is not None:
        lines += [f"Content-Type: {content_type}" if content_type is not None else None, "Content-Length: @@length@@"]
    head = "\r\n".join([*(text for text in lines if text is not None), "", ""])
    return Message(head.encode("utf-8", "surrogateescape"), data or b"")


def single(label: str, request: Message, *learn: Learn, before=None) -> Exchange:
    """One request on a connection of its own."""
    return Exchange(label, (method_of(request),), (Send((request,)),), learn, before=before)


def method_of(request: Message) -> str:
    return request.head.split(b" ", 1)[0].decode("latin-1")
