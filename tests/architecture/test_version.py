"""All files that name the version name the same one; ./dev release uses the same script."""

import re
import shutil
import subprocess
import sys

import pytest

from sources import ROOT

SCRIPT = "scripts/release_version.py"
FILES = re.findall(r'^    "([\w/.-]+)":', (ROOT / SCRIPT).read_text(), re.MULTILINE) + ["CMakeLists.txt", "clients/typescript/package.json"]


def check(tree):
    return subprocess.run([sys.executable, tree / SCRIPT], capture_output=True, text=True, check=False)


def test_all_files_name_one_version():
    answer = check(ROOT)
    assert answer.returncode == 0, answer.stderr
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", answer.stdout)


@pytest.mark.parametrize("wrong", ["api/openapi.yaml", "clients/typescript/package.json", "kubernetes/deployment.yaml"])
def test_file_with_another_version_is_named(tmp_path, wrong):
    for file in [*FILES, SCRIPT]:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / file, tmp_path / file)
    version = check(tmp_path).stdout.strip()
    (tmp_path / wrong).write_text((tmp_path / wrong).read_text().replace(version, "9.9.9"))
    answer = check(tmp_path)
    assert answer.returncode == 1
    assert answer.stderr == f"{wrong} has version 9.9.9, CMakeLists.txt has {version}\n"
