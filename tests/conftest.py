"""The order of all tests, and where Python keeps them compiled."""

import os
import sys

import pytest

# Each of the many processes of `./dev test` would compile all of them anew. None leaves anything in the tree.
if folder := os.environ.get("GATEHOUSE_TEST_PYCACHE"):
    sys.pycache_prefix = folder
    sys.dont_write_bytecode = False


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Files with slow tests begin first, so that no process has one of them left when the others have ended."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
