"""What ./dev says to an argument that it does not know, without installing or building anything."""

import subprocess

import pytest

from harness.places import REPOSITORY

UNKNOWN = [
    ("nosuch",),
    ("build", "nosuch"),
    ("build", "release", "unit_x; rm"),
    ("serve", "nosuch"),
    ("cluster", "nosuch"),
    ("cluster", "stop", "nosuch"),
    ("test", "--nosuch"),
    ("test", "--only", "nosuch"),
    ("lint", "nosuch"),
    ("lint", "--nosuch"),
    ("fuzz", "nosuch"),
    ("docs", "nosuch"),
    ("pictures", "nosuch"),
    ("pictures", "terminal", "dashboard"),
    ("hooks", "nosuch"),
    ("verify-fresh", "sid"),
    ("verify-fresh", "--only", "nosuch"),
]
COMMANDS = "build serve cluster test coverage bench lint format fuzz hooks sbom docs pictures settings verify-fresh".split()


def dev(*words):
    return subprocess.run(
        [str(REPOSITORY / "dev"), *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("words", UNKNOWN, ids=" ".join)
def test_word_that_is_not_known_is_refused(words):
    result = dev(*words)
    assert result.returncode == 2, result.stdout + result.stderr
    assert "./dev" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    result = dev(command, "--help")
    assert result.returncode == 0
    assert result.stdout.startswith(f"usage: ./dev {command}")
    assert f"\n  {command} " in dev("help").stdout
