"""`gatehouse db partition audit --by month` and the way back: while events are written, after kill -9, and what happens to months."""

import json
import threading
from datetime import timedelta

import pytest

from harness.accounts import create_user, log_in, log_out
from harness.program import run_command
from harness.reshaping import PATIENCE_S, Guests, Reshaped, one, refused, succeeded
from harness.statements import store_statements
from harness.waiting import wait_until

ON_POSTGRES = pytest.mark.parametrize("kind", ["postgres"], indirect=True)
ON_SQLITE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

# On a slow machine, the switch takes longer than the default wait for a lock.
PATIENT = {"DB_QUERY_TIMEOUT": "60s", "DB_LOCK_TIMEOUT": "20s", "AUDIT_SEAL_INTERVAL": "1s"}
# Nothing is sealed while a transaction of another test is open, and one test fills tables for more than a minute.
SEALED_WITHIN_S = 300
BULK = 3_000
PARTITION = ("db", "partition", "audit", "--by", "month")
UNPARTITION = ("db", "unpartition", "audit")
MONTH_AHEAD = "to_char(now() AT TIME ZONE 'UTC' + interval '2 months', '\"audit_events_y\"YYYY\"m\"MM')"
UNSEALED = "SELECT count(*) FROM audit_events WHERE position > (SELECT coalesce(max(position_to), 0) FROM audit_seals)"


def trail(database):
    return Reshaped(database, "audit_events", "audit", "audit")


def months(database):
    """The partitions of single months, the oldest first."""
    listed = "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'audit_events'::regclass"
    return [name for (name,) in database.rows(f"{listed} AND relname <> 'audit_events_default' ORDER BY 1")]


def insert_old_events(database, count=BULK, apart="1 hour"):
    """Inserts `count` events, `apart` from one another, up to now."""
    database.run(
        "INSERT INTO audit_events (at, type, outcome, actor_kind, user_id) "
        f"SELECT now() - i * interval '{apart}', 'bulk.' || i % 7, 'ok', 'key', i % 100 FROM generate_series(1, {count}) AS i"
    )
    database.run("ANALYZE audit_events")


def bulk(database):
    return one(database, "SELECT count(*) FROM audit_events WHERE type LIKE 'bulk.%'")


@pytest.fixture
def filled(database):
    """Four months of events."""
    insert_old_events(database)
    return database


class Visitors(Guests):
    """They log in and out, and read their audit events."""

    def visit(self, api, user):
        assert log_out(api, log_in(api, user["email"])["session"]).status == 200
        assert api.get(f"/audit?user={user['id']}").status == 200


def verify(settings, folder):
    result = run_command(["audit", "verify", "--json"], settings, folder)
    assert result.returncode == 0, result.stdout + result.stderr
    return json.loads(result.stdout.splitlines()[-1])


def wait_until_sealed(database):
    wait_until(lambda: one(database, UNSEALED) == 0, SEALED_WITHIN_S, "the seal of the newest event")


@ON_POSTGRES
def test_trail_is_whole_after_it_got_months_and_lost_them_while_it_was_written(start, filled, command, tmp_path):
    before = trail(filled).shape()
    program = start(**PATIENT)
    with Visitors(program) as visitors:
        visitors.wait_for_more()
        for arguments, is_partitioned in ((PARTITION, True), (UNPARTITION, False)):
            assert "their number and checksum match" in succeeded(command(*arguments))
            assert bool(months(filled)) == is_partitioned
            assert not trail(filled).has_copy()
            assert trail(filled).shape() == before
            visitors.wait_for_more()
            if is_partitioned:
                # A single seal would not show that the next one follows it.
                wait_until(lambda: one(filled, "SELECT count(*) FROM audit_seals") > 0, SEALED_WITHIN_S, "the first seal")
                assert one(filled, "SELECT count(*) FROM audit_events_default") == 0
                with program.api() as api:
                    assert len(api.get("/audit/export").body.splitlines()) >= BULK
    assert visitors.failures == []
    assert one(filled, "SELECT count(*) FROM audit_events WHERE type = 'login.succeeded'") == visitors.visits
    assert one(filled, "SELECT count(*) - count(DISTINCT id) FROM audit_events") == 0
    assert bulk(filled) == BULK
    wait_until_sealed(filled)
    assert verify(program.settings, tmp_path)["seals"] > 1


@ON_POSTGRES
@pytest.mark.parametrize("back", [False, True])
def test_copy_that_was_killed_goes_on_and_has_what_came_between(start, filled, command, tmp_path, back):
    if back:
        succeeded(command(*PARTITION))
    arguments = UNPARTITION if back else PARTITION
    trail(filled).kill_in_the_middle(tmp_path, arguments)
    reached = one(filled, "SELECT last_id FROM audit_copy")
    assert bool(months(filled)) == back, "nothing has changed for others"
    with start().api() as api:
        log_in(api, create_user(api)["email"])
        with filled.connect() as connection, connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SET LOCAL gatehouse.audit_prune = 'on'")
            cursor.execute("DELETE FROM audit_events WHERE id IN (%s, %s)", (reached, reached + 1))
            cursor.execute("COMMIT")
        left = bulk(filled)
        assert left < BULK
        assert one(filled, "SELECT last_id FROM audit_copy") == reached, "it goes on from there"
        succeeded(command(*arguments))
    assert bool(months(filled)) != back
    assert bulk(filled) == left
    assert one(filled, "SELECT count(*) FROM audit_events WHERE type = 'login.succeeded'") == 1


@ON_POSTGRES
def test_copy_that_was_tampered_with_is_thrown_away(filled, command, tmp_path):
    trail(filled).kill_in_the_middle(tmp_path, PARTITION)
    filled.run("UPDATE audit_events_next SET actor = 'made up' WHERE id = 7")
    refused(command(*PARTITION), "did not match")
    assert not trail(filled).has_copy() and months(filled) == []
    succeeded(command(*PARTITION))
    assert one(filled, "SELECT count(*) FROM audit_events WHERE actor = 'made up'") == 0


@ON_POSTGRES
def test_trail_without_an_event_gets_its_months(database, command):
    database.run("ALTER TABLE audit_events DISABLE TRIGGER USER")
    database.run("DELETE FROM audit_events")
    database.run("ALTER TABLE audit_events ENABLE TRIGGER USER")
    expected = "audit is now partitioned by month. Compared 0 events first: their number and checksum match\n"
    assert succeeded(command(*PARTITION)) == expected
    assert len(months(database)) == 4
    assert succeeded(command(*PARTITION)) == "audit is partitioned by month already\n"
    assert succeeded(command("db", "partition", "audit")) == "audit is partitioned by month already\n"
    succeeded(command(*UNPARTITION))
    assert succeeded(command(*UNPARTITION)) == "audit is not partitioned already\n"


@ON_POSTGRES
def test_second_one_waits_for_the_first(filled, command):
    results = []
    threads = [threading.Thread(target=lambda: results.append(command(*PARTITION))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    texts = sorted(succeeded(result) for result in results)
    assert texts[0].startswith("audit is now partitioned by month. Compared ")
    assert texts[1] == "audit is partitioned by month already\n"


@ON_POSTGRES
def test_second_one_gives_up_while_the_first_goes_on(database, command):
    database.run("INSERT INTO leases VALUES ('audit partitioning', 'somebody', now() + interval '1 hour')")
    refused(command(*PARTITION), "Another process is partitioning audit")
    assert months(database) == [] and not trail(database).has_copy()


@ON_SQLITE
@pytest.mark.parametrize("arguments", [PARTITION, UNPARTITION])
def test_sqlite_is_refused(command, arguments):
    refused(command(*arguments), "SQLite has no partitioned tables")


@ON_POSTGRES
@pytest.mark.parametrize("arguments", [("partition", "audit", "--count", "4"), ("partition", "audit", "--by", "year"), ("unpartition", "mails")])
def test_wrong_command_line_is_refused(database, command, arguments):
    result = command("db", *arguments)
    assert result.returncode == 2, result.stderr
    assert months(database) == []


@ON_POSTGRES
@pytest.mark.parametrize(
    ("made", "named"),
    [
        ("CREATE VIEW logins AS SELECT id FROM audit_events", "view logins depends on it"),
        ("CREATE UNIQUE INDEX audit_requests ON audit_events (request_id)", "unique index audit_requests has no at"),
        ("ALTER TABLE audit_events DISABLE TRIGGER USER", "gatehouse_keep_audit_events is not enabled"),
    ],
)
def test_what_others_made_of_the_table_is_named(database, command, made, named):
    database.run(made)
    assert named in refused(command(*PARTITION), "Nothing was done")
    assert months(database) == [] and not trail(database).has_copy()


@ON_POSTGRES
def test_role_that_may_only_insert_goes_on_and_can_make_months_but_drops_none(filled, command):
    role = f"writer_{filled.name}"
    filled.run(f"CREATE ROLE {role}")
    insert = "INSERT INTO audit_events (at, type, outcome, actor_kind) VALUES (now(), 'logout', 'ok', 'key')"
    try:
        filled.run(f"GRANT SELECT, INSERT ON audit_events TO {role}")
        filled.run(f"GRANT SELECT ON audit_rows, audit_seals TO {role}")
        filled.run(f"GRANT USAGE ON SEQUENCE audit_events_id_seq TO {role}")
        filled.run(f"ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO {role}")
        for arguments in (PARTITION, UNPARTITION, PARTITION):
            succeeded(command(*arguments))
            assert one(filled, f"SELECT has_sequence_privilege('{role}', 'audit_events_id_seq', 'USAGE')")
            assert one(filled, f"SELECT has_table_privilege('{role}', 'audit_rows', 'SELECT')")
            for table in ["audit_events", *months(filled)]:
                assert not one(filled, f"SELECT has_table_privilege('{role}', '{table}', 'UPDATE, DELETE, TRUNCATE')"), table
            with filled.connect() as connection, connection.cursor() as cursor:
                cursor.execute(f"SET ROLE {role}")
                cursor.execute(insert)
        missing = one(filled, f"SELECT {MONTH_AHEAD}")
        filled.run(f"DROP TABLE {missing}")
        oldest = months(filled)[0]
        with filled.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {role}")
            cursor.execute("SELECT gatehouse_add_audit_months('audit_events', now())")
            assert cursor.fetchone() == (1,)
            with pytest.raises(Exception, match="permission denied"):
                cursor.execute("SELECT gatehouse_drop_audit_month(%s, now() - interval '1 day', now())", (oldest,))
        assert missing in months(filled) and oldest in months(filled)
    finally:
        filled.run(f"DROP OWNED BY {role}")
        filled.run(f"DROP ROLE {role}")


@ON_POSTGRES
@pytest.mark.slow
def test_statements_of_the_trail_find_their_rows_by_an_index_of_each_month(database, command):
    insert_old_events(database, count=60_000, apart="2 minutes")
    succeeded(command(*PARTITION))
    large = {name for name in months(database) if one(database, f"SELECT count(*) FROM {name}") > 10_000}
    assert len(large) >= 2
    statements = [one for one in store_statements() if one.touches("audit_events", "audit_rows")]
    assert len(statements) > 15
    for statement in statements:
        plan = database.plan(statement.sql, statement.parameter_count)
        scanned = {step["Relation Name"] for step in plan.steps if step["Node Type"] == "Seq Scan"}
        assert not scanned & large and not plan.sorts, (statement.name, plan.steps)


@ON_POSTGRES
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("audit_in_order", "now() - interval '1 hour', 7, now(), 100"),
        ("audit_of_time", "now() - interval '1 hour', now(), now(), 7, 100"),
    ],
)
def test_export_and_list_of_a_time_leave_out_other_months(filled, command, name, arguments):
    succeeded(command(*PARTITION))
    sql = next(one.sql for one in store_statements() if one.name == name)
    with filled.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"PREPARE few AS {sql}")
        cursor.execute("SET plan_cache_mode = force_generic_plan")
        cursor.execute(f"EXPLAIN EXECUTE few ({arguments})")
        plan = "".join(row[0] for row in cursor.fetchall())
    # Kept are the partitions of the last hour, two if it spans the start of a month, and the default partition.
    removed = int(plan.split("Subplans Removed: ")[1].split()[0].rstrip("->"))
    assert removed >= len(months(filled)) + 1 - 3, plan


@ON_POSTGRES
def test_event_goes_into_its_month_alone(filled, command):
    """Writing an event does not wait for a lock on another month."""
    succeeded(command(*PARTITION))
    insert = "INSERT INTO audit_events (at, type, outcome, actor_kind) VALUES (now(), 'logout', 'ok', 'key')"
    with filled.connect() as holder, holder.cursor() as holding, filled.connect() as connection, connection.cursor() as cursor:
        holding.execute("BEGIN")
        holding.execute(f"LOCK TABLE {months(filled)[0]}, audit_events_default IN ACCESS EXCLUSIVE MODE")
        cursor.execute("SET lock_timeout = '1ms'")
        cursor.execute(insert)
        holding.execute("ROLLBACK")


@ON_POSTGRES
def test_service_makes_months_that_are_missing_and_moves_events_into_them(start, filled, command):
    succeeded(command(*PARTITION))
    missing = one(filled, f"SELECT {MONTH_AHEAD}")
    filled.run(f"DROP TABLE {missing}")
    filled.run(
        "INSERT INTO audit_events (at, type, outcome, actor_kind) VALUES (now() + interval '2 months', 'early', 'ok', 'key')"
    )
    assert one(filled, "SELECT count(*) FROM audit_events_default") == 1
    told = command("doctor").stdout
    assert "audit months" in told and "1 of the current and the next three months have none" in told
    start()
    wait_until(lambda: missing in months(filled), PATIENCE_S, "the partition")
    assert one(filled, "SELECT count(*) FROM audit_events_default") == 0
    assert one(filled, f"SELECT count(*) FROM {missing}") == 1
    assert "have none" not in command("doctor").stdout


@ON_POSTGRES
def test_service_drops_months_that_are_over(start, filled, command, tmp_path):
    succeeded(command(*PARTITION))
    program = start(AUDIT_SEAL_INTERVAL="1s")
    wait_until_sealed(filled)
    program.stop()
    # The first seal covers all of these events. The other seals, which would vouch for its time, are deleted.
    assert one(filled, "SELECT count FROM audit_seals WHERE seq = 1") >= BULK
    filled.disarm("audit_seals")
    filled.run("DELETE FROM audit_seals WHERE seq > 1")
    filled.shift("audit_seals", "sealed_at", -timedelta(days=500))
    filled.run("ALTER TABLE audit_seals ENABLE TRIGGER USER")
    old = [name for name in months(filled) if name < one(filled, "SELECT to_char(now() - interval '2 days', '\"audit_events_y\"YYYY\"m\"MM')")]
    assert len(old) >= 3
    program = start(AUDIT_SEAL_INTERVAL="1s", AUDIT_RETENTION="2d")
    wait_until(lambda: not {*old} & {*months(filled)}, PATIENCE_S, "the end of old months")
    assert bulk(filled) == 0 and one(filled, "SELECT count(*) FROM audit_seals WHERE pruned_at IS NOT NULL") == 1
    [details] = filled.rows("SELECT details FROM audit_events WHERE type = 'audit.pruned'")[0]
    assert json.loads(details).items() >= {"firstSeal": 1, "lastSeal": 1}.items()
    assert json.loads(details)["count"] >= BULK
    wait_until_sealed(filled)
    assert verify(program.settings, tmp_path)["prunedSeals"] == 1


@ON_POSTGRES
def test_steps_behind_the_first_of_the_trail_go_back_and_forth_on_months(filled, command):
    succeeded(command(*PARTITION))
    before, had = trail(filled).shape(), months(filled)
    succeeded(command("migrate", "rollback", "--yes", "--to", "20261129_002_index_names"))
    succeeded(command("migrate", "latest"))
    assert trail(filled).shape() == before
    assert months(filled) == had and bulk(filled) == BULK
    succeeded(command("migrate", "rollback", "--yes", "--to", "express"))
    succeeded(command("migrate", "latest"))
    assert months(filled) == []


@ON_POSTGRES
@pytest.mark.slow
def test_backup_of_either_shape_comes_back_over_either(filled, command):
    before = trail(filled).shape()
    succeeded(command("backup", "plain.backup"))
    succeeded(command(*PARTITION))
    had = months(filled)
    succeeded(command("backup", "months.backup"))
    for name, expected in (("months.backup", had), ("plain.backup", []), ("months.backup", had)):
        succeeded(command("restore", name, "--yes"))
        assert months(filled) == expected
        assert bulk(filled) == BULK
        assert trail(filled).shape() == before
    succeeded(command("doctor"))
