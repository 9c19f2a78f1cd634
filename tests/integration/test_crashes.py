"""kill -9 in the middle of writes: whatever was acknowledged is there afterwards, whatever was revoked stays dead."""

import contextlib
import os
import subprocess
import threading

import pytest

from harness.accounts import (
    assert_unavailable,
    assert_usable,
    calls_that_need_the_database,
    create_user,
    create_users,
    is_alive,
    is_cached,
    log_in,
    new_user,
    verify_session,
    verify_token,
)
from harness.places import SANITIZED
from harness.storm import Storm
from harness.waiting import seconds_until, wait_until

# How long a query waits that comes after the last connection is lost and before the first attempt to reconnect has failed.
QUERY_TIMEOUT_S = 5
QUERY_TIMEOUT = {"DB_QUERY_TIMEOUT": f"{QUERY_TIMEOUT_S}s"}
# What is promised, and several times as much, after which a test gives up, because this machine may stall meanwhile.
RECOVERY_PROMISED_S = 15.0 if SANITIZED else 5.0
DISTRUST_PROMISED_S = QUERY_TIMEOUT_S + (8.0 if SANITIZED else 2.0)
RECOVERY_MAX_S = 60.0 if SANITIZED else 20.0
DISTRUST_MAX_S = 60.0 if SANITIZED else 20.0


def test_acknowledged_writes_survive_kill_9_of_the_program(start, database):
    program = start()
    for _ in range(2):
        storm = Storm(program)
        storm.run_until(program.kill)
        wait_until(lambda: not database.has_clients(), 20, "the end of what the program had begun")
        program.start()
        with program.api() as api:
            storm.assert_kept(api)
            assert_usable(api)


def test_acknowledged_writes_survive_kill_9_of_postgres(cluster, start_on_cluster):
    program = start_on_cluster(**QUERY_TIMEOUT)
    storm = Storm(program)
    storm.run_until(cluster.kill)
    cluster.start()
    with program.api() as api:
        wait_until(lambda: api.get("/health").status == 200, RECOVERY_MAX_S, "the recovery")
        storm.assert_kept(api)
        assert_usable(api)


class Asking:
    """A separate client that asks about one session all the time, and the statuses it got."""

    def __init__(self, program, session):
        self.statuses: list[int] = []
        self._program, self._session = program, session
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join(60)

    def _ask(self):
        with self._program.api() as api:
            while not self._stop.is_set():
                self.statuses.append(verify_session(api, self._session).status)


@pytest.mark.serial
def test_without_postgres_everything_is_503_and_then_recovers_by_itself(cluster, cluster_database, start_on_cluster):
    """A session that was checked before, and so is in the cache, is no exception: the program could not hear that it was
    ended."""
    program = start_on_cluster(**QUERY_TIMEOUT)
    with program.api() as api:
        user = create_user(api)
        cached, uncached = log_in(api, user["email"]), log_in(api, user["email"])
        pid = program.process.pid
        distrusts_s, recoveries_s = [], []
        for _ in range(2):
            wait_until(lambda: is_cached(api, cluster_database, cached["session"]), 20, "the session in the cache")
            cluster.kill()
            distrusts_s.append(
                seconds_until(lambda: verify_session(api, cached["session"]).status != 200, DISTRUST_MAX_S, "the distrust")
            )
            wait_until(lambda: api.get("/health").status == 503, RECOVERY_MAX_S, "the 503")
            with Asking(program, cached["session"]) as asking:
                for name, call in calls_that_need_the_database(api, user, uncached).items():
                    assert_unavailable(call(), name)
                assert_unavailable(verify_token(api, cached["token"]), "verify token of a cached session")
                wait_until(lambda: len(asking.statuses) >= 200, 60, "answers while PostgreSQL is away")
            assert set(asking.statuses) == {503}, "an answer from the cache that nobody could have contradicted"
            with Asking(program, cached["session"]) as asking:
                cluster.start()
                recoveries_s.append(
                    seconds_until(lambda: api.get("/health").status == 200, RECOVERY_MAX_S, "the recovery")
                )
                wait_until(lambda: 200 in asking.statuses, RECOVERY_MAX_S, "the session")
            assert set(asking.statuses) <= {200, 503}, "a good session was called bad"
            for login in (cached, uncached):
                assert verify_session(api, login["session"]).status == 200
                assert verify_token(api, login["token"]).status == 200
            assert api.get(f"/users/{user['id']}").json() == user
        # The better of two: the program is not to blame if the machine stalls.
        assert min(distrusts_s) < DISTRUST_PROMISED_S and min(recoveries_s) < RECOVERY_PROMISED_S
        assert program.process.pid == pid and program.is_alive()


def test_revocation_made_while_the_feed_was_down_is_seen(cluster, cluster_database, start_on_cluster):
    """A session cached before the outage and revoked during it, by other means, is dead afterwards."""
    with start_on_cluster(**QUERY_TIMEOUT).api() as api:
        session = log_in(api, create_user(api)["email"])["session"]
        wait_until(lambda: is_cached(api, cluster_database, session), 20, "the session in the cache")
        cluster.kill()
        cluster.start()
        assert cluster_database.run("DELETE FROM sessions") == 1
        wait_until(lambda: verify_session(api, session).status == 401, RECOVERY_MAX_S, "the end of the session")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_half_written_sqlite_log_is_recovered(start, database):
    """A torn tail of the write-ahead log, as a power cut leaves it, costs nothing that was acknowledged before it."""
    program = start()
    with program.api() as api:
        users = create_users(api, 5)
    program.kill()
    with open(f"{database.path}-wal", "ab") as log:
        log.write(os.urandom(3000))
    program.start()
    with program.api() as api:
        assert [api.get(f"/users/{user['id']}").status for user in users] == [200] * 5
        create_user(api)


def fill(path):
    """Writes until the disk is full."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT)
    with contextlib.suppress(OSError):
        while True:
            os.write(file, b"x" * 4096)
    os.close(file)


@pytest.mark.skipif(SANITIZED or os.geteuid() != 0, reason="needs a small file system, which needs root")
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_full_disk_is_a_503_and_passes(start, tmp_path):
    mount = tmp_path / "small"
    mount.mkdir()
    result = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(mount)], capture_output=True, check=False
    )
    if result.returncode != 0:
        pytest.skip("no file system can be mounted here")
    try:
        program = start(SQLITE_PATH=str(mount / "small.db"))
        with program.api() as api:
            kept = create_user(api)
            session = log_in(api, kept["email"])["session"]
            filler = mount / "filler"
            fill(filler)
            statuses = {api.post("/users", new_user()).status for _ in range(20)}
            assert 503 in statuses and statuses <= {201, 503}
            assert api.get(f"/users/{kept['id']}").status == 200
            filler.unlink()
            wait_until(lambda: api.post("/users", new_user()).status == 201, 20, "writes after the disk has room")
            assert is_alive(api, session)
        program.stop()
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=False)
