"""The JavaScript that the description of the Express service gives its users, taken word for word and run in Node."""

from pathlib import Path

import pytest

from harness.node import run_node_tests
from harness.places import VECTORS
from harness.program import API_KEY

HERE = Path(__file__).parent

# Next.js provides this function to a server component; its .env provides API_URL and API_KEY.
SURROUNDINGS = """export const cookieJar = {};
const cookies = () => ({ get: (name) => cookieJar[name] });
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """A module with the description's client and its server component."""
    auth_service = (VECTORS / "express" / "client.js").read_text()
    # One character of it is TypeScript, which Node 18 does not read.
    component = (VECTORS / "express" / "server-component.ts").read_text().replace("process.env.API_KEY!", "process.env.API_KEY")
    module = tmp_path_factory.mktemp("client") / "client.mjs"
    module.write_text(f"{SURROUNDINGS}export {auth_service}\n{component}\n")
    return module


def test_client_of_the_description_works_unchanged(client, start):
    program = start(APP_ENV="development")
    run_node_tests(
        HERE / "described_client.test.mjs",
        3,
        CLIENT=str(client),
        API_URL=f"http://127.0.0.1:{program.port}",
        API_KEY=API_KEY,
        EMAIL="john@example.com",
        PASSWORD="password123",
    )
