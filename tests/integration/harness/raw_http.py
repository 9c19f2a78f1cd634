"""A socket that sends exactly the bytes a test gives it, and reads answers strictly (RFC 9112)."""

import select
import socket
import ssl
import struct
from dataclasses import dataclass, field
from pathlib import Path


def message(line: str, *headers: str, body=b"") -> bytes:
    """A request for 127.0.0.1 with these header lines, and with the length of its body, if it has one."""
    lines = [f"{line} HTTP/1.1", "Host: x", *headers]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


class ConnectionEnded(Exception):
    """The peer closed before the expected bytes arrived."""


@dataclass
class RawResponse:
    status: int
    headers: dict[str, str]
    body: bytes = b""
    interim: list[int] = field(default_factory=list)


class RawConnection:
    """Bytes out, answers in. Every wait ends after `timeout_s`. With a small `receive_buffer`, the other side notices after a
    few kilobytes that the client does not read. `source` is the address that the client connects from. `unix` is the path
    of a Unix socket; only `timeout_s` applies to it."""

    def __init__(
        self,
        port: int,
        timeout_s=30.0,
        host="127.0.0.1",
        receive_buffer: int | None = None,
        tls: ssl.SSLContext | None = None,
        source: str | None = None,
        unix: str | Path | None = None,
    ):
        self.socket = socket.socket() if unix is None else socket.socket(socket.AF_UNIX)
        self._unread = b""
        try:
            self.socket.settimeout(timeout_s)
            if unix is not None:
                self.socket.connect(str(unix))
                return
            if receive_buffer is not None:
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            if source is not None:
                self.socket.bind((source, 0))
            self.socket.connect((host, port))
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls is not None:
                self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        except OSError:
            self.socket.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    @property
    def unread(self) -> bytes:
        """What was received and not yet asked for."""
        return self._unread

    def close(self):
        self.socket.close()

    def reset(self):
        """Ends the connection with RST instead of FIN, as a client that crashed does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def send(self, data: bytes):
        self.socket.sendall(data)

    def read_response(self, without_body=False) -> RawResponse:
        """The next final answer; interim ones (1xx) are remembered in it."""
        interim = []
        while True:
            response = self.read_head()
            if response.status >= 200:
                break
            interim.append(response.status)
        response.interim = interim
        if not without_body and response.status != 204:
            response.body = self._read_body(response.headers)
        return response

    def is_closed_by_peer(self) -> bool:
        """True when the peer closes without sending more; False when bytes come or the timeout passes."""
        if self._unread:
            return False
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False

    def has_ended(self) -> bool:
        """Whether the peer is already known to have closed. For use before a request, when no byte is due."""
        return bool(select.select([self.socket], [], [], 0)[0])

    def read_to_end(self) -> bytes:
        """Everything until the peer closes."""
        while self.receive():
            pass
        everything, self._unread = self._unread, b""
        return everything

    def receive(self) -> bool:
        """Waits for more bytes and keeps them; False once the peer has ended the connection."""
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self._unread += data
        return bool(data)

    def _read_until(self, mark: bytes) -> bytes:
        while mark not in self._unread:
            if not self.receive():
                raise ConnectionEnded(f"closed before {mark!r}; had {self._unread[:200]!r}")
        part, self._unread = self._unread.split(mark, 1)
        return part

    def _read_exactly(self, count: int) -> bytes:
        while len(self._unread) < count:
            if not self.receive():
                raise ConnectionEnded(f"closed {count - len(self._unread)} bytes early")
        part, self._unread = self._unread[:count], self._unread[count:]
        return part

    def read_head(self) -> RawResponse:
        """The next status line and headers, interim ones too."""
        lines = self._read_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        version, status, *_ = lines[0].split(" ", 2)
        assert version in ("HTTP/1.1", "HTTP/1.0"), lines[0]
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return RawResponse(int(status), headers)

    def _read_body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") == "chunked":
            return self.read_chunks()
        if "content-length" in headers:
            return self._read_exactly(int(headers["content-length"]))
        return self.read_to_end()

    def read_chunks(self) -> bytes:
        """A chunked body to its end."""
        body = b""
        while True:
            size = int(self._read_until(b"\r\n"), 16)
            chunk = self._read_exactly(size)
            assert self._read_exactly(2) == b"\r\n"
            if size == 0:
                return body
            body += chunk


def send_in_time(port: int, sent: bytes) -> tuple[RawConnection, RawResponse]:
    """The first answer to these bytes, and its connection. If this process stalls before it sends the first byte, a short
    HEADER_TIMEOUT closes the connection without an answer; then it tries again."""
    for _ in range(20):
        connection = RawConnection(port)
        try:
            connection.send(sent)
            return connection, connection.read_response()
        except (ConnectionEnded, ConnectionError):
            connection.close()
            assert not connection.unread, "it was closed within an answer"
    raise AssertionError("it was closed without an answer, again and again")
