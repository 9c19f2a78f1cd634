"""The way back from a backup, as docs/operations.md has it."""

import os
import re
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing

import pytest

from harness.accounts import create_user, log_in
from harness.places import REPOSITORY
from harness.waiting import wait_until

PATIENCE_S = 60

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def commands_of_the_way_back() -> list[str]:
    """The commands that the document gives between stopping and starting the service."""
    text = (REPOSITORY / "docs" / "operations.md").read_text()
    block = re.search(r"systemctl stop gatehouse\n(.*?)systemctl start gatehouse", text, re.DOTALL)[1]
    return [line for line in block.splitlines() if not line.startswith("chown ")]


def back_up(path, backup_path):
    """The connections are closed at once: one that stayed open would checkpoint the log of the killed service."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(backup_path)) as backup:
        source.backup(backup)


def test_backup_restored_after_a_crash_is_what_the_service_starts_with(start, database, tmp_path):
    """The write-ahead log of the crashed service is still there, and holds what came after the backup."""
    program = start()
    with program.api() as api:
        before = create_user(api)
        back_up(database.path, tmp_path / "backup.db")
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


def test_log_of_another_database_is_refused_until_it_is_removed(start, database, tmp_path):
    """A backup was copied to the place of a crashed database, whose write-ahead log was left there."""
    program = start()
    with program.api() as api:
        before = create_user(api)
        back_up(database.path, tmp_path / "backup.db")
        create_user(api)
    program.kill()
    log = database.path.with_name(database.path.name + "-wal")
    shutil.copy(tmp_path / "backup.db", database.path)
    an_hour_ago = time.time() - 3600
    os.utime(log, (an_hour_ago, an_hour_ago))

    refused = start(wait=False)
    refused.wait_until_serving()
    with refused.api() as api:
        wait_until(lambda: refused.events("sqlite_open_failed"), PATIENCE_S, "the refusal")
        assert "move the -wal and -shm files away" in refused.events("sqlite_open_failed")[0]["detail"]
        for suffix in ("-wal", "-shm"):
            database.path.with_name(database.path.name + suffix).unlink(missing_ok=True)
        wait_until(lambda: api.get("/users").status == 200, PATIENCE_S, "the backup")
        assert [user["id"] for user in api.get("/users").json()] == [before["id"]]
