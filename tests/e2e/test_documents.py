"""Every block of commands in README.md and docs/ is run as it stands, or says why not."""

import os
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import pytest

from harness.clusters import free_port
from harness.dev_folder import DevFolder
from harness.documents import BEGIN, Block, blocks_of, documents, json_lines, paste, promises, shape, unexpected_refusals
from harness.places import REPOSITORY
from harness.program import API_KEY
from harness.waiting import wait_until

# Blocks that need more than a shell and a running service: the document, how the block begins, and the test that runs it.
ELSEWHERE = (
    ("README.md", "./dev serve", "tests/e2e/test_readme.py", "test_two_commands_are_there"),
    ("README.md", "sudo -u postgres psql", "tests/e2e/test_readme.py", "test_postgresql_pasted_as_it_stands"),
    ("docs/clients.md", "import {", "clients/typescript/test/contract/documents.test.ts", 'describe("docs/clients.md"'),
    ("docs/forward-auth.md", "// login.mjs", "tests/e2e/test_documents.py", "test_login_page_of_forward_auth_works"),
)
BLOCKS = [block for document in documents() for block in blocks_of(document)]


def runs_elsewhere(block: Block) -> bool:
    return any(block.document == document and block.text.startswith(begin) for document, begin, _, _ in ELSEWHERE)


def run_here(document: str) -> list[Block]:
    return [
        block
        for block in blocks_of(document)
        if block.why_not is None and block.language == "sh" and not runs_elsewhere(block)
    ]


@pytest.fixture
def folder(tmp_path):
    """A clone with the dev script, whose service is running with its development users."""
    made = DevFolder(tmp_path / "clone")
    made.start("--no-watch")
    yield made
    made.discard()


@pytest.mark.parametrize("document", sorted({block.document for block in BLOCKS if run_here(block.document)}))
def test_commands_pasted_as_they_stand(folder, document):
    text = "".join(block.text for block in run_here(document))
    printed = paste(BEGIN + text, folder)
    answers = [shape(answer) for answer in json_lines(printed)]
    assert [promise for promise in promises(text) if shape(promise) not in answers] == [], printed
    assert unexpected_refusals(printed, text) == [], printed


def test_readme_shows_the_answers_of_a_first_login():
    assert len(promises("".join(block.text for block in run_here("README.md")))) >= 3


@pytest.mark.parametrize(("document", "begin", "path", "name"), ELSEWHERE)
def test_what_is_run_elsewhere_is_there(document, begin, path, name):
    assert name in (REPOSITORY / path).read_text()
    assert [block for block in blocks_of(document) if block.text.startswith(begin)]


@pytest.mark.serial
def test_every_block_is_run_or_says_why_not(capsys):
    left_out = [block for block in BLOCKS if block.why_not is not None]
    run = [block for block in BLOCKS if block.why_not is None]
    assert [str(block) for block in run if block.language != "sh" and not runs_elsewhere(block)] == []
    assert len(run) >= 15
    with capsys.disabled():
        print(f"\nblocks of commands in the documents: {len(run)} run, {len(left_out)} not run")
        for block in left_out:
            print(f"  {block}: {block.why_not}")


REFUSED = '{"error":"Invalid API key","code":"invalid_api_key","requestId":"1"}'


@pytest.mark.parametrize(("text", "refusals"), [("curl x\n", ["invalid_api_key"]), (f"curl x\n# {REFUSED}\n", [])])
def test_refusal_that_is_not_shown_is_found(text, refusals):
    assert unexpected_refusals(f"hello\n{REFUSED}\n", text) == refusals


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def post_form(address: str, **fields: str):
    """Posts a form without following redirects: the answer's status and header fields."""
    opener = urllib.request.build_opener(NoRedirects)
    try:
        with opener.open(address, urllib.parse.urlencode(fields).encode(), timeout=60) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers


@pytest.fixture
def login_page(start, tmp_path):
    """The address of the login page of docs/forward-auth.md, which uses a service with the development users."""
    program = start(APP_ENV="development")
    [block] = [one for one in blocks_of("docs/forward-auth.md") if one.language == "js"]
    port = free_port()
    assert ".listen(3001," in block.text
    (tmp_path / "login.mjs").write_text(block.text.replace(".listen(3001,", f".listen({port},"))
    process = subprocess.Popen(
        ["node", "login.mjs"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "API_URL": f"http://127.0.0.1:{program.port}", "API_KEY": API_KEY},
    )
    address = f"http://127.0.0.1:{port}/"

    def answers():
        assert process.poll() is None
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                return b"Log in" in answer.read()
        except urllib.error.URLError:
            return False

    try:
        wait_until(answers, 60, "the login page")
        yield address
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_login_page_of_forward_auth_works(login_page):
    asked = urllib.parse.quote("https://wiki.example.com:8443/page")
    status, fields = post_form(f"{login_page}?return={asked}", email="john@example.com", password="password123")
    assert (status, fields["Location"]) == (303, "https://wiki.example.com:8443/page")
    assert re.match(r"session=[\w-]+; Domain=example\.com; .*HttpOnly; Secure; SameSite=Lax$", fields["Set-Cookie"])
    status, fields = post_form(f"{login_page}?return=https://evil.example/", email="john@example.com", password="password123")
    assert (status, fields["Location"]) == (303, "https://app.example.com/")
    assert post_form(login_page, email="john@example.com", password="wrong")[0] == 401
