"""A password is nowhere in the program's memory once its request is answered and its connection gone."""

import json
import re
import socket
import ssl
from pathlib import Path

import pytest

from harness.places import SANITIZED
from harness.program import API_KEY
from harness.raw_http import message
from harness.waiting import wait_until
from test_tls import make_authority, make_certificate

pytestmark = pytest.mark.skipif(SANITIZED, reason="a sanitizer keeps freed memory")

# Put together at run time, so that no source and no command line holds it.
CANARY = "canary-" + "-".join(str(number) for number in range(7))


def copies_in_memory(program, text):
    """How often the text occurs in the memory that the process can write to."""
    count = 0
    folder = Path(f"/proc/{program.process.pid}")
    with open(folder / "mem", "rb") as memory:
        for line in (folder / "maps").read_text().splitlines():
            begin, end, rights = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()
            if not rights.startswith("rw"):
                continue
            memory.seek(int(begin, 16))
            try:
                count += memory.read(int(end, 16) - int(begin, 16)).count(text.encode())
            except OSError:  # a mapping that cannot be read holds nothing of ours
                continue
    return count


def in_chunks(body, size):
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def requests_with(password):
    """A login whose password is wrong, in several framings, and one that is cut off half-way; a password that is tried,
    one that is set, and one that is refused."""
    key, json_type = f"X-API-Key: {API_KEY}", "Content-Type: application/json"
    body = json.dumps({"email": "nobody@example.com", "password": password}).encode()
    login = message("POST /user-auth", key, body=body)
    chunked = message("POST /user-auth", key, json_type, "Transfer-Encoding: chunked")
    tried = message("POST /user-auth/check-password", key, body=body)
    names = {"first_name": "Ada", "last_name": "Lovelace"}
    created = message("POST /users", key, body=json.dumps(json.loads(body) | names).encode())
    refused = message("POST /users", key, body=json.dumps(json.loads(body) | names | {"email": "no"}).encode())
    logins = [login, login + login, chunked + in_chunks(body, 7), chunked + in_chunks(body + b" " * 9000, 3000), login[:-2]]
    return [*logins, tried, created, refused]


def send(program, request, context=None):
    with socket.create_connection(("127.0.0.1", program.port), timeout=20) as plain:
        connection = context.wrap_socket(plain, server_hostname="localhost") if context else plain
        connection.sendall(request)
        if not request.endswith((b"}", b"\n")):
            return
        connection.recv(65536)


def test_password_does_not_stay_in_memory(start):
    program = start()
    for request in requests_with(CANARY):
        send(program, request)
    wait_until(lambda: copies_in_memory(program, CANARY) == 0, 30, "the password's end in memory")


def test_password_sent_over_tls_does_not_stay_in_memory(start, tmp_path):
    authority = make_authority(tmp_path, "authority")
    cert, key = make_certificate(tmp_path, "server", authority)
    program = start(TLS_CERT=str(cert), TLS_KEY=str(key))
    context = ssl.create_default_context(cafile=str(authority[0]))
    for request in requests_with(CANARY):
        send(program, request, context)
    wait_until(lambda: copies_in_memory(program, CANARY) == 0, 30, "the password's end in memory")
