"""The seals of the audit trail: how fast they are verified, and how long an event waits for its own."""

import pathlib
import sqlite3
import statistics
import subprocess
import time
import urllib.request

from harness import postgres
from harness.client import Client
from harness.gatehouse import API_KEY, Gatehouse
from harness.report import Row

from .imports import new_postgres, new_sqlite, run

EVENTS = 1_000_000
EVENTS_PER_TRANSACTION = 100
VERIFIED_PER_SECOND_MIN = 500_000
SEAL_INTERVAL_SECONDS = 1
DEADLINE_SECONDS = 300
VALUES = ("'login.failed', 'refused', 'wrong_password', 'key', 'API_KEY', {n} % 1000, '3f8c2a7e5b1d4906', '203.0.113.9', "
          "'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'")
INSERT = "INSERT INTO audit_events (at, type, outcome, reason, actor_kind, actor, user_id, request_id, address, user_agent) "
LAG_US = ("SELECT seal.sealed_at - event.at FROM audit_events AS event "
          "JOIN audit_seals AS seal ON event.id BETWEEN position_from AND position_to")


def seals(options, folder):
    return [verify(options, folder, "SQLite"), verify(options, folder, "PostgreSQL"), lag(options, folder)]


def verify(options, folder, kind):
    new, fill = (new_sqlite, fill_sqlite) if kind == "SQLite" else (new_postgres, fill_postgres)
    url = new(folder, "audit")
    fill(url)
    key = seal_all(folder, url)
    rates = []
    for _ in range(options.rounds):
        begin = time.perf_counter()
        run(url, "audit", "verify", "--key", key)
        rates.append(EVENTS / (time.perf_counter() - begin))
    rate = statistics.median(rates)
    return Row(f"audit events verified a second, {kind}", f"{rate:,.0f}/s", "", None, f"≥ {VERIFIED_PER_SECOND_MIN:,}/s",
               rate >= VERIFIED_PER_SECOND_MIN)


def fill_sqlite(url):
    with sqlite3.connect(url.removeprefix("sqlite:")) as database:
        database.execute(f"WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {EVENTS}) {INSERT}"
                         f"SELECT {time.time_ns() // 1000}, {VALUES.format(n='n')} FROM counted")
    database.close()


def fill_postgres(url):
    """Inserts the events in transactions, each of which is one position."""
    name = url.rpartition("/")[2]
    postgres.run_sql(name, f"DO $$ BEGIN FOR i IN 1..{EVENTS // EVENTS_PER_TRANSACTION} LOOP {INSERT} SELECT now(), {VALUES.format(n='n')} "
                           f"FROM generate_series(1, {EVENTS_PER_TRANSACTION}) n; COMMIT; END LOOP; END $$", "VACUUM ANALYZE audit_events")


def seal_all(folder, url):
    key = pathlib.Path(folder, "audit.pem")
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True, capture_output=True)
    service = Gatehouse(folder, url, audit_seal_interval="1s", audit_signing_key_file=key)
    try:
        metrics = urllib.request.Request(service.url("/metrics"), headers={"X-API-Key": API_KEY})
        end = time.monotonic() + DEADLINE_SECONDS
        while b"gatehouse_audit_unsealed_seconds 0\n" not in urllib.request.urlopen(metrics).read():
            if time.monotonic() > end:
                raise RuntimeError("the events were not sealed")
            time.sleep(0.1)
    finally:
        service.stop()
    return key


def lag(options, folder):
    """How long an event waits for its seal: the events of wrong API keys, which are written one after the other."""
    url = new_sqlite(folder, "lag")
    service = Gatehouse(folder, url, audit_seal_interval=f"{SEAL_INTERVAL_SECONDS}s", rate_limit_bad_key="off", rate_limit_address="off")
    try:
        client = Client(service.port, "wrong")
        end = time.monotonic() + options.seconds
        while time.monotonic() < end:
            client.call("GET", "/users")
        time.sleep(2 * SEAL_INTERVAL_SECONDS)
    finally:
        service.stop()
    with sqlite3.connect(url.removeprefix("sqlite:")) as database:
        waits = sorted(row[0] for row in database.execute(LAG_US))
    database.close()
    median, p99 = (waits[int(len(waits) * part)] / 1e6 for part in (0.5, 0.99))
    most = 2 * SEAL_INTERVAL_SECONDS
    return Row("wait of an event for its seal, p99", f"{p99:.2f} s", f"median: {median:.2f} s; sealed every {SEAL_INTERVAL_SECONDS} s",
               None, f"≤ {most} s", p99 <= most)
