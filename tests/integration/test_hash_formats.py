"""Passwords of other systems: every format is imported, lets its users in, and leaves nothing behind that is quick to guess."""

import base64
import hashlib
import json
from pathlib import Path

import pytest

from harness.accounts import log_in, try_log_in
from harness.places import VECTORS
from harness.program import start_command
from harness.waiting import wait_until

PATIENCE_S = 60
PENDING = "SELECT count(*) FROM users WHERE password_hash LIKE '$pending_wrap$%'"


@pytest.fixture
def run(command, tmp_path):
    """run("import", [{…}, …], …): the output of `gatehouse users …`; with --json, its last line as an object."""

    def make(name, *arguments, code=0):
        words = [str(write(tmp_path, one)) if isinstance(one, list) else str(one) for one in arguments]
        result = command("users", name, *words)
        assert result.returncode == code, (result.stdout, result.stderr)
        return json.loads(result.stdout.splitlines()[-1]) if "--json" in words else result.stdout

    return make


def write(folder, users):
    path = folder / "users.jsonl"
    path.write_text("".join(json.dumps(user) + "\n" for user in users))
    return path


def hashes_of_others():
    return json.loads((VECTORS / "foreign" / "password-hashes.json").read_text())["hashes"]


def is_fast(one):
    form = one["format"]
    return form.startswith(("md5", "sha", "pbkdf2")) or form in ("ssha", "phpass") or one["hash"].startswith("$1$")


def user_of(number, one):
    user = {"email": f"user{number}@example.com", "password_hash": one["hash"], "hash_format": one["format"]}
    return user | ({"salt": one["salt"]} if "salt" in one else {})


def sha256_users(count):
    return [
        {"email": f"user{number}@example.com", "password_hash": hashlib.sha256(f"canary {number}".encode()).hexdigest()}
        for number in range(count)
    ]


def traces_in(database, users):
    """How many of the hashes are found in the files of the database, as digits, bytes or Base64."""
    paths = [Path(f"{database.path}{suffix}") for suffix in ("", "-wal", "-journal")]
    content = b"".join(path.read_bytes() for path in paths if path.exists())
    found = 0
    for user in users:
        digest = bytes.fromhex(user["password_hash"])
        forms = (user["password_hash"].encode(), digest, base64.b64encode(digest).rstrip(b"="))
        found += any(form in content for form in forms)
    return found


@pytest.mark.slow
def test_users_with_hashes_of_every_format_log_in_and_are_exported_as_they_are(start, database, run):
    hashes = hashes_of_others()
    users = [user_of(number, one) for number, one in enumerate(hashes)]
    with start().api() as api:
        report = run("import", users, "--json")
        assert (report["accepted"], report["refused"]) == (len(users), 0)
        assert report["wrapped"] == sum(is_fast(one) for one in hashes) > 20
        assert database.rows(PENDING) == [(0,)]
        exported = run("export", "--with-hashes")
        assert exported.count('"$onion$') == report["wrapped"]

        database.run("DELETE FROM users")
        again = run("import", [json.loads(line) for line in exported.splitlines()], "--json")
        assert (again["accepted"], again["wrapped"]) == (len(users), 0)
        assert run("export", "--with-hashes") == exported

        for user, one in zip(users, hashes, strict=True):
            log_in(api, user["email"], one["password"])
        assert try_log_in(api, users[0]["email"], "x" + hashes[0]["password"]).status == 401
        stored = "SELECT count(*) FROM users WHERE password_hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'"
        assert database.rows(stored) == [(len(users),)]


@pytest.mark.slow
def test_wrapping_that_was_killed_goes_on_and_leaves_no_hash_behind(start, database, command, run, tmp_path):
    users = sha256_users(250)
    assert command("migrate", "latest").returncode == 0
    with start_command(database, tmp_path, "users", "import", str(write(tmp_path, users))) as process:
        wait_until(lambda: database.rows("SELECT count(*) FROM imports WHERE completed_at IS NOT NULL") == [(1,)], 570, "users")
        wait_until(lambda: database.rows(PENDING)[0][0] < 250, 570, "the first hashes")
        process.kill()
    wait_until(lambda: not database.has_clients(), PATIENCE_S, "the end of what it had sent")
    with start().api() as api:
        (waiting,) = database.rows(PENDING)[0]
        if waiting:
            log_in(api, "user249@example.com", "canary 249")
            assert try_log_in(api, "user248@example.com", "canary 249").status == 401
            assert database.rows(PENDING) == [(waiting - 1,)]
            if database.kind == "sqlite":
                assert traces_in(database, users) >= waiting - 1
        rest = run("wrap-hashes", "--json")
        assert (rest["wrapped"], rest["left"]) == (max(waiting - 1, 0), 0)
        if database.kind == "sqlite":
            assert traces_in(database, users) == 0
        log_in(api, "user100@example.com", "canary 100")
        assert "Wrapped 0 hashes" in run("wrap-hashes")


def test_import_wraps_what_an_earlier_one_left(database, command, run, tmp_path):
    assert command("migrate", "latest").returncode == 0
    users = sha256_users(3)
    assert run("import", users, "--json")["wrapped"] == 3
    database.run(f"UPDATE users SET password_hash = '$pending_wrap$sha256$${'A' * 43}' WHERE email = 'user1@example.com'")
    database.run("UPDATE users SET password_hash = '$pending_wrap$nothing' WHERE email = 'user2@example.com'")
    repeated = command("users", "import", str(tmp_path / "users.jsonl"), "--json")
    assert json.loads(repeated.stdout)["wrapped"] == 1
    assert "1 hashes are not wrapped" in repeated.stderr
    assert run("wrap-hashes", "--json", code=3) == {"wrapped": 0, "left": 1}


def test_costs_beyond_the_limits_are_refused(command, run, tmp_path):
    assert command("migrate", "latest").returncode == 0
    good = "$6$rounds=1000$UOLtlLKjxZ4wUyoK$OQ.tJfLS.TU3ytIrFY/VhvNjDIQ3.ZBnWaxjXSYOhF/cDMGBpw9QIeoJFwPzFoyXR4ErH8UN6iEgrWnqdJw6l0"
    costly = [good.replace("1000", "2000001"), "$y$jFT$salt$" + "x" * 43, "$P$J12345678" + "." * 22, "$sha1$2000001$salt$" + "x" * 28]
    users = [{"email": f"user{number}@example.com", "password_hash": one} for number, one in enumerate([good, *costly])]
    report = run("import", users, "--json", code=3)
    assert (report["accepted"], report["refused"]) == (1, 4)
    refused = (tmp_path / "users.jsonl.refused.jsonl").read_text().splitlines()
    assert [json.loads(line)["field"] for line in refused] == ["password_hash"] * 4


def test_rollback_that_would_lose_a_long_hash_is_refused(database, command, run):
    assert command("migrate", "latest").returncode == 0
    run("import", [{"email": "ada@example.com"}])
    database.run(f"UPDATE users SET password_hash = '$6${'x' * 300}'")
    result = command("migrate", "rollback", "--yes", "--to", "20261128_001_count_versions")
    assert result.returncode == 1
    assert "20261129_004_widen_password_hash" in result.stdout + result.stderr
    assert database.rows("SELECT length(password_hash) FROM users") == [(303,)]
    database.run("UPDATE users SET password_hash = NULL")
    assert command("migrate", "rollback", "--yes", "--to", "20261128_001_count_versions").returncode == 0
