"""The service as its users' own programs use it: the JavaScript client in Node, and curl."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.node import run_node_tests
from harness.program import API_KEY

HERE = Path(__file__).parent


def program_at(name):
    """The path of a client program; skips the test if it is not installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.fixture
def seeded(start):
    """The address of a program in development mode, with its three seeded users."""
    return f"http://127.0.0.1:{start(APP_ENV='development').port}"


def test_javascript_client_walks_the_whole_flow(seeded):
    environment = {"API_URL": seeded, "API_KEY": API_KEY, "EMAIL": "john@example.com", "PASSWORD": "password123"}
    run_node_tests(HERE / "auth_flow.test.mjs", 10, **environment)


def curl(*arguments):
    """Runs curl and returns (status, body)."""
    command = [program_at("curl"), "-s", "-w", "\n%{http_code}", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    body, status = result.stdout.rsplit("\n", 1)
    return int(status), json.loads(body)


def test_curl_walks_the_whole_flow(seeded):
    key, as_json = ["-H", f"X-API-Key: {API_KEY}"], ["-H", "Content-Type: application/json"]
    person = {
        "first_name": "John",
        "last_name": "Doe",
        "email": "john.doe@example.com",
        "password": "securepassword123",
    }
    status, created = curl("-X", "POST", f"{seeded}/users", *key, *as_json, "-d", json.dumps(person))
    assert status == 201
    user = created["user"]["id"]
    status, login = curl(
        "-X",
        "POST",
        f"{seeded}/user-auth",
        *key,
        *as_json,
        "-d",
        json.dumps({name: person[name] for name in ("email", "password")}),
    )
    assert (status, login["user"]) == (200, {"id": user})
    status, verified = curl(
        "-X",
        "POST",
        f"{seeded}/user-auth/verify-session",
        *key,
        *as_json,
        "-d",
        json.dumps({"session": login["session"]}),
    )
    assert (status, verified["userId"]) == (200, user)
    status, verified = curl(
        "-X", "POST", f"{seeded}/user-auth/verify-token", *key, "-H", f"Authorization: Bearer {login['token']}"
    )
    assert (status, verified["userId"]) == (200, user)
    assert curl(
        "-X", "POST", f"{seeded}/user-auth/logout", *key, *as_json, "-d", json.dumps({"session": login["session"]})
    ) == (200, {"message": "Logged out successfully"})
    status, users = curl("-X", "GET", f"{seeded}/users", *key)
    assert (status, len(users), users[0]["id"]) == (200, 4, user)
    status, changed = curl(
        "-X",
        "PUT",
        f"{seeded}/users/{user}",
        *key,
        *as_json,
        "-d",
        json.dumps({"first_name": "Jane", "last_name": "Smith", "email": "jane.smith@example.com"}),
    )
    assert (status, changed["user"]["email"]) == (200, "jane.smith@example.com")
    status, _ = curl("-X", "DELETE", f"{seeded}/users/{user}", *key)
    assert status == 200
    assert curl(f"{seeded}/users/{user}", *key)[0] == 404
    assert curl(f"{seeded}/health")[0] == 200


def test_curl_sends_a_large_body_by_continue(seeded, tmp_path):
    """curl asks with Expect: 100-continue before it sends a larger body."""
    body = tmp_path / "body.json"
    body.write_text(json.dumps({"session": "x" * 60_000}))
    arguments = [
        "-H",
        f"X-API-Key: {API_KEY}",
        "-H",
        "Content-Type: application/json",
        "-H",
        "Expect: 100-continue",
        "--data-binary",
        f"@{body}",
    ]
    assert curl("-X", "POST", f"{seeded}/user-auth/verify-session", *arguments)[0] == 401


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_whole_list_is_read_by_a_streaming_client(seeded, tmp_path):
    target = tmp_path / "users.json"
    subprocess.run(
        [
            program_at("curl"),
            "-s",
            "-f",
            "--no-buffer",
            "-H",
            f"X-API-Key: {API_KEY}",
            "-o",
            str(target),
            f"{seeded}/users",
        ],
        timeout=60,
        check=True,
    )
    assert len(json.loads(target.read_text())) == 3
