"""Users are imported from files and exported to files, on the command line."""

import hashlib
import json

import pytest

from harness.accounts import PASSWORD, create_user, is_alive, log_in, try_log_in
from harness.places import FULL
from harness.program import start_command
from harness.waiting import wait_until

PATIENCE_S = 60
CROWD = 1_000_000 if FULL else 20_000
KILLS = 10 if FULL else 3


def succeeded(result):
    assert result.returncode == 0, (result.stdout, result.stderr)
    return result.stdout


@pytest.fixture
def run(command, tmp_path):
    """run("import", "users.csv", …): `gatehouse users …` in a folder of the test's own."""
    return lambda *arguments, **settings: command("users", *arguments, **settings)


@pytest.fixture
def write(tmp_path):
    """write("users.jsonl", [{…}, …]) or write("users.csv", "…"): the file's path."""

    def make(name, content):
        text = content if isinstance(content, str) else "".join(json.dumps(one) + "\n" for one in content)
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return make


def refusals_beside(path):
    refused = path.with_name(path.name + ".refused.jsonl")
    return [json.loads(line) for line in refused.read_text().splitlines()] if refused.exists() else []


def summary(result, code=0):
    assert result.returncode == code, (result.stdout, result.stderr)
    report = json.loads(result.stdout.splitlines()[-1])
    return tuple(report[name] for name in ("records", "accepted", "skipped", "refused"))


def express_hash(password, salt):
    return hashlib.pbkdf2_hmac("sha512", password.encode(), salt.encode(), 10_000).hex()


def some_users(count, first=0):
    return [
        {
            "email": f"user{number}@example.com",
            "first_name": f'First, "{number}"',
            "last_name": "Läst" if number % 2 else "",
            "password_hash": express_hash("pässword", "5a") if number < 3 else f"{number:0128x}",
            "salt": "5a",
            "email_verified": number % 3 == 0,
            "created_at": f"2020-01-01T00:00:{number % 60:02}.{number % 1000:06}Z",
            "disabled": number % 5 == 4,
            "locale": "de" if number % 7 == 0 else None,
        }
        for number in range(first, first + count)
    ]


def test_imported_users_log_in(start, run, write):
    users = [
        {"email": "hash@example.com", "password_hash": express_hash(PASSWORD, "5a5a"), "salt": "5a5a"},
        {"email": "plain@example.com", "password": PASSWORD, "first_name": "Ada"},
        {"email": "none@example.com"},
    ]
    with start().api() as api:
        assert summary(run("import", write("users.jsonl", users), "--json")) == (3, 3, 0, 0)
        for email in ("hash@example.com", "plain@example.com"):
            log_in(api, email)
            assert try_log_in(api, email, "wrong").status == 401
        assert try_log_in(api, "none@example.com").status == 401
        events = api.get("/audit?type=user.imported").json()["events"]
        assert [event["details"]["records"] for event in events] == [3]


@pytest.mark.parametrize("name", ["users.jsonl", "users.csv"])
def test_import_of_an_export_is_the_same_again(database, run, write, command, tmp_path, name):
    succeeded(command("migrate", "latest"))
    assert summary(run("import", write("first.jsonl", some_users(2_500)), "--json")) == (2500, 2500, 0, 0)
    file_format = name.rpartition(".")[2]
    exported = tmp_path / name
    succeeded(run("export", exported, "--with-hashes", "--format", file_format))
    assert exported.stat().st_mode & 0o777 == 0o600
    assert succeeded(run("export", "--with-hashes", "--format", file_format)) == exported.read_text()
    assert "exists already" in run("export", exported).stderr
    database.run("DELETE FROM users")
    assert summary(run("import", exported, "--json")) == (2500, 2500, 0, 0)
    assert succeeded(run("export", "--with-hashes", "--format", file_format)) == exported.read_text()


def test_export_without_hashes_has_none(run, write, command):
    succeeded(command("migrate", "latest"))
    summary(run("import", write("users.jsonl", some_users(1)), "--json"))
    (user,) = [json.loads(line) for line in succeeded(run("export")).splitlines()]
    assert sorted(user) == ["created_at", "disabled", "email", "email_verified", "first_name", "last_name", "locale"]
    header, *rows = succeeded(run("export", "--format", "csv")).splitlines()
    assert header == "email,first_name,last_name,email_verified,created_at,disabled,locale"
    assert len(rows) == 1


def test_refused_records_are_named_and_the_others_stored(run, write, command):
    succeeded(command("migrate", "latest"))
    secret = "canary-secret-canary"
    path = write(
        "users.csv",
        "email,password,password_hash,first_name\n"
        f"ada@example.com,{secret},,Ada\n"
        f"nobody,{secret},,\n"
        f"bob@example.com,{secret},$2b$12$canaryhash,\n"
        "eve@example.com,short,,\n"
        'mal@example.com,,,"Mal\nlory"\n'
        "two@example.com,\n"
        "zoe@example.com,,,Zoe\n",
    )
    result = run("import", path, "--json")
    assert summary(result, 3) == (7, 2, 0, 5)
    assert refusals_beside(path) == [
        {"line": 3, "field": "email", "code": "invalid_email"},
        {"line": 4, "field": "password", "code": "duplicate"},
        {"line": 5, "field": "password", "code": "too_short"},
        {"line": 6, "field": "first_name", "code": "control_character"},
        {"line": 8, "field": None, "code": "invalid_csv"},
    ]
    written = result.stdout + result.stderr + path.with_name("users.csv.refused.jsonl").read_text()
    assert "canary" not in written
    users = json.loads(succeeded(command("users", "list", "--json")))
    assert sorted(user["email"] for user in users) == ["ada@example.com", "zoe@example.com"]


def test_columns_that_nobody_knows_are_refused_before_anything_is_stored(run, write, command):
    succeeded(command("migrate", "latest"))
    result = run("import", write("users.csv", "email,phone\nada@example.com,1\n"))
    assert (result.returncode, "phone (unknown_field)" in result.stderr) == (1, True)
    assert run("import", "nowhere.csv").returncode == 1
    assert run("import", write("users.txt", ""), "--format", "xml").returncode == 2
    assert run("import", write("users.txt", ""), "--on-conflict", "merge").returncode == 2
    assert json.loads(succeeded(command("users", "list", "--json"))) == []


def test_user_who_exists_ends_the_import_is_skipped_or_changed(start, run, write):
    with start().api() as api:
        user = create_user(api)
        path = write("users.jsonl", [{"email": "new@example.com"}, {"email": user["email"].upper(), "first_name": "Eve"}])
        failed = run("import", path)
        assert failed.returncode == 1
        assert "line 2: another user has this email address" in failed.stderr
        assert run("export").stdout.count("\n") == 1
        assert summary(run("import", path, "--on-conflict", "skip", "--json")) == (2, 1, 1, 0)
        assert api.get(f"/users/{user['id']}").json()["first_name"] == "Ada"
        assert summary(run("import", path, "--on-conflict", "update", "--json")) == (2, 2, 0, 0)
        assert api.get(f"/users/{user['id']}").json()["first_name"] == "Eve"


def test_changed_users_are_out_at_once_on_every_replica(kind, start, run, write):
    apis = [start().api() for _ in range(2 if kind == "postgres" else 1)]
    users = [create_user(apis[0]) for _ in range(3)]
    sessions = [log_in(apis[0], user["email"])["session"] for user in users]
    for api in apis:
        assert all(is_alive(api, session) for session in sessions)
    changes = [
        {"email": users[0]["email"], "disabled": True},
        {"email": users[1]["email"], "password": "difference engine"},
        {"email": users[2]["email"], "last_name": "King"},
    ]
    assert summary(run("import", write("changes.jsonl", changes), "--on-conflict", "update", "--json")) == (3, 3, 0, 0)
    for api in apis:
        wait_until(lambda api=api: not is_alive(api, sessions[0]), PATIENCE_S, "the end of the disabled user's session")
        wait_until(lambda api=api: not is_alive(api, sessions[1]), PATIENCE_S, "the end of the old password's session")
        assert is_alive(api, sessions[2])
        api.close()


def test_dry_run_stores_nothing_and_says_what_would_be(start, run, write):
    with start().api() as api:
        user = create_user(api)
    path = write("users.jsonl", [{"email": "new@example.com"}, {"email": user["email"]}, {"email": "x"}, {"email": "NEW@example.com"}])
    result = run("import", path, "--dry-run", "--json")
    assert summary(result, 3) == (4, 1, 2, 1)
    assert [json.loads(line) for line in result.stdout.splitlines()[:-1]] == [
        {"line": 3, "field": "email", "code": "invalid_email"},
        {"line": 2, "field": "email", "code": "taken"},
        {"line": 4, "field": "email", "code": "taken"},
    ]
    assert refusals_beside(path) == []
    assert run("export").stdout.count("\n") == 1


def test_file_that_was_imported_is_not_imported_twice(database, run, write, command):
    succeeded(command("migrate", "latest"))
    path = write("users.jsonl", [*some_users(3), {"email": "x"}])
    assert summary(run("import", path, "--json"), 3) == (4, 3, 0, 1)
    again = run("import", path)
    assert again.returncode == 3
    assert "was imported before; --again imports it once more: 4 records, of which 3 were stored" in again.stdout
    assert len(refusals_beside(path)) == 1
    database.run("DELETE FROM users")
    assert summary(run("import", path, "--again", "--json"), 3) == (4, 3, 0, 1)
    assert len(refusals_beside(path)) == 1


@pytest.mark.slow
def test_killed_import_goes_on_and_stores_nobody_twice(database, run, write, command, tmp_path):
    succeeded(command("migrate", "latest"))
    users = some_users(CROWD)
    lines = [json.dumps(user) for user in users]
    for number in range(0, CROWD, 1000):
        lines[number] = '{"email":"refused"}'
    path = write("users.jsonl", "\n".join(lines))
    done = "SELECT coalesce(max(records_done), 0) FROM imports"
    for kill in range(1, KILLS + 1):
        with start_command(database, tmp_path, "users", "import", str(path), "--json") as process:
            behind = CROWD * kill // (KILLS + 1)
            wait_until(lambda behind=behind: database.rows(done)[0][0] >= behind, 570, "some batches")
            process.kill()
        wait_until(lambda: not database.has_clients(), PATIENCE_S, "the end of what the server still did")
    result = run("import", path, "--json")
    assert summary(result, 3) == (CROWD, CROWD - CROWD // 1000, 0, CROWD // 1000)
    assert [refusal["line"] for refusal in refusals_beside(path)] == list(range(1, CROWD, 1000))
    assert database.rows("SELECT count(*) FROM users") == [(CROWD - CROWD // 1000,)]
    assert database.rows("SELECT count(*) FROM imports") == [(1,)]
