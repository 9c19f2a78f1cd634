"""REQUIRE_HTTPS: a request that others could read on its way is refused, and not redirected."""

import json
import socket

import pytest

from harness.certificates import serve_tls
from harness.program import API_KEY
from harness.raw_http import RawConnection, message

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

KEY = f"X-API-Key: {API_KEY}"
HTTPS = "X-Forwarded-Proto: https"


@pytest.fixture(scope="module")
def own_address():
    """An address of this machine that is not a loopback address, as a remote peer has."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no network")
        address = probe.getsockname()[0]
    if address.startswith("127."):
        pytest.skip("this machine has no address but the loopback's")
    return address


def ask(program, address, line, *headers):
    with RawConnection(program.port, host=address) as client:
        client.send(message(line, *headers))
        return client.read_response(without_body=line.startswith("HEAD "))


def expect_refusal(response):
    assert response.status == 403
    assert json.loads(response.body)["code"] == "https_required"
    assert "location" not in response.headers


@pytest.mark.parametrize("line", ["GET /", "GET /users", "POST /user-auth", "OPTIONS /users", "GET /openapi.yaml", "GET /nothing",
                                  "GET /forward-auth", "PURGE /users", "GET /healthy", "GET /health/"])
def test_plain_http_from_elsewhere_is_refused(start, own_address, line):
    program = start(HOST="0.0.0.0", REQUIRE_HTTPS="true")
    for headers in ((KEY,), (KEY, HTTPS), ("X-API-Key: wrong",), ()):
        expect_refusal(ask(program, own_address, line, *headers))


def test_health_is_told_in_plain_http(start, own_address):
    program = start(HOST="0.0.0.0", REQUIRE_HTTPS="true")
    for path in ("/health", "/health/ready", "/health/live"):
        assert ask(program, own_address, f"GET {path}").status == 200
        assert ask(program, own_address, f"HEAD {path}").status == 200


def test_this_machine_may_speak_plain_http(start):
    assert ask(start(REQUIRE_HTTPS="true"), "127.0.0.1", "GET /users", KEY).status == 200


def test_trusted_proxy_that_says_https_is_believed(start, own_address):
    program = start(HOST="0.0.0.0", REQUIRE_HTTPS="true", TRUSTED_PROXIES=own_address)
    assert ask(program, own_address, "GET /users", KEY, HTTPS).status == 200
    for headers in ((), ("X-Forwarded-Proto: http",), (HTTPS, HTTPS), ("X-Forwarded-Proto: https,http",), ("Forwarded: proto=https",)):
        expect_refusal(ask(program, own_address, "GET /users", KEY, *headers))


def test_other_places_require_it_only_where_that_is_set(start, own_address):
    assert ask(start(HOST="0.0.0.0"), own_address, "GET /users", KEY).status == 200
    production = {"APP_ENV": "production", "HOST": "0.0.0.0"}
    expect_refusal(ask(start(**production), own_address, "GET /users", KEY))
    assert ask(start(**production, REQUIRE_HTTPS="false"), own_address, "GET /users", KEY).status == 200


def test_tls_is_what_is_required(start, tmp_path, own_address):
    settings, context = serve_tls(tmp_path)
    program = start(HOST="0.0.0.0", REQUIRE_HTTPS="true", **settings)
    with RawConnection(program.port, host=own_address, tls=context) as client:
        client.send(message("GET /users", KEY))
        assert client.read_response().status == 200


def test_doctor_warns_where_it_is_off_in_production(command):
    off = command("doctor", APP_ENV="production", REQUIRE_HTTPS="false")
    assert "REQUIRE_HTTPS: is false, without TLS" in " ".join((off.stdout + off.stderr).split())
    assert "REQUIRE_HTTPS: is false" not in command("doctor", APP_ENV="production").stdout
