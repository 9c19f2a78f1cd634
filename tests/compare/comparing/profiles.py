"""The pairs of programs: which settings they run with, and what each pair is asked."""

import contextlib
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from harness.program import JWT_SECRET, SESSION_SECRET

from .exchange import Exchange, Side
from .plan import Plan
from .sequence import exchanges, first_exchanges
from .troubled_requests import CONNECTIONS_MAX, too_many, too_slow, without_database

ORIGINS = "https://app.example.com,http://localhost:3000"


@dataclass(frozen=True)
class Profile:
    """`share`: its part of the requests asked for; a profile without one always sends the same ones."""

    name: str
    settings: dict[str, str]
    play: Callable[[Plan, int], Iterator[Exchange]]
    share: float = 0.0
    trouble: Callable[[list[Side]], contextlib.AbstractContextManager] | None = None


def _thorough(plan: Plan, count: int) -> Iterator[Exchange]:
    yield from first_exchanges(plan)
    yield from exchanges(plan, count, thorough=True)


def _varied(plan: Plan, count: int) -> Iterator[Exchange]:
    yield from first_exchanges(plan)
    yield from exchanges(plan, count, thorough=False)


def _slow(plan: Plan, _: int) -> Iterator[Exchange]:
    yield from too_slow(plan)
    yield from too_many(plan)


def _first(plan: Plan, _: int) -> Iterator[Exchange]:
    yield from first_exchanges(plan)


@contextlib.contextmanager
def _locked(sides: list[Side]) -> Iterator[None]:
    """Another process holds the write lock of each SQLite file, longer than the programs wait."""
    with contextlib.ExitStack() as stack:
        for side in sides:
            connection = sqlite3.connect(side.database.path, timeout=20, isolation_level=None)
            stack.callback(connection.close)
            connection.execute("BEGIN IMMEDIATE")
        yield


def _new_private_key() -> str:
    """An Ed25519 key in PEM form: its signatures have no randomness, so that tokens can be compared."""
    command = ["openssl", "genpkey", "-algorithm", "ed25519"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def profiles(database: str, stop_server: Callable[[], None]) -> tuple[Profile, ...]:
    """All of them, for one kind of database. `stop_server` ends the PostgreSQL server; it is called last of all."""

    @contextlib.contextmanager
    def stopped(_: list[Side]) -> Iterator[None]:
        stop_server()
        yield

    trouble = _locked if database == "sqlite" else stopped
    return (
        Profile(
            "usual",
            {"ALLOWED_ORIGINS": ORIGINS, "TRUSTED_PROXIES": "127.0.0.1,10.0.0.0/8,::1"},
            _thorough,
            share=0.7,
        ),
        Profile(
            "otherwise",
            {
                "LOGIN_ERRORS": "detailed",
                "JWT_SECRET": f"{JWT_SECRET},second-{JWT_SECRET[::-1]}",
                "SESSION_SECRET": f"{SESSION_SECRET},second-{SESSION_SECRET[::-1]}",
                "JWT_ISSUER": "another-issuer",
                "JWT_AUDIENCE": 'another "audience"',
                "SESSION_CACHE_MB": "0",
                "SESSION_TTL": "10m",
                "SESSION_ABSOLUTE_TTL": "20m",
                "JWT_EXPIRES_IN": "3m",
                "HEADER_BYTES_MAX": "2048",
                "BODY_BYTES_MAX": "4096",
                "PIPELINE_MAX": "2",
            },
            _varied,
            share=0.2,
        ),
        Profile(
            "private key",
            {"JWT_SECRET": "", "JWT_PRIVATE_KEY": _new_private_key(), "LOG_LEVEL": "off", "DB_POOL_MAX": "3"},
            _varied,
            share=0.1,
        ),
        Profile(
            "slow clients",
            {
                "HEADER_TIMEOUT": "300ms",
                "BODY_TIMEOUT": "300ms",
                "IDLE_TIMEOUT": "300ms",
                "CONNECTIONS_MAX": str(CONNECTIONS_MAX),
                "ALLOWED_ORIGINS": ORIGINS,
            },
            _slow,
        ),
        Profile(
            "no database",
            {
                "DB_QUERY_TIMEOUT": "300ms",
                "DB_CONNECT_TIMEOUT": "300ms",
                "SESSION_CACHE_MB": "0",
                "PASSWORD_HASH": "pbkdf2-sha512",
            },
            _first,
            trouble=trouble,
        ),
    )


def troubled_exchanges(plan: Plan) -> Iterator[Exchange]:
    """The requests that are sent while the trouble lasts."""
    yield from without_database(plan)
