"""The configurations of the programs of a cluster."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

NODES = 3


@dataclass(frozen=True)
class NodePorts:
    """The ports of one PostgreSQL server and its Patroni. Others reach both by the `public` ports, possibly through a network."""

    postgres: int
    rest: int
    public_postgres: int
    public_rest: int
    etcd: int  # where this node finds etcd


@dataclass(frozen=True)
class Pace:
    """How quickly Patroni considers a leader lost, in seconds (its documentation says more)."""

    ttl: int = 20
    loop_wait: int = 2
    retry_timeout: int = 5

    @staticmethod
    def of(ttl: int) -> "Pace":
        return Pace() if ttl >= Pace.ttl else Pace(ttl, 1, max((ttl - 1) // 2, 1))


def patroni(number: int, ports: NodePorts, pace: Pace, folder: Path, binaries: Path) -> dict:
    """Patroni's configuration of one node; JSON is YAML."""
    everybody = [f"host {what} all 127.0.0.1/32 trust" for what in ("all", "replication")]
    parameters = {
        "unix_socket_directories": str(folder),
        "max_connections": 200,
        "shared_buffers": "64MB",
        "wal_log_hints": "on",  # for pg_rewind, with which a former leader follows the new one
        "wal_keep_size": "256MB",
    }
    shared = {
        "ttl": pace.ttl,
        "loop_wait": pace.loop_wait,
        "retry_timeout": pace.retry_timeout,
        "synchronous_mode": True,
        "postgresql": {"use_pg_rewind": True, "use_slots": True, "parameters": parameters},
    }
    return {
        "scope": "gatehouse",
        "name": f"node-{number}",
        "restapi": {"listen": f"127.0.0.1:{ports.rest}", "connect_address": f"127.0.0.1:{ports.public_rest}"},
        # etcd's old interface: by the new one, a Patroni 3.0 that was stopped while it led overwrites its successor's claim
        # (Etcd3._update_leader). As a proxy: otherwise it would bypass a network that can be cut, by the addresses that etcd names.
        "etcd": {"hosts": [f"127.0.0.1:{ports.etcd}"], "use_proxies": True},
        "bootstrap": {"dcs": shared, "initdb": ["data-checksums", {"encoding": "UTF8"}, {"locale": "C.UTF-8"}, {"auth": "trust"}]},
        "postgresql": {
            "listen": f"127.0.0.1:{ports.postgres}",
            "connect_address": f"127.0.0.1:{ports.public_postgres}",
            "data_dir": str(folder / f"node-{number}"),
            "bin_dir": str(binaries),
            "pgpass": str(folder / f"pgpass-{number}"),
            "authentication": {"superuser": {"username": "postgres"}, "replication": {"username": "replicator"}},
            "pg_hba": everybody,
        },
        "watchdog": {"mode": "off"},
    }


def haproxy(writer: int, front: int, nodes: list[NodePorts], replicas: list[int]) -> str:
    """One port that leads to whichever server Patroni says is the leader, and one that leads to the ready replicas of Gatehouse."""
    leaders = "".join(
        f"    server node-{number} 127.0.0.1:{node.public_postgres} check port {node.public_rest}\n"
        for number, node in enumerate(nodes, 1)
    )
    ready = "".join(f"    server gatehouse-{number} 127.0.0.1:{port}\n" for number, port in enumerate(replicas, 1))
    return f"""defaults
    timeout connect 2s
    timeout check 2s

listen postgres
    mode tcp
    bind 127.0.0.1:{writer}
    # Idle connections, such as those of the change feed, stay.
    timeout client 1h
    timeout server 1h
    option httpchk OPTIONS /primary
    http-check expect status 200
    # The connections of a leader that is none any more must not outlive that.
    default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
{leaders}
listen gatehouse
    mode http
    bind 127.0.0.1:{front}
    timeout client 30s
    timeout server 30s
    retries 3
    option redispatch 1
    retry-on conn-failure
    http-request set-header X-Forwarded-For %[src]
    option httpchk GET /health/ready
    http-check expect status 200
    default-server check inter 500ms fall 2 rise 1
{ready}"""


@dataclass
class Secrets:
    """What all replicas share."""

    api_key: str = field(default_factory=lambda: "cluster-" + secrets.token_hex(24))
    jwt: str = field(default_factory=lambda: secrets.token_hex(32))
    session: str = field(default_factory=lambda: secrets.token_hex(32))


def gatehouse(port: int, database: str, redis: int, keys: Secrets) -> dict[str, str]:
    """A replica's environment: development, with its seeded users."""
    return {
        "APP_ENV": "development",
        "LOG_FORMAT": "json",
        "PORT": str(port),
        "DATABASE_URL": database,
        "REDIS_URL": f"redis://127.0.0.1:{redis}",
        "API_KEY": keys.api_key,
        "JWT_SECRET": keys.jwt,
        "SESSION_SECRET": keys.session,
        "TRUSTED_PROXIES": "127.0.0.1",
        "SHUTDOWN_DELAY": "0s",
    }


def through_list(nodes: list[NodePorts]) -> str:
    """Names every server; Gatehouse finds the one that takes writes."""
    return f"postgresql://postgres@{','.join(f'127.0.0.1:{node.public_postgres}' for node in nodes)}/gatehouse"


def through_haproxy(writer: int) -> str:
    return f"postgresql://postgres@127.0.0.1:{writer}/gatehouse"
