"""The program's subcommands: what they do, what they print, how they end."""

import json
import re
import secrets

import pytest

from harness.accounts import create_user, try_log_in
from harness.program import base_settings, run_command
from harness.waiting import wait_until

pytestmark = [pytest.mark.sequential, pytest.mark.empty_database]

SQLITE_ONLY = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def succeeded(result):
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def applied(database):
    return [row[0] for row in database.rows("SELECT name FROM gatehouse_migrations ORDER BY name")]


def test_migrate_latest_then_status_shows_all_done(command, database):
    before = command("migrate", "status")
    assert before.returncode != 0, "pending migrations are no success"
    succeeded(command("migrate", "latest"))
    names = applied(database)
    assert names[0] == "20250711_001_create_users_table"
    status = succeeded(command("migrate", "status"))
    for name in names:
        assert name in before.stdout and name in status
    assert {"id", "email", "email_key", "password_hash", "salt"} <= database.columns("users")


def test_migrate_latest_twice_does_nothing_more(command, database):
    succeeded(command("migrate", "latest"))
    rows = database.rows("SELECT * FROM gatehouse_migrations ORDER BY name")
    succeeded(command("migrate", "latest"))
    assert database.rows("SELECT * FROM gatehouse_migrations ORDER BY name") == rows


def test_migrate_rollback_and_latest_again_lead_to_the_same_schema(command, database):
    succeeded(command("migrate", "latest"))
    names = applied(database)
    columns = {table: database.columns(table) for table in ("users", "sessions")}
    succeeded(command("migrate", "rollback", "--yes"))
    assert len(applied(database)) < len(names)
    succeeded(command("migrate", "latest"))
    assert applied(database) == names
    assert {table: database.columns(table) for table in ("users", "sessions")} == columns


def test_migrate_rollback_to_a_name_stops_there(command, database):
    succeeded(command("migrate", "latest"))
    names = applied(database)
    succeeded(command("migrate", "rollback", "--yes", "--to", names[4]))
    assert applied(database) == names[:5]
    succeeded(command("migrate", "rollback", "--yes", "--to", names[2]))
    assert applied(database) == names[:3]
    succeeded(command("migrate", "latest"))
    assert applied(database) == names


def test_migrate_rollback_to_an_unknown_name_is_refused(command, database):
    succeeded(command("migrate", "latest"))
    names = applied(database)
    result = command("migrate", "rollback", "--yes", "--to", "20990101_001_nothing")
    assert result.returncode != 0
    assert "20990101_001_nothing" in result.stdout + result.stderr
    assert applied(database) == names


def test_rollback_keeps_users(command, database, start):
    program = start()
    with program.api() as api:
        user = create_user(api)
    program.stop()
    names = applied(database)
    succeeded(command("migrate", "rollback", "--yes", "--to", names[2]))
    succeeded(command("migrate", "latest"))
    program.start()
    with program.api() as api:
        assert api.get(f"/users/{user['id']}").json()["email"] == user["email"]
        assert try_log_in(api, user["email"]).status in (200, 401)


def test_rollback_under_a_running_service_is_refused_and_forced_is_seen_by_its_health(command, database, start):
    program = start()
    names = applied(database)
    with program.api() as api:
        assert api.get("/health").status == 200
        refused = command("migrate", "rollback", "--yes", "--to", names[2])
        assert refused.returncode != 0
        assert "others are connected" in refused.stderr and "--force" in refused.stderr
        assert applied(database) == names
        assert api.get("/health").status == 200

        succeeded(command("migrate", "rollback", "--yes", "--to", names[2], "--force"))
        wait_until(lambda: api.get("/health").status == 503, 20, "the health of the service")
        assert api.get("/health").json()["error"] == "Database schema does not fit"
        told = wait_until(lambda: program.events("unhealthy"), 20, "the log line")[0]["reason"]
        assert names[-1] in told or "leases" in told
        succeeded(command("migrate", "latest"))
        wait_until(lambda: api.get("/health").status == 200, 20, "the health of the service")
        wait_until(lambda: program.events("healthy_again"), 20, "the log line")
    assert program.stop() == 0
    succeeded(command("migrate", "rollback", "--yes", "--to", names[2]))


@SQLITE_ONLY
def test_migrate_make_and_seed_make_write_files(command, tmp_path):
    for folder in ("migrations", "seeds"):
        (tmp_path / folder).mkdir()
    succeeded(command("migrate", "make", "add_phone_numbers"))
    succeeded(command("seed", "make", "more_users"))
    names = [path.name for path in tmp_path.rglob("*") if "add_phone_numbers" in path.name or "more_users" in path.name]
    assert any(re.match(r"^\d{8}_\d{3}_add_phone_numbers.*\.sql$", name) for name in names)
    assert any("more_users" in name for name in names)


@SQLITE_ONLY
@pytest.mark.parametrize("name", ["", "../escape", "with space", "a/b", "UPPER;DROP"])
def test_migrate_make_refuses_odd_names(command, tmp_path, name):
    assert command("migrate", "make", name).returncode != 0
    assert not [path for path in tmp_path.rglob("*.sql")]


def test_seed_run_adds_users_once(command, database, start):
    succeeded(command("migrate", "latest"))
    for _ in range(2):
        succeeded(command("seed", "run", APP_ENV="development"))
        assert sorted(row[0] for row in database.rows("SELECT email FROM users")) == [
            "alice@example.com",
            "jane@example.com",
            "john@example.com",
        ]
    with start().api() as api:
        assert try_log_in(api, "alice@example.com", "password789").status == 200


def strong_production():
    return {"APP_ENV": "production"} | {
        name: secrets.token_urlsafe(48) for name in ("API_KEY", "JWT_SECRET", "SESSION_SECRET")
    }


def test_seeds_and_reset_are_refused_in_production(command, database):
    succeeded(command("migrate", "latest"))
    settings = strong_production()
    for arguments in (("seed", "run"), ("db", "reset")):
        result = command(*arguments, **settings)
        assert result.returncode != 0
        assert "production" in (result.stdout + result.stderr).lower()
    assert database.rows("SELECT count(*) FROM users") == [(0,)]


def test_db_reset_leaves_only_the_seeds(command, database, start):
    program = start()
    with program.api() as api:
        create_user(api)
    program.stop()
    succeeded(command("db", "reset", "--yes", APP_ENV="development"))
    assert sorted(row[0] for row in database.rows("SELECT email FROM users")) == [
        "alice@example.com",
        "jane@example.com",
        "john@example.com",
    ]
    program.start()
    with program.api() as api:
        assert try_log_in(api, "john@example.com", "password123").status == 200


def test_development_seeds_itself_at_the_start(start):
    with start(APP_ENV="development").api() as api:
        assert len(api.get("/users").json()) == 3
        assert try_log_in(api, "john@example.com", "password123").status == 200


@pytest.mark.parametrize("environment", ["test", "production"])
def test_other_environments_are_not_seeded(start, environment):
    settings = strong_production() if environment == "production" else {}
    with start(**settings).api() as api:
        assert api.get("/users").json() == []


@SQLITE_ONLY
def test_generated_secrets_are_strong_and_new(command):
    first, second = succeeded(command("secrets", "generate")), succeeded(command("secrets", "generate"))
    for name in ("API_KEY", "JWT_SECRET", "SESSION_SECRET"):
        values = [re.search(rf"^{name}=(\S+)$", text, re.M)[1] for text in (first, second)]
        assert values[0] != values[1]
        assert all(len(value) >= 40 for value in values)


@SQLITE_ONLY
def test_generated_secrets_start_production(command, start):
    settings = dict(re.findall(r"^([A-Z_]+)=(\S+)$", succeeded(command("secrets", "generate")), re.M))
    with start(APP_ENV="production", **settings).api() as api:
        assert api.get("/users").status == 200


def test_doctor_finds_a_sound_installation_sound(start, command):
    start()
    result = command("doctor")
    assert result.returncode == 0, result.stdout + result.stderr
    output = result.stdout + result.stderr
    settings = base_settings()
    assert not any(settings[name] in output for name in ("API_KEY", "JWT_SECRET", "SESSION_SECRET"))


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_doctor_gives_its_findings_as_one_json_document(start, command, database):
    start()
    shown = succeeded(command("doctor"))
    document = json.loads(succeeded(command("doctor", "--json")))
    assert document["healthy"] is True
    lines = [f"{finding['verdict']:<7}{finding['check'].replace('_', ' ')}:" for finding in document["findings"]]
    assert lines == [line[: line.index(":") + 1] for line in shown.splitlines() if line.startswith(("ok ", "note "))]
    assert {"database", "clocks", "schema", "kept_passwords", "mail"} <= {finding["check"] for finding in document["findings"]}
    settings = {one["name"]: one for one in document["settings"]}
    assert settings["PORT"] == {"name": "PORT", "value": "0", "origin": "environment", "default": "8000"}
    assert settings["API_KEY"]["value"] == "(hidden)"

    failed = command("doctor", "--json", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none", DB_QUERY_TIMEOUT="100ms")
    assert failed.returncode == 1
    away = json.loads(failed.stdout)
    assert away["healthy"] is False
    assert [finding["check"] for finding in away["findings"] if finding["verdict"] == "wrong"] == ["database"]


def test_doctor_and_migrate_say_that_the_database_is_away(command):
    for arguments in (("doctor",), ("migrate", "status"), ("sessions", "cleanup")):
        result = command(
            *arguments,
            DATABASE_URL="postgresql://postgres@127.0.0.1:1/nowhere",
            DB_CONNECT_TIMEOUT="1s",
            DB_QUERY_TIMEOUT="1s",
        )
        assert result.returncode != 0
        assert "database" in (result.stdout + result.stderr).lower()


@SQLITE_ONLY
@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["migrate"],
        ["migrate", "sideways"],
        ["serve", "--nonsense"],
        ["seed"],
        ["db"],
        ["users"],
        ["sessions"],
    ],
)
def test_incomplete_or_unknown_command_explains_itself(command, arguments):
    result = command(*arguments)
    assert result.returncode != 0
    assert (result.stdout + result.stderr).strip()


def test_routes_are_listed(tmp_path):
    result = run_command(["routes"], {}, tmp_path)
    lines = succeeded(result).splitlines()
    assert "POST /user-auth" in lines
    assert all(re.match(r"^(GET|POST|PUT|DELETE|ANY) /\S*$", line) for line in lines)


@SQLITE_ONLY
def test_commands_write_no_secret(command):
    settings = base_settings()
    for arguments in (["doctor"], ["migrate", "status"], ["routes"], ["sessions", "cleanup"]):
        result = command(*arguments)
        assert not any(
            settings[name] in result.stdout + result.stderr for name in ("API_KEY", "JWT_SECRET", "SESSION_SECRET")
        )


@SQLITE_ONLY
def test_log_of_a_start_names_version_and_port(start):
    program = start()
    started = program.events("server_started")
    assert len(started) == 1
    assert started[0]["port"] == program.port


@pytest.mark.parametrize("arguments", [["serve"], ["migrate", "status"], ["doctor"]], ids=" ".join)
def test_postgres_without_its_library_says_what_to_install(tmp_path, arguments):
    (tmp_path / "libpq.so.5").touch()
    settings = {"DATABASE_URL": "postgresql://postgres@127.0.0.1:1/gatehouse", "LD_LIBRARY_PATH": str(tmp_path)}
    result = run_command(arguments, base_settings() | settings, tmp_path)
    assert result.returncode == 1
    assert "libpq5" in result.stdout + result.stderr


def test_doctor_makes_no_database(tmp_path):
    result = run_command(["doctor"], base_settings() | {"SQLITE_PATH": "mistyped.db"}, tmp_path)
    assert result.returncode == 1
    assert "mistyped.db does not exist" in result.stdout
    assert not (tmp_path / "mistyped.db").exists()


def test_mistakes_in_another_env_file_name_that_file(tmp_path):
    (tmp_path / "other.env").write_bytes(b"PORT=1\nHOST=\0\n")
    result = run_command(["--env-file", "other.env", "doctor"], base_settings(), tmp_path)
    assert result.returncode == 1
    assert "WRONG  settings: other.env line 2" in result.stdout
