"""Fixtures for the tests of the worked example."""

from harness.fixtures import *  # noqa: F401,F403
