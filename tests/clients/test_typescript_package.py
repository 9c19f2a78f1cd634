"""The TypeScript client: its sources, and the package as its users get it."""

import pytest

from typescript_client import install, run_tool, run_vitest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def tools():
    install()


def test_it_compiles_strictly():
    run_tool("tsc", "--noEmit")


def test_its_rules_hold():
    run_tool("eslint", ".", "--max-warnings", "0")


def test_its_types_are_those_of_the_description():
    run_tool("openapi-typescript", "../../api/openapi.yaml", "--output", ".generated/api.d.ts")
    run_tool("tsc", "--project", "test/types")


def test_its_package_can_be_used():
    run_vitest("package")
