"""./dev cluster: usage: python3 -m cluster.run <binary> <state file> up|stop|failover [--times N] [--ttl SECONDS] [--only FAULT]..."""

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path

from . import failover
from .faults import FAULTS
from .parts import STOP_MAX_S, Failed, processes_in, remove_folder, wait_until
from .settings import Pace
from .whole import Cluster

SEEDED = '{"email":"john@example.com","password":"password123"}'


class Interrupted(Exception):
    """Interrupted by Ctrl-C, or by `./dev cluster stop`."""


def interrupt(number, _):
    raise Interrupted(number)


def on_signals(action):
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, action)


def introduce(cluster: Cluster):
    for node in cluster.nodes:
        role = "takes writes" if node.is_leader() else "follows"
        print(f"PostgreSQL  postgresql://postgres@127.0.0.1:{node.ports.postgres}/gatehouse   node-{node.number}, {role}")
    print(f"HAProxy     postgresql://postgres@127.0.0.1:{cluster.writer_port}/gatehouse   to whichever takes writes")
    for replica in cluster.replicas:
        print(f"Gatehouse   http://127.0.0.1:{replica.port}   to PostgreSQL by {replica.way}")
    print(f"HAProxy     http://127.0.0.1:{cluster.front_port}   to whichever replica is ready")
    print(f"etcd        http://127.0.0.1:{cluster.etcd_port}")
    print(f"Redis       redis://127.0.0.1:{cluster.redis_port}   shares limits between all replicas")
    print(f"Logs        {cluster.folder}\n\n"
          f"  curl -H 'X-API-Key: {cluster.keys.api_key}' -H 'Content-Type: application/json' \\\n"
          f"       -d '{SEEDED}' http://127.0.0.1:{cluster.front_port}/user-auth\n"
          f"  patronictl -c {cluster.folder}/patroni-1.json list\n\n"
          "Press Ctrl-C to stop it, or run ./dev cluster stop.", flush=True)


def up(cluster: Cluster) -> int:
    """Keeps the cluster up until somebody stops it."""
    introduce(cluster)
    try:
        while True:
            time.sleep(1)
            cluster.check()
    except Interrupted:
        return 0


def write_state(state: Path, folder: Path):
    """Writes the file in one step, because others may look for it meanwhile."""
    saved = state.with_name(f"{state.name}.new")
    saved.write_text(json.dumps({"pid": os.getpid(), "folder": str(folder)}))
    saved.replace(state)


def read_state(state: Path) -> tuple[int, Path] | None:
    """The process that keeps the cluster, 0 if it is gone, and the cluster's folder; None without a state file."""
    if not state.exists():
        return None
    values = json.loads(state.read_text())
    folder = Path(values["folder"])
    command = Path(f"/proc/{values['pid']}/cmdline")
    is_alive = command.exists() and b"cluster.run" in command.read_bytes()
    return (values["pid"] if is_alive else 0), folder


def stop(state: Path) -> int:
    """Does what Ctrl-C does, from elsewhere; also after the process that kept the cluster was killed."""
    running = read_state(state)
    if running is None:
        print("./dev cluster: no cluster is running")
        return 0
    pid, folder = running
    if pid:
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not state.exists(), 2 * STOP_MAX_S, "the end of the cluster")
    else:
        remove_folder(folder)
        state.unlink()
    return 0


def refuse_second(state: Path):
    running = read_state(state)
    if running is None:
        return
    pid, folder = running
    if pid:
        raise Failed(f"a cluster is running already (process {pid}); ./dev cluster stop ends it")
    if processes_in(folder):
        raise Failed("parts of an earlier cluster still run; ./dev cluster stop ends them")
    state.unlink()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=Path)
    parser.add_argument("state", type=Path)
    parser.add_argument("action", choices=["up", "stop", "failover"])
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--ttl", type=int, default=Pace.ttl)
    parser.add_argument("--only", action="append", choices=list(FAULTS))
    return parser.parse_args()


def start_and_run(chosen: argparse.Namespace) -> int:
    is_up = chosen.action == "up"
    cluster = Cluster(chosen.binary, Pace.of(chosen.ttl), with_network=not is_up)
    try:
        if is_up:
            write_state(chosen.state, cluster.folder)
        cluster.start()
        return up(cluster) if is_up else failover.run(cluster, chosen.only or list(FAULTS), chosen.times)
    finally:
        on_signals(signal.SIG_IGN)
        cluster.stop()
        if is_up:
            chosen.state.unlink()


def main() -> int:
    chosen = arguments()
    if chosen.action == "stop":
        return stop(chosen.state)
    if chosen.action == "up":
        refuse_second(chosen.state)
    # Interrupts become exceptions, so that an interrupted start is undone as well.
    on_signals(interrupt)
    try:
        return start_and_run(chosen)
    except Interrupted as interrupted:
        return 128 + interrupted.args[0]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failure:
        sys.exit(f"./dev cluster: {failure}")
