"""Logging in: which errors are told apart, and how many passwords are hashed at once."""

import contextlib
import hashlib
import json
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from statistics import median

import pytest

from harness.accounts import PASSWORD, create_user, log_in, try_log_in, unique_email, verify_session
from harness.databases import PostgresDatabase
from harness.http_client import Api
from harness.metrics import samples
from harness.places import SANITIZED
from harness.program import API_KEY
from harness.raw_http import RawConnection, message
from harness.waiting import wait_until


def error_of(response):
    return response.json()["error"]


def make_old_format(database, email, password=PASSWORD, salt="0123456789abcdef0123456789abcdef"):
    """Gives a user the Express service's kind of hash: PBKDF2-HMAC-SHA512, 10,000 rounds, the salt as text."""
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt.encode(), 10_000, 64).hex()
    assert database.run("UPDATE users SET password_hash = ?, salt = ? WHERE email = ?", digest, salt, email) == 1


def test_detailed_errors_are_told_apart(start):
    with start(LOGIN_ERRORS="detailed").api() as api:
        user = create_user(api)
        wrong, unknown = try_log_in(api, user["email"], "wrong"), try_log_in(api, unique_email(), "wrong")
    assert (wrong.status, error_of(wrong)) == (401, "Invalid password")
    assert (unknown.status, error_of(unknown)) == (404, "User not found")


@pytest.mark.parametrize("policy", ["uniform", "detailed"])
def test_right_password_logs_in_under_either_policy(start, policy):
    with start(LOGIN_ERRORS=policy).api() as api:
        assert try_log_in(api, create_user(api)["email"]).status == 200


@pytest.mark.parametrize(
    "email",
    [
        "' OR '1'='1",
        "a@example.com' --",
        "%",
        "_%@example.com",
        "*",
        "a" * 5000,
        "\u0000"[:0] + "ａ@example.com",
        "A\u0130@example.com",
    ],
)
def test_hostile_email_is_only_unknown(api, email):
    response = try_log_in(api, email)
    assert (response.status, error_of(response)) == (401, "Invalid credentials")


@pytest.mark.parametrize(
    "password", ["", " ", PASSWORD.upper(), PASSWORD + " ", " " + PASSWORD, PASSWORD[:-1], PASSWORD + "x" * 2000]
)
def test_password_is_compared_exactly(api, password):
    user = create_user(api)
    assert try_log_in(api, user["email"], password).status in ((400,) if password == "" else (400, 401))
    assert try_log_in(api, user["email"]).status == 200


def test_password_in_any_script_logs_in(api):
    password = 'Zażółć 🦊 gęślą "jaźń" \\ \u00e9'
    user = create_user(api, password=password)
    assert try_log_in(api, user["email"], password).status == 200
    assert try_log_in(api, user["email"], password.replace("\u00e9", "e\u0301")).status == 200
    assert try_log_in(api, user["email"], password.replace("\u00e9", "e")).status == 401


def test_stored_hash_is_argon2id_of_the_required_cost(start, database):
    with start().api() as api:
        create_user(api)
    stored, salt = database.rows("SELECT password_hash, salt FROM users")[0]
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert salt is None


def test_hash_of_another_scheme_is_replaced_at_the_next_login(start, database):
    program = start(PASSWORD_HASH="pbkdf2-sha512")
    with program.api() as api:
        user = create_user(api)
        assert database.rows("SELECT password_hash FROM users")[0][0].startswith("$pbkdf2-sha512$")
        assert try_log_in(api, user["email"]).status == 200
    program.stop()
    program.settings["PASSWORD_HASH"] = "argon2id"
    program.start()
    with program.api() as api:
        assert try_log_in(api, user["email"], "wrong").status == 401
        assert database.rows("SELECT password_hash FROM users")[0][0].startswith("$pbkdf2-sha512$")
        session = log_in(api, user["email"])["session"]
        assert database.rows("SELECT password_hash FROM users")[0][0].startswith("$argon2id$")
        assert verify_session(api, session).status == 200
        assert try_log_in(api, user["email"]).status == 200


def test_old_format_is_replaced_only_by_a_good_login(start, database):
    with start().api() as api:
        user = create_user(api)
        make_old_format(database, user["email"])
        assert try_log_in(api, user["email"], "wrong").status == 401
        assert database.rows("SELECT salt FROM users")[0][0] is not None
        assert try_log_in(api, user["email"]).status == 200
        assert database.rows("SELECT salt FROM users")[0][0] is None
        assert try_log_in(api, user["email"]).status == 200
        assert try_log_in(api, user["email"], "wrong").status == 401


@pytest.mark.parametrize(
    "stored",
    [
        None,
        "",
        "nonsense",
        "$argon2id$",
        "$argon2id$v=19$m=4294967295,t=4294967295,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
        "$argon2id$v=19$m=19456,t=2,p=1$$",
        "$pbkdf2-sha512$i=4294967295$AAAA$AAAA",
        "$2b$10$abcdefghijklmnopqrstuv",
        "x" * 255,
    ],
)
def test_unreadable_stored_hash_lets_nobody_in(start, database, stored):
    """Cost parameters are capped: a poisoned row cannot take the service down."""
    with start().api() as api:
        user = create_user(api)
        database.run("UPDATE users SET password_hash = ?", stored)
        for password in (PASSWORD, "nonsense", "x"):
            response = try_log_in(api, user["email"], password)
            assert (response.status, error_of(response)) == (401, "Invalid credentials")


def with_one_password(api, database, count):
    """Emails of `count` users, all with PASSWORD. For a single account, only a few passwords are checked at once."""
    first = create_user(api)["email"]
    emails = [unique_email() for _ in range(count)]
    for email in emails:
        database.run(
            "INSERT INTO users (first_name, last_name, email, password_hash, created_at, updated_at) "
            "SELECT first_name, last_name, ?, password_hash, created_at, updated_at FROM users WHERE email = ?",
            email,
            first,
        )
    return emails


def storm(program, emails, count):
    """`count` logins at once, of these users in turn. Returns how often each status came, and the Retry-After of every refusal."""
    seen: Counter = Counter()
    retry_afters_s: list[int] = []
    lock = threading.Lock()
    gate = threading.Barrier(count)

    def one(email):
        with Api(program.port, program.settings["API_KEY"], timeout_s=120) as api:
            gate.wait(60)
            response = try_log_in(api, email)
        with lock:
            seen[response.status] += 1
            if response.status == 503:
                assert error_of(response) == "Service temporarily unavailable"
                retry_afters_s.append(int(response.header("Retry-After")))

    threads = [threading.Thread(target=one, args=(emails[number % len(emails)],)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(180)
    return seen, retry_afters_s


@pytest.mark.serial
@pytest.mark.slow
def test_five_hundred_logins_at_once_stay_within_memory(start, database):
    program = start(HASH_WAIT_MAX="500ms", HASH_THREADS="2")
    with program.api() as api:
        email = create_user(api)["email"]
        log_in(api, email)
        before_kib = program.memory_kib()
        seen, retry_afters_s = storm(program, with_one_password(api, database, 100), 500)
        assert sum(seen.values()) == 500, seen
        assert set(seen) <= {200, 503} and seen[200] > 0 and seen[503] > 0, seen
        assert len(retry_afters_s) == seen[503] and min(retry_afters_s) >= 1
        if not SANITIZED:
            assert program.memory_kib("VmHWM") - before_kib < 100 * 1024
        wait_until(lambda: try_log_in(api, email).status == 200, 20, "a login after the storm")


@pytest.mark.serial
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_refused_login_is_told_how_long_the_queue_is(start, database):
    """A client that comes back after one second, as every client was once told to, finds the queue as long as before."""
    program = start(HASH_WAIT_MAX="4s", HASH_THREADS="1", PASSWORD_HASH="pbkdf2-sha512")
    with program.api() as api:
        email = create_user(api)["email"]
        log_in(api, email)
        seen, retry_afters_s = storm(program, with_one_password(api, database, 60), 300)
        assert sum(seen.values()) == 300, seen
        assert set(seen) == {200, 503}, seen
        # Only a login that would wait longer than HASH_WAIT_MAX is refused, so the next full second is the fifth.
        assert max(retry_afters_s) >= 5, Counter(retry_afters_s)
        wait_until(lambda: try_log_in(api, email).status == 200, 20, "a login after the storm")


@pytest.mark.serial
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_logins_whose_client_has_gone_are_not_hashed(start):
    """Six hundred aborted logins a second once left one honest login in nine."""
    program = start(HASH_WAIT_MAX="1m", HASH_THREADS="1", PASSWORD_HASH="pbkdf2-sha512")
    aborted = 100
    with program.api() as api:
        email = create_user(api)["email"]
        cpu_of_one_s = min(cpu_of_login_s(program, api, email) for _ in range(3))
        before_s = program.cpu_s()
        for _ in range(aborted):
            with RawConnection(program.port) as connection:
                connection.send(login_request(email))
        log_in(api, email)
        assert program.cpu_s() - before_s < aborted / 2 * cpu_of_one_s
        counts = samples(api.get("/metrics").body.decode())
        assert counts["gatehouse_hash_refused_total", frozenset()] == 0, "the queue is not full because somebody left"


def cpu_of_login_s(program, api, email):
    before_s = program.cpu_s()
    log_in(api, email)
    return program.cpu_s() - before_s


def login_request(email):
    body = json.dumps({"email": email, "password": PASSWORD}).encode()
    return message("POST /user-auth", f"X-API-Key: {API_KEY}", body=body)


@contextlib.contextmanager
def logins_without_end(program, email, clients):
    """While the context is open, that many clients log in, again and again."""
    stop = threading.Event()

    def repeat(_):
        with program.api() as api:
            while not stop.is_set():
                log_in(api, email)

    with ThreadPoolExecutor(clients) as pool:
        running = [pool.submit(repeat, number) for number in range(clients)]
        try:
            yield
        finally:
            stop.set()
    for one in running:
        one.result()


@pytest.mark.serial
def test_checks_are_answered_while_logins_saturate_the_machine(start):
    program = start()
    with program.api() as api:
        email = create_user(api)["email"]
        session = log_in(api, email)["session"]
        verify_session(api, session)
        times = []
        with logins_without_end(program, email, 16):
            for _ in range(300):
                begin = time.monotonic()
                assert verify_session(api, session).status == 200
                times.append(time.monotonic() - begin)
    assert median(times) < (1.0 if SANITIZED else 0.1)


ROUNDS = 308
APART_MAX = 0.05
# Each account has fewer than a hundred failures, so that only the accounts that are meant to be blocked are.
FREE_FAILURES = {"LOCKOUT_FREE": "100", "LOCKOUT_DISABLE_AFTER": "100"}
ACCOUNTS_OF_A_KIND = 4


def accounts_that_fail(api, database):
    """Emails of several accounts for each kind of failure, and the password that is tried."""

    def new():
        return [create_user(api)["email"] for _ in range(ACCOUNTS_OF_A_KIND)]

    blocked, old, without, disabled = (new() for _ in range(4))
    for email in blocked:
        assert try_log_in(api, email, "wrong").status == 401
    assert database.run("UPDATE login_guards SET failures = 100 WHERE failures > 0") == len(blocked)
    for email in old:
        make_old_format(database, email)
    for email in without:
        assert database.run("UPDATE users SET password_hash = NULL WHERE email = ?", email) == 1
    for email in disabled:
        user = api.get(f"/users?email={email}").json()[0]["id"]
        assert api.post(f"/users/{user}/disable").status == 200
    return {
        "wrong": (new(), "wrong"),
        "wrong for an old hash": (old, "wrong"),
        "unknown": ([unique_email() for _ in range(ACCOUNTS_OF_A_KIND)], "wrong"),
        "without a password": (without, "wrong"),
        "disabled, and the right one": (disabled, PASSWORD),
        "blocked, and the right one": (blocked, PASSWORD),
        "longer than passwords are": (new(), PASSWORD + "x" * 2000),
    }


OF_A_LOGIN = {"users_find_credentials", "guards_take_place", "guards_fail", "guards_state", "guards_touch"}


def done_so_far(api):
    """How often each format was hashed, and each statement of a login run."""
    done = {}
    for (metric, labels), value in samples(api.get("/metrics").body.decode()).items():
        names = dict(labels)
        if metric == "gatehouse_hash_duration_seconds_count":
            done[names["format"]] = value
        elif metric == "gatehouse_database_query_duration_seconds_count" and names["statement"] in OF_A_LOGIN:
            done[names["statement"]] = value
    return done


def work_of_failing(api, email, password):
    """What done_so_far() counts of one login that fails."""
    before = done_so_far(api)
    assert try_log_in(api, email, password).status == 401
    return {one: count - before.get(one, 0) for one, count in done_so_far(api).items() if count != before.get(one)}


@pytest.fixture
def failures(start, database):
    """accounts_that_fail(), and a program that has met none of them yet but knows which formats their hashes have."""
    program = start(**FREE_FAILURES)
    with program.api() as api:
        found = accounts_that_fail(api, database)
    program.stop()
    program.start()
    with program.api() as api:
        # Until it has looked up which formats there are, each login pays for the other scheme as well.
        wait_until(lambda: "pbkdf2-sha512" not in work_of_failing(api, unique_email(), "wrong"), 60, "the formats to be known")
    return program, found


def test_failing_logins_do_the_same_work(failures):
    """Each does a hash of each format, and the same statements. A blocked login counts nothing, but also writes."""
    program, found = failures
    with program.api() as api:
        done = {name: work_of_failing(api, emails[0], password) for name, (emails, password) in found.items()}
    blocked = done.pop("blocked, and the right one")
    always = {"argon2id": 1, "express": 1, "users_find_credentials": 1, "guards_take_place": 1}
    assert done == dict.fromkeys(done, always | {"guards_fail": 1})
    assert blocked == always | {"guards_state": 1, "guards_touch": 2}


@pytest.mark.slow
@pytest.mark.skipif(SANITIZED, reason="a sanitizer's own cost hides what is measured")
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_failing_logins_take_the_same_time(failures):
    """Whatever is wrong looks the same: medians are 5 % apart at most. Each round compares its samples with one another,
    so that a machine that is slower for a while does not count, and each kind has every place in the order equally often.
    The number of rounds is fixed beforehand, because a test that may stop when it likes the numbers proves nothing."""
    program, found = failures
    costs_s: dict[str, list[float]] = {name: [] for name in found}
    with program.api() as api:
        for turn in range(ROUNDS):
            first = turn % len(found)
            for name in [*found, *found][first : first + len(found)]:
                emails, password = found[name]
                costs_s[name].append(cost_of_failing(program, api, emails[turn % len(emails)], password))
    medians = {
        (one, other): median(a / b for a, b in zip(costs_s[one], costs_s[other], strict=True))
        for one, other in combinations(found, 2)
    }
    assert all(abs(apart - 1) <= APART_MAX for apart in medians.values()), medians


def cost_of_failing(program, api, email, password="wrong"):
    """Processor time of one failing login: what it takes on a machine that does nothing else."""
    begin_s = program.cpu_s()
    assert try_log_in(api, email, password).status == 401
    return program.cpu_s() - begin_s


@pytest.mark.skipif(SANITIZED, reason="a sanitizer's own cost hides what is measured")
def test_failing_logins_cost_the_same_at_once_when_the_database_comes_late(cluster, start_on_cluster):
    """A service that could not look up whether there are hashes of the Express service must not show by its first answers
    who has one. Meeting one might teach it that there are some, so one of the two replicas never meets one. They are asked in
    turn and the samples of one turn compared, because a machine may be slower for a while, and more so for one of the formats."""
    database = PostgresDatabase(cluster.url)
    innocent, taught = (start_on_cluster(DATABASE_URL=database.url) for _ in range(2))
    with innocent.api() as api:
        old = create_user(api)["email"]
    make_old_format(database, old)
    for program in (innocent, taught):
        program.stop()
    cluster.kill()
    for program in (innocent, taught):
        program.start(wait=False)
        program.wait_until_serving()
    cluster.start()
    with innocent.api() as one, taught.api() as other:
        for api in (one, other):
            wait_until(lambda api=api: api.get("/health").status == 200, 120, "the database's return")
        turns = [
            (
                cost_of_failing(innocent, one, unique_email()),
                cost_of_failing(taught, other, unique_email()),
                cost_of_failing(taught, other, old),
            )
            for _ in range(25)
        ]
    apart = {(a, b): median(turn[a] / turn[b] for turn in turns) for a, b in combinations(range(3), 2)}
    assert all(1 / 1.2 < ratio < 1.2 for ratio in apart.values()), apart
