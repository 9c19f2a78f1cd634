"""The TypeScript client in a Next.js application, which is built, served and used."""

import pytest

from typescript_client import build, install, run_vitest, settings_for

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def tools():
    install()
    build()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_its_users_log_in_and_out(start):
    run_vitest("next", **settings_for(start(APP_ENV="development")))
