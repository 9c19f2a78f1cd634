"""Fixtures for the tests of the client libraries."""

import asyncio

import pytest

from harness.fixtures import *  # noqa: F401,F403
from python_clients import KINDS, Clients


@pytest.fixture(params=KINDS)
def clients(request):
    """Makes clients, for threads and for asyncio."""
    with asyncio.Runner() as runner:
        yield Clients(request.param, runner)
