"""Fixtures for the tests of the running program."""

from harness.fixtures import *  # noqa: F401,F403
