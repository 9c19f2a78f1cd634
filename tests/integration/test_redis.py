"""Limits that replicas share in Redis; and that no request fails because of Redis or waits for it."""

import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.accounts import create_user, log_in, try_log_in
from harness.http_client import Api
from harness.metrics import samples
from harness.places import REPOSITORY
from harness.program import Gatehouse
from harness.redis_servers import RedisServer
from harness.waiting import wait_until

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

SEEN_WITHIN_S = 60.0
# A busy machine may stall for seconds, so Redis gets enough time where it has to decide.
PATIENT = {"REDIS_TIMEOUT": "10s", "RATE_LIMIT_LOGIN": "1/1h/4", "RATE_LIMIT_REGISTER": "off"}
PASSWORD = "a pass-word of Redis"


@pytest.fixture
def redis(tmp_path):
    server = RedisServer(tmp_path / "redis").start()
    yield server
    server.kill()


def url_of(redis: RedisServer) -> str:
    return f"redis://127.0.0.1:{redis.port}/0"


def wrong_login(api: Api, address="198.51.100.7"):
    return try_log_in(api, "nobody@example.com", "wrong", headers={"X-Client-Address": address})


def up(program: Gatehouse) -> float | None:
    with program.api() as api:
        return samples(api.get("/metrics").body.decode()).get(("gatehouse_limits_redis_up", frozenset()))


def wait_until_shared(*programs: Gatehouse):
    for program in programs:
        wait_until(lambda one=program: up(one) == 1, SEEN_WITHIN_S, "the connection to Redis")


def wait_until_alone(*programs: Gatehouse):
    for program in programs:
        wait_until(lambda one=program: up(one) == 0, SEEN_WITHIN_S, "the end of the connection to Redis")


def granted(*programs: Gatehouse, attempts=6, address="198.51.100.7") -> int:
    """How many of `attempts` logins at each program no limit refused. None may fail otherwise."""
    statuses = []
    for program in programs:
        with program.api() as api:
            statuses += [wrong_login(api, address).status for _ in range(attempts)]
    assert set(statuses) <= {401, 429}, statuses
    return statuses.count(401)


def test_two_replicas_grant_one_budget_once(start, redis):
    replicas = [start(REDIS_URL=url_of(redis), **PATIENT) for _ in range(2)]
    wait_until_shared(*replicas)
    assert granted(*replicas) == 4
    assert [one["redis"] for one in replicas[0].events("limits_shared")] == [f"127.0.0.1:{redis.port}"]


def test_two_replicas_without_redis_grant_it_each(start):
    assert granted(start(**PATIENT), start(**PATIENT)) == 8


def test_requests_at_once_are_granted_the_budget_and_no_more(start, redis):
    replicas = [start(REDIS_URL=url_of(redis), **PATIENT) for _ in range(2)]
    wait_until_shared(*replicas)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda at: granted(replicas[at % 2], attempts=5), range(8))) == 4


def test_fields_and_refusal_are_those_of_one_process(start, redis):
    program = start(REDIS_URL=url_of(redis), **PATIENT | {"RATE_LIMIT_LOGIN": "60/5m/2"})
    wait_until_shared(program)
    with program.api() as api:
        answers = [wrong_login(api) for _ in range(3)]
        assert [one.status for one in answers] == [401, 401, 429]
        assert [one.header("RateLimit").split(";t=")[0] for one in answers] == ['"login";r=1', '"login";r=0', '"login";r=0']
        assert {one.header("RateLimit-Policy") for one in answers} == {'"login";q=60;w=300'}
        assert 1 <= int(answers[2].header("Retry-After")) <= 5
        assert answers[2].json()["code"] == "rate_limited"
        limited = samples(api.get("/metrics").body.decode())
        assert limited[("gatehouse_rate_limited_total", frozenset({("policy", "login")}))] == 1


def test_successful_logins_cost_nothing(start, redis):
    program = start(REDIS_URL=url_of(redis), **PATIENT)
    wait_until_shared(program)
    with program.api() as api:
        email = create_user(api)["email"]
        for _ in range(6):
            log_in(api, email, headers={"X-Client-Address": "198.51.100.7"})


def test_refusal_by_the_shared_budget_gives_back_what_the_others_were_charged(start, redis):
    program = start(REDIS_URL=url_of(redis), **PATIENT | {"RATE_LIMIT_ADDRESS": "1/1h/6"})
    wait_until_shared(program)
    with program.api() as api:
        assert [wrong_login(api).status for _ in range(24)] == [401] * 4 + [429] * 20
        read = api.get("/users/1", headers={"X-Client-Address": "198.51.100.7"})
        assert read.status in (200, 404), "the address has paid for the four calls that were granted, and for no other"


def test_mails_to_one_user_are_counted_together(start, redis, database):
    settings = PATIENT | {"RATE_LIMIT_MAIL_ACCOUNT": "1/1h/2", "RATE_LIMIT_MAIL_ADDRESS": "off"}
    replicas = [start(REDIS_URL=url_of(redis), **settings) for _ in range(2)]
    wait_until_shared(*replicas)
    with replicas[0].api() as first, replicas[1].api() as second:
        email = create_user(first)["email"]
        for api in (first, second, first, second):
            assert api.post("/user-auth/forgot-password", {"email": email}).status == 202
    assert database.rows("SELECT count(*) FROM mails WHERE kind = 'reset-password'") == [(2,)]


def test_redis_holds_no_address_and_no_key_for_ever(start, redis):
    program = start(REDIS_URL=url_of(redis), **PATIENT)
    wait_until_shared(program)
    granted(program)
    keys = [key for key in redis.ask("--scan") if key != "gatehouse:limit:probe"]
    assert len(keys) == 1
    assert keys[0].startswith("gatehouse:limit:login:")
    assert "198.51.100.7" not in keys[0]
    assert 3 * 3600 * 1000 < int(redis.ask("PTTL", keys[0])[0]) <= 4 * 3600 * 1000


def test_killed_redis_leaves_each_replica_its_own_count_and_is_used_again(start, redis):
    replicas = [start(REDIS_URL=url_of(redis), **PATIENT) for _ in range(2)]
    wait_until_shared(*replicas)
    redis.kill()
    assert granted(*replicas) == 8
    wait_until_alone(*replicas)
    assert [one["level"] for one in replicas[0].events("limits_degraded")][0] == "warn"
    redis.start()
    wait_until_shared(*replicas)
    assert granted(*replicas, address="198.51.100.8") == 4
    assert len(replicas[0].events("limits_shared")) == 2


def test_redis_that_stands_still_holds_nobody_up(start, redis):
    program = start(REDIS_URL=url_of(redis), **PATIENT | {"REDIS_TIMEOUT": "50ms"})
    wait_until_shared(program)
    with redis.standing_still(), program.api() as api:
        begin = time.monotonic()
        for _ in range(20):
            headers = {"X-Client-Address": "198.51.100.7"}
            assert api.post("/user-auth/verify-email", {"token": "none"}, headers=headers).status == 401
        # Without a deadline it would take for ever.
        assert time.monotonic() - begin < 30
        wait_until_alone(program)
        assert program.events("limits_degraded")
    wait_until_shared(program)


def test_scripts_that_redis_forgot_are_sent_again(start, redis):
    program = start(REDIS_URL=url_of(redis), **PATIENT)
    wait_until_shared(program)
    assert granted(program, attempts=2) == 2
    redis.ask("SCRIPT", "FLUSH")
    assert granted(program) == 2
    assert not program.events("limits_degraded")


def test_service_starts_without_redis_and_finds_it(start, redis):
    redis.kill()
    program = start(REDIS_URL=url_of(redis), **PATIENT)
    assert granted(program) == 4
    wait_until(lambda: program.events("limits_degraded"), SEEN_WITHIN_S, "the line in the log")
    redis.start()
    wait_until_shared(program)


@pytest.fixture
def guarded(tmp_path):
    server = RedisServer(tmp_path / "guarded", {"requirepass": f'"{PASSWORD}"'}).start()
    yield server
    server.kill()


def test_password_is_told_to_redis_and_to_nobody_else(start, guarded):
    url = f"redis://:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{guarded.port}/3"
    program = start(REDIS_URL=url, **PATIENT)
    wait_until_shared(program)
    assert granted(program) == 4
    assert PASSWORD not in program.output()


def test_wrong_password_is_named_in_the_log_and_by_doctor(start, command, guarded):
    url = f"redis://:wrong-one@127.0.0.1:{guarded.port}/0"
    program = start(REDIS_URL=url, **PATIENT)
    line = wait_until(lambda: program.events("limits_degraded"), SEEN_WITHIN_S, "the line in the log")[0]
    assert line["reason"].startswith("WRONGPASS")
    assert granted(program) == 4
    doctor = command("doctor", REDIS_URL=url)
    assert doctor.returncode == 1
    assert f"WRONG  redis: 127.0.0.1:{guarded.port} cannot be used" in doctor.stdout
    assert "WRONGPASS" in doctor.stdout
    assert "wrong-one" not in doctor.stdout + doctor.stderr + program.output()


def test_user_with_the_documented_rights_will_do(start, redis):
    rights = re.search(r"The user needs `([^`]+)`", (REPOSITORY / "docs" / "operations.md").read_text())[1].split()
    redis.ask("ACL", "SETUSER", "gate", "on", ">secret", *rights)
    program = start(REDIS_URL=f"redis://gate:secret@127.0.0.1:{redis.port}", **PATIENT)
    wait_until_shared(program)
    with program.api() as api:
        log_in(api, create_user(api)["email"], headers={"X-Client-Address": "198.51.100.7"})
    assert granted(program) == 4
    redis.ask("ACL", "SETUSER", "gate", "-set")
    line = wait_until(lambda: program.events("limits_degraded"), SEEN_WITHIN_S, "the line in the log")[0]
    assert re.search("can't run this command|has no permissions to run", line["reason"]), line


def test_doctor_says_where_redis_is_and_when_it_is_away(command, redis):
    found = command("doctor", REDIS_URL=url_of(redis)).stdout
    assert re.search("ok     redis: Redis [78]", found), found
    assert f"at 127.0.0.1:{redis.port}" in found
    redis.kill()
    away = command("doctor", REDIS_URL=url_of(redis))
    assert away.returncode == 1
    assert "Connection refused" in away.stdout


def test_redis_over_tls_is_used_if_its_certificate_is_good(start, command, tmp_path):
    key, certificate = tmp_path / "redis.key", tmp_path / "redis.pem"
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    algorithm = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", "req", "-x509", *algorithm, *name, "-days", "2", *files], check=True, capture_output=True)
    server = RedisServer(tmp_path / "redis", {"tls-auth-clients": "no", "tls-cert-file": str(certificate), "tls-key-file": str(key)})
    tls_port = server.port + 1 if server.port < 31_999 else server.port - 1
    server = server.with_option("tls-port", str(tls_port)).start()
    try:
        url = f"rediss://localhost:{tls_port}"
        program = start(REDIS_URL=url, SSL_CERT_FILE=str(certificate), **PATIENT)
        wait_until_shared(program)
        assert granted(program) == 4
        assert "certificate verify failed" in command("doctor", REDIS_URL=url).stdout
        by_address = command("doctor", REDIS_URL=f"rediss://127.0.0.1:{tls_port}", SSL_CERT_FILE=str(certificate))
        assert "certificate verify failed" in by_address.stdout
    finally:
        server.kill()


def test_new_master_is_found_through_sentinel(start, tmp_path):
    first, second = (RedisServer(tmp_path / name) for name in ("first", "second"))
    first.start()
    second.start()
    second.ask("REPLICAOF", "127.0.0.1", str(first.port))
    watch = "sentinel monitor gatehouse 127.0.0.1 {} 1\nsentinel down-after-milliseconds gatehouse 500\nsentinel failover-timeout gatehouse 2000"
    sentinel = RedisServer(tmp_path / "sentinel", sentinel=watch.format(first.port)).start()
    try:
        wait_until(lambda: "state=online" in "".join(first.ask("INFO", "replication")), SEEN_WITHIN_S, "the replica")
        wait_until(lambda: "num-slaves" in sentinel.ask("SENTINEL", "MASTER", "gatehouse"), SEEN_WITHIN_S, "Sentinel")
        wait_until(lambda: sentinel.ask("SENTINEL", "REPLICAS", "gatehouse"), SEEN_WITHIN_S, "the replica in Sentinel")
        program = start(REDIS_URL=f"redis+sentinel://127.0.0.1:{sentinel.port}/gatehouse", **PATIENT)
        wait_until_shared(program)
        assert granted(program) == 4
        first.kill()
        assert granted(program, attempts=1, address="198.51.100.8") == 1
        wait_until_alone(program)
        wait_until_shared(program)
        assert granted(program, address="198.51.100.9") == 4
        assert any(key.startswith("gatehouse:limit:login:") for key in second.ask("--scan"))
    finally:
        for server in (sentinel, first, second):
            server.kill()
