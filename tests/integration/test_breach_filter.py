"""The filter of breached passwords: built, checked, used, replaced, and refused if it is invalid."""

import contextlib
import hashlib
import re
import signal
import subprocess
from pathlib import Path

import pytest

from harness.accounts import create_user, new_user
from harness.places import FULL, SANITIZED, binary
from harness.program import environment_of
from harness.waiting import wait_until

STOLEN = ["stolen password", "correct battery", "zażółć gęślą", "a b c d e f"]
LINES = 20_000_000 if FULL else 300_000 if SANITIZED else 1_500_000
MEMORY_KIB_MAX = 64 * 1024

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def sha1(password):
    return hashlib.sha1(password.encode()).hexdigest().upper()


def hash_list(passwords):
    """The list as it can be downloaded: ordered by hash, with how often each was seen."""
    return "\r\n".join(sorted(f"{sha1(one)}:{number}" for number, one in enumerate(passwords, 1)))


@pytest.fixture
def build(command, tmp_path):
    """build(passwords): the path of their filter; the same path each time."""

    def make(passwords, *options):
        source, target = tmp_path / "list.txt", tmp_path / "breached.filter"
        source.write_bytes(hash_list(passwords).encode())
        result = command("passwords", "build-filter", str(source), str(target), *options)
        assert result.returncode == 0, result.stderr
        return target

    return make


def refusal_of(api, password):
    response = api.post("/users", new_user(password=password))
    return response.json()["details"][0]["code"] if response.status == 400 else None


def test_members_are_refused_and_others_not(start, build):
    with start(PASSWORD_BREACH_FILTER=str(build(STOLEN))).api() as api:
        assert api.get("/user-auth/password-policy").json()["refusesBreached"] is True
        for password in STOLEN:
            assert refusal_of(api, password) == "breached"
            assert api.post("/user-auth/check-password", {"password": password}).json()["code"] == "breached"
            user = create_user(api)
            assert api.put(f"/users/{user['id']}", {"password": password}).status == 400
        assert refusal_of(api, "zażółć gęślą".replace("ó", "o\u0301")) == "breached"
        assert refusal_of(api, "Stolen password") is None


def test_passwords_seen_less_often_are_left_out(start, build):
    with start(PASSWORD_BREACH_FILTER=str(build(STOLEN, "--min-count", "3"))).api() as api:
        assert [refusal_of(api, password) for password in STOLEN] == [None, None, "breached", "breached"]


def test_hangup_turns_to_the_new_filter_and_keeps_the_old_one_where_that_is_bad(start, build):
    filter_path = build(STOLEN[:1])
    program = start(PASSWORD_BREACH_FILTER=str(filter_path), APP_ENV="development")

    def hang_up(outcome):
        program.process.send_signal(signal.SIGHUP)
        return wait_until(lambda: program.events(outcome), 20, "the reload")[0]

    with program.api() as api:
        build(STOLEN[1:2])
        assert [refusal_of(api, one) for one in STOLEN[:2]] == ["breached", None], "nobody has asked for it yet"
        hang_up("reloaded")
        assert [refusal_of(api, one) for one in STOLEN[:2]] == [None, "breached"]
        damaged = filter_path.with_name("damaged")
        damaged.write_bytes(filter_path.read_bytes()[:-1])
        damaged.rename(filter_path)
        line = hang_up("reload_failed")
        assert refusal_of(api, STOLEN[1]) == "breached"
        assert line["level"] == "error"
        assert re.search(f"^PASSWORD_BREACH_FILTER: {filter_path} .*does not have the length", line["reason"])


def test_production_reload_with_a_bad_filter_changes_nothing(start, build, tmp_path):
    filter_path = build(STOLEN)
    program = start(PASSWORD_BREACH_FILTER=str(filter_path), APP_ENV="production")
    with program.api() as api:
        filter_path.unlink()
        program.process.send_signal(signal.SIGHUP)
        (line,) = wait_until(lambda: program.events("reload_failed"), 20, "the refusal")
        assert line["name"] == "PASSWORD_BREACH_FILTER"
        assert refusal_of(api, STOLEN[0]) == "breached"


def test_production_does_not_start_without_the_filter_and_development_warns(start, command, tmp_path):
    missing = str(tmp_path / "none")
    result = command("serve", PASSWORD_BREACH_FILTER=missing, APP_ENV="production")
    assert result.returncode == 78
    assert re.search(r"PASSWORD_BREACH_FILTER.*cannot be opened: No such file", result.stdout + result.stderr)
    program = start(PASSWORD_BREACH_FILTER=missing, APP_ENV="development")
    assert [line["name"] for line in program.events("setting_warning")].count("PASSWORD_BREACH_FILTER") == 1
    with program.api() as api:
        assert api.get("/user-auth/password-policy").json()["refusesBreached"] is False


def test_doctor_judges_the_filter_and_the_length(command, build, tmp_path):
    assert command("migrate", "latest").returncode == 0
    path = build(STOLEN)
    good = command("doctor", PASSWORD_BREACH_FILTER=str(path))
    assert f"ok     breached passwords: {path} has 4 passwords" in good.stdout
    assert re.search(r"note +password length: .*PASSWORD_LENGTH_MIN=15 is advised", good.stdout)
    assert good.returncode == 0, good.stdout
    strict = command("doctor", PASSWORD_LENGTH_MIN="15")
    assert "ok     password length: new passwords need 15 characters" in strict.stdout
    assert re.search(r"note +breached passwords: not refused", strict.stdout)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    damaged = tmp_path / "damaged"
    damaged.write_bytes(content)
    bad = command("doctor", PASSWORD_BREACH_FILTER=str(damaged))
    assert re.search(r"WRONG +breached passwords: .*SHA-256", bad.stdout)
    assert bad.returncode == 1


def test_check_tells_a_whole_filter_from_a_damaged_one(command, build, tmp_path):
    path = build(STOLEN)
    result = command("passwords", "check-filter", str(path))
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"{path}: good, 4 passwords, {path.stat().st_size} bytes\n"
    content = path.read_bytes()
    damaged = tmp_path / "damaged"
    for bad in (b"", content[:63], content[:-2], content + b"x", b"X" + content[1:], content[:-1] + bytes([content[-1] ^ 1])):
        damaged.write_bytes(bad)
        result = command("passwords", "check-filter", str(damaged))
        assert result.returncode == 1, bad
        assert result.stderr.startswith(f"{damaged} ")
    assert command("passwords", "check-filter", str(tmp_path / "none")).returncode == 1
    assert command("passwords", "check-filter").returncode == 2


def test_build_refuses_what_is_no_list_and_leaves_the_old_filter(command, build, tmp_path):
    path = build(STOLEN)
    before = path.read_bytes()
    source = tmp_path / "bad.txt"
    hashes = hash_list(STOLEN).split("\r\n")
    for text, said in (("not a hash\n", "line 1: is not SHA1HEX:count"), ("\n".join(hashes[::-1]), "line 2: is not in the order")):
        source.write_text(text)
        result = command("passwords", "build-filter", str(source), str(path))
        assert result.returncode == 1
        assert said in result.stderr
    assert command("passwords", "build-filter", str(tmp_path / "none"), str(path)).returncode == 1
    assert command("passwords", "build-filter", str(source), str(path), "--min-count", "0").returncode == 2
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.glob("breached.filter*")] == ["breached.filter"]


def test_plain_list_makes_the_filter_of_its_hashes(command, build, tmp_path):
    source, target = tmp_path / "plain.txt", tmp_path / "plain.filter"
    source.write_text("\n".join(STOLEN + STOLEN[:1] + ["", "x" * 2000]))
    result = command("passwords", "build-filter", "--plain", str(source), str(target))
    assert result.returncode == 0, result.stderr
    assert "4 passwords of 7 lines" in result.stdout
    assert "Left out 2 lines" in result.stdout
    assert target.read_bytes() == build(STOLEN).read_bytes()


def write_plain(path, lines):
    """Many different passwords in no order."""
    with path.open("w") as file:
        for start in range(0, lines, 100_000):
            file.writelines(f"{(number * 7_919) % lines:09d} stolen\n" for number in range(start, min(lines, start + 100_000)))


def write_hashes(path, lines):
    """Evenly spread, as hashes are, and in order."""
    step = (1 << 64) // lines
    with path.open("w") as file:
        for start in range(0, lines, 100_000):
            file.writelines(f"{number * step:016X}{'0' * 24}:7\r\n" for number in range(start, min(lines, start + 100_000)))


def has_ended(process, peaks):
    """Whether it has; until then, notes its peak memory so far, in KiB."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
        peaks += [int(found[1])] if found else []
    return process.poll() is not None


@pytest.mark.slow
@pytest.mark.parametrize("form", ["plain", "hashes"])
def test_long_list_is_built_in_little_memory(kind, tmp_path, form):
    source, target = tmp_path / "long.txt", tmp_path / "long.filter"
    (write_plain if form == "plain" else write_hashes)(source, LINES)
    options = ["--plain"] if form == "plain" else []
    program = [str(binary()), "passwords", "build-filter", str(source), str(target), *options]
    with subprocess.Popen(program, env=environment_of({}), cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        peaks = []
        wait_until(lambda: has_ended(process, peaks), 570, "the filter")
        output = process.stdout.read()
    assert process.returncode == 0, output
    assert f"{LINES} passwords of {LINES} lines" in output
    assert target.stat().st_size <= 2.35 * LINES + 4096
    if not SANITIZED:
        assert max(peaks) < MEMORY_KIB_MAX
