"""A database of the Express service is taken over with its users and passwords, and can be handed back."""

import hashlib
import subprocess

import pytest

from harness.accounts import create_user, is_alive, log_in, try_log_in
from harness.places import MIGRATIONS, VECTORS

pytestmark = [pytest.mark.sequential, pytest.mark.empty_database, pytest.mark.parametrize("kind", ["postgres"], indirect=True)]

PASSWORDS = {"john@example.com": "password123", "jane@example.com": "password456", "alice@example.com": "password789"}
IDS = {"john@example.com": 1, "jane@example.com": 2, "alice@example.com": 3}
EXPRESS_MIGRATIONS = [
    "20250711_001_create_users_table",
    "20250714_001_add_password_to_users",
    "20250715_001_create_sessions_table",
]


def restore(database):
    """Loads the Express service's dump."""
    dump = VECTORS / "express" / "database.sql"
    result = subprocess.run(
        ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(dump), database.url],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


def schema(database):
    """What the Express service knows of its two tables: columns, types, indexes and constraints."""
    columns = (
        "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default "
        "FROM information_schema.columns WHERE table_name IN ('users', 'sessions') ORDER BY 1, 2"
    )
    indexes = "SELECT indexdef FROM pg_indexes WHERE tablename IN ('users', 'sessions') ORDER BY 1"
    constraints = (
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid IN ('users'::regclass, 'sessions'::regclass) ORDER BY 1"
    )
    return [database.rows(sql) for sql in (columns, indexes, constraints)]


def passwords_stored(database):
    return database.rows("SELECT id, email, password_hash, salt FROM users ORDER BY id")


def express_accepts(stored_hash, salt, password):
    """Whether the Express service would accept the password at a login."""
    return hashlib.pbkdf2_hmac("sha512", password.encode(), salt.encode(), 10_000, 64).hex() == stored_hash


@pytest.fixture
def express(database):
    restore(database)
    return database


def test_adopted_users_log_in_with_their_old_passwords(express, start):
    with start().api() as api:
        for email, password in PASSWORDS.items():
            answer = log_in(api, email, password)
            assert answer["user"]["id"] == IDS[email]
            assert is_alive(api, answer["session"])
            assert try_log_in(api, email, password + "x").status == 401


def test_adopted_email_with_blanks_around_it_logs_in(express, start):
    express.run("UPDATE users SET email = ' Jane@Example.com  ' WHERE id = 2")
    with start().api() as api:
        for typed in ("jane@example.com", " Jane@Example.com  "):
            assert log_in(api, typed, PASSWORDS["jane@example.com"])["user"]["id"] == 2


def test_adoption_keeps_every_user_as_it_was(express, start):
    before = express.rows("SELECT id, first_name, last_name, email, created_at FROM users ORDER BY id")
    with start(APP_ENV="development").api() as api:
        listed = api.get("/users").json()
    assert express.rows("SELECT id, first_name, last_name, email, created_at FROM users ORDER BY id") == before
    assert {user["email"]: user["id"] for user in listed} == IDS
    assert len(listed) == 3


def test_adopted_migrations_count_as_done(express, start, command):
    start()
    names = [row[0] for row in express.rows("SELECT name FROM gatehouse_migrations ORDER BY name")]
    assert names[:3] == EXPRESS_MIGRATIONS
    assert len(names) == len(MIGRATIONS)
    assert express.rows("SELECT count(*) FROM knex_migrations") == [(3,)]
    status = command("migrate", "status")
    assert status.returncode == 0
    assert all(name in status.stdout for name in names)


def test_ids_continue_behind_the_adopted_ones(express, start):
    with start().api() as api:
        user = create_user(api)
        assert user["id"] == 4
        log_in(api, user["email"])
    assert express.rows("SELECT max(id) FROM sessions")[0][0] == 233


def test_hash_is_replaced_at_the_first_good_login_and_the_old_one_kept(express, start):
    before = {row[1]: row for row in passwords_stored(express)}
    with start().api() as api:
        assert try_log_in(api, "john@example.com", "wrong").status == 401
        assert {row[1]: row for row in passwords_stored(express)} == before
        log_in(api, "john@example.com", "password123")
    after = {row[1]: row for row in passwords_stored(express)}
    assert after["john@example.com"][2].startswith("$argon2id$")
    assert after["john@example.com"][3] is None
    assert after["jane@example.com"] == before["jane@example.com"]
    assert express.rows("SELECT user_id, password_hash, salt FROM express_passwords") == [
        (1, before["john@example.com"][2], before["john@example.com"][3])
    ]


def test_adopting_again_changes_nothing(express, start):
    program = start()
    with program.api() as api:
        log_in(api, "john@example.com", "password123")
    program.stop()
    before = passwords_stored(express), express.rows("SELECT * FROM gatehouse_migrations ORDER BY name")
    program.start()
    assert (passwords_stored(express), express.rows("SELECT * FROM gatehouse_migrations ORDER BY name")) == before
    with program.api() as api:
        assert try_log_in(api, "john@example.com", "password123").status == 200


def test_sessions_of_the_express_service_open_nothing(express, start):
    with start().api() as api:
        assert api.get("/users/1/sessions").json() == []


def roll_back(command):
    result = command("migrate", "rollback", "--yes", "--to", "express")
    assert result.returncode == 0, result.stdout + result.stderr
    return result


def test_rollback_hands_schema_and_passwords_back(express, start, command):
    shape, stored = schema(express), passwords_stored(express)
    program = start()
    with program.api() as api:
        for email, password in PASSWORDS.items():
            log_in(api, email, password)
    program.stop()
    roll_back(command)
    assert schema(express) == shape
    assert passwords_stored(express) == stored
    assert express.rows("SELECT count(*) FROM knex_migrations") == [(3,)]


def test_express_can_write_after_the_rollback(express, start, command):
    program = start()
    with program.api() as api:
        log_in(api, "john@example.com", "password123")
    program.stop()
    roll_back(command)
    express.run("INSERT INTO sessions (user_id, expires_at) VALUES (1, now() + interval '7 days')")
    express.run(
        "INSERT INTO users (first_name, last_name, email, password_hash, salt) "
        "VALUES ('New', 'User', 'new@example.com', 'x', 'y')"
    )


def test_handed_back_database_is_adopted_again(express, start, command):
    program = start()
    with program.api() as api:
        log_in(api, "john@example.com", "password123")
    program.stop()
    roll_back(command)
    program.start()
    with program.api() as api:
        for email, password in PASSWORDS.items():
            assert try_log_in(api, email, password).status == 200


def test_password_changed_under_gatehouse_is_not_turned_back(express, start, command):
    """If a password was changed on purpose, the old one must not work again after the rollback."""
    program = start()
    with program.api() as api:
        log_in(api, "john@example.com", "password123")
        assert api.put("/users/1", {"password": "a new one of mine"}).status == 200
        assert express.rows("SELECT count(*) FROM express_passwords WHERE user_id = 1") == [(0,)]
    program.stop()
    roll_back(command)
    _, _, stored_hash, salt = passwords_stored(express)[0]
    assert not (stored_hash and salt and express_accepts(stored_hash, salt, "password123"))


def test_doctor_mentions_kept_express_passwords(express, start, command):
    with start().api() as api:
        log_in(api, "john@example.com", "password123")
    result = command("doctor")
    assert "express" in (result.stdout + result.stderr).lower()


def test_kept_express_passwords_can_be_forgotten(express, start, command):
    with start().api() as api:
        log_in(api, "john@example.com", "password123")
        result = command("users", "forget-express-passwords", "--yes")
        assert result.returncode == 0, result.stderr
        assert express.rows("SELECT count(*) FROM express_passwords") == [(0,)]
        assert try_log_in(api, "john@example.com", "password123").status == 200
        assert try_log_in(api, "jane@example.com", "password456").status == 200


def test_spellings_of_one_address_are_named_before_anything_changes(express, start, command):
    spellings = ["jürgen@münchen.example", "JU\u0308RGEN@xn--mnchen-3ya.example"]
    for number, spelling in enumerate(spellings, start=1):
        express.run("UPDATE users SET email = ? WHERE id = ?", spelling, number)
    shape = schema(express)
    result = command("migrate", "latest")
    assert result.returncode == 1
    assert "Delete or change all but one of every line:\n  " + ", ".join(spellings) in result.stderr
    assert schema(express) == shape
    assert express.rows("SELECT to_regclass('gatehouse_migrations')") == [(None,)]

    express.run("DELETE FROM users WHERE id = 2")
    with start().api() as api:
        for spelling in spellings:
            log_in(api, spelling, PASSWORDS["john@example.com"])


def test_emails_differing_only_in_case_stop_with_their_list(express, start):
    express.run(
        "INSERT INTO users (first_name, last_name, email) "
        "VALUES ('Other', 'John', 'JOHN@example.com'), ('Other', 'Jane', 'Jane@Example.com')"
    )
    program = start(wait=False)
    assert program.wait() != 0
    output = program.output()
    for email in ("JOHN@example.com", "john@example.com", "Jane@Example.com", "jane@example.com"):
        assert email in output
    assert "alice@example.com" not in output
    assert express.rows("SELECT count(*) FROM users") == [(5,)]
    assert "email_key" not in express.columns("users")


def as_role(database, role):
    """The settings of a program that connects as another role."""
    return {"DATABASE_URL": database.url.replace("postgres@", f"{role}@", 1)}


def test_role_that_may_not_create_tables_is_told_which_grant_is_missing(database, command):
    role = f"app_{database.name}"
    database.run(f"CREATE ROLE {role} LOGIN")
    database.run("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    try:
        refused = command("migrate", "latest", **as_role(database, role))
        assert refused.returncode != 0
        grant = f'GRANT USAGE, CREATE ON SCHEMA public TO "{role}"'
        assert grant in refused.stderr
        database.run(grant)
        assert command("migrate", "latest", **as_role(database, role)).returncode == 0
    finally:
        database.run(f"DROP OWNED BY {role}")
        database.run(f"DROP ROLE {role}")


def test_view_of_somebody_stops_the_adoption_before_its_first_step(express, start):
    express.run("CREATE VIEW customers AS SELECT id, email FROM users")
    before = schema(express)
    program = start(wait=False)
    assert program.wait() != 0
    reason = program.events("migrations_refused")[0]["reason"]
    assert "20261123_001_widen_ids" in reason and "customers" in reason and "Nothing was changed" in reason
    assert schema(express) == before
    express.run("DROP VIEW customers")
    program.start()


def test_refused_adoption_goes_on_once_the_emails_differ(express, start):
    express.run("INSERT INTO users (first_name, last_name, email) VALUES ('Other', 'John', 'JOHN@example.com')")
    program = start(wait=False)
    assert program.wait() != 0
    express.run("UPDATE users SET email = 'john2@example.com' WHERE email = 'JOHN@example.com'")
    program.start()
    with program.api() as api:
        assert try_log_in(api, "john@example.com", "password123").status == 200


def test_seeds_do_not_touch_adopted_users(express, start):
    before = passwords_stored(express)
    start(APP_ENV="development")
    assert passwords_stored(express) == before
