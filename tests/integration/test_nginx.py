"""Behind nginx, with the configuration that docs/operations.md gives."""

import re
import shutil
import socket
import subprocess

import pytest

from harness.behind_proxy import KEY, expect_no_lost_request, expect_own_view_of_the_address
from harness.clusters import free_port
from harness.metrics import samples
from harness.places import REPOSITORY, SANITIZED
from harness.raw_http import RawConnection, message
from harness.waiting import wait_until

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin")
ROUNDS = 1 if SANITIZED else 3

pytestmark = [
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed"),
    pytest.mark.parametrize("kind", ["postgres"], indirect=True),
]


def documented_configuration():
    return re.search(r"^```nginx\n(.*?)^```", (REPOSITORY / "docs/operations.md").read_text(), re.M | re.S).group(1)


# A fifth of the documented value.
SHUTDOWN_DELAY = "1s"
IDLE_MAX = ("keepalive_timeout 3s", "keepalive_timeout 600ms")


def configuration(folder, ports):
    """The documented configuration, with shorter times and on these ports: nginx's own, then those of the replicas."""
    server = documented_configuration()
    assert IDLE_MAX[0] in server
    server = server.replace(*IDLE_MAX)
    for documented, port in zip(("listen 8080", "127.0.0.1:8001", "127.0.0.1:8002"), ports, strict=True):
        assert documented in server
        server = server.replace(documented, re.sub(r"\d+$", str(port), documented))
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return f"pid {folder}/nginx.pid; error_log {folder}/error.log; daemon off; events {{}}\nhttp {{ access_log off;\n{temporary}{server} }}"


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def connections(api):
    return samples(api.get("/metrics").body.decode())["gatehouse_http_connections", frozenset()]


@pytest.fixture
def behind_nginx(start, tmp_path):
    """Two replicas, and the port of nginx in front of them."""
    own, *ports = [free_port() for _ in range(3)]
    # Clients on this machine, whose address nginx passes on, count as users.
    unlimited = {"RATE_LIMIT_ADDRESS": "off", "RATE_LIMIT_LOGIN": "off"}
    settings = {"TRUSTED_PROXIES": "127.0.0.1", "SHUTDOWN_DELAY": SHUTDOWN_DELAY, **unlimited}
    replicas = [start(PORT=str(port), **settings) for port in ports]
    tmp_path.chmod(0o755)
    file = tmp_path / "nginx.conf"
    file.write_text(configuration(tmp_path, [own, *ports]))
    process = subprocess.Popen([NGINX, "-e", str(tmp_path / "error.log"), "-p", str(tmp_path), "-c", str(file)])
    try:
        wait_until(lambda: accepts(own), 20, "nginx")
        yield replicas, own
    finally:
        process.terminate()
        process.wait(20)


def test_rolling_restart_behind_nginx_lost_three_requests_in_four(behind_nginx):
    """nginx avoided the first replica for ten seconds while the second one was restarted. Later, one request in some ten thousand met a
    listener that a starting program opened for a moment, to see whether its address was free, or one that ended."""
    replicas, port = behind_nginx
    expect_no_lost_request(replicas, port, ROUNDS)


def test_idle_connections_are_closed_by_nginx_before_the_service_does(behind_nginx):
    """A POST on a connection that the service was closing got a 502."""
    replicas, port = behind_nginx
    with RawConnection(port) as client:
        for _ in replicas:
            client.send(message("GET /users?limit=1", KEY))
            assert client.read_response().status == 200
    for replica in replicas:
        with replica.api() as api:
            wait_until(lambda api=api: connections(api) == 1, 30, "only this connection")


def test_client_address_is_what_nginx_saw(behind_nginx):
    replicas, port = behind_nginx
    expect_own_view_of_the_address(replicas, port)


def test_logins_are_limited_in_the_only_spelling_there_is(behind_nginx):
    _, port = behind_nginx

    def statuses(path, count):
        with RawConnection(port) as client:
            for _ in range(count):
                client.send(message(f"POST {path}", KEY, body=b"{}"))
                yield client.read_response().status

    assert set(statuses("/user-auth", 200)) == {400, 429}
    for path in ("/USER-AUTH", "/user-auth/", "/%55ser-auth"):
        assert set(statuses(path, 3)) <= {404}, path
