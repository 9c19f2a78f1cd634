"""The TypeScript client: its own tests, and those against the real program on each database."""

import subprocess

import pytest

from typescript_client import install, run_vitest, settings_for

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def tools():
    install()


def test_it_does_what_it_says():
    run_vitest("unit")


@pytest.fixture
def published_key(tmp_path) -> str:
    """A private key in PEM form, whose public half the program publishes."""
    file = tmp_path / "token.pem"
    command = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", str(file)]
    subprocess.run(command, check=True, capture_output=True)
    return file.read_text()


def test_it_fits_the_program(start, published_key):
    program = start(APP_ENV="development", RATE_LIMIT_REDEEM="60/1m/2", JWT_PRIVATE_KEY=published_key)
    run_vitest("contract", **settings_for(program))
