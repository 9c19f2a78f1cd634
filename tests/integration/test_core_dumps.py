"""A crash in production leaves no memory behind for others to read."""

import resource
import signal
from pathlib import Path

import pytest

from harness.places import SANITIZED
from harness.program import Gatehouse, base_settings

PATTERN = Path("/proc/sys/kernel/core_pattern").read_text().strip()

pytestmark = [
    pytest.mark.skipif(SANITIZED, reason="a sanitizer handles the signal itself"),
    pytest.mark.skipif("/" in PATTERN or "|" in PATTERN, reason="core dumps do not go to the working directory here"),
]


@pytest.fixture(autouse=True)
def unlimited_core_size():
    before = resource.getrlimit(resource.RLIMIT_CORE)
    if before[1] != resource.RLIM_INFINITY:
        pytest.skip("core dumps are limited here")
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, before)


@pytest.mark.parametrize(("environment", "dumps"), [("production", False), ("test", True)])
def test_crash_dumps_core_outside_production_only(tmp_path, environment, dumps):
    program = Gatehouse(tmp_path, base_settings() | {"APP_ENV": environment, "HOST": "127.0.0.1"})
    program.start()
    program.process.send_signal(signal.SIGABRT)
    assert program.process.wait(60) == -signal.SIGABRT
    program.process = None
    assert bool(list(tmp_path.glob("core*"))) == dumps
