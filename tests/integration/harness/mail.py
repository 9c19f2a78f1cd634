"""Letters as the flows write them, and a mail server that does what a test says."""

import asyncio
import contextlib
import ctypes
import email
import email.policy
import hashlib
import hmac
import json
import os
import secrets
import ssl
import time
import weakref
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from .certificates import serve_tls
from .clusters import free_port
from .program import SESSION_SECRET

FRONTEND = "https://app.example.com"
KEY_BYTES = 32
NONCE_BYTES = 24
TAG_BYTES = 16
VERSION = b"\x01"


def hkdf(info: bytes, length: int) -> bytes:
    """HKDF-SHA256 of SESSION_SECRET without a salt, one block (RFC 5869)."""
    pseudorandom = hmac.digest(bytes(32), SESSION_SECRET.encode(), hashlib.sha256)
    return hmac.digest(pseudorandom, info + b"\x01", hashlib.sha256)[:length]


def seal(row_id: int, kind: str, contents: dict[str, str]) -> bytes:
    """The body column of a row, in the form that docs/mail.md describes."""
    prefix = VERSION + hkdf(b"mail key id", 4)
    associated = prefix + row_id.to_bytes(8, "big") + kind.encode()
    plain, nonce = json.dumps(contents).encode(), os.urandom(NONCE_BYTES)
    out = ctypes.create_string_buffer(len(plain) + TAG_BYTES)
    sodium = ctypes.CDLL("libsodium.so.23")
    encrypt = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt
    length, other = ctypes.c_ulonglong, ctypes.c_char_p
    encrypt.argtypes = [ctypes.c_void_p, other, other, length, other, length, other, other, other]
    assert encrypt(out, None, plain, len(plain), associated, len(associated), None, nonce, hkdf(b"mail", KEY_BYTES)) == 0
    return prefix + nonce + out.raw


def stored_time(database, when: datetime):
    """A time as the database stores it."""
    return int(when.timestamp() * 1_000_000) if database.kind == "sqlite" else when


def write_letter(
    database, recipient="ada@example.com", kind="reset-password", locale=None, expires_in=None, **contents
) -> int:
    """Puts a letter into the outbox, as a flow does; returns its id."""
    row_id = secrets.randbits(53)
    now = datetime.now(UTC)
    expires = None if expires_in is None else stored_time(database, now + timedelta(seconds=expires_in))
    database.run(
        "INSERT INTO mails (id, kind, recipient, locale, body, next_attempt_at, created_at, expires_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        row_id,
        kind,
        recipient,
        locale,
        seal(row_id, kind, contents),
        stored_time(database, now),
        stored_time(database, now),
        expires,
    )
    announce(database)
    return row_id


def announce(database):
    """Sends the notification that the service's own writes send with their commit."""
    if database.kind == "postgres":
        database.rows("SELECT pg_notify('gatehouse', 'mail:1')")


def state_of(database, row_id: int) -> int:
    return database.rows("SELECT state FROM mails WHERE id = ?", row_id)[0][0]


def make_due(database, row_id: int):
    """Ends the wait for the next attempt, and the claim of a process that died."""
    past = stored_time(database, datetime.now(UTC) - timedelta(seconds=1))
    database.run("UPDATE mails SET next_attempt_at = ?, claimed_until = ? WHERE id = ?", past, past, row_id)
    announce(database)


@dataclass
class Received:
    """One message that the server took."""

    recipient: str
    content: bytes
    taken_at: float = field(default_factory=time.monotonic)

    def message(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    def part(self, kind: str) -> str:
        body = self.message().get_body((kind,))
        assert isinstance(body, EmailMessage)
        return body.get_content()


class ClosingController(Controller):
    """Its stop() also ends the connections that clients have left open, because asyncio complains of each later."""

    def factory(self):
        smtp = super().factory()
        self._connections.add(smtp)
        return smtp

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self._connections: weakref.WeakSet = weakref.WeakSet()

    def stop(self, no_assert=False):
        self.loop.call_soon_threadsafe(self._abort)
        super().stop(no_assert)

    def _abort(self):
        for smtp in self._connections:
            if smtp.transport is not None:
                smtp.transport.abort()


class MailServer:
    """An SMTP server on its own port. `on_sender`, `on_recipient` and `on_content` give its replies; `login` is the user and
    password that may send. While it `hangs`, it does not reply to the MAIL command."""

    def __init__(self, tls: ssl.SSLContext | None = None, login: tuple[str, str] | None = None):
        self.received: list[Received] = []
        self.connections = 0
        self.hangs = False
        self.commands: list[str] = []
        self.on_sender = lambda address: "250 OK"
        self.on_recipient = lambda address: "250 OK"
        self.on_content = lambda received: "250 taken"
        self.port = free_port()
        self.login = login
        self._options: dict[str, Any] = {"tls_context": tls, "require_starttls": tls is not None}
        if login:
            self._options |= {"authenticator": self._authenticate, "auth_required": True, "auth_require_tls": tls is not None}
        self._controller: ClosingController | None = None

    def start(self) -> "MailServer":
        self._controller = ClosingController(self, hostname="127.0.0.1", port=self.port, **self._options)
        self._controller.start()
        self.connections = 0  # the controller has tested the server with one
        return self

    def stop(self):
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def url(self, scheme="smtp") -> str:
        who = f"{self.login[0]}:{self.login[1]}@" if self.login else ""
        return f"{scheme}://{who}127.0.0.1:{self.port}"

    def messages_to(self, recipient: str) -> list[Received]:
        return [one for one in self.received if one.recipient == recipient]

    def _authenticate(self, _server, _session, _envelope, _mechanism, given) -> AuthResult:
        is_right = (given.login.decode(), given.password.decode()) == self.login
        return AuthResult(success=is_right, handled=False)

    async def handle_EHLO(self, _server, session, _envelope, hostname, responses):  # noqa: N802
        if not session.host_name:
            self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, _server, _session, envelope, address, options):  # noqa: N802
        self.commands.append("MAIL")
        while self.hangs:
            await asyncio.sleep(0.05)
        reply = self.on_sender(address)
        if reply.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply

    async def handle_RCPT(self, _server, _session, envelope, address, options):  # noqa: N802
        reply = self.on_recipient(address)
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return reply

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        received = Received(envelope.rcpt_tos[0], envelope.content)
        reply = self.on_content(received)
        if reply.startswith("250"):
            self.received.append(received)
        return reply


@contextlib.contextmanager
def mail_server(**options):
    """A running server."""
    server = MailServer(**options).start()
    try:
        yield server
    finally:
        server.stop()


def mail_settings(server: MailServer, **changes) -> dict[str, str]:
    """Settings that make a program send through the server, without TLS."""
    settings = {
        "SMTP_URL": server.url(),
        "SMTP_TLS": "off",
        "MAIL_FROM": "Example <no-reply@example.com>",
        "FRONTEND_URL": FRONTEND,
    }
    return settings | changes


def tls_context(directory: Path) -> tuple[ssl.SSLContext, str]:
    """A server's context with a certificate for this machine, and the path of the certificate to trust."""
    files, _ = serve_tls(directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files["TLS_CERT"], files["TLS_KEY"])
    return context, files["TLS_CERT"]
