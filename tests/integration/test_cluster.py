"""`./dev cluster`: three PostgreSQL servers under Patroni, and three replicas of the program, which lose their leader."""

import json
import os
import re
import shutil
import subprocess

import pytest

from harness.accounts import assert_usable, is_alive, log_in
from harness.http_client import Api
from harness.places import FULL, REPOSITORY, SANITIZED, binary
from harness.waiting import wait_until

START_S = 240.0
NEEDED = ("patroni", "etcd", "redis-server", "haproxy", "setpriv")
PATH = "/usr/bin:/usr/sbin:/bin:/sbin"
# In a full run every fault fifty times; otherwise one of them once.
FAULTS = ["--times", "50"] if FULL else ["--only", "stopped"]
FAILOVER_S = 6 * 3600.0 if FULL else 600.0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.serial,
    pytest.mark.skipif(SANITIZED, reason="sanitizers see the same code in test_failover"),
]


@pytest.fixture
def command(tmp_path):
    """command(word, …): `./dev cluster` with these words, for the program under test, as Popen takes it."""
    for program in NEEDED:
        if shutil.which(program, path=PATH) is None:
            pytest.fail(f"{program} is not installed")

    def words(*action):
        return {
            "args": ["/usr/bin/python3", "-m", "cluster.run", str(binary()), str(tmp_path / "cluster.json"), *action],
            "env": {"PATH": PATH, "PYTHONPATH": str(REPOSITORY / "scripts"), "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"},
        }

    return words


def folder_of(state):
    return json.loads(state.read_text())["folder"]


def works_in(folder):
    links = subprocess.run(f"readlink /proc/[0-9]*/cwd | grep -c ^{folder}", shell=True, capture_output=True, text=True, check=False)
    return int(links.stdout)


def test_cluster_serves_and_leaves_nothing_behind(command, tmp_path):
    output = tmp_path / "output.txt"
    with output.open("wb") as out:
        process = subprocess.Popen(**command("up"), stdout=out, stderr=out)
    try:
        wait_until(lambda: process.poll() is not None or "Press Ctrl-C" in output.read_text(), START_S, "the cluster")
        shown = output.read_text()
        assert process.poll() is None, shown
        folder = folder_of(tmp_path / "cluster.json")
        key = re.search(r"X-API-Key: (\S+)'", shown).group(1)
        ports = [int(port) for port in re.findall(r"http://127\.0\.0\.1:(\d+) +to", shown)]
        assert len(ports) == 4
        with Api(ports[0], key) as first, Api(ports[3], key) as front:
            assert_usable(first)
            session = log_in(front, "john@example.com", "password123")["session"]
            assert is_alive(first, session)
            wait_until(lambda: b"gatehouse_limits_redis_up 1" in first.get("/metrics").body, START_S, "limits shared in Redis")
        second = subprocess.run(**command("up"), capture_output=True, text=True, timeout=60, check=False)
        assert "a cluster is running already" in second.stderr
        assert subprocess.run(**command("stop"), timeout=120, check=False).returncode == 0
        assert process.wait(60) == 0
    finally:
        process.kill()
        subprocess.run(**command("stop"), timeout=120, check=False)
    assert not os.path.exists(folder)
    assert works_in(folder) == 0


def test_cluster_whose_keeper_was_killed_is_stopped_as_well(command, tmp_path):
    state = tmp_path / "cluster.json"
    process = subprocess.Popen(**command("up"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: state.exists() and works_in(folder_of(state)) > 10, START_S, "some of its processes")
    folder = folder_of(state)
    process.kill()
    process.wait(20)
    assert subprocess.run(**command("stop"), timeout=120, check=False).returncode == 0
    assert not os.path.exists(folder)
    assert works_in(folder) == 0


def test_nothing_acknowledged_is_lost_when_the_leader_is(command):
    """Each login, check, logout and change of a name while the leader goes, through HAProxy and with the list of servers."""
    words = command("failover", "--ttl", "5", *FAULTS)
    result = subprocess.run(**words, capture_output=True, text=True, timeout=FAILOVER_S, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "acknowledged writes lost: 0; ended sessions answered valid: 0; requests that hung: 0" in result.stdout
