"""`./dev serve`, the first command of a newcomer: secrets, the login it prints, rebuilding, and how it ends."""

import contextlib
import json
import re
import secrets
import signal
import socket
import subprocess

import pytest

from harness.accounts import try_log_in
from harness.clusters import free_port
from harness.dev_folder import SECRETS, WATCHED_FILES, WATCHED_FOLDERS, DevFolder
from harness.http_client import Api
from harness.waiting import wait_until

KEY = secrets.token_urlsafe(32)
RESTARTED = "./dev: restarted"


@pytest.fixture
def new_folder(tmp_path):
    """new_folder(): another clone with nothing built in it. Whatever still runs in a clone is stopped after the test."""
    made = []

    def make():
        made.append(DevFolder(tmp_path / f"clone-{len(made)}"))
        return made[-1]

    yield make
    for folder in made:
        folder.discard()


@pytest.fixture
def folder(new_folder):
    return new_folder()


def is_healthy(folder):
    with Api(folder.port, None) as api:
        return api.get("/health").status == 200


def status_for(folder, key):
    with Api(folder.port, key) as api:
        return api.get("/users").status


def is_running(pid):
    return subprocess.run(["ps", "-p", str(pid)], capture_output=True, check=False).returncode == 0


def test_first_start_makes_secrets_that_only_their_owner_reads(folder):
    folder.start()
    made = folder.secrets()
    assert set(made) == set(SECRETS)
    assert len(set(made.values())) == 3 and all(len(value) >= 32 for value in made.values())
    assert (folder.root / "data" / "dev.env").stat().st_mode & 0o777 == 0o600
    assert status_for(folder, made["API_KEY"]) == 200


def test_second_start_keeps_secrets_and_accounts(folder):
    folder.start()
    made = folder.secrets()
    with Api(folder.port, made["API_KEY"]) as api:
        body = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com", "password": "correct horse"}
        assert api.post("/users", body).status == 201
    folder.press_ctrl_c()
    folder.start()
    assert folder.secrets() == made
    assert "wrote new secrets" not in folder.output()
    with Api(folder.port, made["API_KEY"]) as api:
        assert try_log_in(api, "ada@example.com", "correct horse").status == 200


def test_printed_login_pasted_into_a_shell_logs_in(folder):
    folder.start()
    printed = re.search(r"^  curl .*\\\n.*/user-auth$", folder.output(), re.MULTILINE)
    assert printed, folder.output()
    # A shell function named curl prints the status as well, so the pasted text can stay as it is.
    shell = "curl() { command curl -s -w '\\n%{http_code}' \"$@\"; }\n" + printed.group(0)
    result = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, timeout=60, check=True)
    body, status = result.stdout.rsplit("\n", 1)
    assert status == "200", result.stdout
    assert json.loads(body)["token"] and json.loads(body)["session"]


def test_change_in_any_place_that_the_program_is_made_of_rebuilds_and_restarts_it(folder):
    folder.start()
    places = [f"{name}/file" for name in WATCHED_FOLDERS] + list(WATCHED_FILES)
    assert "api/file" in places, "the API's description is built into the program"
    pids = {folder.service_pid()}
    for count, place in enumerate(places, 1):
        folder.touch(place)
        folder.wait_for(RESTARTED, times=count)
        assert folder.builds() == count + 1, place
        pids.add(folder.service_pid())
        assert is_healthy(folder)
    assert len(pids) == len(places) + 1


def test_new_file_rebuilds_too(folder):
    folder.start()
    (folder.root / "src" / "feature").mkdir()
    folder.touch("src/feature/new.cpp")
    folder.wait_for(RESTARTED)


def test_failing_build_keeps_the_previous_version_running_until_one_succeeds(folder):
    folder.start()
    before = folder.service_pid()
    folder.touch("build-fails")
    folder.touch("src/file")
    folder.wait_for("build failed; still running the previous version")
    assert is_healthy(folder)
    assert folder.service_pid() == before
    (folder.root / "build-fails").unlink()
    folder.touch("src/file")
    folder.wait_for(RESTARTED)
    assert folder.service_pid() != before
    assert is_healthy(folder)


def test_first_build_that_fails_ends_it(folder):
    folder.touch("build-fails")
    folder.launch()
    assert folder.process.wait(60) != 0
    assert "answers on" not in folder.output()


def test_without_watching_nothing_is_rebuilt(new_folder):
    watching, other = new_folder().start(), new_folder().start("--no-watch")
    before = other.service_pid()
    # Each time the watching one has noticed a change, the other one has had time to notice its own.
    for count in range(1, 4):
        other.touch("src/file")
        watching.touch("src/file")
        watching.wait_for(RESTARTED, times=count)
    assert other.builds() == 1
    assert other.service_pid() == before
    assert is_healthy(other)


def test_unknown_option_is_refused_with_the_usage(folder):
    folder.launch("--wtach")
    assert folder.process.wait(60) == 2
    assert "unknown option '--wtach'" in folder.output()
    assert "usage: ./dev serve" in folder.output()
    assert folder.builds() == 0
    assert not (folder.root / "data").exists()


def test_help_starts_nothing(folder):
    folder.launch("--help")
    assert folder.process.wait(60) == 0
    assert "usage: ./dev serve" in folder.output()
    assert folder.builds() == 0


# Where a user's own key may come from: environment, settings file, arguments for the program.
OWN_KEYS = {
    "environment": ({"API_KEY": KEY}, "", ()),
    "prefixed": ({"GATEHOUSE_API_KEY": KEY}, "", ()),
    "environment_file": ({"API_KEY_FILE": "key.txt"}, "", ()),
    "dotenv": ({}, f"API_KEY={KEY}", ()),
    "dotenv_with_blanks": ({}, f'  export API_KEY = "{KEY}"  # mine', ()),
    "dotenv_file": ({}, "API_KEY_FILE=key.txt", ()),
    "env_file": ({}, f"API_KEY={KEY}", ("--", "--env-file", "own.env")),
    "env_file_in_one_word": ({}, f"API_KEY={KEY}", ("--", "--env-file=own.env")),
}


@pytest.mark.parametrize("given", OWN_KEYS)
def test_key_of_ones_own_goes_before_the_one_that_was_made(folder, given):
    settings, line, arguments = OWN_KEYS[given]
    (folder.root / "key.txt").write_text(KEY + "\n")
    if line:
        (folder.root / ("own.env" if arguments else ".env")).write_text(line + "\n")
    folder.start("--no-watch", *arguments, **settings)
    assert status_for(folder, KEY) == 200
    assert status_for(folder, folder.secrets()["API_KEY"]) == 401
    assert f"X-API-Key: {KEY}'" in folder.output()
    assert "setting_warning" not in folder.output(), "the other two secrets are still the ones that were made"


def test_named_settings_file_counts_instead_of_the_usual_one(folder):
    (folder.root / ".env").write_text(f"API_KEY={secrets.token_urlsafe(32)}\n")
    (folder.root / "own.env").write_text("LOG_LEVEL=info\n")
    folder.start("--no-watch", "--", "--env-file", "own.env")
    assert status_for(folder, folder.secrets()["API_KEY"]) == 200


def page_of(port: int, path: str):
    """The answer of the documentation server beside the service; None while nothing listens there."""
    with Api(port, None) as docs, contextlib.suppress(ConnectionError):
        return docs.get(path)


def test_reference_is_shown_beside_the_service_until_it_ends(folder):
    folder.install_reference_tools()
    port = free_port()
    folder.start(DOCS_PORT=str(port))
    assert f"The reference of the HTTP interface is on http://127.0.0.1:{port}/docs/" in folder.output()
    page = wait_until(lambda: page_of(port, "/docs/"), 60, "the page")
    assert page.status == 200
    assert b"default-src 'self'" in page.body and b'src="page.js"' in page.body
    assert page_of(port, "/docs/redoc.js").status == 200
    assert page_of(port, "/docs/openapi.json").json()["info"]["title"]
    folder.touch("src/file")
    folder.wait_for(RESTARTED)
    assert page_of(port, "/docs/openapi.json").status == 200
    assert not folder.asked_npm()

    assert folder.press_ctrl_c() == 0
    wait_until(lambda: page_of(port, "/docs/") is None, 60, "the end of the page")


def test_start_without_what_makes_the_reference_says_how_and_installs_nothing(folder):
    folder.start("--no-watch")
    assert "`./dev docs` shows the reference of the HTTP interface" in folder.output()
    assert not folder.asked_npm()


@pytest.mark.parametrize("port", ["taken", "0", "eight"])
def test_reference_without_a_port_is_left_out(folder, port):
    folder.install_reference_tools()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        folder.start("--no-watch", DOCS_PORT=str(taken.getsockname()[1]) if port == "taken" else port)
    assert "The reference of the HTTP interface is not shown" in folder.output()
    assert is_healthy(folder)


def test_ctrl_c_ends_the_service_too(folder):
    folder.start()
    service = folder.service_pid()
    assert folder.press_ctrl_c() == 0
    assert not is_running(service)
    assert '"event":"server_stopped"' in folder.output()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_signal_to_the_script_alone_ends_the_service_too(folder, name):
    """SIGHUP arrives when the script's terminal is closed; the service itself would take it as a request to reload its settings."""
    folder.start("--no-watch")
    service = folder.service_pid()
    folder.process.send_signal(signal.Signals[name])
    assert folder.process.wait(60) == 0
    assert not is_running(service)


@pytest.mark.parametrize("signalled", ["terminal", "script"])
def test_signal_while_it_builds_ends_it_without_a_restart(folder, signalled):
    folder.start()
    service = folder.service_pid()
    # A build that lasts until something is written into the pipe.
    subprocess.run(["mkfifo", str(folder.root / "gate")], check=True)
    (folder.root / "stand-ins" / "ninja").write_text("#!/bin/sh\necho building\nexec cat gate\n")
    folder.touch("src/file")
    folder.wait_for("\nbuilding")
    if signalled == "terminal":
        folder.press_ctrl_c()  # ends the build as well
    else:
        folder.process.terminate()
        (folder.root / "gate").write_text("done")
        assert folder.process.wait(60) == 0
    assert not is_running(service)
    assert RESTARTED not in folder.output()


def test_service_that_refuses_its_settings_ends_it_with_a_failure(folder):
    folder.launch(PORT="99999")
    assert folder.process.wait(60) == 78
    assert "PORT" in folder.output()


def test_second_one_says_whose_port_it_is(new_folder):
    first, second = new_folder().start("--no-watch"), new_folder()
    second.launch(PORT=str(first.port))
    assert second.process.wait(60) == 1
    whose = f"port {first.port} is in use by process {first.service_pid()} (build/release/gatehouse serve) in {first.root}"
    assert whose in second.output()
    assert f"PORT={first.port + 1} ./dev serve" in second.output()
    assert second.builds() == 0, "nobody waits for a build to learn that"


def test_own_probes_do_not_fill_the_log(folder):
    folder.start("--no-watch")
    status_for(folder, folder.secrets()["API_KEY"])
    folder.press_ctrl_c()
    assert '"path":"/users"' in folder.output()
    assert "/health" not in folder.output()


def test_edited_settings_file_restarts_it(folder):
    folder.start()
    made = folder.secrets()["API_KEY"]
    before = folder.service_pid()
    (folder.root / ".env").write_text(f"API_KEY={KEY}\n")
    folder.wait_for(".env changed")
    folder.wait_for(f"X-API-Key: {KEY}'")
    assert folder.service_pid() != before
    assert folder.builds() == 1
    assert (status_for(folder, KEY), status_for(folder, made)) == (200, 401)

    (folder.root / ".env").unlink()
    folder.wait_for(RESTARTED, times=2)
    assert (status_for(folder, KEY), status_for(folder, made)) == (401, 200)


def test_mistake_in_an_edited_settings_file_does_not_end_it(folder):
    folder.start()
    (folder.root / ".env").write_text("LOG_LEVEL=loud\n")
    folder.wait_for("waiting for the next change of .env")
    assert "LOG_LEVEL: must be one of" in folder.output()
    (folder.root / ".env").write_text("LOG_LEVEL=info\n")
    folder.wait_for(RESTARTED)
    assert is_healthy(folder)
    assert folder.press_ctrl_c() == 0


def test_ctrl_c_ends_it_while_it_waits_for_better_settings(folder):
    folder.start()
    (folder.root / ".env").write_text("LOG_LEVEL=loud\n")
    folder.wait_for("waiting for the next change of .env")
    assert folder.press_ctrl_c() == 78
