"""The Next.js example application: its packages, how it is built, and its tests in a browser."""

import shutil

import typescript_client
from harness.places import REPOSITORY
from typescript_client import install_packages, make_once, node, run, run_tool

FOLDER = REPOSITORY / "examples" / "nextjs"
INSTALLED_CLIENT = FOLDER / "node_modules" / "@gatehouse" / "client"


def install():
    """Installs the packages as package-lock.json pins them."""
    typescript_client.install()

    def make():
        install_packages(FOLDER)
        run_tool("next", "--version", folder=FOLDER)

    make_once(make, FOLDER / "node_modules" / ".installed", [FOLDER / "package-lock.json"])


def build():
    """Builds it with the client as it is now, and without any settings: those belong to the machine that runs it."""
    typescript_client.build()
    shutil.rmtree(INSTALLED_CLIENT / "dist", ignore_errors=True)
    shutil.copytree(typescript_client.BUILT, INSTALLED_CLIENT / "dist")
    run_tool("next", "build", folder=FOLDER)


def run_browser_tests(**settings: str):
    """Runs the tests in test/; there must be some."""
    output = run([str(node()), "--test", "--test-reporter", "spec", "test/*.test.ts"], folder=FOLDER, **settings)
    assert "pass 0" not in output, output
