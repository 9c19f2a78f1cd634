"""README.md's commands that need more than a shell beside a service: ./dev itself, and PostgreSQL. test_documents.py runs the others."""

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
    """A clone with the dev script; what it started ends with the test."""
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
    """A PostgreSQL server without roles or databases but its own."""
    made = Cluster()
    yield made.start()
    made.remove()


def test_postgresql_pasted_as_it_stands(folder, cluster):
    [text] = blocks("With PostgreSQL")
    create, serve = text.strip().rsplit("\n", 1)
    server = {"PGHOST": "127.0.0.1", "PGPORT": str(cluster.port), "PGUSER": "postgres"}
    # The test's server is reached over TCP, where a user of the system need not be changed to.
    paste('sudo() { shift 2 && "$@"; }\n' + create, folder, **server)

    setting, command = serve.split(" ", 1)
    name, url = setting.split("=", 1)
    assert command == "./dev serve"
    folder.start("--no-watch", **{name: url.replace(":5432/", f":{cluster.port}/")})
    assert '"database":"postgresql"' in folder.output()
