"""The way back from a backup, as docs/operations.md has it."""

import re
import shutil
import sqlite3
import subprocess

import pytest

from harness.accounts import create_user, log_in
from harness.places import REPOSITORY

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def commands_of_the_way_back() -> list[str]:
    """What the document has between stopping and starting the service."""
    text = (REPOSITORY / "docs" / "operations.md").read_text()
    block = re.search(r"systemctl stop gatehouse\n(.*?)systemctl start gatehouse", text, re.DOTALL)[1]
    return [line for line in block.splitlines() if not line.startswith("chown ")]


def test_backup_restored_after_a_crash_is_what_the_service_starts_with(start, database, tmp_path):
    """The write-ahead log of the crashed service is still there, and holds what came after the backup."""
    program = start()
    with program.api() as api:
        before = create_user(api)
        with sqlite3.connect(database.path) as source, sqlite3.connect(tmp_path / "backup.db") as backup:
            source.backup(backup)
        after = create_user(api)
    program.kill()
    assert database.path.with_name(database.path.name + "-wal").stat().st_size > 0

    folder = tmp_path / "data"
    folder.mkdir()
    for suffix in ("", "-wal", "-shm"):
        shutil.move(f"{database.path}{suffix}", folder / f"gatehouse.db{suffix}")
    for command in commands_of_the_way_back():
        subprocess.run(["bash", "-ec", command], cwd=tmp_path, check=True)

    with start(SQLITE_PATH=str(folder / "gatehouse.db")).api() as api:
        assert [user["id"] for user in api.get("/users").json()] == [before["id"]]
        assert api.get(f"/users/{after['id']}").status == 404
        assert log_in(api, before["email"])
