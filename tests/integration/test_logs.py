"""The log: JSON lines that name requests and never hold a secret, whatever a client sends."""

import contextlib
import json
import os
import re
import ssl
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest

from harness.accounts import (
    create_user,
    log_in,
    log_out,
    new_user,
    try_log_in,
    unique_email,
    verify_session,
    verify_token,
)
from harness.certificates import serve_tls
from harness.clusters import Cluster, free_port
from harness.databases import driver
from harness.http_client import Api
from harness.places import binary
from harness.program import (
    API_KEY,
    JWT_SECRET,
    SESSION_SECRET,
    START_DEADLINE_S,
    STOP_DEADLINE_S,
    Gatehouse,
    base_settings,
    environment_of,
    run_command,
)
from harness.raw_http import RawConnection, message
from harness.waiting import wait_until

CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]")


def logged_request(program, request_id):
    """The access line of a request, once it was written."""

    def find():
        return [line for line in program.events("request") if line.get("request_id") == request_id]

    return wait_until(find, 20, f"the access line of {request_id}")[0]


def test_every_line_is_json_with_time_level_and_event(start):
    program = start()
    with program.api() as api:
        create_user(api)
        api.get("/nothing")
    program.stop()
    lines = program.log()
    assert len(lines) >= 3
    for line in lines:
        assert re.match(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", line["time"])
        assert line["level"] in ("trace", "debug", "info", "warn", "error")
        assert re.match(r"^[a-z][a-z0-9_]*$", line["event"])


def test_request_is_logged_with_its_id_status_and_client(start):
    program = start()
    with program.api() as api:
        request_id = api.get("/users/999?secret=query-canary").header("X-Request-Id")
        line = logged_request(program, request_id)
    assert (line["method"], line["path"], line["status"], line["client"]) == ("GET", "/users/999", 404, "127.0.0.1")
    assert line["duration_us"] >= 0 and line["bytes"] > 0


TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_trace_of_the_caller_is_taken_over(start):
    program = start()
    with program.api() as api:
        headers = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", "X-Request-Id": "traced"}
        assert api.get("/users?limit=1", headers=headers).status == 200
        assert api.get("/users?limit=1", headers={"traceparent": f"00-{'0' * 32}-1-01", "X-Request-Id": "new"}).status == 200
    assert logged_request(program, "traced")["trace_id"] == TRACE
    made = logged_request(program, "new")["trace_id"]
    assert re.fullmatch("[0-9a-f]{32}", made) and made.strip("0")


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_slow_query_is_named_with_its_request_and_without_its_parameters(start, database):
    """Somebody else holds the row that the change needs."""
    program = start(SLOW_QUERY="20ms", DB_LOCK_TIMEOUT="2m", DB_QUERY_TIMEOUT="5m")
    with program.api() as api, database.connect() as connection, connection.cursor() as cursor:
        user = create_user(api)
        headers = {"X-Request-Id": "slow-one", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM users WHERE id = %s FOR UPDATE", (user["id"],))
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(lambda: api.put(f"/users/{user['id']}", {"first_name": "Grace"}, headers=headers))
            begin = time.monotonic()
            wait_until(lambda: time.monotonic() - begin > 0.2, 20, "a time that is not short")
            cursor.execute("COMMIT")
            assert waiting.result().status == 200

    def lines():
        found = [line for line in program.events("slow_query") if line.get("request_id") == "slow-one"]
        return [line for line in found if line["statement"] == "users_update"]

    [line] = wait_until(lines, 20, "the line")
    assert set(line) == {"time", "level", "event", "statement", "duration_ms", "rows", "request_id", "trace_id"}
    assert line["duration_ms"] >= 20
    assert line["trace_id"] == TRACE
    assert "Grace" not in program.output()


def test_slow_queries_can_be_left_alone(start):
    program = start(SLOW_QUERY="0ms")
    with program.api() as api:
        create_user(api)
    program.stop()
    assert program.events("slow_query") == []


TIMING = re.compile(r"app;dur=(\d+\.\d\d), db;dur=(\d+\.\d\d), hash;dur=(\d+\.\d\d), queue;dur=(\d+\.\d\d)")


def test_timing_of_a_login_is_told_to_who_may_see_metrics_and_asks(start):
    program = start()
    with program.api() as api:
        user = create_user(api)
        assert try_log_in(api, user["email"]).header("Server-Timing") is None
        told = try_log_in(api, user["email"], headers={"X-Server-Timing": "1"}).header("Server-Timing")
        app, db, hash_, queue = (float(part) for part in TIMING.fullmatch(told).groups())
        assert db > 0
        assert hash_ > 1
        assert min(app, queue) >= 0
        assert api.get("/health/live", key=None, headers={"X-Server-Timing": "1"}).header("Server-Timing") is None
    always, never = start(SERVER_TIMING="always"), start(SERVER_TIMING="off")
    with always.api() as api:
        assert TIMING.fullmatch(api.get("/health/live", key=None).header("Server-Timing"))
        for path in ("forgot-password", "resend-verification"):
            evened = api.post(f"/user-auth/{path}", {"email": "nobody@example.com"})
            assert (evened.status, evened.header("Server-Timing")) == (202, None), "it would tell who is known"
    with never.api() as api:
        assert api.get("/users?limit=1", headers={"X-Server-Timing": "1"}).header("Server-Timing") is None


def test_refused_requests_are_logged_too(start):
    program = start()
    with RawConnection(program.port) as connection:
        connection.send(b"GET /health HTTP/1.1\r\nno colon\r\n\r\n")
        request_id = connection.read_response().headers["x-request-id"]
    assert logged_request(program, request_id)["status"] == 400


@pytest.mark.parametrize("level", ["trace", "info"])
def test_no_secret_ever_reaches_the_log(start, level):
    password, wrong, unknown_key, query = (
        "canary-password-81f3",
        "canary-wrong-27ac",
        "canary-key-5e90",
        "canary-query-77aa",
    )
    program = start(LOG_LEVEL=level)
    with program.api() as api:
        user = create_user(api, password=password)
        login = log_in(api, user["email"], password)
        try_log_in(api, user["email"], wrong)
        try_log_in(api, unique_email(), wrong)
        verify_session(api, login["session"])
        verify_token(api, login["token"])
        verify_token(api, login["token"] + "x")
        verify_session(api, login["session"][:-1])
        api.get(f"/users?{query}=1")
        api.get("/users", key=unknown_key)
        api.put(f"/users/{user['id']}", {"password": wrong})
        api.post("/users", new_user(password=wrong * 100))
        api.post("/user-auth", body=f'{{"password": "{wrong}", '.encode(), headers={"Content-Type": "application/json"})
        log_out(api, login["session"])
    program.stop()
    output = program.output()
    for secret in (
        password,
        wrong,
        unknown_key,
        query,
        API_KEY,
        JWT_SECRET,
        SESSION_SECRET,
        login["session"],
        login["token"],
        "$argon2id$",
    ):
        assert secret not in output
    assert login["token"].split(".")[2] not in output


@pytest.fixture(scope="module")
def locked_cluster():
    """A PostgreSQL server that asks for a password, which nobody has."""
    driver()
    cluster = Cluster()
    try:
        cluster.write("pg_hba.conf", "host all all 127.0.0.1/32 scram-sha-256\n")
        yield cluster.start()
    finally:
        cluster.remove()


def words_of_serve_and_doctor(directory, settings):
    """All that `serve` and `doctor` print with these settings. A service that starts is sent some requests and stopped."""
    program = Gatehouse(directory, base_settings() | {"LOG_LEVEL": "trace"} | settings)
    program.start(wait=False)
    wait_until(lambda: not program.is_alive() or program.events("server_started"), START_DEADLINE_S, "a word of serve")
    if program.is_alive():
        program.wait_until_serving()
        wait_until(
            lambda: program.events("schema_ready") or program.events("postgres_connect_failed"),
            START_DEADLINE_S,
            "a word of its database",
        )
        context = ssl.create_default_context(cafile=settings["TLS_CERT"]) if "TLS_CERT" in settings else None
        with program.api(host="localhost", tls=context) as api:
            api.get("/health")
            api.post("/users", new_user(email="canary@example.com"))
            try_log_in(api, "canary@example.com")
        program.stop()
    result = run_command(["doctor"], program.settings, directory)
    return program.output(), result.stdout + result.stderr


@pytest.mark.parametrize("given", ["DATABASE_URL", "DB_PASSWORD"])
def test_wrong_database_password_is_not_told(locked_cluster, tmp_path, given):
    canary = "canary-4f1b/@ 7c"
    port = locked_cluster.port
    ways = {
        "DATABASE_URL": {"DATABASE_URL": f"postgresql://postgres:{quote(canary, safe='')}@127.0.0.1:{port}/postgres"},
        "DB_PASSWORD": {"DB_HOST": "127.0.0.1", "DB_PORT": str(port), "DB_NAME": "postgres", "DB_PASSWORD": canary},
    }
    for output in words_of_serve_and_doctor(tmp_path, ways[given] | {"DB_QUERY_TIMEOUT": "1s"}):
        assert "password authentication failed" in output, "it did not even try"
        assert "canary-4f1b" not in output


def make_key(directory, name, *, curve):
    """A private key in PEM form."""
    path = directory / f"{name}.key"
    command = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-out", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path.read_text()


def assert_not_told(output, pem):
    body = [line for line in pem.splitlines() if line and not line.startswith("-----")]
    assert body and not [line for line in body if line in output]


def test_private_keys_are_not_told(tmp_path):
    tls, _ = serve_tls(tmp_path)
    keys = [make_key(tmp_path, "token", curve="P-256"), Path(tls["TLS_KEY"]).read_text()]
    settings = tls | {"JWT_PRIVATE_KEY": keys[0], "SQLITE_PATH": str(tmp_path / "x.db")}
    served, diagnosed = words_of_serve_and_doctor(tmp_path, settings)
    assert re.search(r'"/user-auth".*"status":200', served), "no token was signed"
    assert "JWT_PRIVATE_KEY" in diagnosed
    for output in (served, diagnosed):
        for key in keys:
            assert_not_told(output, key)


def test_keys_that_cannot_be_used_are_not_told(tmp_path):
    """If something is wrong with a key, its text may easily get into the message."""
    tls, _ = serve_tls(tmp_path)
    keys = {name: make_key(tmp_path, name, curve="P-384") for name in ("token", "tls", "secret")}
    settings = tls | {
        "TLS_KEY": str(tmp_path / "tls.key"),
        "JWT_PRIVATE_KEY": keys["token"],
        "JWT_SECRET": keys["secret"],
        "SQLITE_PATH": str(tmp_path / "x.db"),
    }
    for output in words_of_serve_and_doctor(tmp_path, settings):
        for name in ("JWT_PRIVATE_KEY", "JWT_SECRET", "TLS_KEY"):
            assert name in output
        for key in keys.values():
            assert_not_told(output, key)


def test_quiet_log_has_no_access_lines(start):
    port = free_port()
    program = start(wait=False, LOG_LEVEL="warn", PORT=str(port))

    def greeted():
        with contextlib.suppress(OSError), Api(port, API_KEY, timeout_s=10) as api:
            return api.get("/users").status == 200 and api.get("/nothing").status == 404

    wait_until(greeted, START_DEADLINE_S, "an answer")
    program.stop()
    assert {line["level"] for line in program.log()} <= {"warn", "error"}
    assert not program.events("request")


def test_hostile_texts_are_escaped(start):
    program = start()
    target = "/a\x7fb%0d%0aFAKE\xff\xc2\x9b31m"
    hostile = message(f"GET {target}", "User-Agent: \x1b[31m\xe2\x80\xa8", "X-Request-Id: a\x1b[2J")
    with RawConnection(program.port) as connection:
        connection.send(hostile)
        connection.read_response()
    with program.api() as api:
        user = create_user(api, first_name="line\u2028separator \u202e right-to-left")
        log_in(api, user["email"], headers={"User-Agent": '"},{"level":"error","event":"forged'})
        try_log_in(api, 'x"\\u000a{"event":"forged"}@example.com')
        api.post("/user-auth", {"email": "a\r\nFAKE\x1b[31m@example.com", "password": "x"})
    program.stop()
    raw = program.log_bytes()
    assert not CONTROL.search(raw)
    assert all(json.loads(line)["event"] != "forged" for line in raw.splitlines())
    assert not any(line.startswith(b"FAKE") for line in raw.splitlines())


def test_program_serves_on_when_nobody_reads_its_log(start, tmp_path):
    """A full pipe must not stop the service."""
    program = start()
    settings = program.settings
    program.stop()
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [str(binary()), "serve"],
        env=environment_of(base_settings() | settings),
        cwd=tmp_path,
        stdout=writer,
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        first = b""
        while b"server_started" not in first or not first.endswith(b"\n"):
            first += os.read(reader, 65536)
        port = next(json.loads(line)["port"] for line in first.splitlines() if b"server_started" in line)
        with Api(port, API_KEY) as api:
            for _ in range(3000):
                assert api.get("/nothing").status == 404
        process.terminate()
        assert process.wait(STOP_DEADLINE_S) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(reader)


def first_line_on_terminal(directory, settings):
    """The first line of the log that a person at a terminal sees."""
    terminal, service_side = os.openpty()
    program = subprocess.Popen(
        [str(binary()), "serve"], env=environment_of(base_settings() | settings), cwd=directory, stdout=service_side, stderr=subprocess.DEVNULL
    )
    os.close(service_side)
    try:
        seen = b""
        while b"\n" not in seen:
            seen += os.read(terminal, 4096)
        return seen.split(b"\r\n")[0].decode()
    finally:
        program.kill()
        program.wait(STOP_DEADLINE_S)
        os.close(terminal)


READABLE = re.compile(r"\d\d:\d\d:\d\d\.\d{3} info  \w+( \w+=.+)*")


def test_log_is_readable_on_a_terminal_and_json_elsewhere(tmp_path):
    assert READABLE.fullmatch(first_line_on_terminal(tmp_path, {"SQLITE_PATH": "a.db", "NO_COLOR": "1"}))
    assert " \x1b[32minfo\x1b[0m  " in first_line_on_terminal(tmp_path, {"SQLITE_PATH": "c.db"})
    assert json.loads(first_line_on_terminal(tmp_path, {"SQLITE_PATH": "b.db", "LOG_FORMAT": "json"}))["level"] == "info"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_log_of_readable_lines_on_request(start):
    program = start(wait=False, LOG_FORMAT="console")

    def lines_to_the_start():
        lines = program.log_bytes().decode().splitlines(keepends=True)
        return lines if any("server_started" in line and line.endswith("\n") for line in lines) else None

    lines = [line.strip() for line in wait_until(lines_to_the_start, START_DEADLINE_S, "the start") if line.endswith("\n")]
    assert all(READABLE.fullmatch(line) for line in lines), lines


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_probes_of_health_do_not_fill_the_log(start):
    program = start()
    with program.api() as api:
        assert api.get("/health").status == 200
        api.get("/nothing")
    program.stop()
    assert [line["path"] for line in program.events("request")] == ["/nothing"]


def test_reason_why_the_database_is_away_is_told_once(tmp_path):
    settings = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "DB_QUERY_TIMEOUT": "1s", "IO_THREADS": "4"}
    program = Gatehouse(tmp_path, base_settings() | settings)
    program.start(wait=False)
    try:
        program.wait_until_serving()
        wait_until(lambda: program.events("database_unavailable"), START_DEADLINE_S, "the migrations' word")
        # By then every event loop has tried, and each would have written its own line.
        for _ in range(32):
            with program.api() as api:
                assert api.get("/users/1").status == 503
    finally:
        program.stop()
    assert program.output().count("Connection refused") == 1
    assert len(program.events("postgres_connect_failed")) == 1
