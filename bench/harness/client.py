"""A small HTTP/1.1 client over one kept connection, which costs little itself: it measures other programs."""

import json
import socket


class Client:
    def __init__(self, port, api_key=""):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._api_key = api_key

    def close(self):
        self._socket.close()

    def encode(self, method, path, body=None, bearer=None):
        content = json.dumps(body).encode() if body is not None else b""
        fields = "Content-Type: application/json\r\n" if body is not None else ""
        fields += f"Authorization: Bearer {bearer}\r\n" if bearer is not None else ""
        head = (f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {self._api_key}\r\n{fields}"
                f"Content-Length: {len(content)}\r\n\r\n")
        return head.encode() + content

    def exchange(self, request):
        """Sends encoded bytes and returns the answer's status and body."""
        head, content = self.receive_answer(request)
        return int(head.split(b" ", 2)[1]), content

    def receive_answer(self, request):
        """Sends encoded bytes and returns the answer's status line and header fields as they came, and its body."""
        self._socket.sendall(request)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._receive()
        length = next((int(line.split(b":")[1]) for line in received[:end].split(b"\r\n")
                       if line.lower().startswith(b"content-length:")), 0)
        while len(received) < end + 4 + length:
            received += self._receive()
        return received[:end], received[end + 4:]

    def call(self, method, path, body=None):
        """Status and parsed body."""
        status, content = self.exchange(self.encode(method, path, body))
        return status, json.loads(content) if content else None

    def _receive(self):
        chunk = self._socket.recv(65536)
        if not chunk:
            raise ConnectionError("the server closed the connection")
        return chunk
