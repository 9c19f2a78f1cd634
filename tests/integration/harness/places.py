"""Paths: the program under test, the repository, the test vectors."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
VECTORS = REPOSITORY / "tests" / "vectors"
MIGRATIONS = sorted(path.name for path in (REPOSITORY / "migrations" / "postgres").glob("*.up.sql"))
OPENAPI = REPOSITORY / "api" / "openapi.yaml"

# `./dev test --full`: the tests may take all night.
FULL = bool(os.environ.get("GATEHOUSE_TEST_FULL"))
SANITIZED = bool(os.environ.get("GATEHOUSE_SANITIZER"))


def binary() -> Path:
    """The program: GATEHOUSE_BINARY, else the release build."""
    path = Path(os.environ.get("GATEHOUSE_BINARY", REPOSITORY / "build" / "release" / "gatehouse"))
    if not path.is_file():
        pytest.exit(f"no program at {path}: build it, or name it in GATEHOUSE_BINARY", returncode=2)
    return path
