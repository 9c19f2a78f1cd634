"""What a call becomes on the wire, for both clients."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import httpx

from .answers import Answer, body_of, read_json, refusal_of
from .attempts import Attempts
from .calls import Call
from .errors import GatehouseError, GatehouseUnavailable
from .options import CallOptions, base_of, fields_of, visible

Result = TypeVar("Result")

TIMEOUT_S = 5.0
RETRIES = 2
UNAUTHORIZED = 401
# Many times the length of the longest event.
LINE_BYTES_MAX = 1_048_576


@dataclass(frozen=True)
class Wire:
    """The address of the service, and how long and how often its clients try."""

    base: str
    api_key: str
    timeout_s: float
    retries: int

    @classmethod
    def make(cls, url: str, api_key: str, timeout_s: float, retries: int) -> "Wire":
        return cls(base_of(url), visible(api_key, "api_key"), timeout_s, retries)

    def __repr__(self) -> str:
        return f"Wire({self.base!r})"

    def attempts(self, call: Call[Any], options: CallOptions) -> Attempts:
        timeout_s = self.timeout_s if options.timeout_s is None else options.timeout_s
        retries = self.retries if options.retries is None else options.retries
        return Attempts(timeout_s, retries, call.repeatable or call.method == "GET", call.once)

    def request(
        self, client: httpx.Client | httpx.AsyncClient, call: Call[Any], options: CallOptions, timeout: httpx.Timeout | float | None
    ) -> httpx.Request:
        headers = {"Accept": "application/json", "X-API-Key": self.api_key} | fields_of(options) | dict(call.fields)
        content = None
        if call.body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(call.body).encode()
        return client.build_request(
            call.method, self.base + call.path, params=call.query or None, headers=headers, content=content, timeout=timeout
        )


def result_of(call: Call[Result], status: int, headers: Mapping[str, str], text: bytes) -> Result:
    """The result of a whole answer; a GatehouseError if there is none in it."""
    body = body_of(Answer(status, headers, text), call.states)
    try:
        return call.read(body, headers)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        raise refusal_of(status, headers, None) from None


class Lines(Generic[Result]):
    """The results of an answer with one result per line, as its parts arrive."""

    def __init__(self, call: Call[Result], response: httpx.Response):
        self._call = call
        self._response = response
        self._rest = b""

    def feed(self, part: bytes) -> list[Result]:
        """The results whose lines end in this part."""
        *lines, self._rest = (self._rest + part).split(b"\n")
        if len(self._rest) > LINE_BYTES_MAX:
            raise refusal_of(self._response.status_code, self._response.headers, None)
        return [result_of(self._call, self._response.status_code, self._response.headers, line) for line in lines]

    def end(self) -> None:
        """Raises a GatehouseError if the answer ended within a line."""
        if self._rest:
            raise refusal_of(self._response.status_code, self._response.headers, None)


def stream_refusal_of(response: httpx.Response, text: bytes) -> GatehouseError:
    """The error that the service reports in place of lines."""
    return refusal_of(response.status_code, response.headers, read_json(text))


def unavailable(call: Call[Any], failure: Exception) -> GatehouseUnavailable:
    """A network failure as the callers see it; its text contains no query."""
    what = f"{call.method} {call.path}"
    if isinstance(failure, httpx.TimeoutException | TimeoutError):
        return GatehouseUnavailable(f"Gatehouse did not answer {what} in time", "timeout")
    return GatehouseUnavailable(f"Gatehouse cannot be reached for {what}", "network")


def refuses_credential(call: Call[Any], failure: GatehouseError) -> bool:
    """Whether the session or token that the call is about is refused. Any other refusal, such as one of the API key or a gateway's, says
    nothing about it."""
    return failure.status == UNAUTHORIZED and failure.code in call.refusals
