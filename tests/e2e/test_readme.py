"""README.md's command lines, pasted as they stand into a shell: a newcomer's first minute, and PostgreSQL."""

import json
import re
import subprocess

import pytest

from harness.clusters import Cluster
from harness.dev_folder import DevFolder
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


def paste(text, folder, **environment):
    """Runs the text in a shell of that folder and returns what it printed. It ends at the first command that fails, and an HTTP
    status of 400 or more is a failure of curl."""
    shell = 'set -eu\ncurl() { command curl --fail-with-body --no-progress-meter "$@" && echo; }\n' + text
    result = subprocess.run(
        ["bash", "-c", shell],
        cwd=folder.root,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder.root)} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def shape(value):
    """The names in a JSON value: what an example and an answer have in common."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shape(member) for member in value[:1]]
    return None


def shapes_in(text):
    """Of each line that is JSON. An example that is shortened is not."""
    found = []
    for line in text.splitlines():
        try:
            found.append(shape(json.loads(line)))
        except json.JSONDecodeError:
            continue
    return found


def test_every_block_of_commands_is_run_here():
    run = [*blocks("Two commands"), *blocks("A first login"), *blocks("With PostgreSQL")]
    assert BLOCK.findall(README) == run


def test_two_commands_are_there(folder):
    lines = [line.split("#")[0].split() for line in blocks("Two commands")[0].splitlines()]
    assert [words[:2] for words in lines] == [["./dev", "serve"], ["./dev", "test"]]
    for words in lines:
        assert f"usage: {' '.join(words)}" in paste(f"{' '.join(words)} --help", folder)


def test_first_login_pasted_as_it_stands(folder):
    folder.start("--no-watch")
    examples = "".join(blocks("A first login"))
    assert "http://127.0.0.1:8000" in examples
    printed = paste(examples.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{folder.port}"), folder)
    answers = shapes_in(printed)
    promised = shapes_in(re.sub(r"^# ", "", examples, flags=re.MULTILINE))
    assert len(promised) >= 3
    assert [one for one in promised if one not in answers] == []


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
