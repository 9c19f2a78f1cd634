"""What an answer says, and what is no answer of the service."""

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
    """The body of an answer of success. With `states`, also of a 503 that has a `status`: it is what was asked for."""
    body = read_json(answer.text)
    told = states and answer.status == UNAVAILABLE and isinstance(body, dict) and isinstance(body.get("status"), str)
    if body is None or not (200 <= answer.status < 300 or told):
        raise refusal_of(answer.status, answer.headers, body)
    return body


def refusal_of(status: int, headers: Mapping[str, str], body: Any) -> GatehouseError:
    """What an answer without success says. A body that is not the service's own is not repeated: it may hold anything."""
    retry_after_s = seconds_of(headers.get("Retry-After"))
    if not (isinstance(body, dict) and isinstance(body.get("code"), str) and isinstance(body.get("error"), str)):
        message = f"An unexpected answer with status {status}"
        request_id = headers.get("X-Request-Id")
        return GatehouseError(message, status=status, code=UNEXPECTED_ANSWER, request_id=request_id, retry_after_s=retry_after_s)
    details = tuple(FieldProblem(one["field"], one["message"], one["code"]) for one in body.get("details") or ())
    return GatehouseError(
        body["error"],
        status=status,
        code=body["code"],
        request_id=body.get("requestId"),
        details=details,
        retry_after_s=retry_after_s,
        reset_token=body.get("resetToken"),
    )


def seconds_of(field: str | None) -> int | None:
    """`Retry-After`: the service sends seconds, gateways may send a date (RFC 9110, section 10.2.3)."""
    if field is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", field):
        return int(field)
    try:
        return max(0, ceil((parsedate_to_datetime(field) - datetime.now(UTC)).total_seconds()))
    except (ValueError, TypeError):
        return None


def next_of(headers: Mapping[str, str]) -> str | None:
    """The cursor of the next page in a `Link` field (RFC 8288). Its path is the service's, and not that of a gateway before it."""
    found = re.search(r'<([^>]*)>;\s*rel="next"', headers.get("Link", ""))
    cursors = parse_qs(urlsplit(found[1]).query).get("after") if found else None
    return cursors[0] if cursors else None
