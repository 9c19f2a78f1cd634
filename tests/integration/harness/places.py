"""Where things stand: the program under test, the repository, the folder shared with other repositories."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
EXPRESS_REFERENCE = REPOSITORY.parent / "shared" / "mission"
VECTORS = REPOSITORY.parent / "shared" / "vectors"
OPENAPI = REPOSITORY / "api" / "openapi.yaml"

# `./dev test --full`: what a night is long enough for.
FULL = bool(os.environ.get("GATEHOUSE_TEST_FULL"))
SANITIZED = bool(os.environ.get("GATEHOUSE_SANITIZER"))


def binary() -> Path:
    """The program: GATEHOUSE_BINARY, else the release build."""
    path = Path(os.environ.get("GATEHOUSE_BINARY", REPOSITORY / "build" / "release" / "gatehouse"))
    if not path.is_file():
        pytest.exit(f"no program at {path}: build it, or name it in GATEHOUSE_BINARY", returncode=2)
    return path


def required(path: Path) -> Path:
    """`path`, or a skip that says what is missing: the project is tested without the shared folder, too."""
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path
