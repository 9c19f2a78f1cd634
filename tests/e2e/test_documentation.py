"""`./dev docs`: what it builds, and that its pages load nothing from elsewhere. A browser opens them."""

import os
import re
import socket
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from harness.browser import DEADLINE_S, Browser
from harness.clusters import free_port
from harness.openapi import document
from harness.places import REPOSITORY
from harness.waiting import wait_until

BUILD_DEADLINE_S = 600.0
IS_STYLED = """document.readyState === "complete" && document.styleSheets.length > 0
    && [...document.styleSheets].every((one) => one.cssRules.length > 0)"""
SITE = REPOSITORY / "build" / "docs"
DOCS = REPOSITORY / "scripts" / "docs"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The address at which `./dev docs` serves what it has just built."""
    port = free_port()
    log = tmp_path_factory.mktemp("docs") / "output.txt"
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["./dev", "docs"],
            cwd=REPOSITORY,
            env=dict(os.environ) | {"DOCS_PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )

    def serves():
        assert process.poll() is None, log.read_text()
        return f"http://127.0.0.1:{port}/" in log.read_text()

    try:
        wait_until(serves, BUILD_DEADLINE_S, "the documentation")
        yield f"http://127.0.0.1:{port}/"
        assert process.poll() is None
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture
def browser(tmp_path):
    made = Browser(tmp_path / "browser")
    yield made
    made.close()


def described() -> list[tuple[str, str]]:
    """The tag and the summary of each operation."""
    return [
        (one["tags"][0], one["summary"])
        for item in document()["paths"].values()
        for method, one in item.items()
        if method in ("get", "put", "post", "delete")
    ]


def assert_it_asked_nobody_else(browser: Browser, address: str):
    asked = [url for url in browser.asked if not url.startswith(("data:", "about:", f"blob:{address}"))]
    assert asked and [url for url in asked if not url.startswith(address)] == []
    assert browser.complaints == []


@pytest.mark.slow
def test_reference_shows_every_operation_and_asks_nobody_else(browser, address):
    browser.open(f"{address}reference/index.html")
    browser.wait_for(lambda text: "Users register, log in" in text, "the introduction")
    for tag in {tag for tag, _ in described()}:
        browser.evaluate(f"location.hash = '#/{tag}'")
        wanted = [summary for one, summary in described() if one == tag]
        browser.wait_for(lambda text, wanted=wanted: all(summary in text for summary in wanted), f"the operations of {tag}")
    browser.evaluate("location.hash = '#/authentication/logIn'")
    browser.wait_for(lambda text: "wrong password get the same answer" in text and "sessionExpires" in text, "one operation")
    browser.wait_for(lambda text: text.startswith("Search"), "the search")
    assert_it_asked_nobody_else(browser, address)


@pytest.mark.parametrize("page", ["index.html", "docs/operations.html", "code/index.html", "code/annotated.html"])
def test_page_is_shown_and_asks_nobody_else(browser, address, page):
    browser.open(f"{address}{page}")
    browser.wait_for(lambda text: "Gatehouse" in text, page)
    wait_until(lambda: browser.evaluate(IS_STYLED), DEADLINE_S, f"the style sheets of {page}")
    assert_it_asked_nobody_else(browser, address)


class Resources(HTMLParser):
    """What a page loads, and its Content-Security-Policy."""

    def __init__(self, page: Path):
        super().__init__()
        self.loaded: list[str] = []
        self.policy = ""
        self.inline_scripts = 0
        self.feed(page.read_text())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in ("script", "img", "iframe", "source") and "src" in given:
            self.loaded.append(given["src"])
        elif tag == "link":
            self.loaded.append(given["href"])
        elif tag == "script":
            self.inline_scripts += 1
        elif given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]


def test_every_page_has_a_policy_and_loads_what_is_there(address):
    pages = list(SITE.rglob("*.html"))
    assert len(pages) > 500
    for page in pages:
        resources = Resources(page)
        assert resources.policy.startswith("default-src 'self'"), page
        assert resources.inline_scripts == 0, page
        own = [name for name in resources.loaded if not name.startswith("data:")]
        assert [name for name in own if urlsplit(name).scheme or not (page.parent / name).exists()] == [], page


def test_every_link_of_the_documents_leads_to_a_page(address):
    pages = [page for page in SITE.rglob("*.html") if SITE / "code" not in page.parents]
    links = [(page, link) for page in pages for link in re.findall(r'<a href="([^":#]+)[#"]', page.read_text())]
    assert len(links) > 500
    assert [(page, link) for page, link in links if not (page.parent / link).is_file()] == []


def dev_docs(*arguments: str, **settings: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["./dev", "docs", *arguments],
        cwd=REPOSITORY,
        env=dict(os.environ) | settings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("port", ["0", "65536", "eight", "-1", "999999"])
def test_port_that_is_none_is_refused(port):
    result = dev_docs(DOCS_PORT=port)
    assert result.returncode == 2
    assert f"DOCS_PORT must be a number from 1 to 65535, not '{port}'" in result.stderr


def test_host_that_is_none_is_refused():
    result = dev_docs(DOCS_HOST="no host", DOCS_PORT=str(free_port()))
    assert result.returncode == 2
    assert "DOCS_HOST must be an address of this machine, not 'no host'" in result.stderr


def test_taken_port_is_refused_before_anything_is_built():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = dev_docs(DOCS_PORT=str(port))
    assert result.returncode == 1
    assert f"port {port} is in use" in result.stderr
    assert f"DOCS_PORT={port + 1} ./dev docs" in result.stderr


def test_address_of_another_machine_is_refused(tmp_path):
    result = subprocess.run(
        ["/usr/bin/python3", str(DOCS / "serve.py"), str(tmp_path), "192.0.2.1", str(free_port())],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 1
    assert "cannot listen on 192.0.2.1" in result.stderr


WARNINGS = {
    "a.hpp:1: warning: Compound gatehouse::A is not documented.": True,
    "a.hpp:2: warning: Member Kind (enumeration) of struct gatehouse::A is not documented.": True,
    "a.hpp:3: warning: Member name (variable) of struct gatehouse::A is not documented.": False,
    "a.hpp:4: warning: Member to_text(Kind kind) (function) of namespace gatehouse is not documented.": False,
}


@pytest.mark.parametrize(("warning", "is_wanted"), WARNINGS.items())
def test_types_need_a_comment_and_members_may_speak_for_themselves(warning, is_wanted):
    result = subprocess.run(
        ["/usr/bin/python3", str(DOCS / "undocumented.py")], input=warning, capture_output=True, text=True, check=False
    )
    assert result.returncode == int(is_wanted)
    assert result.stderr.strip() == (warning if is_wanted else "")


MISTAKES = {
    "[x](nosuch.md)": "README.md: nosuch.md: there is no such file",
    "![x](nosuch.png)": "README.md: nosuch.png: there is no such file",
    '<img src="nosuch.png">': "README.md: nosuch.png: there is no such file",
    "[x](#nosuch)": "README.md: #nosuch: README.md has no such heading",
    "[x](docs/a.md#nosuch)": "README.md: docs/a.md#nosuch: docs/a.md has no such heading",
}


@pytest.fixture
def site_of(tmp_path):
    """site_of(text): a site made of a README with that text and one other document."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("pages", DOCS / "pages.py")
    pages = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pages)

    def make(text: str, menu=("README.md", "docs/a.md")):
        root = tmp_path / "root"
        (root / "docs" / "adr").mkdir(parents=True)
        (root / "LICENSE").write_text("free\n")
        (root / "README.md").write_text(f"# Title\n\n{text}\n")
        (root / "docs" / "a.md").write_text("# A `b`: c\n")
        site = pages.Site(root, {"All": list(menu)})
        site.write(tmp_path / "site")
        return site

    return make


@pytest.mark.parametrize(("text", "mistake"), MISTAKES.items())
def test_link_that_leads_nowhere_is_refused(site_of, text, mistake):
    assert site_of(text).mistakes == [mistake]


def test_document_that_is_in_no_menu_is_refused(site_of):
    [mistake] = site_of("", menu=["README.md"]).mistakes
    assert mistake.startswith("docs/a.md is in no menu")


def test_links_lead_to_pages_and_headings(site_of, tmp_path):
    site = site_of("[x](docs/a.md#a-b-c) [y](LICENSE) [z](https://example.com/)")
    assert site.mistakes == []
    page = (tmp_path / "site" / "index.html").read_text()
    assert '<a href="docs/a.html#a-b-c">x</a> <span>y</span> <a href="https://example.com/">z</a>' in page
