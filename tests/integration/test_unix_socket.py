"""LISTEN_UNIX: a Unix socket beside the port or in its place, and sockets that a service manager hands over."""

import contextlib
import grp
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.accounts import PASSWORD, create_user, log_in, try_log_in, verify_session
from harness.behind_proxy import KEY
from harness.certificates import serve_tls
from harness.clusters import free_port
from harness.http_client import Api
from harness.places import REPOSITORY
from harness.program import base_settings, run_command
from harness.raw_http import RawConnection, message
from harness.waiting import wait_until

WORK_TICKS = 5
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin")

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


@pytest.fixture
def folder():
    """A folder whose path leaves room for a socket's name; pytest's own are too long for some."""
    path = Path(tempfile.mkdtemp(prefix="gatehouse-unix-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def path(folder):
    return folder / "gatehouse.sock"


def api_on(program, path):
    return Api(0, program.settings["API_KEY"], unix=path)


def failure_of(program) -> str:
    """Why it did not start."""
    assert program.wait() == 1, program.output()
    [line] = program.events("server_failed")
    return line["reason"]


def listening_sockets(path) -> int:
    rows = Path("/proc/net/unix").read_text().splitlines()
    return sum(row.endswith(f" {path}") and row.split()[5] == "01" for row in rows)


def listens(path) -> bool:
    """Whether connections are accepted; the file is there a little earlier."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def test_socket_answers_beside_the_port(start, path):
    program = start(LISTEN_UNIX=str(path))
    [started] = program.events("server_started")
    assert (started["host"], started["sockets"]) == ("127.0.0.1", f"unix:{path}")
    with api_on(program, path) as inside, program.api() as outside:
        login = log_in(inside, create_user(inside)["email"])
        for api in (inside, outside):
            assert verify_session(api, login["session"]).status == 200
            assert api.get("/users", key="wrong").status == 401


def test_socket_takes_the_place_of_the_port(start, path):
    program = start(LISTEN_UNIX=str(path), PORT="off")
    [started] = program.events("server_started")
    assert (started["host"], started["port"], started["sockets"]) == ("", 0, f"unix:{path}")
    with api_on(program, path) as api:
        assert api.get("/health/ready", key=None).status == 200
    inodes = {target[8:-1] for target in program.descriptors() if target.startswith("socket:[")}
    listening = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    assert not [row for row in listening if row[3] == "0A" and row[9] in inodes]


@pytest.mark.parametrize("mode", ["0660", "0600", "0666"])
def test_file_has_its_mode_and_group_and_is_removed_at_the_end(start, path, mode):
    group = grp.getgrgid(os.getegid()).gr_name
    program = start(LISTEN_UNIX=str(path), LISTEN_UNIX_MODE=mode, LISTEN_UNIX_GROUP=group)
    status = path.lstat()
    assert stat.S_ISSOCK(status.st_mode)
    assert (stat.S_IMODE(status.st_mode), status.st_gid) == (int(mode, 8), os.getegid())
    assert program.stop() == 0
    assert not path.exists()


def test_socket_of_a_dead_process_is_replaced(start, path):
    program = start(LISTEN_UNIX=str(path))
    program.kill()
    assert path.exists()
    program.start()
    with api_on(program, path) as api:
        assert api.get("/health/ready", key=None).status == 200
    assert listening_sockets(path) == 1


def test_socket_of_a_living_process_is_taken(start, path):
    first = start(LISTEN_UNIX=str(path))
    second = start(LISTEN_UNIX=str(path), wait=False)
    assert failure_of(second) == f"cannot listen on LISTEN_UNIX {path}: another process listens on it"
    with api_on(first, path) as api:
        assert api.get("/health/ready", key=None).status == 200


def test_file_of_somebody_else_is_not_replaced(start, path):
    path.write_text("precious")
    program = start(LISTEN_UNIX=str(path), wait=False)
    assert "it exists and is not a socket" in failure_of(program)
    assert path.read_text() == "precious"


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"LISTEN_UNIX": "/nonexistent/gatehouse.sock"}, "LISTEN_UNIX /nonexistent/gatehouse.sock: its folder does not exist"),
        ({"LISTEN_UNIX_GROUP": "no-such-group"}, "LISTEN_UNIX_GROUP no-such-group does not exist"),
        # Nobody may write there, not even root.
        ({"LISTEN_UNIX": "/proc/gatehouse.sock"}, "LISTEN_UNIX /proc/gatehouse.sock: "),
    ],
)
def test_place_that_cannot_be_had_ends_the_start(start, path, settings, reason):
    program = start(wait=False, **({"LISTEN_UNIX": str(path)} | settings))
    assert reason in failure_of(program)
    assert not path.exists()


@pytest.mark.usefixtures("kind")
@pytest.mark.parametrize(
    "settings",
    [
        {"LISTEN_UNIX": "/" + 107 * "x"},
        {"LISTEN_UNIX": "relative.sock"},
        {"LISTEN_UNIX": "/x", "LISTEN_UNIX_MODE": "rw"},
        {"PORT": "off"},
    ],
)
def test_wrong_settings_are_told_apart_from_a_taken_place(tmp_path, settings):
    result = run_command(["serve"], base_settings() | settings, tmp_path)
    assert result.returncode == 78
    assert list(settings)[-1] in result.stderr


def test_forwarded_address_is_believed(start, path):
    program = start(LISTEN_UNIX=str(path))
    with api_on(program, path) as api:
        user = create_user(api)
        log_in(api, user["email"], headers={"X-Forwarded-For": "203.0.113.7"})
        log_in(api, user["email"])
        sessions = api.get(f"/users/{user['id']}/sessions").json()
    assert {session["ipAddress"] for session in sessions} == {"203.0.113.7", "127.0.0.1"}
    assert program.events("forwarded_for_ignored") == []


def test_client_behind_the_socket_is_limited_and_the_back_end_is_not(start, path):
    program = start(LISTEN_UNIX=str(path), RATE_LIMIT_LOGIN="1/1h/2")
    with api_on(program, path) as api:
        user = create_user(api)["email"]
        told = {"X-Forwarded-For": "203.0.113.7"}
        statuses = [try_log_in(api, user, "wrong", headers=told).status for _ in range(4)]
        assert statuses == [401, 401, 429, 429]
        assert try_log_in(api, user, PASSWORD, headers={"X-Forwarded-For": "203.0.113.8"}).status == 200
        assert try_log_in(api, user).status == 200


def test_connections_have_no_share_of_an_address(start, path):
    program = start(LISTEN_UNIX=str(path), CONNECTIONS_PER_ADDRESS_MAX="1", TRUSTED_BACKENDS="192.0.2.1")
    with contextlib.ExitStack() as stack:
        for _ in range(5):
            connection = stack.enter_context(RawConnection(0, unix=path))
            connection.send(message("GET /health/live"))
            assert connection.read_response().status == 200
        [in_use] = [stack.enter_context(RawConnection(program.port))]
        in_use.send(message("GET /health/live"))
        assert in_use.read_response().status == 200


def test_plain_http_is_enough_on_it(start, path, tmp_path):
    settings, context = serve_tls(tmp_path)
    program = start(LISTEN_UNIX=str(path), REQUIRE_HTTPS="true", **settings)
    with api_on(program, path) as inside, program.api(tls=context) as outside:
        assert inside.get("/users").status == outside.get("/users").status == 200
        refused = inside.get("/users", headers={"X-Forwarded-Proto": "http"})
        assert (refused.status, refused.json()["code"]) == (403, "https_required")


def test_io_threads_share_the_connections(start, path):
    program = start(LISTEN_UNIX=str(path), IO_THREADS="4", PORT="off")
    before = unnamed_ticks(program)
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(RawConnection(0, unix=path)) for _ in range(8)]

        def ask(connection):
            for _ in range(300):
                connection.send(message("GET /health/live"))
                assert connection.read_response().status == 200

        def all_have_worked():
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(ask, connections))
            return sum(ticks >= before.get(thread, 0) + WORK_TICKS for thread, ticks in unnamed_ticks(program).items()) >= 4

        wait_until(all_have_worked, 60, "work of each io thread")


def unnamed_ticks(program) -> dict[str, int]:
    """Clock ticks so far (proc_pid_stat(5)) of each thread without a name of its own: the io threads, and some that do little."""
    used = {}
    for task in Path(f"/proc/{program.process.pid}/task").iterdir():
        name, fields = (task / "stat").read_text().partition("(")[2].rpartition(")")[::2]
        if name == "gatehouse" and int(task.name) != program.process.pid:
            used[task.name] = sum(map(int, fields.split()[11:13]))
    return used


def test_requests_in_flight_are_answered_at_the_end(start, path):
    program = start(LISTEN_UNIX=str(path), HASH_THREADS="1")
    with api_on(program, path) as api:
        email = create_user(api)["email"]
    body = json.dumps({"email": email, "password": PASSWORD}).encode()
    with RawConnection(0, unix=path) as idle, RawConnection(0, unix=path) as busy:
        idle.send(message("GET /health/live"))
        assert idle.read_response().status == 200
        busy.send(message("POST /user-auth", KEY, body=body))
        assert program.stop() == 0
        assert busy.read_response().status == 200
        assert idle.is_closed_by_peer()
    assert not path.exists()


def test_health_command_asks_the_socket(start, command, path):
    start(LISTEN_UNIX=str(path))
    for arguments, settings in (
        (["--url", f"unix:{path}"], {}),
        (["--ready"], {"LISTEN_UNIX": str(path), "PORT": "off"}),
        ([], {"LISTEN_UNIX": str(path), "PORT": "0"}),
    ):
        result = command("health", *arguments, **settings)
        assert (result.returncode, result.stderr) == (0, ""), arguments
    gone = command("health", "--url", "unix:/nonexistent/x.sock")
    assert (gone.returncode, gone.stderr) == (1, "unix:/nonexistent/x.sock: No such file or directory\n")
    assert "or unix:/PATH" in command("health", "--url", "unix:relative").stderr


def test_doctor_looks_at_the_socket(command, path):
    good = command("doctor", LISTEN_UNIX=str(path))
    assert f"Unix socket: the folder of {path} exists" in good.stdout
    assert not path.exists()
    bad = command("doctor", LISTEN_UNIX="/nonexistent/gatehouse.sock")
    assert bad.returncode == 1
    assert "WRONG  Unix socket: /nonexistent/gatehouse.sock: its folder does not exist" in bad.stdout


@pytest.fixture
def handed(folder):
    """A Unix and a TCP socket that listen, as systemd opens them."""
    unix, tcp = socket.socket(socket.AF_UNIX), socket.create_server(("127.0.0.1", 0))
    unix.bind(str(folder / "handed.sock"))
    unix.listen(16)
    with unix, tcp:
        yield unix, tcp


def test_sockets_that_are_handed_over_replace_those_of_the_settings(start, handed, path):
    unix, tcp = handed
    program = start(handed=[unix, tcp], LISTEN_UNIX=str(path))
    [started] = program.events("server_started")
    assert started["sockets"] == f"unix:{unix.getsockname()}, 127.0.0.1:{tcp.getsockname()[1]}"
    assert (started["host"], started["port"]) == ("", 0)
    assert not path.exists()
    with api_on(program, unix.getsockname()) as inside, Api(tcp.getsockname()[1], program.settings["API_KEY"]) as outside:
        user = create_user(inside)
        log_in(outside, user["email"], headers={"X-Forwarded-For": "203.0.113.7"})
        assert [one["ipAddress"] for one in outside.get(f"/users/{user['id']}/sessions").json()] == ["127.0.0.1"]


def test_who_connects_between_two_processes_waits_for_the_next_one(start, handed):
    unix, _ = handed
    program = start(handed=[unix])
    assert program.stop() == 0
    with RawConnection(0, unix=unix.getsockname()) as early:
        early.send(message("GET /health/live"))
        program.start()
        assert early.read_response().status == 200
    assert Path(unix.getsockname()).exists(), "it is the manager's"


def test_handed_socket_that_does_not_listen_ends_the_start(start):
    with socket.socket() as idle:
        program = start(wait=False, handed=[idle])
        assert failure_of(program) == "cannot listen on descriptor 3 of LISTEN_FDS: it does not listen (Accept=no)"


def test_sockets_for_another_process_are_left_alone(start, handed):
    program = start(LISTEN_FDS="1", LISTEN_PID="1")
    assert program.events("server_started")[0]["sockets"] == ""
    with program.api() as api:
        assert api.get("/health/live", key=None).status == 200


def test_systemd_hands_its_socket_over(start, folder, tmp_path):
    """Uses systemd's tool for trying out socket activation."""
    activate = shutil.which("systemd-socket-activate")
    if activate is None:
        pytest.fail("systemd-socket-activate is not installed")
    path = folder / "activated.sock"
    program = start(launcher=[activate, "--listen", str(path), *passed_on(base_settings())], wait=False)
    wait_until(lambda: listens(path), 60, "the socket")
    with Api(0, program.settings["API_KEY"], unix=path) as api:
        assert api.get("/health/live", key=None).status == 200
    program.wait_until_ready()
    assert program.events("server_started")[0]["sockets"] == f"unix:{path}"


def passed_on(settings):
    return [f"--setenv={name}" for name in [*settings, "SQLITE_PATH"]]


def documented_upstream():
    """The line that docs/operations.md gives for nginx."""
    return re.search(r"^    server unix:.*;$", (REPOSITORY / "docs/operations.md").read_text(), re.M).group()


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_nginx_in_front_tells_the_address_of_its_client(start, path, tmp_path):
    program = start(LISTEN_UNIX=str(path), LISTEN_UNIX_MODE="0666", PORT="off")
    path.parent.chmod(0o755)  # nginx's workers run as another user
    port = free_port()
    server = (REPOSITORY / "deploy/nginx/gatehouse.conf").read_text().replace("listen 8080", f"listen 127.0.0.1:{port}")
    upstream = documented_upstream().replace("/run/gatehouse/gatehouse.sock", str(path))
    server = re.sub(r"^    server 127\.0\.0\.1:8001 .*\n    server 127\.0\.0\.1:8002 .*$", upstream, server, flags=re.M)
    assert "127.0.0.1:800" not in server
    temporary = "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    file = tmp_path / "nginx.conf"
    file.write_text(f"pid {tmp_path}/nginx.pid; daemon off; events {{}}\nhttp {{ access_log off; {temporary}\n{server} }}")
    process = subprocess.Popen([NGINX, "-e", str(tmp_path / "error.log"), "-p", str(tmp_path), "-c", str(file)])
    try:
        with api_on(program, path) as inside:
            user = create_user(inside)
            wait_until(lambda: accepts(port), 60, "nginx")
            body = json.dumps({"email": user["email"], "password": PASSWORD}).encode()
            with RawConnection(port, source="127.0.0.2") as client:
                client.send(message("POST /user-auth", KEY, "X-Forwarded-For: 203.0.113.9", body=body))
                assert client.read_response().status == 200
            assert [one["ipAddress"] for one in inside.get(f"/users/{user['id']}/sessions").json()] == ["127.0.0.2"]
    finally:
        process.terminate()
        process.wait(20)


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
