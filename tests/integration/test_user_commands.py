"""Users and sessions by the command line, beside a running service."""

import json

import pytest

from harness.accounts import PASSWORD, create_user, is_alive, log_in, try_log_in, verify_session, verify_token
from harness.waiting import wait_until

PATIENCE_S = 60
NAMES = ("--first-name", "Grace", "--last-name", "Hopper")


def succeeded(result):
    assert result.returncode == 0, (result.stdout, result.stderr)
    return result.stdout


def test_created_user_logs_in(start, command):
    with start().api() as api:
        made = command("users", "create", "grace@example.com", *NAMES, "--json", stdin=PASSWORD + "\n")
        user = json.loads(succeeded(made))
        assert (user["email"], user["disabled_at"]) == ("grace@example.com", None)
        assert log_in(api, "grace@example.com")["user"]["id"] == user["id"]


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        ("nobody", PASSWORD, "email must contain exactly one @"),
        ("ada@example.com", "", "must be the password"),
        ("ada@example.com", "x" * 1025, "password must be at most 1024 bytes long"),
        ("ada@example.com", "qwertyuiop", "password must not be one of the most common passwords"),
    ],
)
def test_user_with_a_mistake_is_not_created(command, email, password, said):
    succeeded(command("migrate", "latest"))
    result = command("users", "create", email, *NAMES, stdin=password + "\n")
    assert result.returncode == 1
    assert said in result.stderr
    assert json.loads(succeeded(command("users", "list", "--json"))) == []


def test_address_that_is_taken_is_said(start, command):
    with start().api() as api:
        user = create_user(api)
    result = command("users", "create", user["email"].upper(), *NAMES, stdin=PASSWORD + "\n")
    assert result.returncode == 1
    assert "Another user has this email address" in result.stderr


def test_users_are_listed_and_shown_by_number_and_address(start, command):
    with start().api() as api:
        first, second = create_user(api), create_user(api, first_name="Grâce")
    listed = json.loads(succeeded(command("users", "list", "--json")))
    assert [{name: user[name] for name in first} for user in listed] == [second, first]
    table = succeeded(command("users", "list")).splitlines()
    assert [line.split()[0] for line in table] == [str(second["id"]), str(first["id"])]
    for choice in (str(second["id"]), second["email"].upper()):
        assert json.loads(succeeded(command("users", "show", choice, "--json")))["id"] == second["id"]
        assert "Grâce Lovelace" in succeeded(command("users", "show", choice))
    missing = command("users", "show", "nobody@example.com")
    assert (missing.returncode, missing.stderr) == (1, "There is no user nobody@example.com\n")


def test_many_users_are_listed_once_each(database, command):
    succeeded(command("migrate", "latest"))
    database.insert_users(2_500)
    listed = json.loads(succeeded(command("users", "list", "--json")))
    assert [user["email"] for user in listed] == [f"bulk{i}@example.com" for i in range(2_500, 0, -1)]


def test_text_that_a_terminal_would_obey_is_not_printed(database, start, command):
    with start().api() as api:
        user = create_user(api)
    database.run("UPDATE users SET first_name = ? WHERE id = ?", "\x1b[2J\u009b31m", user["id"])
    listed = succeeded(command("users", "list"))
    assert "\x1b" not in listed and "\u009b" not in listed


def test_open_sessions_are_listed(start, command):
    with start().api() as api:
        user = create_user(api)
        log_in(api, user["email"], headers={"User-Agent": "Browser/1.0"})
        expected = api.get(f"/users/{user['id']}/sessions").json()
    assert json.loads(succeeded(command("sessions", "list", user["email"], "--json"))) == expected
    table = succeeded(command("sessions", "list", str(user["id"])))
    assert "Browser/1.0" in table and "127.0.0.1" in table


def test_disabled_user_is_out_at_once_on_every_replica_and_looks_like_a_wrong_password(kind, start, command):
    apis = [start().api() for _ in range(2 if kind == "postgres" else 1)]
    user, other = create_user(apis[0]), create_user(apis[0])
    login, kept = log_in(apis[0], user["email"]), log_in(apis[0], other["email"])
    for api in apis:
        assert verify_token(api, login["token"]).status == 200
        assert is_alive(api, login["session"])
    wrong = try_log_in(apis[0], user["email"], "wrong")

    assert "is disabled" in succeeded(command("users", "disable", user["email"]))
    for api in apis:
        wait_until(lambda api=api: verify_session(api, login["session"]).status == 401, PATIENCE_S, "the end")
        wait_until(lambda api=api: verify_token(api, login["token"]).status == 401, PATIENCE_S, "the token's end")
        refused = try_log_in(api, user["email"])
        assert refused.status == wrong.status
        assert refused.json() | {"requestId": ""} == wrong.json() | {"requestId": ""}
        assert is_alive(api, kept["session"])
    assert json.loads(succeeded(command("users", "show", str(user["id"]), "--json")))["disabled_at"] is not None
    assert apis[0].get(f"/users/{user['id']}").json().keys() == other.keys()

    succeeded(command("users", "enable", str(user["id"])))
    for api in apis:
        log_in(api, user["email"])
        assert not is_alive(api, login["session"])
        api.close()


def test_what_a_command_makes_of_a_user_is_printed_as_json(start, command):
    with start().api() as api:
        user, other = create_user(api), create_user(api)
        for verb, is_disabled in (("disable", True), ("enable", False), ("unlock", False), ("require-password-change", False)):
            shown = json.loads(succeeded(command("users", verb, user["email"], "--json")))
            assert {name: shown[name] for name in user} == user and (shown["disabled_at"] is not None) == is_disabled
        assert api.get(f"/users/{user['id']}/account").json()["mustChangePassword"]
        deleted = json.loads(succeeded(command("users", "delete", str(user["id"]), "--yes", "--json")))
        assert deleted["email"] == user["email"] and api.get(f"/users/{user['id']}").status == 404
        assert succeeded(command("users", "delete", other["email"], "--yes")) == f"User {other['id']} is deleted\n"
    assert json.loads(succeeded(command("sessions", "cleanup", "--json"))) == {"deleted": 0, "isElsewhere": False}
    assert json.loads(succeeded(command("users", "forget-express-passwords", "--yes", "--json"))) == {"forgotten": 0}


def test_exports_are_counted_as_json(start, command, tmp_path):
    with start().api() as api:
        create_user(api)
    file = str(tmp_path / "users.jsonl")
    assert json.loads(succeeded(command("users", "export", file, "--json"))) == {"file": file, "users": 1}
    assert command("users", "export", "--json").returncode == 2


def test_user_who_is_nobody_or_referenced_is_not_deleted(start, database, command):
    with start().api() as api:
        user = create_user(api)
        database.run("CREATE TABLE orders (user_id bigint NOT NULL REFERENCES users (id))")
        database.run("INSERT INTO orders (user_id) VALUES (?)", user["id"])
        for choice, said in ((str(user["id"]), "Rows of other tables refer to the user"), ("987654", "There is no user 987654")):
            result = command("users", "delete", choice, "--yes")
            assert result.returncode == 1 and said in result.stderr
        assert api.get(f"/users/{user['id']}").status == 200
    for words in (("users", "delete"), ("users", "require-password-change"), ("sessions", "list"), ("keys", "revoke")):
        assert command(*words).returncode == 2


@pytest.mark.parametrize("arguments", ["users delete 1", "db reset", "migrate rollback --to express", "users forget-express-passwords"])
def test_irreversible_command_refuses_without_a_terminal_and_without_yes(start, command, arguments):
    with start().api() as api:
        user = create_user(api)
        result = command(*arguments.split(), stdin="y\n", APP_ENV="development")
        assert result.returncode == 1
        assert "Nothing was done; add --yes to do it" in result.stderr
        assert api.get(f"/users/{user['id']}").status == 200
