"""The Python client as a package, and the examples in its README."""

import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest

from harness.places import REPOSITORY

FOLDER = REPOSITORY / "clients" / "python"


def run(command, **environment):
    result = subprocess.run(
        command, env=dict(os.environ) | environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The package as pip would install it, built from a copy, because setuptools writes beside its sources."""
    place = tmp_path_factory.mktemp("wheel")
    shutil.copytree(FOLDER, place / "python")
    build = "import os, sys, setuptools.build_meta as b; os.chdir(sys.argv[1]); b.build_wheel(sys.argv[2])"
    run([sys.executable, "-c", build, str(place / "python"), str(place)])
    (made,) = place.glob("*.whl")
    return made


def test_wheel_has_the_sources_their_types_and_one_dependency(wheel):
    assert wheel.name == "gatehouse_client-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info" not in name}
        metadata = archive.read("gatehouse_client-0.1.0.dist-info/METADATA").decode()
    assert names == {f"gatehouse_client/{path.name}" for path in (FOLDER / "src" / "gatehouse_client").iterdir() if path.is_file()}
    assert "gatehouse_client/py.typed" in names
    assert re.findall(r"^Requires-Dist: (\w+)", metadata, re.MULTILINE) == ["httpx"]


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_examples_of_the_readme_run(wheel, start):
    program = start(APP_ENV="development")
    settings = {"API_URL": f"http://127.0.0.1:{program.port}", "API_KEY": program.settings["API_KEY"], "PYTHONPATH": str(wheel)}
    examples = re.findall(r"^```python\n(.*?)^```$", (FOLDER / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        assert re.match(r"John is logged in until \d{4}-", run([sys.executable, "-c", example], **settings))
