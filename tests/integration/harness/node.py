"""Tests written in JavaScript, run by Node."""

import shutil
import subprocess
from pathlib import Path

import pytest


def run_node_tests(module: Path, count: int, **environment: str):
    """Runs a module of node:test and expects `count` tests to pass and none to fail; skips the test if Node is missing."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    result = subprocess.run(
        [node, "--test", "--test-reporter=tap", str(module)],
        env={"PATH": "/usr/bin:/bin"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"# pass {count}\n" in result.stdout, result.stdout
