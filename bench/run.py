"""Runs the scenarios and prints the results; ./dev bench starts PostgreSQL and calls this."""

import argparse
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

from harness.report import as_markdown, capacity_as_markdown, write_results
from scenarios import audit, before, footprint, growth, hot_path, imports, login, mail, passwords, protection, redis_sessions, refresh, replicas, revocation, revocation_feed, uncached

SCENARIOS = {
    "verify-token": hot_path.verify_token,
    "verify-session": hot_path.verify_session,
    "verify-sessions": hot_path.verify_sessions,
    "forward-auth": hot_path.forward_auth,
    "jwks": hot_path.jwks,
    "unix-socket": hot_path.unix_socket,
    "uncached": uncached.verify_session_uncached,
    "refresh": refresh.refresh,
    "login": login.login,
    "overload": login.overload,
    "verify-under-logins": login.verify_under_logins,
    "failing-logins": login.failing_login_time,
    "mail": mail.mail,
    "memory": footprint.memory_idle,
    "session-memory": footprint.memory_of_sessions,
    "start": footprint.start,
    "scale": growth.scale,
    "revocation": revocation.revocation,
    "three-replicas": replicas.three_replicas,
    "feed-memory": revocation_feed.memory_of_readers,
    "feed-delay": revocation_feed.delay_across_replicas,
    "breach-filter": passwords.breach_filter,
    "import-users": imports.import_users,
    "wrap-hashes": imports.wrap_hashes,
    "limits": protection.limits,
    "redis-limits": protection.logins_counted_in_redis,
    "redis-sessions": redis_sessions.redis_sessions,
    "audit-seals": audit.seals,
}
# Measured only if --against names another build.
COMPARISON = {"against": before.against}
RESULTS = pathlib.Path(__file__).parent / "results.md"


def read_options():
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("scenarios", nargs="*", metavar="scenario")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--against", type=pathlib.Path, metavar="BINARY")
    options = parser.parse_args()
    if options.against:
        options.scenarios = ["against"]
    unknown = [name for name in options.scenarios if name not in SCENARIOS | COMPARISON]
    if unknown:
        parser.error(f"no scenario {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
    return options


def run(name, options):
    print(f"== {name}", flush=True)
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as folder:
        pathlib.Path(folder).chmod(0o755)  # nginx's worker is another user
        rows = (SCENARIOS | COMPARISON)[name](options, folder)
    for row in rows:
        print("   " + " | ".join(row.cells()), flush=True)
    return rows


def main():
    options = read_options()
    if options.list:
        print("\n".join(SCENARIOS))
        return 0
    rows, failed = [], []
    for name in options.scenarios or SCENARIOS:
        try:
            rows += run(name, options)
        except (RuntimeError, OSError, subprocess.SubprocessError, sqlite3.Error) as error:
            print(f"   could not be measured: {error}", flush=True)
            failed.append(name)
    print("\n" + "\n\n".join(filter(None, (as_markdown(rows), capacity_as_markdown(rows)))))
    if not options.scenarios and not failed:
        write_results(RESULTS, rows, options)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
