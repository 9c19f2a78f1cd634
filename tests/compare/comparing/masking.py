"""Hides what differs between two runs of one build: times, random values, and lengths that follow from them.

Everything else stays as it is, to the byte. Times are not forgotten: they are collected, so that those of the two sides
can be compared within a tolerance.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from .answers import Answer
from .codes import without_codes

TIME_NAMES = b"created_at|updated_at|createdAt|lastSeenAt|expiresAt|sessionExpires|timestamp"
TIME = re.compile(rb'"(' + TIME_NAMES + rb')":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"')
# As wide as a time, so that the sizes of chunks stay the same.
MASKED_TIME = b"<a time in milliseconds>"
UPTIME = re.compile(rb'"uptime":\d+\.\d{3}(?=[,}])')
SESSION = re.compile(rb'"session":"([A-Za-z0-9_-]+)"')
TOKEN = re.compile(rb'"token":"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)"')
TOKEN_TIME = re.compile(r'"(iat|exp|nbf|auth_time)":(\d+)')
TOKEN_ID = re.compile(r'"jti":"([A-Za-z0-9_-]+)"')
CURSOR = re.compile(rb"after=([A-Za-z0-9_-]+)>")
DATE = re.compile(rb"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
MADE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
DESCRIPTION_TYPE = b"application/yaml"


@dataclass(frozen=True)
class Allowance:
    """What the new build may do that the old one does not."""

    codes: bool = False  # members `code` in refusals; only the new build's are stripped
    description: bool = False  # another text of /openapi.yaml


@dataclass(frozen=True)
class Masked:
    """An answer without what may differ."""

    text: bytes
    times: tuple[float, ...]  # seconds since 1970, in order of appearance


def decode_part(part: str) -> str:
    """One base64url part of a token as text."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()


def mask(answer: Answer, sent: bytes, allowance: Allowance, is_new: bool) -> Masked:
    """`sent` is what the client sent: a request id that occurs in it was chosen by the client, and is compared."""
    times: list[float] = []
    request_id = answer.field("x-request-id") or b""
    is_made = MADE_ID.fullmatch(request_id) is not None and request_id not in sent
    head = b"\r\n".join(_mask_line(line, answer, sent, allowance, times) for line in answer.head.split(b"\r\n"))
    body = without_codes(answer.body) if allowance.codes and is_new and answer.status >= 400 else answer.body
    if is_made:
        head = head.replace(b"X-Request-Id: " + request_id, b"X-Request-Id: <made>")
        body = body.replace(b'"requestId":"' + request_id + b'"', b'"requestId":"<made>"')
    if allowance.description and answer.status == 200 and DESCRIPTION_TYPE in (answer.field("content-type") or b""):
        body = b"<the description>" if body else body
    return Masked(head + b"\r\n\r\n" + _mask_body(body, answer.status, times), tuple(times))


def _mask_line(line: bytes, answer: Answer, sent: bytes, allowance: Allowance, times: list[float]) -> bytes:
    name, colon, value = line.partition(b": ")
    if not colon:
        return line
    if name == b"Date" and DATE.fullmatch(value):
        times.append(parsedate_to_datetime(value.decode()).timestamp())
        return b"Date: <a date>"
    if name == b"Content-Length":
        return b"Content-Length: " + _mask_length(value, answer, sent, allowance)
    if name == b"Link":
        return name + colon + CURSOR.sub(_width_of(b"after=<cursor of %d>>"), value)
    return line


def _mask_length(value: bytes, answer: Answer, sent: bytes, allowance: Allowance) -> bytes:
    """A length that matches its body says no more than the body does. In an answer to HEAD it is all there is."""
    # A HEAD request that was not read to its end also gets a length and no body.
    to_head = answer.to_head or (not answer.body and answer.status == 408)
    if not to_head or answer.body or not value.isdigit():
        return b"<of the body>" if value == b"%d" % len(answer.body) else value
    may_vary = b"/health" in sent.lower() or (allowance.codes and answer.status >= 400)
    may_vary |= allowance.description and DESCRIPTION_TYPE in (answer.field("content-type") or b"")
    if may_vary:
        return b"<of a body that may vary>"
    made_id_bytes = len(answer.field("x-request-id") or b"") if answer.status >= 400 else 0
    return b"<%d and a request id>" % (int(value) - made_id_bytes) if made_id_bytes else value


def _mask_body(body: bytes, status: int, times: list[float]) -> bytes:
    def note_time(match: re.Match) -> bytes:
        times.append(datetime.strptime(match[2].decode(), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC).timestamp())
        return b'"%s":"%s"' % (match[1], MASKED_TIME)

    body = TIME.sub(note_time, body)
    body = UPTIME.sub(b'"uptime":<seconds>', body)
    if status == 200:
        body = SESSION.sub(_width_of(b'"session":"<%d characters>"'), body)
        body = TOKEN.sub(lambda match: _mask_token(match, times), body)
    return body


def _mask_token(match: re.Match, times: list[float]) -> bytes:
    """Keeps the header, the claims without their times and random id, and the width of the signature."""
    try:
        header, claims = (decode_part(match[part].decode()) for part in (1, 2))
        json.loads(claims)
    except (binascii.Error, ValueError):
        return match[0]
    times += [float(time) for _, time in TOKEN_TIME.findall(claims)]
    claims = TOKEN_TIME.sub(r'"\1":<a time>', claims)
    claims = TOKEN_ID.sub(lambda found: f'"jti":"<{len(found[1])} characters>"', claims)
    return f'"token":"<{header} {claims} {len(match[3])} characters>"'.encode()


def _width_of(form: bytes) -> Callable[[re.Match], bytes]:
    return lambda match: form % len(match[1])
