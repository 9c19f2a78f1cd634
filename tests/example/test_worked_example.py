"""CONTRIBUTING's worked example, carried out: a feature is new files and one line in each list, and then it works.

A copy of the tree gets the files and lines of tests/example/dongles/, is built, and serves on both databases.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from added_lines import EXAMPLE, REPOSITORY, add_lines, added_lines, new_files
from harness.accounts import create_user
from harness.program import Gatehouse
from harness.waiting import wait_until

pytestmark = pytest.mark.slow

# Far more than a build of what the example changes takes with a warm compiler cache; without one everything is compiled.
BUILD_DEADLINE_S = 1800
SEEN_WITHIN_S = 20.0
# The feature's own, and of two other folders what compares the lists with each other and with the documents. Their other tests come into
# the tree when it is built.
UNIT_TESTS = ("unit_dongles", "unit_api", "unit_service")
OTHER_FOLDERS = ("tests/unit/api/", "tests/unit/service/")
COMPARING = {"tests/unit/api/problems_test.cpp", "tests/unit/api/routes_test.cpp", "tests/unit/service/settings_catalog_test.cpp"}


def run_in(folder: Path, *command: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GATEHOUSE_")}
    result = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=BUILD_DEADLINE_S, check=False
    )
    assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout[-8000:]}\n{result.stderr[-8000:]}"
    return result.stdout


def is_left_out(name: str) -> bool:
    return name.startswith(OTHER_FOLDERS) and name.endswith("_test.cpp") and name not in COMPARING


def copy_tree(target: Path, is_wanted: Callable[[str], bool]):
    """Those files that git keeps of the tree, as they are now."""
    kept = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = run_in(REPOSITORY, "git", "-c", f"safe.directory={REPOSITORY}", *kept)
    for name in listed.split("\0"):
        if name and is_wanted(name) and (REPOSITORY / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, target / name)


def add_feature(tree: Path):
    for name in new_files():
        assert not (tree / name).exists(), f"{name} is not new"
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(EXAMPLE / name, tree / name)
    for file in {line.file for line in added_lines()}:
        (tree / file).write_text("\n".join(add_lines(tree, file)))


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """The house with the feature in it, built."""
    folder = tmp_path_factory.mktemp("example") / "gatehouse"
    folder.mkdir()
    copy_tree(folder, lambda name: not is_left_out(name))
    assert all((folder / name).is_file() for name in COMPARING)
    add_feature(folder)
    # As the program is compiled that is tested: the compiler cache has most of it.
    run_in(folder, "cmake", "--preset", "release")
    # Behind the tests that run beside it, some of which have deadlines.
    run_in(folder, "nice", "-n", "19", "ninja", "-C", "build/release", "gatehouse", *UNIT_TESTS)
    run_in(folder, "./dev", "settings")
    copy_tree(folder, is_left_out)
    return folder


@pytest.fixture(autouse=True)
def _example_is_the_program(request, monkeypatch):
    if "tree" in request.fixturenames:
        tree = request.getfixturevalue("tree")
        monkeypatch.setenv("GATEHOUSE_BINARY", str(tree / "build/release/gatehouse"))


@pytest.fixture
def serving(tree, start):
    """start(), of the program with the feature."""
    return start


def dongles_of(user: dict) -> str:
    return f"/users/{user['id']}/dongles"


def names(response) -> list[str]:
    assert response.status == 200, response.body
    return [dongle["name"] for dongle in response.json()]


@pytest.mark.parametrize("program", UNIT_TESTS)
def test_unit_tests_pass(tree, program):
    run_in(tree, f"build/release/tests/{program}", "--gtest_brief=1")


def test_architecture_holds_with_the_feature(tree):
    """But for what the compiler says of the port's headers, and for what is only true before the feature is there."""
    left_out = [f"--ignore=tests/architecture/{name}.py" for name in ("test_forgetting", "test_example_lines")]
    run_in(tree, "/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", *left_out, "tests/architecture")


def test_routes_ask_for_a_key(serving):
    with serving().api() as api:
        user = create_user(api)
        for method in ("GET", "POST", "DELETE"):
            assert api.request(method, dongles_of(user), key=None).json()["code"] == "missing_api_key"
            assert api.request(method, dongles_of(user), key="another").json()["code"] == "invalid_api_key"


def test_dongles_are_added_listed_and_removed(serving):
    with serving().api() as api:
        user, other = create_user(api), create_user(api)
        added = api.post(dongles_of(user), {"name": "Blue one"})
        assert added.status == 201 and added.json()["name"] == "Blue one"
        assert names(api.get(dongles_of(user))) == ["Blue one"]
        assert names(api.get(dongles_of(other))) == []
        assert api.delete(dongles_of(user)).status == 200
        assert names(api.get(dongles_of(user))) == []
        assert api.post(dongles_of(user), {"name": "x" * 101}).json()["code"] == "validation_failed"
        assert api.post(dongles_of({"id": 987654}), {"name": "Blue one"}).json()["code"] == "user_not_found"
        assert api.get(dongles_of({"id": 987654})).json()["code"] == "user_not_found"


def test_setting_is_shown_and_bounds_the_dongles(serving, command):
    assert "DONGLES_PER_USER_MAX" in command("settings").stdout
    with serving(DONGLES_PER_USER_MAX="2").api() as api:
        user = create_user(api)
        assert [api.post(dongles_of(user), {"name": name}).status for name in ("a", "b", "c")] == [201, 201, 409]
        assert api.post(dongles_of(user), {"name": "c"}).json()["code"] == "too_many_dongles"
        assert sorted(names(api.get(dongles_of(user)))) == ["a", "b"]


def test_dongles_added_at_once_do_not_exceed_the_bound(serving):
    program: Gatehouse = serving(DONGLES_PER_USER_MAX="3")
    with program.api() as api:
        user = create_user(api)

        def add(number) -> int:
            with program.api() as own:
                return own.post(dongles_of(user), {"name": f"Dongle {number}"}).status

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(add, range(12))) == 3 * [201] + 9 * [409]
        assert len(names(api.get(dongles_of(user)))) == 3


def test_dongles_go_with_their_user(serving):
    with serving().api() as api:
        user = create_user(api)
        api.post(dongles_of(user), {"name": "Blue one"})
        assert names(api.get(dongles_of(user))) == ["Blue one"]
        assert api.delete(f"/users/{user['id']}").status == 200
        assert api.get(dongles_of(user)).json()["code"] == "user_not_found"


def test_job_deletes_expired_dongles(serving, database):
    program: Gatehouse = serving()
    with program.api() as api:
        user = create_user(api)
        api.post(dongles_of(user), {"name": "old"})
        database.shift("dongles", "expires_at", timedelta(days=-91))
        api.post(dongles_of(user), {"name": "new"})
    program.stop()
    with serving().api() as api:
        wait_until(lambda: database.rows("SELECT name FROM dongles") == [("new",)], SEEN_WITHIN_S, "the job")
        assert names(api.get(dongles_of(user))) == ["new"]


def test_command_deletes_expired_dongles(serving, command, database):
    program: Gatehouse = serving()
    with program.api() as api:
        api.post(dongles_of(create_user(api)), {"name": "old"})
    program.stop()
    database.shift("dongles", "expires_at", timedelta(days=-91))
    assert command("dongles", "cleanup").stdout == "Deleted expired dongles\n"
    assert database.rows("SELECT name FROM dongles") == []


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_announcement_reaches_another_replica(serving, database):
    with serving().api() as here, serving().api() as there:
        user = create_user(here)
        here.post(dongles_of(user), {"name": "Blue one"})

        def remembers():
            """What nobody announces is seen by who asks the database, and not by who remembers."""
            shown = names(there.get(dongles_of(user)))
            database.run("UPDATE dongles SET name = name || '!'")
            return names(there.get(dongles_of(user))) == shown

        wait_until(remembers, SEEN_WITHIN_S, "the memory of the other replica")
        here.post(dongles_of(user), {"name": "Tablet"})
        wait_until(lambda: "Tablet" in names(there.get(dongles_of(user))), SEEN_WITHIN_S, "the announcement")
