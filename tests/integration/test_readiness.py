"""GET /health/ready and /health/live: what load balancers and supervisors go by. Both answer from memory."""

import json
import re
import signal
import socket
import subprocess
import time

import pytest

from harness.certificates import serve_tls
from harness.places import SANITIZED
from harness.program import run_command
from harness.raw_http import RawConnection, message
from harness.threads import event_loops, hanging
from harness.waiting import seconds_until, wait_until

CHANGE_MAX_S = 60.0 if SANITIZED else 20.0
ATTEMPTS = 4


def ask(program, path, timeout_s=60):
    """Status and body, on a connection of its own."""
    with RawConnection(program.port, timeout_s=timeout_s) as connection:
        connection.send(message(f"GET {path}"))
        response = connection.read_response()
        return response.status, json.loads(response.body)


def reasons(program):
    """Why it is not ready; empty if it is."""
    status, body = ask(program, "/health/ready")
    if status == 200:
        assert body == {"status": "ready"}
        return []
    assert (status, body["status"]) == (503, "not ready")
    return body["reasons"]


def lives(program):
    return ask(program, "/health/live") == (200, {"status": "live"})


def test_program_that_serves_is_ready_at_once(start):
    """Nobody has to ask for the first proof."""
    program = start()
    wait_until(lambda: reasons(program) == [], CHANGE_MAX_S, "the readiness")
    assert lives(program)


def is_within(limit, measure):
    """Whether one of several measurements is, because a machine that stalls for a moment spoils any of them."""
    return any(measure() < limit for _ in range(ATTEMPTS))


def seconds_until_reasons(program, expected):
    what = f"the readiness with {expected}"
    return seconds_until(lambda: reasons(program) == expected, CHANGE_MAX_S, what, interval_s=0.001)


@pytest.mark.serial
def test_end_is_said_within_100_ms(start):
    def measure():
        program = start(SHUTDOWN_DELAY="600s")
        seconds_until_reasons(program, [])
        program.process.send_signal(signal.SIGTERM)
        waited = seconds_until_reasons(program, ["stopping"])
        assert lives(program)
        return waited

    assert is_within(0.1, measure)


@pytest.mark.serial
def test_dead_database_is_said_within_two_seconds_and_its_return_within_five(cluster, start_on_cluster):
    program = start_on_cluster()

    def measure():
        """How much of the allowed time the loss or the return took, whichever is worse."""
        seconds_until_reasons(program, [])
        cluster.kill()
        loss = seconds_until_reasons(program, ["database"])
        assert lives(program)
        cluster.start()
        back = seconds_until_reasons(program, [])
        assert lives(program)
        return max(loss / 2.0, back / 5.0)

    assert is_within(1.0, measure)


@pytest.mark.serial
def test_database_that_hangs_is_said_within_two_seconds(cluster, start_on_cluster):
    """Its connections stay open, and no query fails before DB_QUERY_TIMEOUT. Nobody who asks waits for it."""
    program = start_on_cluster(DB_QUERY_TIMEOUT="30s")

    def measure():
        seconds_until_reasons(program, [])
        with cluster.silent():
            silence = seconds_until_reasons(program, ["database"])
            begin = time.monotonic()
            assert reasons(program) == ["database"]
            assert lives(program)
            return max(silence, time.monotonic() - begin)

    assert is_within(2.0, measure)
    seconds_until_reasons(program, [])


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_schema_that_was_taken_away_is_a_reason(database, start):
    program = start()
    wait_until(lambda: reasons(program) == [], CHANGE_MAX_S, "the readiness")
    database.run("ALTER TABLE leases RENAME TO taken_away")
    wait_until(lambda: reasons(program) == ["schema"], CHANGE_MAX_S, "the finding")
    database.run("ALTER TABLE taken_away RENAME TO leases")
    wait_until(lambda: reasons(program) == [], CHANGE_MAX_S, "the return")


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_silent_feed_counts_where_it_is_needed(database, start):
    """Nobody listens at DB_LISTEN_PORT. Checks of sessions are still right, so by default this is no reason to be unready."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        deaf = {"DB_LISTEN_HOST": "127.0.0.1", "DB_LISTEN_PORT": str(nobody.getsockname()[1])}
        lenient = start(**deaf)
        strict = start(**deaf, READY_NEEDS_FEED="true")
        wait_until(lambda: reasons(lenient) == [], CHANGE_MAX_S, "the readiness")
        wait_until(lambda: reasons(strict) == ["change_feed"], CHANGE_MAX_S, "the finding")


def test_feed_that_hears_is_no_reason(start):
    program = start(READY_NEEDS_FEED="true")
    wait_until(lambda: reasons(program) == [], CHANGE_MAX_S, "the feed")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_thread_that_hangs_is_told_by_the_others(start):
    program = start(IO_THREADS="3")
    wait_until(lambda: lives(program), CHANGE_MAX_S, "the life")
    # The threads that serve are started last.
    loops = wait_until(lambda: (found := event_loops(program.process.pid)) and len(found) >= 3 and found, 20, "the threads")

    def life():
        """What the program says about it; None if the connection came to the thread that hangs."""
        try:
            return ask(program, "/health/live", timeout_s=0.5)
        except OSError:
            return None

    with hanging(loops[-1]):
        wait_until(lambda: life() == (503, {"status": "stuck"}), CHANGE_MAX_S, "the finding")
    wait_until(lambda: life() == (200, {"status": "live"}), CHANGE_MAX_S, "the recovery")


def test_program_that_stood_still_is_not_taken_for_stuck(start):
    """As on a laptop that slept, or in a container that was frozen."""
    program = start()
    wait_until(lambda: lives(program), CHANGE_MAX_S, "the life")
    with program.standing_still():
        pass
    assert lives(program)


class Listening:
    """The command asks a program that listens on a port known beforehand."""

    def __init__(self, program):
        self._settings = {"PORT": str(program.port)} | {
            name: value for name, value in program.settings.items() if name.startswith("TLS_")
        }
        self._directory = program.directory

    def health(self, *arguments, **settings) -> subprocess.CompletedProcess:
        return run_command(["health", *arguments], self._settings | settings, self._directory)


def test_command_says_what_the_program_says(start):
    program = start(SHUTDOWN_DELAY="600s")
    command = Listening(program)
    wait_until(lambda: command.health("--ready").returncode == 0, CHANGE_MAX_S, "the readiness")
    assert command.health().stdout == '{"status":"live"}\n'
    assert command.health("--ready", "--url", f"http://localhost:{program.port}/", PORT="1").stdout == '{"status":"ready"}\n'
    program.process.send_signal(signal.SIGTERM)
    wait_until(lambda: reasons(program) == ["stopping"], CHANGE_MAX_S, "the readiness")
    stopping = command.health("--ready")
    assert (stopping.returncode, stopping.stdout) == (1, "")
    assert stopping.stderr == '{"status":"not ready","reasons":["stopping"]}\n'
    assert command.health().returncode == 0


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_command_asks_over_tls_where_the_program_serves_it(start, tmp_path):
    """The certificate is for the name that others know, so on this machine it is not checked; elsewhere it is."""
    settings, _ = serve_tls(tmp_path)
    program = start(**settings)
    command = Listening(program)
    wait_until(lambda: command.health().stdout == '{"status":"live"}\n', CHANGE_MAX_S, "the life")
    refused = command.health("--url", f"https://localhost:{program.port}")
    assert refused.returncode == 1
    assert "certificate" in refused.stderr


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_command_fails_where_nobody_answers_in_time(start, tmp_path):
    program = start()
    command = Listening(program)
    with program.standing_still():
        begin = time.monotonic()
        hanging_program = command.health()
        assert time.monotonic() - begin < CHANGE_MAX_S
    assert hanging_program.returncode == 1
    assert re.search(r"no answer within 3000 ms", hanging_program.stderr)
    port = program.port
    program.stop()
    refused = run_command(["health"], {"PORT": str(port)}, tmp_path)
    assert refused.returncode == 1
    assert "Connection refused" in refused.stderr


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8000", "ftp://127.0.0.1", "http://", "http://a@127.0.0.1", "http://127.0.0.1/health", "http://[", "http://a?b"]
)
def test_command_takes_no_other_addresses(url, tmp_path):
    refused = run_command(["health", "--url", url], {}, tmp_path)
    assert refused.returncode == 1
    assert refused.stderr == "--url takes http://HOST:PORT or https://HOST:PORT, without a path, or unix:/PATH\n"


def test_command_wants_a_port(tmp_path):
    refused = run_command(["health"], {"PORT": "0"}, tmp_path)
    assert refused.returncode == 1
    assert "--url" in refused.stderr
