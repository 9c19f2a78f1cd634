"""Readers of the revocation feed, like services that check tokens themselves."""

import itertools
import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection
from typing import Any

from .http_client import Api, Response
from .metrics import samples
from .tokens import read

EVENT_STREAM = "text/event-stream"
Ended = tuple[str, int | str]  # what ended: kind and id


def session_of(login: dict) -> Ended:
    """The session that the token of a login names."""
    return ("session", int(read(login["token"])[1]["sid"]))


def ended_in(page: dict) -> list[Ended]:
    """What ended according to a snapshot, an answer or an event, in its order."""
    return [(one["kind"], one["id"]) for one in page["revocations"]]


def time_of(text: str) -> float:
    """Seconds since 1970."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def snapshot(api: Api) -> dict:
    response = api.get("/revocations/snapshot")
    assert response.status == 200, (response.status, response.body)
    return response.json()


def poll(api: Api, after: str, wait_s=0, **options) -> Response:
    return api.get(f"/revocations?after={after}&wait={wait_s}", **options)


def page(api: Api, after: str, wait_s=0) -> dict:
    response = poll(api, after, wait_s)
    assert response.status == 200, (response.status, response.body)
    return response.json()


def read_all(api: Api, after: str) -> tuple[list[Ended], str]:
    """Everything that now follows the cursor, and the cursor after it."""
    found: list[Ended] = []
    while True:
        news = page(api, after)
        after = news["cursor"]
        if not news["revocations"]:
            return found, after
        found += ended_in(news)


def refusal(response: Response) -> tuple[int, str]:
    assert response.status != 200, response.body
    return response.status, response.json()["code"]


def readers_of(program) -> float:
    """The gauge of waiting readers."""
    with program.api() as api:
        return samples(api.get("/metrics").body.decode())["gatehouse_revocation_readers", frozenset()]


@dataclass(frozen=True)
class Event:
    name: str
    id: str | None
    data: Any

    def is_news(self) -> bool:
        return self.name == "revocations"


def event_of(lines: list[str]) -> Event:
    """The fields of one event, each there at most once (HTML standard, section 9.2.5)."""
    fields = dict(line.split(": ", 1) for line in lines)
    assert len(fields) == len(lines) and set(fields) <= {"event", "id", "data"}, lines
    return Event(fields["event"], fields.get("id"), json.loads(fields["data"]))


def has_a_second(beats: Sequence[Event]) -> bool:
    """Whether some beat is newer than the one before by no more than a second. If the machine stalled, there may be none."""
    times = [time_of(beat.data["asOf"]) for beat in beats]
    return any(0 < later - earlier <= 1.05 for earlier, later in itertools.pairwise(times))


def events_in(stream: bytes) -> list[Event]:
    """The complete events of the stream."""
    return [event_of(block.split("\n")) for block in stream.decode().split("\n\n")[:-1]]


class EventStream:
    """A client's side of one stream. It waits at most `timeout_s` for the next line."""

    def __init__(self, program, after=None, last_event_id=None, timeout_s=60.0):
        headers = {"X-API-Key": program.settings["API_KEY"], "Accept": EVENT_STREAM}
        if last_event_id is not None:
            headers["Last-Event-ID"] = last_event_id
        self._connection = HTTPConnection("127.0.0.1", program.port, timeout=timeout_s)
        self._connection.request("GET", "/revocations" + (f"?after={after}" if after else ""), headers=headers)
        self.answer = self._connection.getresponse()

    def __enter__(self) -> "EventStream":
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.answer.close()
        self._connection.close()

    def refusal(self) -> tuple[int, str]:
        assert self.answer.status != 200, "it is served"
        return self.answer.status, json.loads(self.answer.read())["code"]

    def events(self) -> Iterator[Event]:
        """Yields events until the stream ends, even if it ends in the middle of one."""
        lines: list[str] = []
        while line := self.answer.readline():
            if line != b"\n":
                lines.append(line.decode().rstrip("\n"))
            else:
                yield event_of(lines)
                lines = []

    def next(self) -> Event:
        return next(self.events())

    def next_news(self) -> Event:
        return next(event for event in self.events() if event.is_news())

    def read_until(self, last: Ended) -> list[Ended]:
        """Everything that ended, up to the event that contains `last`, which must come."""
        found: list[Ended] = []
        while last not in found:
            found += ended_in(self.next_news().data)
        return found


class WaitingPoll:
    """A long poll in its own thread."""

    def __init__(self, program, after: str, wait_s=30):
        self.response: Response | None = None
        self.end_s = 0.0  # time.monotonic() at its answer
        self._program, self._after, self._wait_s = program, after, wait_s
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        with self._program.api() as api:
            self.response = poll(api, self._after, self._wait_s)
        self.end_s = time.monotonic()

    def result(self) -> Response:
        self._thread.join(90)
        assert self.response is not None, "no answer"
        return self.response
