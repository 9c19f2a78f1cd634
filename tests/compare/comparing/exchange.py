"""One exchange: what goes over one connection, and what is learned from the answers for later exchanges.

Requests are written once for both sides. A mark takes the place of a side's own value, such as the session that it gave
out: `@@session.3@@`, or `@@session.3.cut.5@@` for an altered one.
"""

import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from .alterations import ALTERATIONS
from .answers import Answer
from .masking import CURSOR, decode_part

MARK = re.compile(rb"@@([a-z]+)\.(\d+)(?:\.([a-z]+)\.(\d+))?@@")
LENGTH_MARK = b"@@length@@"


@dataclass(frozen=True)
class Message:
    """A request; `@@length@@` in its head becomes the size of its body."""

    head: bytes
    body: bytes = b""


@dataclass(frozen=True)
class Send:
    """Sends the messages at once."""

    messages: tuple[Message, ...]


@dataclass(frozen=True)
class Read:
    """Waits for one complete answer to a request of this method; an interim answer counts as one."""

    method: str = "GET"


@dataclass(frozen=True)
class Learn:
    """Keeps values of answer number `position`: its `user`, its `cursor`, or a `login`'s session, token and id."""

    what: str
    index: int
    position: int = 0


@dataclass(frozen=True)
class Exchange:
    """`label` is the route, for the report. `methods` are those of the requests, in order."""

    label: str
    methods: tuple[str, ...]
    steps: tuple[Send | Read, ...]
    learn: tuple[Learn, ...] = ()
    half_close: bool = True  # closes its sending half at the end; otherwise waits for the other side to close
    # Something done behind the program's back; what it returns is closed when the exchange is over.
    before: Callable[["Side"], ExitStack | None] | None = None


@dataclass
class Side:
    """One of the two programs: where it listens, its database, and the values it gave out."""

    port: int
    database: Any = None
    values: dict[str, bytes] = field(default_factory=dict)

    def render(self, template: bytes) -> bytes:
        """The template with this side's own values."""
        return MARK.sub(self._value_of, template)

    def render_message(self, message: Message) -> bytes:
        body = self.render(message.body)
        return self.render(message.head).replace(LENGTH_MARK, b"%d" % len(body)) + body

    def learn(self, wanted: tuple[Learn, ...], answers: list[Answer]):
        """Keeps the values that the answers contain. A missing one stays unknown, and `unknown-…` is sent in its place."""
        for one in wanted:
            if one.position < len(answers):
                for kind, value in _values_in(answers[one.position], one.what).items():
                    self.values[f"{kind}.{one.index}"] = value

    def _value_of(self, match: re.Match) -> bytes:
        kind, index, change, number = match.groups()
        value = self._known(kind.decode(), int(index))
        if change is None:
            return value
        if change == b"join":
            other = self._known(kind.decode(), int(number))
            return value[: len(value) // 2] + other[len(other) // 2 :]
        return ALTERATIONS[change.decode()](value, int(number))

    def _known(self, kind: str, index: int) -> bytes:
        return self.values.get(f"{kind}.{index}", f"unknown-{kind}".encode())


def _values_in(answer: Answer, what: str) -> dict[str, bytes]:
    if what == "cursor":
        found = CURSOR.search(answer.field("link") or b"")
        return {"cursor": found[1]} if found else {}
    if answer.status not in (200, 201):
        return {}
    body = json.loads(answer.body)
    if what == "user":
        return {"user": str(body["user"]["id"]).encode()}
    claims = json.loads(decode_part(body["token"].split(".")[1]))
    return {"session": body["session"].encode(), "token": body["token"].encode(), "sid": claims["sid"].encode()}
