"""The TypeScript client: its own tests, and against the real program on each database."""

import pytest

from typescript_client import install, run_vitest, settings_for


@pytest.fixture(scope="module", autouse=True)
def tools():
    install()


def test_it_does_what_it_says():
    run_vitest("unit")


def test_it_fits_the_program(start):
    run_vitest("contract", **settings_for(start(APP_ENV="development", RATE_LIMIT_REDEEM="60/1m/2")))
