"""Fixtures for the tests of the client libraries."""

from harness.fixtures import *  # noqa: F401,F403
