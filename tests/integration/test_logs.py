"""The log: JSON lines that name requests and never hold a secret, whatever a client sends."""

import json
import os
import re
import subprocess

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
from harness.http_client import Api
from harness.places import binary
from harness.program import API_KEY, JWT_SECRET, SESSION_SECRET, base_settings, environment_of
from harness.raw_http import RawConnection, message
from harness.waiting import wait_until

CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]")


def logged_request(program, request_id):
    """The access line of a request, once it was written."""

    def find():
        return [line for line in program.events("request") if line.get("request_id") == request_id]

    return wait_until(find, 10, f"the access line of {request_id}")[0]


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
        with Api(port, API_KEY, timeout_s=20) as api:
            for _ in range(3000):
                assert api.get("/nothing").status == 404
        process.terminate()
        assert process.wait(20) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(reader)
