"""An application that only users reach, behind nginx, HAProxy and Caddy with the configurations in deploy/. Those of Traefik and Kong are
only read here."""

import itertools
import json
import random
import re
import shutil
import subprocess
import urllib.parse

import pytest
import yaml  # type: ignore[import]

from harness.accounts import create_user, log_in, log_out, verify_session, verify_token
from harness.application import Application, fields_of
from harness.clusters import free_port
from harness.places import REPOSITORY, SANITIZED
from harness.program import API_KEY
from harness.raw_http import ConnectionEnded, RawConnection, message
from harness.waiting import wait_until

pytestmark = pytest.mark.sequential

DEPLOY = REPOSITORY / "deploy"
PATH = "/usr/sbin:/usr/bin:/usr/local/bin"
REQUESTS = 300 if SANITIZED else 3_400  # three gateways: 10,000 in all
TOLD = ("X-User-Id", "X-User-Email", "X-User-Name", "X-User-Roles", "X-Session-Expires", "Remote-User", "Remote-Email",
        "Remote-Name", "Remote-Groups")
USER_FIELDS = {name.lower() for name in TOLD}
SETTINGS = {"TRUSTED_PROXIES": "127.0.0.1", "FORWARD_AUTH_HEADERS": "both", "FORWARD_AUTH_LOGIN_URL": "https://login.example.com/",
            "FORWARD_AUTH_HOSTS": "app.example.com", "RATE_LIMIT_ADDRESS": "off", "RATE_LIMIT_LOGIN": "off"}


def configured(file, places):
    """The text of a configuration in deploy/ with other ports and paths."""
    text = (DEPLOY / file).read_text()
    for documented in places:
        assert documented in text, documented
    # All at once, because a port that replaces another may look like a third.
    return re.sub("|".join(map(re.escape, places)), lambda found: places[found[0]], text)


def ports_of(own, replicas, application):
    return {"127.0.0.1:8001": f"127.0.0.1:{replicas[0]}", "127.0.0.1:8002": f"127.0.0.1:{replicas[1]}",
            "127.0.0.1:3000": f"127.0.0.1:{application}", "8080": str(own)}


def nginx(folder, ports):
    key = folder / "key.conf"
    key.write_text(f'proxy_set_header X-API-Key "{API_KEY}";\n')
    server = configured("nginx/forward-auth.conf", ports | {"/etc/nginx/gatehouse_key.conf": str(key)})
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    file = folder / "nginx.conf"
    file.write_text(f"pid {folder}/nginx.pid; error_log {folder}/error.log; daemon off; events {{}}\n"
                    f"http {{ access_log off; keepalive_requests 1000000;\n{temporary}{server} }}")
    return "nginx", "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(file)


def haproxy(folder, ports):
    file = folder / "haproxy.cfg"
    places = ports | {"8090": str(free_port()), "/etc/haproxy/forward_auth.lua": str(DEPLOY / "haproxy" / "forward_auth.lua")}
    file.write_text(configured("haproxy/forward-auth.cfg", places))
    return "haproxy", "-db", "-f", str(file)


def caddy(folder, ports):
    file = folder / "Caddyfile"
    file.write_text("{\n\tadmin off\n}\n" + configured("caddy/forward-auth.Caddyfile", ports))
    return "caddy", "run", "--adapter", "caddyfile", "--config", str(file)


class Behind:
    """Asks the application behind a gateway, over a connection that is kept for as long as the gateway allows."""

    def __init__(self, port, replicas):
        self._port = port
        self._connection = None
        self.replicas = replicas

    def ask(self, *headers, line="GET /", host="app.example.com", body=b""):
        if self._connection is not None and self._connection.has_ended():
            self.close()
        if self._connection is None:
            self._connection = RawConnection(self._port)
        self._connection.send(message(line, *headers, body=body).replace(b"Host: x", f"Host: {host}".encode(), 1))
        response = self._connection.read_response(without_body=line.startswith("HEAD "))
        if response.headers.get("connection") == "close":
            self.close()
        return response

    def close(self):
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def is_up(self):
        try:
            return self.ask().status == 401
        except (OSError, ConnectionEnded):
            self.close()
            return False


@pytest.fixture(params=[nginx, haproxy, caddy], ids=lambda gateway: gateway.__name__)
def behind(request, start, tmp_path):
    """Two replicas and the application behind a gateway."""
    application = Application()
    tmp_path.chmod(0o755)
    own, *ports = [free_port() for _ in range(3)]
    program, *arguments = request.param(tmp_path, ports_of(own, ports, application.port))
    found = shutil.which(program, path=PATH)
    if found is None:
        pytest.fail(f"{program} is not installed")
    replicas = [start(PORT=str(port), **SETTINGS) for port in ports]
    environment = {"HOME": str(tmp_path), "PATH": PATH, "GATEHOUSE_KEY": API_KEY}
    with (tmp_path / "gateway.log").open("wb") as log:
        process = subprocess.Popen([found, *arguments], env=environment, stdout=log, stderr=log)
    made = Behind(own, replicas)
    try:
        wait_until(made.is_up, 60, f"{program}: {(tmp_path / 'gateway.log').read_text()}")
        yield made
    finally:
        made.close()
        process.terminate()
        process.wait(60)
        application.close()


def user_of(response):
    """The user ids that the application was told."""
    return [value for name, value in fields_of(response.body) if name == "x-user-id"]


def credentials(api):
    """Header fields of clients, each with the id of the user to whom they belong by verify-session or verify-token, if any."""
    logins = [log_in(api, create_user(api)["email"]) for _ in range(3)]
    ended = log_in(api, create_user(api)["email"])
    log_out(api, ended["session"])
    sessions = [login["session"] for login in [*logins, ended]] + ["x", logins[0]["session"][:-2], logins[1]["session"] + "A"]
    tokens = [login["token"] for login in [*logins, ended]] + ["x", "a.b.c", logins[0]["token"][:-3]]

    def verdict(response):
        return str(response.json()["userId"]) if response.status == 200 else None

    known = [([f"Cookie: a=1; session={session}"], verdict(verify_session(api, session))) for session in sessions]
    known += [([f"Authorization: Bearer {token}"], verdict(verify_token(api, token))) for token in tokens]
    known += [(headers + ["Authorization: Basic YTpi"], user) for headers, user in known[: len(sessions)]]
    known += [(headers + [f"Cookie: session={sessions[1]}"], user) for headers, user in known[len(sessions) : -len(sessions)]]
    return [*known, ([], None), ([f"Cookie: session={sessions[0]}; session={sessions[0]}"], None)]


WAYS = (("GET /", b""), ("POST /a/b?c=d", b'{"a":1}'), ("DELETE /x", b""), ("HEAD /", b""), ("OPTIONS /", b""), ("PUT /a%2fb//c", b"x" * 5000))
PREFLIGHT = ("Origin: https://app.example.com", "Access-Control-Request-Method: PUT")


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_gateway_decides_as_verify_session_does(behind):
    with behind.replicas[0].api() as api:
        known = credentials(api)
    assert {user is None for _, user in known} == {True, False}
    chance = random.Random(6)
    for _ in range(REQUESTS):
        headers, user = chance.choice(known)
        line, body = chance.choice(WAYS)
        response = behind.ask(*headers, *(PREFLIGHT if chance.random() < 0.2 else ()), line=line, body=body)
        assert response.status == (401 if user is None else 200), (line, headers, response)
        if user is not None and not line.startswith("HEAD "):
            assert user_of(response) == [user], (line, headers)


def spellings(name):
    """The names that an application may take for this one, apart from their case."""
    words = name.split("-")
    all_signs = itertools.product("-_", repeat=len(words) - 1)
    return {"".join(itertools.chain(*zip(words, [*signs, ""], strict=True))) for signs in all_signs}


def forged_names():
    """The spellings of every name, in several cases."""
    changes = (str, str.lower, str.upper, str.swapcase)
    return sorted({change(spelling) for name in TOLD for spelling in spellings(name) for change in changes})


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_client_cannot_say_who_it_is(behind):
    with behind.replicas[0].api() as api:
        login = log_in(api, create_user(api)["email"])
        user = str(login["user"]["id"])
    cookie = f"Cookie: session={login['session']}"
    for name in forged_names():
        for headers in ([cookie, f"{name}: forged"], [f"{name}: forged", cookie, f"{name}: forged"], [f"{name}: forged", cookie, f"{name}:"]):
            response = behind.ask(*headers)
            assert response.status == 200, (name, response)
            told = [pair for pair in fields_of(response.body) if pair[0] in USER_FIELDS]
            assert "forged" not in json.dumps(told), (name, told)
            assert user_of(response) == [user]
            assert behind.ask(f"{name}: forged").status == 401
    everything = [f"{name}: forged" for name in random.Random(6).sample(forged_names(), 60)]
    response = behind.ask(*everything, cookie, *everything[:10])
    assert "forged" not in json.dumps([pair for pair in fields_of(response.body) if pair[0] in USER_FIELDS])


FORWARDED = ("X-Forwarded-Host: evil.example", "X-Forwarded-Uri: //evil.example", "X-Forwarded-Proto: javascript",
             "X-Original-URL: https://evil.example/", "X-Forwarded-Method: POST", "Forwarded: host=evil.example")


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_browser_is_led_to_the_login_and_back_to_where_it_was(behind):
    page = "Accept: text/html,*/*;q=0.8"
    for headers in ((page,), (page, *FORWARDED)):
        led = behind.ask(*headers, line="GET /a?b=c&d")
        assert led.status == 302
        led_to = urllib.parse.urlsplit(led.headers["location"])
        assert (led_to.scheme, led_to.netloc) == ("https", "login.example.com")
        assert urllib.parse.parse_qs(led_to.query) == {"return": ["http://app.example.com/a?b=c&d"]}
        elsewhere = behind.ask(*headers, host="evil.example")
        assert (elsewhere.status, elsewhere.headers["location"]) == (302, "https://login.example.com/")
    for line, headers in (("GET /", ()), ("GET /", ("Accept: */*",)), ("POST /", (page,))):
        assert behind.ask(*headers, line=line).status == 401


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_revoked_session_does_not_pass_on_any_replica(behind):
    with behind.replicas[0].api() as first, behind.replicas[1].api() as second:
        login = log_in(first, create_user(first)["email"])
        cookie = f"Cookie: session={login['session']}"
        for _ in range(10):
            assert behind.ask(cookie).status == 200
        assert log_out(first, login["session"]).status == 200
        wait_until(lambda: verify_session(second, login["session"]).status == 401, 20, "the end of the session")
        for _ in range(10):
            assert behind.ask(cookie).status == 401


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_without_gatehouse_nobody_passes(behind):
    with behind.replicas[0].api() as api:
        login = log_in(api, create_user(api)["email"])
    for replica in behind.replicas:
        assert replica.stop() == 0
    assert behind.ask(f"Cookie: session={login['session']}").status >= 500


def test_traefik_and_kong_overwrite_every_field():
    traefik = yaml.safe_load((DEPLOY / "traefik" / "forward-auth.yaml").read_text())["http"]["middlewares"]
    assert traefik["gatehouse-auth"]["forwardAuth"]["authResponseHeaders"] == list(TOLD)
    stripped = traefik["no-forged-user"]["headers"]["customRequestHeaders"]
    assert set(stripped) == {spelling for name in TOLD for spelling in spellings(name)} and set(stripped.values()) == {""}
    [service] = yaml.safe_load((DEPLOY / "kong" / "forward-auth.yaml").read_text())["services"]
    [code] = service["plugins"][0]["config"]["access"]
    assert set(re.findall(r'"([A-Z][\w-]*)"', code[: code.index("}")])) >= set(TOLD)
