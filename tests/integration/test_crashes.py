"""kill -9 in the middle of writes: whatever was acknowledged is there afterwards, whatever was revoked stays dead."""

import contextlib
import os
import subprocess
import threading
import time

import pytest

from harness.accounts import (
    PASSWORD,
    create_user,
    create_users,
    is_alive,
    log_in,
    log_out,
    new_user,
    try_log_in,
    verify_session,
    verify_token,
)
from harness.clusters import Cluster
from harness.databases import driver
from harness.http_client import Api
from harness.places import SANITIZED
from harness.program import Gatehouse, base_settings
from harness.waiting import wait_until

RECOVERY_MAX_S = 5.0
STORM_S = 1.5


class Storm:
    """Clients that write as fast as they can and note what was acknowledged, until the other side is gone."""

    def __init__(self, program, sessions):
        self.created: list[dict] = []
        self.ended: list[str] = []
        self.renamed: dict[int, str] = {}
        self._port = program.port
        self._sessions = list(sessions)
        self._stop = threading.Event()
        jobs = [self._create, self._create, self._end, self._rename]
        self._threads = [threading.Thread(target=self._repeat, args=(job,)) for job in jobs]

    def run_until(self, event):
        """Runs while `event` happens, then until every client noticed."""
        for thread in self._threads:
            thread.start()
        wait_until(lambda: self.created and self.ended and self.renamed, 30, "acknowledged writes")
        time.sleep(STORM_S)  # the storm itself: the point in time of the crash is to be an arbitrary one
        event()
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _repeat(self, job):
        with Api(self._port, base_settings()["API_KEY"], timeout_s=10) as api:
            while not self._stop.is_set():
                try:
                    if not job(api):
                        return
                except Exception:  # noqa: BLE001 a cut connection ends the job; what was acknowledged is noted already
                    return

    def _create(self, api):
        response = api.post("/users", new_user())
        if response.status == 201:
            self.created.append(response.json()["user"])
        return True

    def _end(self, api):
        if not self._sessions:
            return False
        session = self._sessions.pop()
        if log_out(api, session).status == 200:
            self.ended.append(session)
        return True

    def _rename(self, api):
        user = self.created[-1] if self.created else None
        if user is None:
            return True
        name = f"Renamed {time.monotonic_ns()}"
        if api.put(f"/users/{user['id']}", {"first_name": name}).status == 200:
            self.renamed[user["id"]] = name
        return True

    def assert_kept(self, api):
        """Every acknowledged write is there."""
        for user in self.created:
            shown = api.get(f"/users/{user['id']}")
            assert shown.status == 200, f"user {user['id']} was acknowledged and is gone"
            if user["id"] not in self.renamed:
                assert shown.json()["email"] == user["email"]
        for session in self.ended:
            assert not is_alive(api, session), "a session that was logged out is alive again"
        newest = max(self.renamed)
        assert api.get(f"/users/{newest}").json()["first_name"].startswith("Renamed")


def open_sessions(program, count):
    with program.api() as api:
        email = create_user(api)["email"]
        return [log_in(api, email)["session"] for _ in range(count)]


def test_acknowledged_writes_survive_kill_9_of_the_program(start):
    program = start()
    for _ in range(2):
        storm = Storm(program, open_sessions(program, 60))
        storm.run_until(program.kill)
        program.start()
        with program.api() as api:
            storm.assert_kept(api)
            assert try_log_in(api, storm.created[0]["email"], PASSWORD).status == 200


@pytest.fixture
def cluster():
    """A PostgreSQL of the test's own, durable."""
    driver()
    own = Cluster()
    try:
        yield own.start()
    finally:
        own.remove()


@pytest.fixture
def on_cluster(cluster, tmp_path):
    """A program on the test's own PostgreSQL."""
    settings = {"DATABASE_URL": cluster.url, "DB_QUERY_TIMEOUT": "2s", "DB_CONNECT_TIMEOUT": "2s"}
    program = Gatehouse(tmp_path, base_settings() | settings)
    yield program.start()
    program.discard()


def test_acknowledged_writes_survive_kill_9_of_postgres(cluster, on_cluster):
    storm = Storm(on_cluster, open_sessions(on_cluster, 60))
    storm.run_until(cluster.kill)
    cluster.start()
    with on_cluster.api() as api:
        wait_until(lambda: api.get("/health").status == 200, RECOVERY_MAX_S, "the recovery")
        storm.assert_kept(api)


def test_without_postgres_everything_is_503_and_then_recovers_by_itself(cluster, on_cluster):
    with on_cluster.api(timeout_s=20) as api:
        user = create_user(api)
        login, other = log_in(api, user["email"]), log_in(api, user["email"])
        pid = on_cluster.process.pid
        for _ in range(2):
            cluster.kill()
            wait_until(lambda: api.get("/health").status == 503, RECOVERY_MAX_S, "the 503")
            assert_unavailable(api, user, other)
            cluster.start()
            wait_until(lambda: api.get("/health").status == 200, RECOVERY_MAX_S, "the recovery")
            assert verify_session(api, login["session"]).status == 200
            assert verify_token(api, login["token"]).status == 200
            assert api.get(f"/users/{user['id']}").status == 200
        assert on_cluster.process.pid == pid


def assert_unavailable(api, user, login):
    """Every call says 503 and when to try again; none says that a session is good or bad."""
    health = api.get("/health").json()
    assert (health["status"], health["error"]) == ("unhealthy", "Database unavailable")
    calls = [
        lambda: api.get("/users"),
        lambda: api.get("/users?limit=5"),
        lambda: api.get(f"/users/{user['id']}"),
        lambda: api.post("/users", new_user()),
        lambda: api.put(f"/users/{user['id']}", {"first_name": "X"}),
        lambda: api.delete(f"/users/{user['id']}"),
        lambda: try_log_in(api, user["email"]),
        lambda: verify_session(api, login["session"]),
        lambda: verify_token(api, login["token"]),
        lambda: log_out(api, login["session"]),
        lambda: api.get(f"/users/{user['id']}/sessions"),
        lambda: api.delete(f"/users/{user['id']}/sessions"),
        lambda: api.delete("/sessions/1"),
    ]
    for i, call in enumerate(calls):
        begin = time.monotonic()
        response = call()
        assert response.status == 503, f"call {i}: {response.status} {response.body[:200]}"
        assert int(response.header("Retry-After")) >= 1
        assert response.json()["error"] == "Service temporarily unavailable"
        assert time.monotonic() - begin < 10, "a hang"


def test_revocation_made_while_the_feed_was_down_is_seen(cluster, on_cluster):
    """A session cached before the outage and revoked during it, by other means, is dead afterwards."""
    with on_cluster.api(timeout_s=20) as api:
        session = log_in(api, create_user(api)["email"])["session"]
        assert is_alive(api, session)
        cluster.kill()
        cluster.start()
        connection = driver().connect(cluster.url)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM sessions")
        connection.close()
        wait_until(lambda: verify_session(api, session).status == 401, RECOVERY_MAX_S, "the end of the session")


def test_program_started_without_postgres_waits_for_it_or_says_so(cluster, tmp_path):
    cluster.kill()
    program = Gatehouse(tmp_path, base_settings() | {"DATABASE_URL": cluster.url, "DB_CONNECT_TIMEOUT": "1s"})
    program.start(wait=False)
    try:
        wait_until(lambda: not program.is_alive() or program.log(), 20, "a word")
        cluster.start()
        if program.is_alive():
            program.wait_until_serving()
            with program.api() as api:
                wait_until(lambda: api.get("/health").status == 200, RECOVERY_MAX_S, "the recovery")
                create_user(api)
        else:
            assert program.wait() != 0
            assert "database" in program.output().lower()
    finally:
        program.discard()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_half_written_sqlite_log_is_recovered(start, database):
    """A torn tail of the write-ahead log, as a power cut leaves it, costs nothing that was acknowledged before it."""
    program = start()
    with program.api() as api:
        users = create_users(api, 5)
    program.kill()
    wal = f"{database.path}-wal"
    if os.path.exists(wal):
        with open(wal, "ab") as log:
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
            wait_until(lambda: api.post("/users", new_user()).status == 201, 10, "writes after the disk has room")
            assert is_alive(api, session)
        program.stop()
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=False)
