"""README.md's commands that need more than a shell and a running service: ./dev and PostgreSQL. test_documents.py runs the others."""

import re

import pytest

from harness.clusters import Cluster
from harness.dev_folder import DevFolder
from harness.documents import paste
from harness.places import REPOSITORY

README = (REPOSITORY / "README.md").read_text()
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def section(title):
    """The text below a heading, up to the next one."""
    return re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL).group(1)


def blocks(title):
    return BLOCK.findall(section(title))


@pytest.fixture
def folder(tmp_path):
    """A clone with the dev script; everything that it started is stopped at the end of the test."""
    made = DevFolder(tmp_path / "clone")
    yield made
    made.discard()


def test_two_commands_are_there(folder):
    lines = [line.split("#")[0].split() for line in blocks("Two commands")[0].splitlines()]
    assert [words[:2] for words in lines] == [["./dev", "serve"], ["./dev", "test"]]
    for words in lines:
        assert f"usage: {' '.join(words)}" in paste(f"{' '.join(words)} --help", folder)


@pytest.fixture
def cluster():
    """A PostgreSQL server with only its default roles and databases."""
    made = Cluster()
    yield made.start()
    made.remove()


def test_postgresql_pasted_as_it_stands(folder, cluster):
    [text] = blocks("With PostgreSQL")
    create, serve = text.strip().rsplit("\n", 1)
    server = {"PGHOST": "127.0.0.1", "PGPORT": str(cluster.port), "PGUSER": "postgres"}
    # The test's server is reached over TCP, so sudo does not have to switch to another system user.
    paste('sudo() { shift 2 && "$@"; }\n' + create, folder, **server)

    setting, command = serve.split(" ", 1)
    name, url = setting.split("=", 1)
    assert command == "./dev serve"
    folder.start("--no-watch", **{name: url.replace(":5432/", f":{cluster.port}/")})
    assert '"database":"postgresql"' in folder.output()
