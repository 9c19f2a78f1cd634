"""`gatehouse migrate plan`: that it says what the migrations then do, and changes nothing."""

import json

import pytest

from harness.program import base_settings, run_command

pytestmark = [pytest.mark.sequential, pytest.mark.empty_database]

POSTGRES_ONLY = pytest.mark.parametrize("kind", ["postgres"], indirect=True)

# From the weakest to the strongest; weaker locks wait for nothing that the service does.
LOCKS = ["ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "ACCESS EXCLUSIVE"]
LIST_COLUMNS = {
    "sqlite": "SELECT one.name, field.name FROM sqlite_master AS one, pragma_table_xinfo(one.name) AS field "
    "WHERE one.type = 'table' AND one.name NOT LIKE 'sqlite_%'",
    "postgres": "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'",
}
COMPUTED = {"users.email_key", "audit_rows", "audit_horizon", "user_names", "new_session"}  # a column, and views


def succeeded(result):
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def planned(command) -> dict:
    document = json.loads(succeeded(command("migrate", "plan", "--json")))
    assert document["refused"] is None
    return document


def applied(database) -> list[str]:
    return [row[0] for row in database.rows("SELECT name FROM gatehouse_migrations ORDER BY name")]


def columns(database) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table, column in database.rows(LIST_COLUMNS[database.kind]):
        found.setdefault(table, set()).add(column)
    return found


def roll_back_to(command, name):
    succeeded(command("migrate", "rollback", "--yes", "--to", name))


def test_plan_of_an_empty_database_has_every_migration_and_changes_nothing(command, database):
    document = planned(command)
    succeeded(command("migrate", "plan"))
    assert columns(database) == {}
    succeeded(command("migrate", "latest"))
    assert [one["name"] for one in document["migrations"]] == applied(database)
    assert all(one["tables"] == [] and one["sql"] and one["summary"] for one in document["migrations"])
    assert document["estimateMs"] == 0


def test_plan_makes_no_file(tmp_path):
    result = run_command(["migrate", "plan"], base_settings() | {"SQLITE_PATH": "missing.db"}, tmp_path)
    assert "\n20250711_001_create_users_table: " in succeeded(result)
    assert "Nothing waits for it" in result.stdout
    assert not list(tmp_path.glob("missing.db*"))


def test_plan_without_pending_migrations_is_a_success(command):
    succeeded(command("migrate", "latest"))
    assert succeeded(command("migrate", "plan")) == "The schema is up to date\n"
    assert planned(command)["migrations"] == []


def test_plan_knows_what_a_rollback_loses(command, database):
    succeeded(command("migrate", "latest"))
    names = applied(database)
    for name, kept in reversed(list(zip(names[1:], names[:-1], strict=True))):
        before = columns(database)
        roll_back_to(command, kept)
        after = columns(database)
        gone = {table for table in before if table not in after}
        gone |= {f"{table}.{column}" for table in after for column in before.get(table, set()) - after[table]}
        [plan] = [one for one in planned(command)["migrations"] if one["name"] == name]
        losses = {one for one in plan["rollbackLoses"] if not one.startswith("rows of ")}
        assert losses == gone - COMPUTED, name


def locks_of(database, sql) -> tuple[dict[str, str], set[str]]:
    """What the server says while the script's transaction is open: the strongest lock on each table that existed
    before, as the manual calls it, and the tables that got a new file."""
    files = "SELECT relname, relfilenode FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    locks = (
        "SELECT relname, mode FROM pg_locks JOIN pg_class ON pg_class.oid = relation "
        "WHERE pid = pg_backend_pid() AND relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    with database.connect() as connection, connection.cursor() as cursor:
        connection.autocommit = False
        cursor.execute(files)
        before = dict(cursor.fetchall())
        cursor.execute(sql)
        cursor.execute(files)
        after = dict(cursor.fetchall())
        cursor.execute(locks)
        held: dict[str, str] = {}
        for table, mode in cursor.fetchall():
            [lock] = [one for one in LOCKS if one.replace(" ", "").lower() + "lock" == mode.lower()] or [""]
            if table in before and lock and LOCKS.index(lock) >= LOCKS.index(held.get(table, LOCKS[0])):
                held[table] = lock
        connection.rollback()
    return held, {table for table, file in before.items() if after.get(table, file) != file}


@POSTGRES_ONLY
def test_server_takes_the_locks_and_rewrites_the_tables_that_the_plan_says(command, database):
    succeeded(command("migrate", "latest"))
    names = applied(database)
    for name, kept in reversed(list(zip(names[1:], names[:-1], strict=True))):
        roll_back_to(command, kept)
        plan = planned(command)["migrations"][0]
        assert plan["name"] == name
        held, rewritten = locks_of(database, plan["sql"])
        assert {one["table"]: one["lock"] for one in plan["tables"]} == held, name
        assert {one["table"] for one in plan["tables"] if one["work"] == "rewrite"} == rewritten, name


def test_plan_estimates_by_the_size_of_the_tables(command, database):
    succeeded(command("migrate", "latest"))
    database.insert_users(20_000)
    kept = next(name for name in applied(database) if name.endswith("announce_changes"))
    roll_back_to(command, kept)
    if database.kind == "postgres":
        database.run("ANALYZE users")
    before = columns(database), applied(database)
    document = planned(command)
    plan = next(one for one in document["migrations"] if one["name"].endswith("add_canonical_emails"))
    [users] = plan["tables"]
    assert (users["table"], users["rows"], users["work"]) == ("users", 20_000, "rewrite")
    assert users["bytes"] > 1_000_000
    assert (users["lock"], users["blocks"]) == {
        "postgres": ("ACCESS EXCLUSIVE", "everything"),
        "sqlite": (None, "writes"),
    }[database.kind]
    assert 0 < users["estimateMs"] <= document["estimateMs"]
    text = succeeded(command("migrate", "plan"))
    assert "20261126_010_add_canonical_emails: One key for all spellings of an address" in text
    assert "rewritten, " in text and "about 20000 rows" in text
    assert "a rollback loses users.canonical_of, users.canonical_email" in text.replace(
        "users.canonical_email, users.canonical_of", "users.canonical_of, users.canonical_email"
    )
    assert ("users (reads and writes)" if database.kind == "postgres" else "writes wait") in text
    assert (columns(database), applied(database)) == before


def test_plan_of_a_schema_that_is_newer_is_refused(command, database):
    succeeded(command("migrate", "latest"))
    moment = {"sqlite": "0", "postgres": "now()"}[database.kind]
    database.run(f"INSERT INTO gatehouse_migrations VALUES ('20990101_001_later', 99, {moment})")
    result = command("migrate", "plan")
    assert result.returncode == 1
    assert "newer version" in result.stderr and "20990101_001_later" in result.stderr
    as_json = command("migrate", "plan", "--json")
    assert as_json.returncode == 1
    document = json.loads(as_json.stdout)
    assert "20990101_001_later" in document["refused"] and document["migrations"] == []


def test_plan_of_migrations_that_data_prevents_says_which(command, database):
    succeeded(command("migrate", "latest"))
    roll_back_to(command, "express")
    values = "'A', 'B', '{}', 0, 0" if database.kind == "sqlite" else "'A', 'B', '{}', now(), now()"
    for email in ("ada@example.com", "Ada@Example.com"):
        row = values.format(email)
        database.run(f"INSERT INTO users (first_name, last_name, email, created_at, updated_at) VALUES ({row})")
    result = command("migrate", "plan")
    assert result.returncode == 1
    assert "would be refused: 20261123_002_add_email_key" in result.stderr
    assert "ada@example.com" in result.stderr and "Ada@Example.com" in result.stderr


def test_plan_of_a_database_that_is_away_fails(command):
    result = command(
        "migrate",
        "plan",
        DATABASE_URL="postgresql://postgres@127.0.0.1:1/nowhere",
        DB_CONNECT_TIMEOUT="1s",
        DB_QUERY_TIMEOUT="1s",
    )
    assert result.returncode == 1
    assert "database" in result.stderr.lower()
