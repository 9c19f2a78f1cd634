"""How fast the outbox empties, over one connection to a mail server on this machine."""

import sqlite3
import statistics
import subprocess
import time

from harness.gatehouse import BUILD, SESSION_SECRET, Gatehouse
from harness.mail_server import MailServer
from harness.report import Row

MAILS_PER_SECOND_MIN = 200
MAILS_PER_SECOND_OF_ROUND = 400  # so that a round lasts about as long as it should
DEADLINE_SECONDS = 300


def mail(options, folder):
    server = MailServer()
    settings = {"smtp_url": server.url, "smtp_tls": "off", "mail_from": "bench@example.com"}
    rates = []
    try:
        for number in range(options.rounds):
            name = f"{folder}/mail-{number}.db"
            Gatehouse(folder, f"sqlite:{name}").stop()
            count = write_mails(name, MAILS_PER_SECOND_OF_ROUND * options.seconds)
            server.messages = server.connections = 0
            gatehouse = Gatehouse(folder, f"sqlite:{name}", **settings)
            try:
                rates.append(rate_until_empty(server, count))
            finally:
                gatehouse.stop()
            if server.connections != 1:
                raise RuntimeError(f"{count} mails came over {server.connections} connections")
    finally:
        server.stop()
    rate = statistics.median(rates)
    return [Row("mails over one connection", f"{rate:,.0f}/s", "", None, f"≥ {MAILS_PER_SECOND_MIN}/s", rate >= MAILS_PER_SECOND_MIN)]


def write_mails(path, count):
    printed = subprocess.run([BUILD / "bench" / "bench_seal_mails", str(count)], env={"SESSION_SECRET": SESSION_SECRET},
                             capture_output=True, check=True, text=True)
    now = time.time_ns() // 1000
    rows = [(int(number), bytes.fromhex(body), now) for number, body in map(str.split, printed.stdout.splitlines())]
    with sqlite3.connect(path) as database:
        database.executemany("INSERT INTO mails (id, kind, recipient, body, next_attempt_at, created_at) "
                             "VALUES (?1, 'reset-password', 'user' || ?1 || '@example.com', ?2, ?3, ?3)", rows)
    database.close()
    return count


def rate_until_empty(server, count):
    """The rate from the first mail to the last one."""
    begin = first = None
    end = time.monotonic() + DEADLINE_SECONDS
    while server.messages < count:
        if begin is None and server.messages > 0:
            begin, first = time.perf_counter(), server.messages
        if time.monotonic() > end:
            raise RuntimeError(f"{server.messages} of {count} mails arrived")
        time.sleep(0.0005)
    return (count - first) / (time.perf_counter() - begin)
