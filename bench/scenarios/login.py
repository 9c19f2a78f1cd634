"""Logins: their rate against libsodium alone, how they affect everybody else, and what a failing one gives away."""

import contextlib
import os
import random
import sqlite3
import statistics
import subprocess
import time

from harness.gatehouse import API_KEY, BUILD, EMAIL, PASSWORD, Gatehouse, log_in
from harness.load import measure, read_wrk, start_wrk, write_bodies
from harness.open_loop import send_at_rate
from harness.processes import ALL_CORES, CORES, as_on_another_machine
from harness.report import Row, at_least, at_most

GOOD_LOGIN = [{"email": EMAIL, "password": PASSWORD}]
PROBE_PAUSE_SECONDS = 0.001
FAILING_SAMPLES_MAX = 2000
SAMPLES_PER_SECOND = 400
OVERLOAD = 3


def login(options, folder):
    """As many connections as keep every hashing thread busy, against the same hash without a service around it."""
    gatehouse = Gatehouse(folder)
    try:
        bodies = write_bodies(folder, "login", GOOD_LOGIN)
        log_in(gatehouse.client())  # The first one replaces the seeds' old hash.
        ours, floors = [], []
        for _ in range(options.rounds):
            ours.append(measure(gatehouse.pid, gatehouse.url("/user-auth"), bodies, API_KEY, options.seconds, 4 * len(CORES),
                                ALL_CORES).requests_per_second)
            floors.append(argon2_floor(options.seconds))
    finally:
        gatehouse.stop()
    ours, floors = statistics.median(ours), statistics.median(floors)
    return [at_least("login", ours, floors, 0.97, (f"{ours:,.1f}/s", f"libsodium alone: {floors:,.1f}/s"))]


def argon2_floor(seconds):
    printed = subprocess.run([BUILD / "bench" / "bench_argon2_floor", str(seconds)], check=True, capture_output=True, text=True)
    return float(printed.stdout)


def verify_under_logins(options, folder):
    """The 99th percentile of single verify-session calls: alone, and while logins take all the processor time there is. Without
    root, the asking process has to compete with them."""
    gatehouse = Gatehouse(folder)
    try:
        client = gatehouse.client()
        verify = client.encode("POST", "/user-auth/verify-session", {"session": log_in(client)["session"]})
        bodies = write_bodies(folder, "login", GOOD_LOGIN)
        place = as_on_another_machine if os.geteuid() == 0 else contextlib.nullcontext
        idle, loaded, logins = [], [], []
        for _ in range(options.rounds):
            with place():
                idle.append(p99_ms(client, verify, options.seconds))
            wrk = start_wrk(gatehouse.url("/user-auth"), bodies, API_KEY, options.seconds + 1, 8 * len(CORES), ALL_CORES)
            time.sleep(0.5)
            with place():
                loaded.append(p99_ms(client, verify, options.seconds))
            requests, elapsed, _ = read_wrk(wrk)
            logins.append(requests / elapsed)
    finally:
        gatehouse.stop()
    idle, loaded = statistics.median(idle), statistics.median(loaded)
    texts = (f"p99 {loaded:.2f} ms at {statistics.median(logins):.0f} logins/s", f"idle: p99 {idle:.2f} ms")
    return [at_most("verify-session while logins saturate", loaded, idle, 2, texts)]


def overload(options, folder):
    """Three times as many logins as are possible, sent without waiting: how many still succeed, while all others are refused."""
    gatehouse = Gatehouse(folder)
    try:
        bodies = write_bodies(folder, "login", GOOD_LOGIN)
        client = gatehouse.client()
        log_in(client)
        request = client.encode("POST", "/user-auth", GOOD_LOGIN[0])
        peaks, goodputs, refused = [], [], []
        for _ in range(options.rounds):
            peak = measure(gatehouse.pid, gatehouse.url("/user-auth"), bodies, API_KEY, options.seconds, 4 * len(CORES),
                           ALL_CORES).requests_per_second
            begin = time.perf_counter()
            statuses = send_at_rate(gatehouse.port, request, OVERLOAD * peak, options.seconds)
            elapsed = time.perf_counter() - begin
            if set(statuses) - {200, 503}:
                raise RuntimeError(f"under {OVERLOAD} times the load the answers were {dict(statuses)}")
            peaks.append(peak)
            goodputs.append(statuses[200] / elapsed)
            refused.append(statuses[503] / elapsed)
    finally:
        gatehouse.stop()
    goodput, peak = statistics.median(goodputs), statistics.median(peaks)
    texts = (f"{goodput:,.1f}/s, {statistics.median(refused):,.0f}/s get 503", f"without overload: {peak:,.1f}/s")
    return [at_least(f"logins under {OVERLOAD} times the load", goodput, peak, 0.80, texts)]


def p99_ms(client, request, seconds):
    times, end = [], time.perf_counter() + seconds
    while (begin := time.perf_counter()) < end:
        status, _ = client.exchange(request)
        times.append(time.perf_counter() - begin)
        if status != 200:
            raise RuntimeError(f"verify-session answered {status}")
        time.sleep(PROBE_PAUSE_SECONDS)
    return statistics.quantiles(times, n=100)[98] * 1e3


def failing_login_time(options, folder):
    """Unknown email, wrong password, wrong password of an account still in the old format: one after the other, shuffled."""
    Gatehouse(folder).stop()
    add_old_account(f"{folder}/gatehouse.db")
    gatehouse = Gatehouse(folder)
    try:
        client = gatehouse.client()
        log_in(client)
        times = measure_failing(client, {"unknown": "nobody@example.com", "wrong": EMAIL, "old": "old@example.com"},
                                min(FAILING_SAMPLES_MAX, int(SAMPLES_PER_SECOND * options.seconds)))
    finally:
        gatehouse.stop()
    medians = {kind: statistics.median(samples) * 1e3 for kind, samples in times.items()}
    ratio = max(medians.values()) / min(medians.values())
    text = ", ".join(f"{kind} {value:.2f} ms" for kind, value in medians.items())
    return [Row("failing logins look alike", text, "", ratio, "≤ 1.05 ×", ratio <= 1.05)]


def add_old_account(path):
    with sqlite3.connect(path) as database:
        database.execute("INSERT INTO users (first_name, last_name, email, password_hash, salt, created_at, updated_at) "
                         "SELECT 'Old', 'Format', 'old@example.com', ?, ?, created_at, updated_at FROM users LIMIT 1",
                         ("5a" * 64, "c3" * 16))
    database.close()


def measure_failing(client, emails, samples):
    requests = {kind: client.encode("POST", "/user-auth", {"email": email, "password": "wrong-password"})
                for kind, email in emails.items()}
    times = {kind: [] for kind in emails}
    for _ in range(samples):
        for kind in random.sample(list(requests), len(requests)):
            begin = time.perf_counter()
            status, body = client.exchange(requests[kind])
            times[kind].append(time.perf_counter() - begin)
            if status != 401:
                raise RuntimeError(f"a failing login answered {status} {body}")
    return times
