"""The Next.js example application, used in a real browser against the real program."""

import shutil

import pytest

from harness.clusters import free_port
from harness.places import REPOSITORY
from nextjs_example import FOLDER, build, install, run_browser_tests
from typescript_client import run_tool, settings_for

pytestmark = pytest.mark.slow

SCREENSHOTS = REPOSITORY / "build" / "screenshots"


@pytest.fixture(scope="module", autouse=True)
def application():
    install()
    build()


def test_it_compiles_strictly():
    run_tool("tsc", "--noEmit", folder=FOLDER)


def test_its_rules_hold():
    run_tool("eslint", ".", "--max-warnings", "0", folder=FOLDER)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_people_use_it_in_a_browser(start):
    if shutil.which("chromium") is None:
        pytest.skip("chromium is not installed")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    port = free_port()
    program = start(APP_ENV="development", FRONTEND_URL=f"http://localhost:{port}")
    service = settings_for(program)
    run_browser_tests(
        PORT=str(port),
        API_URL=service["GATEHOUSE_URL"],
        API_KEY=service["GATEHOUSE_API_KEY"],
        GATEHOUSE_OUTBOX=service["GATEHOUSE_OUTBOX"],
        SCREENSHOTS=str(SCREENSHOTS),
    )
