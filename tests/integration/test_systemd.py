"""The unit in deploy/systemd, as far as it can be checked without systemd running, and what the program tells a service manager."""

import contextlib
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest

from harness.places import REPOSITORY, binary
from harness.program import base_settings, run_command
from harness.waiting import wait_until

UNITS = REPOSITORY / "deploy" / "systemd"
EX_CONFIG = 78  # sysexits.h
EXPOSURE_MAX = 20  # tenths; systemd calls that "OK", and 92 is a unit without any restriction


@pytest.fixture
def unit(tmp_path):
    """unit(name, …): the path of the unit, for the program under test, with the drop-ins of these names."""
    if shutil.which("systemd-analyze") is None:
        pytest.fail("systemd-analyze is not installed")
    folder = tmp_path / "units"
    path = folder / "gatehouse.service"

    def make(*drop_ins):
        (folder / "gatehouse.service.d").mkdir(parents=True)
        path.write_text((UNITS / "gatehouse.service").read_text().replace("/usr/local/bin/gatehouse", str(binary())))
        for name in drop_ins:
            shutil.copy(UNITS / name, folder / "gatehouse.service.d")
        return path

    return make


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


def values_in_unit(name):
    return re.findall(rf"^{name}=(.*)$", (UNITS / "gatehouse.service").read_text(), re.MULTILINE)


@pytest.mark.parametrize("drop_ins", [(), ("port-443.conf",)], ids=["alone", "port-443"])
def test_unit_is_understood_and_closed(unit, drop_ins):
    path = unit(*drop_ins)
    verified = analyze("verify", "--man=no", "--recursive-errors=no", str(path))
    assert (verified.returncode, verified.stderr) == (0, "")
    judged = analyze("security", "--offline=true", f"--threshold={EXPOSURE_MAX}", str(path))
    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_socket_unit_is_understood(unit):
    socket_unit = unit().with_suffix(".socket")
    shutil.copy(UNITS / socket_unit.name, socket_unit)
    verified = analyze("verify", "--man=no", "--recursive-errors=no", str(socket_unit))
    assert (verified.returncode, verified.stderr) == (0, "")


def test_port_taken_for_a_while_does_not_end_the_service_for_good(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = base_settings() | {"PORT": str(taken.getsockname()[1]), "SQLITE_PATH": str(tmp_path / "x.db")}
        status = run_command(["serve"], settings, tmp_path).returncode
    assert values_in_unit("Restart") == ["on-failure"]
    assert str(status) not in values_in_unit("RestartPreventExitStatus")
    assert values_in_unit("StartLimitIntervalSec") == ["0"], "systemd would give up after five tries"
    assert int(values_in_unit("RestartSec")[0]) >= 1


def test_wrong_settings_are_not_tried_again_and_again(tmp_path):
    status = run_command(["serve"], base_settings() | {"PORT": "99999"}, tmp_path).returncode
    assert status == EX_CONFIG
    assert values_in_unit("RestartPreventExitStatus") == [str(EX_CONFIG)]


class Manager:
    """Listens where NOTIFY_SOCKET says, as systemd does."""

    def __init__(self, folder):
        self.path = folder / "notify"
        self._messages: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self._socket.setblocking(False)

    def messages(self):
        with contextlib.suppress(BlockingIOError):
            while True:
                self._messages.append(self._socket.recv(4096).decode())
        return self._messages

    def close(self):
        self._socket.close()


@pytest.fixture
def manager(tmp_path):
    listening = Manager(tmp_path)
    yield listening
    listening.close()


def test_manager_hears_of_the_start_when_it_listens_and_of_the_end(start, manager):
    program = start(NOTIFY_SOCKET=str(manager.path))
    wait_until(lambda: "READY=1" in manager.messages(), 60, "READY=1")
    with program.api() as api:
        assert api.get("/health").status == 200
    assert manager.messages() == ["READY=1"]
    assert program.stop() == 0
    assert manager.messages() == ["READY=1", "STOPPING=1"]


def test_manager_that_watches_hears_again_and_again_that_it_lives(start, manager):
    start(NOTIFY_SOCKET=str(manager.path), WATCHDOG_USEC="200000")
    wait_until(lambda: manager.messages().count("WATCHDOG=1") >= 3, 60, "three signs of life")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_manager_hears_of_a_reload_and_of_its_end(start, manager):
    program = start(NOTIFY_SOCKET=str(manager.path))
    wait_until(lambda: "READY=1" in manager.messages(), 60, "READY=1")
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    program.process.send_signal(signal.SIGHUP)
    wait_until(lambda: len(manager.messages()) == 3, 60, "the end of the reload")
    reloading = re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=(\d+)", manager.messages()[1])
    assert reloading and int(reloading.group(1)) >= before
    assert manager.messages()[2] == "READY=1"
    assert values_in_unit("ExecReload") == ["/bin/kill -HUP $MAINPID"]


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_manager_that_is_gone_costs_a_line_in_the_log(start, tmp_path):
    program = start(NOTIFY_SOCKET=str(tmp_path / "nobody"))
    [line] = wait_until(lambda: program.events("notify_failed"), 60, "the line")
    assert (line["level"], line["message"], line["reason"]) == ("warn", "READY=1", "No such file or directory")
    program.process.send_signal(signal.SIGTERM)
    assert program.wait() == 0
