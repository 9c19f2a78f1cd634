"""Behind HAProxy and Caddy, with the configurations in deploy/. nginx has tests of its own; those of Kong, Traefik and
Consul are only read here."""

import contextlib
import json
import re
import shutil
import socket
import subprocess

import pytest
import yaml  # type: ignore[import]

from harness.behind_proxy import KEY, expect_no_lost_request, expect_own_view_of_the_address
from harness.clusters import free_port
from harness.places import REPOSITORY
from harness.program import run_command
from harness.raw_http import RawConnection, message
from harness.waiting import wait_until

# These tests show ThreadSanitizer nothing that the tests behind nginx do not show as well.
pytestmark = pytest.mark.sequential

DEPLOY = REPOSITORY / "deploy"
PATH = "/usr/sbin:/usr/bin"


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def configured(path, ports):
    """The text of a configuration on these ports: the proxy's own, then those of the replicas."""
    text = path.read_text()
    for documented, port in zip((":8080", "127.0.0.1:8001", "127.0.0.1:8002"), ports, strict=True):
        assert documented in text
        text = text.replace(documented, re.sub(r"\d+$", str(port), documented))
    return text


def haproxy(folder, ports):
    file = folder / "haproxy.cfg"
    file.write_text(configured(DEPLOY / "haproxy" / "haproxy.cfg", ports))
    return "haproxy", "-db", "-f", str(file)


def caddy(folder, ports):
    file = folder / "Caddyfile"
    # Caddy's admin endpoint has a fixed port, which another Caddy may have.
    file.write_text("{\n\tadmin off\n}\n" + configured(DEPLOY / "caddy" / "Caddyfile", ports))
    return "caddy", "run", "--adapter", "caddyfile", "--config", str(file)


@pytest.fixture(params=[haproxy, caddy], ids=lambda proxy: proxy.__name__)
def behind_proxy(request, start, tmp_path):
    """Two replicas, and the port of the proxy in front of them."""
    own, *ports = [free_port() for _ in range(3)]
    program, *arguments = request.param(tmp_path, [own, *ports])
    found = shutil.which(program, path=PATH)
    if found is None:
        pytest.fail(f"{program} is not installed")
    unlimited = {"RATE_LIMIT_ADDRESS": "off", "RATE_LIMIT_LOGIN": "off"}
    replicas = [start(PORT=str(port), TRUSTED_PROXIES="127.0.0.1", SHUTDOWN_DELAY="3s", **unlimited) for port in ports]
    with (tmp_path / "proxy.log").open("wb") as log:
        process = subprocess.Popen([found, *arguments], env={"HOME": str(tmp_path), "PATH": PATH}, stdout=log, stderr=log)
    try:
        wait_until(lambda: accepts(own) and is_served(own), 60, f"{program}: {(tmp_path / 'proxy.log').read_text()}")
        yield replicas, own
    finally:
        process.terminate()
        process.wait(60)


def is_served(port):
    with contextlib.suppress(OSError), RawConnection(port) as client:
        client.send(message("GET /health/ready"))
        return client.read_response().status == 200
    return False


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
@pytest.mark.slow
def test_rolling_restart_loses_no_request(behind_proxy):
    replicas, port = behind_proxy
    expect_no_lost_request(replicas, port)


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_client_address_is_what_the_proxy_saw(behind_proxy):
    replicas, port = behind_proxy
    expect_own_view_of_the_address(replicas, port)


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
@pytest.mark.parametrize("behind_proxy", [haproxy], indirect=True, ids=["haproxy"])
def test_logins_of_one_address_are_limited_by_haproxy(behind_proxy):
    _, port = behind_proxy

    def statuses(source, count):
        for _ in range(count):
            with RawConnection(port, source=source) as client:
                client.send(message("POST /user-auth", KEY, body=b"{}"))
                yield client.read_response().status

    assert set(statuses("127.0.0.3", 250)) == {400, 429}
    assert set(statuses("127.0.0.4", 3)) == {400}


def test_nginx_file_is_what_the_documentation_shows():
    documented = re.search(r"^```nginx\n(.*?)^```", (REPOSITORY / "docs/operations.md").read_text(), re.M | re.S).group(1)
    assert (DEPLOY / "nginx" / "gatehouse.conf").read_text().split("\n", 1)[1] == documented


def test_kong_traefik_and_consul_ask_for_the_readiness_and_know_the_login(tmp_path):
    routes = run_command(["routes"], {}, tmp_path).stdout.splitlines()
    assert {"GET /health/ready", "POST /user-auth"} <= set(routes)

    kong = yaml.safe_load((DEPLOY / "kong" / "kong.yaml").read_text())
    [service] = kong["services"]
    [upstream] = kong["upstreams"]
    assert service["host"] == upstream["name"]
    assert upstream["healthchecks"]["active"]["http_path"] == "/health/ready"
    login = next(route for route in service["routes"] if route["name"] == "login")
    [path] = login["paths"]
    assert re.fullmatch(path.removeprefix("~"), "/user-auth")
    assert [plugin["name"] for plugin in login["plugins"]] == ["rate-limiting"]

    traefik = yaml.safe_load((DEPLOY / "traefik" / "gatehouse.yaml").read_text())["http"]
    assert traefik["services"]["gatehouse"]["loadBalancer"]["healthCheck"]["path"] == "/health/ready"
    assert traefik["routers"]["gatehouse-login"]["rule"] == "Path(`/user-auth`)"
    used = {name for router in traefik["routers"].values() for name in router["middlewares"]}
    assert used == set(traefik["middlewares"])
    assert {router["service"] for router in traefik["routers"].values()} == set(traefik["services"])

    consul = json.loads((DEPLOY / "consul" / "gatehouse.json").read_text())["service"]
    assert [check["http"] for check in consul["checks"]] == [f"http://127.0.0.1:{consul['port']}/health/ready"]
