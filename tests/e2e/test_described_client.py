"""The JavaScript that the service's description gives its users, taken from it word for word and run in Node."""

from pathlib import Path

import pytest

from harness.node import run_node_tests
from harness.places import EXPRESS_REFERENCE, required
from harness.program import API_KEY

HERE = Path(__file__).parent

# Each begins and ends with these texts. The description has lost its indentation, and runs on behind the second one.
CLIENT = ("class AuthService {", "// Usage\n")
SERVER_COMPONENT = ("export async function getServerSession() {", "# Kong API Gateway configuration")

# Next.js gives a server component this function, and its .env the two names.
SURROUNDINGS = """export const cookieJar = {};
const cookies = () => ({ get: (name) => cookieJar[name] });
"""


def excerpt(text, ends):
    """The part of the text that begins with the first of `ends` and stops before the second."""
    begin = text.index(ends[0])
    return text[begin : text.index(ends[1], begin)]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """A module with the description's client and its server component."""
    text = required(EXPRESS_REFERENCE / "000_12030151457c6dda.txt").read_text()
    # One mark of the second excerpt is TypeScript, which Node 18 does not read.
    component = excerpt(text, SERVER_COMPONENT).replace("process.env.API_KEY!", "process.env.API_KEY")
    module = tmp_path_factory.mktemp("client") / "client.mjs"
    module.write_text(f"{SURROUNDINGS}export {excerpt(text, CLIENT)}\n{component}\n")
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
