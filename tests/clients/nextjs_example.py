"""The example application of Next.js: its packages, how it is built, and its tests in a browser."""

import fcntl
import hashlib

import typescript_client
from harness.places import REPOSITORY
from typescript_client import install_packages, node, run, run_tool

FOLDER = REPOSITORY / "examples" / "nextjs"
STAMP = FOLDER / "node_modules" / ".installed"
INSTALLED_CLIENT = FOLDER / "node_modules" / "@gatehouse" / "client"


def install():
    """Installs the packages as package-lock.json pins them, unless they are there. Test processes beside this one wait for it."""
    typescript_client.install()
    wanted = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    with (FOLDER / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if STAMP.exists() and STAMP.read_text() == wanted:
            return
        install_packages(FOLDER)
        run_tool("next", "--version", folder=FOLDER)
        STAMP.write_text(wanted)


def build():
    """Builds it with the client as it is now, without any setting: those belong to the machine that runs it."""
    run([str(node()), "scripts/build.mjs", str(INSTALLED_CLIENT / "dist")])
    run_tool("next", "build", folder=FOLDER)


def run_browser_tests(**settings: str):
    """Runs the tests in test/, which must not be none."""
    output = run([str(node()), "--test", "--test-reporter", "spec", "test/*.test.ts"], folder=FOLDER, **settings)
    assert "pass 0" not in output, output
