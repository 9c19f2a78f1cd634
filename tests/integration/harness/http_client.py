"""A plain HTTP client that knows Gatehouse's API key and nothing else about it."""

import http.client
import json as json_text
import socket
import ssl
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OWN_KEY = object()
NO_JSON = object()
IDLE_MAX_S = 60.0  # an older connection is not used again: the service closes it after 75 seconds (IDLE_TIMEOUT)


@dataclass(frozen=True)
class Response:
    """One answer, read to its end."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Fails if a member is repeated, so that no answer can be ambiguous."""
        return json_text.loads(self.body, object_pairs_hook=_object_without_duplicates)

    def header(self, name: str) -> str | None:
        return self.headers.get(name)


def _object_without_duplicates(pairs):
    members = dict(pairs)
    assert len(members) == len(pairs), f"an object with a repeated member: {pairs}"
    return members


class _UnixConnection(http.client.HTTPConnection):
    """A connection to the Unix socket at a path."""

    def __init__(self, path: str, timeout_s: float):
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Api:
    """One keep-alive connection, opened when needed: to a port, or to the Unix socket at a path. Belongs to one thread."""

    def __init__(
        self,
        port: int,
        key: str | None,
        host="127.0.0.1",
        tls: ssl.SSLContext | None = None,
        timeout_s=60.0,
        unix: str | Path | None = None,
    ):
        self.port = port
        self.key = key
        self._host = host
        self._tls = tls
        self._timeout_s = timeout_s
        self._unix = unix
        self._connection: http.client.HTTPConnection | None = None
        self._idle_since = 0.0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def request(self, method, path, json=NO_JSON, body=None, headers=None, key=OWN_KEY) -> Response:
        """Sends one request. `json` becomes a body with its Content-Type; `key=None` leaves X-API-Key out."""
        all_headers = {}
        if key is OWN_KEY:
            key = self.key
        if key is not None:
            all_headers["X-API-Key"] = key
        if json is not NO_JSON:
            body = json_text.dumps(json).encode()
            all_headers["Content-Type"] = "application/json"
        all_headers.update(headers or {})
        connection = self._open()
        try:
            connection.request(method, path, body=body, headers=all_headers)
            answer = connection.getresponse()
            response = Response(answer.status, answer.headers, answer.read())
        except Exception:
            self.close()
            raise
        if answer.will_close:
            self.close()
        self._idle_since = time.monotonic()
        return response

    def get(self, path, **options) -> Response:
        return self.request("GET", path, **options)

    def post(self, path, json=NO_JSON, **options) -> Response:
        return self.request("POST", path, json=json, **options)

    def put(self, path, json=NO_JSON, **options) -> Response:
        return self.request("PUT", path, json=json, **options)

    def delete(self, path, **options) -> Response:
        return self.request("DELETE", path, **options)

    def open_stream(self, path):
        """A GET whose body the caller reads piece by piece: (connection, answer). The caller closes the connection."""
        connection = self._new_connection()
        connection.request("GET", path, headers={"X-API-Key": self.key})
        return connection, connection.getresponse()

    def _open(self):
        if self._connection is not None and time.monotonic() - self._idle_since > IDLE_MAX_S:
            self.close()
        if self._connection is None:
            self._connection = self._new_connection()
        return self._connection

    def _new_connection(self):
        if self._unix is not None:
            return _UnixConnection(str(self._unix), self._timeout_s)
        if self._tls is None:
            return http.client.HTTPConnection(self._host, self.port, timeout=self._timeout_s)
        return http.client.HTTPSConnection(self._host, self.port, timeout=self._timeout_s, context=self._tls)
