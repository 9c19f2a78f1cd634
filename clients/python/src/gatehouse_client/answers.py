"""What an answer says, and which answers are not the service's."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .errors import UNEXPECTED_ANSWER, FieldProblem, GatehouseError

UNAVAILABLE = 503


@dataclass(frozen=True)
class Answer:
    """An answer that was read to its end."""

    status: int
    headers: Mapping[str, str]
    text: bytes


def read_json(text: bytes) -> Any:
    """A JSON object or list; None if it is neither."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict | list) else None


def body_of(answer: Answer, states: bool) -> Any:
    """The body of a successful answer. With `states`, also that of a 503 that has a `status`, because that is what was asked for."""
    body = read_json(answer.text)
    told = states and answer.status == UNAVAILABLE and isinstance(body, dict) and isinstance(body.get("status"), str)
    if body is None or not (200 <= answer.status < 300 or told):
        raise refusal_of(answer.status, answer.headers, body)
    return body


def refusal_of(status: int, headers: Mapping[str, str], body: Any) -> GatehouseError:
    """The error that an unsuccessful answer means. A body that is not the service's own is not repeated: it may contain anything."""
    retry_after_s = seconds_of(headers.get("Retry-After"))
    if not (isinstance(body, dict) and isinstance(body.get("code"), str) and isinstance(body.get("error"), str)):
        message = f"An unexpected answer with status {status}"
        request_id = headers.get("X-Request-Id")
        return GatehouseError(message, status=status, code=UNEXPECTED_ANSWER, request_id=request_id, retry_after_s=retry_after_s)
    return GatehouseError(
        body["error"],
        status=status,
        code=body["code"],
        request_id=_text_or_none(body.get("requestId")),
        details=_details_of(body.get("details")),
        retry_after_s=retry_after_s,
        reset_token=_text_or_none(body.get("resetToken")),
    )


def _text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _details_of(entries: Any) -> tuple[FieldProblem, ...]:
    """Only those in the service's form: a body with the same members may be somebody else's and contain anything."""
    found = entries if isinstance(entries, list) else []
    return tuple(FieldProblem(one["field"], one["message"], one["code"]) for one in found if _is_field_problem(one))


def _is_field_problem(entry: Any) -> bool:
    return isinstance(entry, dict) and all(isinstance(entry.get(name), str) for name in ("field", "message", "code"))


def seconds_of(field: str | None) -> int | None:
    """`Retry-After`: the service sends seconds, gateways may send a date (RFC 9110, section 10.2.3)."""
    if field is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", field):
        return int(field)
    try:
        return max(0, ceil((parsedate_to_datetime(field) - datetime.now(UTC)).total_seconds()))
    except (ValueError, TypeError, OverflowError):
        return None


def next_of(headers: Mapping[str, str]) -> str | None:
    """The cursor of the next page in a `Link` field (RFC 8288). Its path is the service's, and not that of a gateway in front of it."""
    found = re.search(r'<([^>]*)>;\s*rel="next"', headers.get("Link", ""))
    cursors = parse_qs(urlsplit(found[1]).query).get("after") if found else None
    return cursors[0] if cursors else None
