"""SIGHUP: certificate, secrets and log level change while requests are served; no other signal does anything."""

import contextlib
import json
import signal
import ssl

import pytest

from harness.accounts import PASSWORD, create_user, log_in, verify_session, verify_token
from harness.certificates import serve_tls
from harness.load import Load
from harness.program import API_KEY, JWT_SECRET, SESSION_SECRET
from harness.raw_http import RawConnection, message
from harness.tokens import decode_part
from harness.waiting import wait_until

KEY = f"X-API-Key: {API_KEY}"

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def hang_up(program, event="reloaded"):
    """Sends SIGHUP and returns the log lines of its outcome."""
    before = len(program.events(event))
    program.process.send_signal(signal.SIGHUP)
    return wait_until(lambda: program.events(event)[before:], 20, event)


def shown_certificate(program):
    """The certificate in DER, as a client sees it; it is not verified."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with RawConnection(program.port, tls=context) as connection:
        return connection.socket.getpeercert(binary_form=True)


def der(path):
    return ssl.PEM_cert_to_DER_cert(path.read_text())


@pytest.fixture
def over_tls(start, tmp_path):
    """A program that serves HTTPS, the context of its client, and where its certificate is."""
    settings, context = serve_tls(tmp_path)
    return start(**settings), context, tmp_path / "own.pem"


def test_new_certificate_is_shown_and_no_request_is_lost(over_tls):
    program, _, certificate = over_tls

    def trusting_all():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    with Load(program.port, [message("GET /users?limit=1", KEY)] * 20, trusting_all) as load:
        for _ in range(5):
            old = der(certificate)
            assert shown_certificate(program) == old
            serve_tls(certificate.parent)
            assert der(certificate) != old
            assert hang_up(program)[0]["tls"] is True
            assert shown_certificate(program) == der(certificate)
            load.wait_for(200)
    assert load.failures == []


def test_connection_keeps_its_certificate(over_tls):
    program, context, certificate = over_tls
    with RawConnection(program.port, tls=context) as connection:
        serve_tls(certificate.parent)
        hang_up(program)
        connection.send(message("GET /health"))
        assert connection.read_response().status == 200


@pytest.mark.parametrize("broken", ["own.key", "own.pem"])
def test_pair_that_does_not_match_is_refused_and_the_old_one_goes_on(over_tls, tmp_path, broken):
    program, _, certificate = over_tls
    old = der(certificate)
    other = tmp_path / "other"
    other.mkdir()
    serve_tls(other)
    (tmp_path / broken).write_bytes((other / broken).read_bytes())
    refusal = hang_up(program, "reload_failed")[0]
    assert refusal["level"] == "error"
    assert refusal["name"] == "TLS_KEY"
    assert shown_certificate(program) == old


def test_file_that_is_gone_is_refused(over_tls):
    program, _, certificate = over_tls
    old = der(certificate)
    certificate.unlink()
    assert hang_up(program, "reload_failed")[0]["name"] == "TLS_CERT"
    assert shown_certificate(program) == old


def test_api_key_in_a_file_is_exchanged(start, tmp_path):
    file = tmp_path / "api-key"
    new = "another-integration-api-key-0f3b9d7c2a6e48159c0d"
    file.write_text(API_KEY)
    program = start(API_KEY=None, API_KEY_FILE=str(file))
    with program.api(API_KEY) as old_api, program.api(new) as new_api:
        assert (old_api.get("/users").status, new_api.get("/users").status) == (200, 401)
        file.write_text(f"{new},{API_KEY}\n")
        assert hang_up(program)[0]["api_keys"] == 2
        assert (old_api.get("/users").status, new_api.get("/users").status) == (200, 200)
        file.write_text(new)
        hang_up(program)
        wait_until(lambda: old_api.get("/users").status == 401, 20, "the end of the old key")
        assert new_api.get("/users").status == 200


def test_session_and_token_secrets_are_rotated_and_retired(start, tmp_path):
    """What the old secret sealed is valid while that secret is listed, and not a request longer, cached or not."""
    files = {"SESSION_SECRET": (tmp_path / "session", SESSION_SECRET), "JWT_SECRET": (tmp_path / "jwt", JWT_SECRET)}
    for file, secret in files.values():
        file.write_text(secret)
    program = start(
        IO_THREADS="1", SESSION_SECRET=None, JWT_SECRET=None, **{f"{name}_FILE": str(file) for name, (file, _) in files.items()}
    )
    with program.api() as api:
        user = create_user(api)
        old = log_in(api, user["email"])
        credentials = {"email": user["email"], "password": PASSWORD, "refresh": True}
        first, second = (api.post("/user-auth", credentials).json()["refreshToken"] for _ in range(2))
        for file, secret in files.values():
            file.write_text(f"a-new-secret-in-front-0123456789abcdef-{file.name},{secret}")
        hang_up(program)
        for _ in range(3):
            assert verify_session(api, old["session"]).status == 200
            assert verify_token(api, old["token"]).status == 200
        new = log_in(api, user["email"])
        refreshed = api.post("/user-auth/refresh", {"refreshToken": first}).json()["refreshToken"]
        for file, _ in files.values():
            file.write_text(f"a-new-secret-in-front-0123456789abcdef-{file.name}")
        hang_up(program)
        assert verify_session(api, old["session"]).status == 401
        assert verify_token(api, old["token"]).status == 401
        assert verify_session(api, new["session"]).status == 200
        assert verify_token(api, new["token"]).status == 200
        statuses = [api.post("/user-auth/refresh", {"refreshToken": token}).status for token in (second, refreshed)]
        assert statuses == [401, 200]


def test_secrets_that_were_made_up_stay(start):
    """In development missing secrets are made up; reading the settings again must not make up others."""
    program = start(APP_ENV="development", SESSION_SECRET=None, JWT_SECRET=None)
    with program.api() as api:
        login = log_in(api, create_user(api)["email"])
        hang_up(program)
        assert verify_session(api, login["session"]).status == 200
        assert verify_token(api, login["token"]).status == 200


def test_what_tokens_say_stays_until_a_restart(start):
    """Revocations are kept for as long as tokens lived at the start, so no token may live longer."""
    program = start(JWT_EXPIRES_IN=None, JWT_ISSUER=None)
    (program.directory / ".env").write_text("JWT_EXPIRES_IN=24h\nJWT_ISSUER=another\n")
    with program.api() as api:
        email = create_user(api)["email"]
        before = log_in(api, email)["token"]
        hang_up(program)
        assert {line["name"] for line in program.events("reload_needs_restart")} == {"JWT_EXPIRES_IN", "JWT_ISSUER"}
        assert verify_token(api, before).status == 200
        claims = json.loads(decode_part(log_in(api, email)["token"].split(".")[1]))
        assert (claims["exp"] - claims["iat"], claims["iss"]) == (3600, "gatehouse")


def test_log_level_changes(start):
    program = start()
    env_file = program.directory / ".env"

    def ask_for(path):
        with program.api() as api:
            api.get(path)
        return [line["path"] for line in program.events("request")]

    wait_until(lambda: ask_for("/before"), 20, "an access line")
    env_file.write_text("LOG_LEVEL=warn\n")
    hang_up(program)
    for _ in range(20):
        ask_for("/meanwhile")
    env_file.write_text("LOG_LEVEL=info\n")
    # The line that reports this reload is not written yet.
    program.process.send_signal(signal.SIGHUP)
    # Lines are written in order, so earlier lines that were late are there by now.
    wait_until(lambda: "/afterwards" in ask_for("/afterwards"), 20, "access lines")
    assert "/meanwhile" not in ask_for("/afterwards")


def test_setting_that_is_wrong_is_refused_and_nothing_changes(start):
    program = start()
    (program.directory / ".env").write_text("LOG_LEVEL=loud\n")
    assert hang_up(program, "reload_failed")[0]["name"] == "LOG_LEVEL"
    with program.api() as api:
        assert api.get("/users").status == 200


OTHERS = [
    "SIGHUP", "SIGQUIT", "SIGPIPE", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGVTALRM", "SIGPROF", "SIGPOLL", "SIGPWR", "SIGXFSZ",
    "SIGSTKFLT", "SIGWINCH", "SIGURG", "SIGCONT", "SIGCHLD",
]  # fmt: skip


def test_any_signal_but_two_ended_it(start):
    program = start()
    with program.api() as api:
        for name in OTHERS:
            program.process.send_signal(getattr(signal, name))
            assert api.get("/health").status == 200, name
        for number in (signal.SIGRTMIN, signal.SIGRTMIN + 1, signal.SIGRTMAX):
            program.process.send_signal(number)
            assert api.get("/health").status == 200, number
    assert program.is_alive()
    program.process.send_signal(signal.SIGINT)
    assert program.wait() == 0
    with contextlib.suppress(AssertionError):
        program.stop()
