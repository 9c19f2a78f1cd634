"""Sets the order of all tests, and the folder in which Python keeps them compiled."""

import os
import sys

import pytest

# Otherwise each of the many processes of `./dev test` would compile all of them again. None leaves anything in the source tree.
if folder := os.environ.get("GATEHOUSE_TEST_PYCACHE"):
    sys.pycache_prefix = folder
    sys.dont_write_bytecode = False


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Runs the files with slow tests first, so that no process still has one of them to run when the others have finished."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
