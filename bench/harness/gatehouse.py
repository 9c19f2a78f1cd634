"""The service under measurement."""

import os
import pathlib
import secrets
import subprocess

from harness.client import Client
from harness.processes import Process, free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"
BINARY = pathlib.Path(os.environ.get("GATEHOUSE_BINARY", BUILD / "gatehouse"))

API_KEY = secrets.token_hex(24)
SESSION_SECRET = secrets.token_hex(32)
JWT_SECRET = secrets.token_hex(32)
# What the development seeds contain.
EMAIL, PASSWORD = "john@example.com", "password123"


class Gatehouse(Process):
    """Answers GET /health when the constructor returns. Runs in `folder`, where its SQLite database is unless a
    database URL is given."""

    def __init__(self, folder, database_url=None, cores=None, name="gatehouse", binary=BINARY, **settings):
        self.port = free_port()
        environment = {
            "PATH": os.environ["PATH"], "PORT": str(self.port), "LOG_LEVEL": "warn", "API_KEY": API_KEY,
            "SESSION_SECRET": SESSION_SECRET, "JWT_SECRET": JWT_SECRET,
            "DATABASE_URL": database_url or f"sqlite:{folder}/gatehouse.db",
            **{name.upper(): str(value) for name, value in settings.items()}}
        super().__init__([str(binary), "serve"], folder, name, environment, cores)
        self.wait_until(self.is_healthy, pause_seconds=0.0005)

    def is_healthy(self):
        try:
            client = Client(self.port)
        except OSError:
            return False
        try:
            return client.call("GET", "/health")[0] == 200
        except (OSError, ValueError):
            return False
        finally:
            client.close()

    def client(self):
        return Client(self.port, API_KEY)

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"


def log_in(client, email=EMAIL, password=PASSWORD):
    """The answer of a successful login: token, session, …"""
    status, answer = client.call("POST", "/user-auth", {"email": email, "password": password})
    if status != 200:
        raise RuntimeError(f"login failed: {status} {answer}")
    return answer


def sealed_sessions(first_id, last_id, count):
    """Sessions of rows that postgres.fill() wrote, spread evenly over the ids."""
    return _sealed(first_id, last_id, count)


def refresh_tokens(first_id, last_id, count):
    """The first refresh tokens of such sessions."""
    return _sealed(first_id, last_id, count, "refresh")


def _sealed(first_id, last_id, count, *what):
    printed = subprocess.run([BUILD / "bench" / "bench_seal_sessions", str(first_id), str(last_id), str(count), *what],
                             env={"SESSION_SECRET": SESSION_SECRET}, capture_output=True, check=True, text=True)
    return printed.stdout.split()
