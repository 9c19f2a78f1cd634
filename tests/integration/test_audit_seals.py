"""Seals over the audit trail, made by the real program and verified by `gatehouse audit verify`."""

import contextlib
import http.client
import json
import subprocess
import threading
import uuid

import pytest

from harness.accounts import create_user, log_in, log_out, new_user, try_log_in
from harness.clusters import Cluster
from harness.databases import PostgresDatabase, driver
from harness.program import run_command
from harness.waiting import wait_until

# Nothing is sealed while a transaction of another test is open, and one test fills tables for more than a minute.
PATIENCE_S = 300
SEALED_TABLES = "audit_events, audit_seals, audit_seal_leaves, audit_position_bases"
UNSEALED = "SELECT count(*) FROM audit_events WHERE id > (SELECT coalesce(max(id), 0) FROM audit_events WHERE position <= " \
           "(SELECT coalesce(max(position_to), 0) FROM audit_seals))"
ON_POSTGRES = pytest.mark.parametrize("kind", ["postgres"], indirect=True)


@pytest.fixture
def key(tmp_path):
    """An Ed25519 key, made as the documents say."""
    return make_key(tmp_path, "audit")


def make_key(folder, name):
    private, public = folder / f"{name}.pem", folder / f"{name}.pub.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", private], check=True)
    subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True)
    return private, public


def sealing(private):
    return {"AUDIT_SEAL_INTERVAL": "1s", "AUDIT_SIGNING_KEY_FILE": str(private)}


def wait_until_sealed(database):
    wait_until(lambda: database.rows(UNSEALED)[0][0] == 0, PATIENCE_S, "the seal of the newest event")


def verify(settings, folder, *arguments):
    return run_command(["audit", "verify", *arguments], settings, folder)


def found(result):
    """The findings, and the summary."""
    *findings, summary = [json.loads(line) for line in result.stdout.splitlines()]
    assert summary["findings"] == len(findings) and summary["whole"] == (not findings)
    assert result.returncode == (1 if findings else 0), result.stderr
    return findings, summary


def anchors_of(programs, folder):
    """The lines of their logs, as somebody else would keep them. A seal is logged once it is stored, maybe a moment later."""
    wait_until(lambda: any("audit_sealed" in program.output() for program in programs), PATIENCE_S, "the line of a seal")
    path = folder / "seals.log"
    path.write_text("".join(program.output() for program in programs))
    return "--anchors", str(path)


def test_changes_of_the_trail_are_found(start, database, key, tmp_path):
    private, public = key
    program = start(**sealing(private))
    with program.api() as api:
        user = create_user(api)
        log_in(api, user["email"])
        wait_until_sealed(database)
        metrics = api.get("/metrics").body.decode()
        assert "gatehouse_audit_unsealed_seconds " in metrics
    whole = verify(program.settings, tmp_path, *anchors_of([program], tmp_path))
    assert whole.returncode == 0 and whole.stdout.startswith("Intact: "), whole.stdout + whole.stderr
    settings = program.settings | {"AUDIT_SIGNING_KEY_FILE": None}
    findings, summary = found(verify(settings, tmp_path, "--key", str(public), "--json"))
    assert not findings and summary["signedSeals"] == summary["seals"] > 0

    database.disarm("audit_events")
    [(number,)] = database.rows("SELECT id FROM audit_events WHERE type = 'login.succeeded'")
    database.run("UPDATE audit_events SET user_id = user_id + 1 WHERE id = ?", number)
    [finding], _ = found(verify(program.settings, tmp_path, "--json"))
    assert finding["faults"] == ["events"] and finding["changed"] == {"count": 1, "ids": [number]}
    assert finding["events"]["firstId"] <= number <= finding["events"]["lastId"] and finding["certain"]
    told = verify(program.settings, tmp_path)
    assert told.returncode == 1 and f"1 changed: {number}" in told.stdout and "WRONG  seal " in told.stdout
    database.run("DELETE FROM audit_events WHERE id = ?", number)
    [finding], _ = found(verify(program.settings, tmp_path, "--json"))
    assert finding["missing"]["ids"] == [number]


def test_seals_without_a_key(start, database, tmp_path):
    program = start(AUDIT_SEAL_INTERVAL="1s")
    wait_until(lambda: database.rows("SELECT 1 FROM audit_seals"), PATIENCE_S, "a seal")
    assert verify(program.settings, tmp_path).returncode == 0
    assert verify(program.settings, tmp_path, *anchors_of([program], tmp_path)).returncode == 0
    doctor = run_command(["doctor"], program.settings, tmp_path)
    assert "audit seals: not signed" in doctor.stdout and "AUDIT_SIGNING_KEY" in doctor.stdout
    private, _ = make_key(tmp_path, "later")
    [finding], _ = found(verify(program.settings | sealing(private), tmp_path, "--json"))
    assert finding["faults"] == ["unsigned"]
    program.stop()
    program.settings |= sealing(private)
    last = database.rows("SELECT max(seq) FROM audit_seals")[0][0]
    program.start()
    wait_until(lambda: database.rows("SELECT max(seq) FROM audit_seals")[0][0] > last, PATIENCE_S, "a signed seal")
    [first] = [n for (n,) in database.rows("SELECT min(seq) FROM audit_seals WHERE signature IS NOT NULL")]
    findings, _ = found(verify(program.settings, tmp_path, "--json", "--signed-from", str(first)))
    assert not findings
    doctor = run_command(["doctor"], program.settings, tmp_path)
    assert "audit seals: signed by key " in doctor.stdout


def test_what_verify_cannot_work_with(start, database, key, tmp_path):
    private, public = key
    program = start(**sealing(private))
    wait_until(lambda: database.rows("SELECT 1 FROM audit_seals"), PATIENCE_S, "a seal")
    nothing = tmp_path / "nothing"
    nothing.write_text("")
    without_key = program.settings | {"AUDIT_SIGNING_KEY_FILE": None}
    for settings, arguments, reason in (
        (program.settings, ["--anchors", str(tmp_path / "missing")], "audit_sealed"),
        (program.settings, ["--anchors", str(nothing)], "audit_sealed"),
        (program.settings, ["--key", str(nothing)], "is not a readable Ed25519 key"),
        (program.settings, ["--key", str(tmp_path / "missing")], "is not a readable Ed25519 key"),
        (program.settings, ["--signed-from", "x"], "signed-from"),
        (without_key, [], "name it with --key"),
    ):
        result = verify(settings, tmp_path, *arguments)
        assert result.returncode == 2 and reason in result.stderr, (arguments, result.stdout, result.stderr)
    assert verify(without_key, tmp_path, "--key", str(public)).returncode == 0
    rsa = subprocess.run(["openssl", "genpkey", "-algorithm", "RSA"], check=True, capture_output=True, text=True).stdout
    refused = verify(program.settings | {"AUDIT_SIGNING_KEY": rsa, "AUDIT_SIGNING_KEY_FILE": None}, tmp_path)
    assert refused.returncode == 78 and "AUDIT_SIGNING_KEY: cannot be used" in refused.stderr


class Work:
    """Writes events as fast as it can, while programs come and go."""

    def __init__(self, programs):
        self._stop = threading.Event()
        self.made = [0] * len(programs)
        self._threads = [threading.Thread(target=self._work, args=(i, one)) for i, one in enumerate(programs)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE_S)

    def _work(self, index, program):
        while not self._stop.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException), program.api() as api:
                # Another program may get the port while this one is away; it does not know the key.
                while not self._stop.is_set() and api.post("/users", new_user()).status == 201:
                    self.made[index] += 1

    def wait_for_more(self, index, count=20):
        begin = self.made[index]
        wait_until(lambda: self.made[index] >= begin + count, PATIENCE_S, "more events")


def assert_one_chain(database, programs, folder):
    """The chain is whole, without gap or fork, and has every seal in any log. The last start may be recorded and sealed only now."""

    def is_all_sealed():
        findings, summary = found(verify(programs[-1].settings, folder, "--json", *anchors_of(programs, folder)))
        assert not findings
        recorded = database.rows("SELECT count(*) FROM audit_events")[0][0]
        return summary["unsealedSince"] is None and summary["events"] == recorded

    wait_until(is_all_sealed, PATIENCE_S, "the seal of every event")


@pytest.mark.slow
def test_kill_9_between_leaves_one_chain(start, database, key, tmp_path):
    program = start(**sealing(key[0]))
    with Work([program]) as work:
        for _ in range(3):
            work.wait_for_more(0, 60)
            program.kill()
            wait_until(lambda: not database.has_clients(), PATIENCE_S, "the end of what the program had begun")
            program.start()
    assert_one_chain(database, [program], tmp_path)


@ON_POSTGRES
@pytest.mark.slow
def test_two_replicas_of_which_one_is_killed_make_one_chain(start, database, key, tmp_path):
    programs = [start(**sealing(key[0])) for _ in range(2)]
    with Work(programs) as work:
        for _ in range(2):
            for index, program in enumerate(programs):
                work.wait_for_more(index)
                program.kill()
                program.start()
    assert_one_chain(database, programs, tmp_path)


@ON_POSTGRES
def test_transaction_that_stays_open_is_not_passed_by(start, database, key, tmp_path):
    program = start(**sealing(key[0]))
    insert = "INSERT INTO audit_events (at, type, outcome, actor_kind, reason) VALUES (now(), 'logout', 'ok', 'key', 'slow')"
    with program.api() as api, contextlib.closing(driver().connect(database.url)) as connection:
        wait_until_sealed(database)
        with connection.cursor() as cursor:
            cursor.execute(insert)
            cursor.execute("SELECT max(position) FROM audit_events WHERE reason = 'slow'")
            [(open_position,)] = cursor.fetchall()
            create_user(api)  # a later transaction, which ends earlier
            looks = "SELECT 1 FROM audit_events WHERE type = 'user.created' AND position > ?"
            assert database.rows(looks, open_position)
            waits = "gatehouse_audit_unsealed_seconds "
            wait_until(lambda: seconds_in(api, waits) > 2, PATIENCE_S, "two looks at what waits")
            assert database.rows("SELECT coalesce(max(position_to), 0) FROM audit_seals")[0][0] < open_position
            connection.commit()
        wait_until_sealed(database)
        wait_until(lambda: seconds_in(api, waits) == 0, PATIENCE_S, "the seal of all")
    findings, _ = found(verify(program.settings, tmp_path, "--json"))
    assert not findings


def seconds_in(api, name):
    lines = api.get("/metrics").body.decode().splitlines()
    return next((float(line.split()[-1]) for line in lines if line.startswith(name)), 0.0)


def spend_transactions(database, count):
    """Uses up transaction ids, so that the cluster has assigned more than a new one."""
    with contextlib.closing(driver().connect(database.url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(f"DO $$ BEGIN FOR i IN 1..{count} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$")


@ON_POSTGRES
@pytest.mark.slow
def test_database_in_a_new_cluster_goes_on_behind_its_seals(start, database, key, tmp_path):
    """A new cluster numbers its transactions from the start, so its new events would fall into ranges that are already sealed."""
    spend_transactions(database, 5000)
    program = start(**sealing(key[0]))
    with program.api() as api:
        user = create_user(api)
    wait_until_sealed(database)
    program.stop()
    wait_until(lambda: not database.has_clients(), PATIENCE_S, "the end of what the program had begun")
    backup = tmp_path / "gatehouse.backup"
    assert run_command(["backup", str(backup)], program.settings, tmp_path).returncode == 0
    stored = database.rows("SELECT max(position) FROM audit_events")[0][0]
    cluster = Cluster()
    try:
        other = PostgresDatabase(cluster.start().url)
        assert other.rows("SELECT pg_current_xact_id()::text::bigint")[0][0] < stored
        settings = program.settings | other.settings()
        restored = run_command(["restore", "--yes", str(backup)], settings, tmp_path)
        assert restored.returncode == 0, restored.stdout + restored.stderr
        assert other.rows("SELECT max(base) FROM audit_position_bases")[0][0] >= stored
        assert run_command(["users", "disable", user["email"]], settings, tmp_path).returncode == 0
        moved = start(**sealing(key[0]), **other.settings())
        with moved.api() as api:
            create_user(api)
        assert other.rows("SELECT min(position) FROM audit_events WHERE type = 'user.disabled'")[0][0] > stored
        assert_one_chain(other, [program, moved], tmp_path)
        moved.stop()
    finally:
        cluster.remove()


@ON_POSTGRES
def test_service_that_may_only_add_events(start, database, tmp_path):
    """The two roles of docs/audit.md: the owner migrates, the service's own role has what it needs."""
    owner = start()
    owner.stop()
    role = f"gatehouse_service_{uuid.uuid4().hex[:8]}"
    database.run(f"CREATE ROLE {role} LOGIN")
    try:
        database.run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        database.run(f"REVOKE UPDATE, DELETE ON {SEALED_TABLES} FROM {role}")
        database.run(f"REVOKE INSERT, UPDATE, DELETE ON audit_prunings, gatehouse_migrations FROM {role}")
        database.run(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
        url = database.url.replace("postgres@", f"{role}@", 1)
        service = start(DATABASE_URL=url, AUDIT_SEAL_INTERVAL="1s")
        with service.api() as api:
            user = create_user(api)
            session = log_in(api, user["email"])["session"]
            assert try_log_in(api, user["email"], "wrong").status == 401
            log_out(api, session)
            told = [e["type"] for e in reversed(api.get("/audit?limit=1000").json()["events"]) if e["userId"]]
            assert told == ["user.created", "login.succeeded", "login.failed", "logout"]
        wait_until(lambda: database.rows("SELECT 1 FROM audit_seals"), PATIENCE_S, "a seal")
        assert run_command(["audit", "verify"], service.settings, tmp_path).returncode == 0
        psycopg2 = driver()
        for statement in ("UPDATE audit_events SET reason = 'x'", "DELETE FROM audit_events",
                          "SET gatehouse.audit_prune = 'on'; DELETE FROM audit_events",
                          "DELETE FROM audit_seals", "DELETE FROM audit_seal_leaves",
                          "SET gatehouse.audit_prune = 'on'; UPDATE audit_seals SET pruned_at = sealed_at"):
            with contextlib.closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(statement)
    finally:
        database.run(f"DROP OWNED BY {role}")
        database.run(f"DROP ROLE {role}")


@ON_POSTGRES
def test_functions_with_the_owners_rights_read_temporary_tables_of_whoever_called_them(start, database):
    """With only the right to insert events, a role could choose their positions, and what the owner creates."""
    start().stop()
    role = f"gatehouse_inserter_{uuid.uuid4().hex[:8]}"
    database.run(f"CREATE ROLE {role} LOGIN")
    try:
        database.run(f"GRANT INSERT ON audit_events TO {role}")
        with contextlib.closing(driver().connect(database.url.replace("postgres@", f"{role}@", 1))) as connection:
            with connection, connection.cursor() as cursor:
                cursor.execute("CREATE TEMPORARY TABLE audit_position_bases AS SELECT CAST(1000000000000 AS bigint) AS base")
                cursor.execute("GRANT SELECT ON audit_position_bases TO PUBLIC")
                cursor.execute(
                    "INSERT INTO audit_events (at, type, outcome, actor_kind, details) "
                    "VALUES (now(), 'user.created', 'ok', 'system', '{}')"
                )
        assert database.rows("SELECT max(position) < 1000000000000 FROM audit_events") == [(True,)]
        paths = database.rows(
            "SELECT proname, option FROM pg_proc, unnest(proconfig) AS option WHERE prosecdef AND option LIKE 'search_path=%'"
        )
        assert len(paths) >= 3
        assert [name for name, path in paths if not path.endswith("pg_temp")] == []
    finally:
        database.run(f"DROP OWNED BY {role}")
        database.run(f"DROP ROLE {role}")
