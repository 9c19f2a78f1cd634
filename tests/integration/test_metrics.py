"""What /metrics says is what happened."""

import gzip
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.accounts import PASSWORD, create_user, log_in, log_out, try_log_in, verify_session, verify_token
from harness.clusters import free_port
from harness.http_client import Api
from harness.metrics import samples
from harness.places import FULL, SANITIZED
from harness.program import API_KEY
from harness.raw_http import RawConnection, message
from harness.waiting import wait_until

REQUESTS = 100_000 if FULL else 400 if SANITIZED else 4_000
PATHS = 10_000 if FULL else 1_000
WORKERS = 4
KEY = f"X-API-Key: {API_KEY}"
NO_LIMITS = {f"RATE_LIMIT_{name}": "off" for name in ("ADDRESS", "BAD_KEY", "LOGIN", "REGISTER", "REDEEM")}


def metrics_of(program) -> dict:
    with program.api() as api:
        answer = api.get("/metrics")
        assert answer.status == 200
        return samples(answer.body.decode())


def values(metrics, name) -> dict:
    """The samples of one metric, by the values of their labels."""
    return {tuple(value for _, value in sorted(labels)): value for (found, labels), value in metrics.items() if found == name}


class Visitor:
    """Sends requests of every kind, and remembers how each was answered."""

    KINDS = ("verify", "verify", "verify", "token", "stranger", "no key", "bad json", "nowhere", "method", "health", "list")

    def __init__(self, program, login, number):
        self._program, self._login = program, login
        self._random = random.Random(number)
        self.answered: Counter = Counter()

    def visit(self, count):
        with self._program.api() as api:
            for _ in range(count):
                method, route, response = self._ask(api, self._random.choice(self.KINDS))
                self.answered[method, route, str(response.status)] += 1

    def _ask(self, api: Api, kind):
        verify = "/user-auth/verify-session"
        if kind == "verify":
            return "POST", verify, verify_session(api, self._login["session"])
        if kind == "token":
            return "POST", "/user-auth/verify-token", verify_token(api, self._login["token"])
        if kind == "stranger":
            return "GET", "/users/{id}", api.get(f"/users/{self._random.randrange(10**9, 10**10)}")
        if kind == "no key":
            return "POST", verify, api.post(verify, {"session": "x"}, key=None)
        if kind == "bad json":
            return "POST", "/user-auth", api.request("POST", "/user-auth", body=b"{", headers={"Content-Type": "application/json"})
        if kind == "nowhere":
            return "GET", "unmatched", api.get(f"/nowhere/{self._random.random()}")
        if kind == "method":
            return "PATCH", "unmatched", api.request("PATCH", "/users")
        if kind == "health":
            return "HEAD", "/health/live", api.request("HEAD", "/health/live", key=None)
        return "GET", "/users", api.get("/users?limit=2")


def test_requests_equal_an_independent_count(start):
    program = start(**NO_LIMITS)
    with program.api() as api:
        login = log_in(api, create_user(api)["email"])
    before = values(metrics_of(program), "gatehouse_http_requests_total")
    visitors = [Visitor(program, login, number) for number in range(WORKERS)]
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda visitor: visitor.visit(REQUESTS // WORKERS), visitors))
    expected = sum((visitor.answered for visitor in visitors), Counter())
    after = metrics_of(program)
    counted = values(after, "gatehouse_http_requests_total")
    grown = {key: count - before.get(key, 0) for key, count in counted.items() if count != before.get(key, 0)}
    assert grown.pop(("GET", "/metrics", "200")) == 1, "a scrape is counted once it is answered"
    assert grown == expected
    durations = values(after, "gatehouse_http_request_duration_seconds_count")
    by_route: Counter = Counter()
    for (_, route, _), count in counted.items():
        by_route[route] += count
    assert durations == {(route,): count for route, count in by_route.items()}


def test_random_paths_add_no_series(start):
    program = start(**NO_LIMITS)

    def series():
        return {(name, labels) for name, labels in metrics_of(program) if name.startswith("gatehouse_http_")}

    with RawConnection(program.port) as connection:
        connection.send(message("GET /nowhere", KEY))
        assert connection.read_response().status == 404
        series()  # a scrape is counted after it has been answered
        before = series()
        for number in range(PATHS):
            connection.send(message(f"GET /{random.random()}/{number}", KEY))
            assert connection.read_response().status == 404
    assert series() == before


def refusals(program) -> dict:
    return {reason: count for (reason,), count in values(metrics_of(program), "gatehouse_http_refused_total").items()}


def test_refused_requests_are_counted_by_reason_and_nowhere_else(start):
    program = start(BODY_TIMEOUT="500ms", BODY_BYTES_MAX="1024")
    unfinished = message("POST /user-auth", KEY, "Content-Type: application/json", "Content-Length: 10") + b"{"
    too_large = message("POST /user-auth", KEY, body=b"x" * 2_000)
    for sent in (b"GARBAGE\r\n\r\n", unfinished, too_large):
        with RawConnection(program.port) as connection:
            connection.send(sent)
            assert connection.read_response().status in (400, 408, 413)
    assert refusals(program) == {"framing": 1, "timeout": 1, "too_large": 1, "overload": 0, "not_ready": 0}
    assert set(values(metrics_of(program), "gatehouse_http_requests_total")) == {("GET", "/metrics", "200")}


def test_connections_without_a_place_are_counted(start):
    program = start(CONNECTIONS_MAX="1")
    with RawConnection(program.port) as busy:
        busy.send(HEALTH := b"GET /health/live HTTP/1.1\r\n")
        wait_until(lambda: program.connections() == 1, 20, "the connection")
        busy.send(b"Host: x\r\n\r\n" + HEALTH)  # the answer shows that the first request was read
        assert busy.read_response().status == 200
        with RawConnection(program.port) as other:
            other.send(message("GET /health/live"))
            assert other.read_response().status == 503
    wait_until(lambda: program.connections() == 0, 20, "the end of the connections")
    assert refusals(program)["overload"] == 1


def test_logins_and_their_tokens_are_counted_by_how_they_ended(start, database):
    program = start(RATE_LIMIT_LOGIN="off", LOCKOUT_FREE="2")
    with program.api() as api:
        users = [create_user(api) for _ in range(3)]
        for _ in range(3):
            assert try_log_in(api, users[0]["email"]).status == 200
        assert try_log_in(api, "nobody@example.com").status == 401
        for number in range(3):
            if number == 2:  # extends the wait of a second, which might be over
                database.run("UPDATE login_guards SET blocked_until = blocked_until + 3600000000 WHERE blocked_until > 0")
            assert try_log_in(api, users[1]["email"], PASSWORD + "x").status == 401
        assert api.post(f"/users/{users[2]['id']}/disable", {"reason": "test"}).status in (200, 204)
        assert try_log_in(api, users[2]["email"]).status == 401
    metrics = metrics_of(program)
    logins = values(metrics, "gatehouse_logins_total")
    assert logins["ok",] == 3
    assert logins["invalid",] == 3
    assert logins["blocked",] == 1
    assert logins["disabled",] == 1
    assert logins["limited",] == 0
    assert values(metrics, "gatehouse_lockouts_total")["others",] == 1
    tokens = values(metrics, "gatehouse_tokens_issued_total")
    assert (tokens["session",], tokens["access",]) == (3, 3)
    events = values(metrics, "gatehouse_audit_events_total")
    assert events["ok", "login.succeeded"] == 3
    assert events["refused", "login.failed"] == 4
    assert events["ok", "user.created"] == 3
    hashes = values(metrics, "gatehouse_hash_duration_seconds_count")
    # Each check of a password costs a hash, right or wrong, and so does each new password.
    assert hashes["argon2id",] >= 11
    assert values(metrics, "gatehouse_hash_wait_seconds_count")[()] == 11


def test_limited_logins_are_counted_by_policy(start):
    program = start(RATE_LIMIT_LOGIN="1/1h/1")
    with program.api() as api:
        for number in range(3):
            address = {"X-Client-Address": "203.0.113.9"}
            status = try_log_in(api, "nobody@example.com", headers=address).status
            assert status == (401 if number == 0 else 429)
    metrics = metrics_of(program)
    assert values(metrics, "gatehouse_logins_total")["limited",] == 2
    assert values(metrics, "gatehouse_rate_limited_total")["login",] == 2


def test_back_end_that_does_not_say_for_whom_is_counted(start):
    program = start()
    with program.api() as api:
        try_log_in(api, "nobody@example.com")
        try_log_in(api, "nobody@example.com", headers={"X-Client-Address": "203.0.113.9"})
    assert values(metrics_of(program), "gatehouse_client_address_unknown_total")[()] == 1


def test_cache_is_counted(start):
    program = start()
    with program.api() as api:
        session = log_in(api, create_user(api)["email"])["session"]

        def counted():
            assert verify_session(api, session).status == 200
            return metrics_of(program)

        def is_counted():
            """True if the change feed has shown lately that it hears; for a moment, it may not have."""
            before, after = counted(), counted()
            hits = [values(metrics, "gatehouse_session_cache_hits_total")[()] for metrics in (before, after)]
            assert hits[0] <= hits[1] <= hits[0] + 1
            entries, size = (values(after, f"gatehouse_session_cache_{name}")[()] for name in ("entries", "bytes"))
            assert entries <= 1
            return hits[1] > hits[0] and entries == 1 and size > 0

        wait_until(is_counted, 60, "an answer from memory")
        assert log_out(api, session).status == 200
    assert values(metrics_of(program), "gatehouse_session_cache_entries")[()] == 0


def test_what_the_database_alone_knows_is_estimated(start):
    program = start()
    with program.api() as api:
        user = create_user(api)
        for _ in range(3):
            log_in(api, user["email"])
    program.stop()
    program.start()
    wait_until(lambda: values(metrics_of(program), "gatehouse_sessions"), 60, "the estimate")
    metrics = metrics_of(program)
    assert values(metrics, "gatehouse_sessions")[()] == pytest.approx(3, abs=0.1)
    assert values(metrics, "gatehouse_mail_queue_depth")[()] == 0
    assert values(metrics, "gatehouse_mail_oldest_seconds")[()] == 0


def test_calls_of_the_database_are_measured_by_statement(start):
    program = start()
    with program.api() as api:
        create_user(api)
        for _ in range(3):
            assert api.get("/users?limit=1").status == 200
    metrics = metrics_of(program)
    calls = values(metrics, "gatehouse_database_query_duration_seconds_count")
    assert [count for (outcome, statement), count in calls.items() if statement == "users_first_page" and outcome == "ok"] == [3]
    assert values(metrics, "gatehouse_database_up")[()] == 1
    wait_until(lambda: values(metrics_of(program), "gatehouse_change_feed_up")[()] == 1, 20, "the feed")
    wait_until(lambda: sum(values(metrics_of(program), "gatehouse_database_connections").values()) >= 2, 20, "the pool")


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_revocations_are_timed_on_other_replicas(start):
    one, other = start(), start()
    with one.api() as api:
        wait_until(lambda: values(metrics_of(other), "gatehouse_change_feed_up")[()] == 1, 20, "the feed")
        assert log_out(api, log_in(api, create_user(api)["email"])["session"]).status == 200
    wait_until(lambda: values(metrics_of(other), "gatehouse_revocation_seen_seconds_count")[()] >= 1, 20, "the revocation")


def test_process_and_build_are_named(start):
    program = start()
    metrics = metrics_of(program)
    [(_, commit, version)] = values(metrics, "gatehouse_build_info")
    assert commit and version.count(".") == 2
    assert values(metrics, "process_cpu_seconds_total")[()] > 0
    assert values(metrics, "process_resident_memory_bytes")[()] > 1 << 20
    assert 3 < values(metrics, "process_open_fds")[()] < values(metrics, "process_max_fds")[()]
    assert values(metrics, "process_start_time_seconds")[()] > 1.7e9


def test_answer_is_compressed_if_asked(start):
    program = start()
    with program.api() as api:
        answer = api.get("/metrics", headers={"Accept-Encoding": "gzip"})
        assert answer.header("Content-Encoding") == "gzip"
        assert "Accept-Encoding" in answer.headers.get_all("Vary")
        assert "gatehouse_build_info" in gzip.decompress(answer.body).decode()
        plain = api.get("/metrics")
        assert plain.header("Content-Encoding") is None
        assert len(answer.body) < len(plain.body) / 3
        assert api.request("HEAD", "/metrics").body == b""


def test_key_without_the_scope_is_no_way_in(api):
    assert api.get("/metrics", key=None).status == 401
    assert api.get("/metrics", key="x" * 40).status == 401


def test_port_of_their_own_has_the_metrics_and_nothing_else(start):
    port = free_port()
    program = start(METRICS_PORT=str(port))
    with Api(port, None) as scraper:
        answer = scraper.get("/metrics")
        assert answer.status == 200
        assert "gatehouse_http_connections" in answer.body.decode()
        assert scraper.request("HEAD", "/metrics").status == 200
        for path in ("/", "/health", "/users", "/metrics/", "/metrics/x"):
            assert scraper.get(path).status == 404, path
        refused = scraper.post("/metrics", {})
        assert (refused.status, refused.header("Allow")) == (405, "GET, HEAD")
    counted = values(metrics_of(program), "gatehouse_http_requests_total")
    assert counted["GET", "/metrics", "200"] == 1
    assert counted["HEAD", "/metrics", "200"] == 1


def test_end_beside_a_scraper_that_stays_connected(start):
    """The scraper's connection outlived the object that counts it."""
    port = free_port()
    program = start(METRICS_PORT=str(port))
    with Api(port, None) as scraper:
        assert scraper.get("/metrics").status == 200
        assert program.stop() == 0


def test_metrics_port_that_is_taken_is_named(start):
    taken = start().port
    program = start(wait=False, METRICS_PORT=str(taken))
    assert program.wait() == 1
    assert f"cannot listen on METRICS_HOST 127.0.0.1, METRICS_PORT {taken}" in program.output()


def test_metrics_port_that_is_the_port_is_refused(start):
    port = str(free_port())
    program = start(wait=False, PORT=port, METRICS_PORT=port)
    assert program.wait() == 1
    assert "METRICS_PORT is the same as PORT" in program.output()


def test_scrape_answers_while_the_database_is_away(cluster, start_on_cluster):
    program = start_on_cluster(METRICS_PORT=str(port := free_port()))
    with Api(port, None) as scraper:

        def up():
            return values(samples(scraper.get("/metrics").body.decode()), "gatehouse_database_up")[()]

        wait_until(lambda: up() == 1, 20, "the database")
        cluster.kill()
        wait_until(lambda: up() == 0, 20, "the loss")
        cluster.start()
        wait_until(lambda: up() == 1, 20, "the return")
    assert program.is_alive()
