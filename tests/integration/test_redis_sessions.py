"""Sessions that replicas share in Redis: a new replica starts warm, and Redis never makes a session valid that has ended."""

import re

import pytest

from harness.accounts import create_user, log_in, log_out, verify_session, verify_token
from harness.api_keys import is_good, make_key
from harness.metrics import samples
from harness.places import REPOSITORY
from harness.program import SESSION_SECRET, Gatehouse
from harness.redis_servers import RedisServer
from harness.waiting import wait_until

pytestmark = pytest.mark.parametrize("kind", ["postgres"], indirect=True)

SEEN_WITHIN_S = 60.0
SESSIONS = 200


@pytest.fixture
def redis(tmp_path):
    server = RedisServer(tmp_path / "redis").start()
    yield server
    server.kill()


def settings(redis: RedisServer, **more) -> dict[str, str]:
    # A busy machine may stall for seconds, so Redis gets enough time to answer.
    return {"REDIS_URL": f"redis://127.0.0.1:{redis.port}/0", "REDIS_SESSION_CACHE": "true", "REDIS_TIMEOUT": "10s",
            "RATE_LIMIT_LOGIN": "off", "IO_THREADS": "2"} | more


def value(program: Gatehouse, name: str, **labels) -> float:
    with program.api() as api:
        found = samples(api.get("/metrics").body.decode())
    return found.get((f"gatehouse_{name}", frozenset(labels.items())), 0)


def wait_until_up(*programs: Gatehouse):
    for program in programs:
        wait_until(lambda one=program: value(one, "shared_sessions_up") == 1, SEEN_WITHIN_S, "what replicas share")


def wait_until_down(program: Gatehouse):
    wait_until(lambda: value(program, "shared_sessions_up") == 0, SEEN_WITHIN_S, "the end of sharing")


def finds(program: Gatehouse) -> float:
    """How often it read a session from the database."""
    return value(program, "database_query_duration_seconds_count", statement="sessions_find", outcome="ok")


@pytest.fixture
def pair(start, redis):
    """Two replicas that share sessions."""
    first = start(**settings(redis))
    wait_until_up(first)
    second = start(**settings(redis))
    wait_until_up(second)
    # If the second one was too slow to be covered, it began another epoch, which the first one has to find.
    begun = value(second, "shared_sessions_epochs_total")
    wait_until(lambda: len(first.events("sessions_shared")) > begun, SEEN_WITHIN_S, "one epoch of both")
    return [first, second]


def shared_login(program: Gatehouse) -> dict:
    """A login whose session is in Redis."""
    with program.api() as api:
        login = log_in(api, create_user(api)["email"])
        assert verify_session(api, login["session"]).status == 200
    return login


def status(program: Gatehouse, login: dict) -> int:
    with program.api() as api:
        return verify_session(api, login["session"]).status


def entries(redis: RedisServer) -> list[str]:
    return [key for key in redis.ask("--scan") if re.fullmatch(r"gatehouse:session:[0-9a-f]{16}:s[0-9a-f]{32}", key)]


def wait_for_entries(redis: RedisServer, count: int) -> list[str]:
    wait_until(lambda: len(entries(redis)) >= count, SEEN_WITHIN_S, "the entries in Redis")
    return entries(redis)


def test_new_replica_starts_warm(start, redis):
    first = start(**settings(redis))
    wait_until_up(first)
    with first.api() as api:
        email = create_user(api)["email"]
        logins = [log_in(api, email) for _ in range(SESSIONS)]
        for login in logins:
            assert verify_session(api, login["session"]).status == 200
    wait_for_entries(redis, SESSIONS)
    second = start(**settings(redis))
    wait_until_up(second)
    with second.api() as api:
        for login in logins:
            shown = verify_session(api, login["session"])
            assert shown.status == 200
            assert shown.json()["user"]["email"] == email
    assert value(second, "shared_sessions_hits_total") == SESSIONS
    assert finds(second) == 0
    third = start(**settings(redis))
    wait_until_up(third)
    with third.api() as api:
        for login in logins:
            assert verify_token(api, login["token"]).status == 200
        batch = api.post("/user-auth/verify-sessions", {"sessions": [login["session"] for login in logins[:100]]}).json()
    assert [one["status"] for one in batch["sessions"]] == [200] * 100
    assert finds(third) <= SESSIONS // 100
    assert value(first, "shared_sessions_epochs_total") == 1
    assert value(second, "shared_sessions_epochs_total") == 0


ENDINGS = {
    "logout": lambda api, user, login: log_out(api, login["session"]),
    "all_of_the_user": lambda api, user, login: api.delete(f"/users/{user}/sessions"),
    "user_disabled": lambda api, user, login: api.post(f"/users/{user}/disable"),
    "user_deleted": lambda api, user, login: api.delete(f"/users/{user}"),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_session_that_ended_elsewhere_is_not_found_in_redis(start, redis, pair, ending):
    first, second = pair
    with first.api() as api:
        user = create_user(api)
        login = log_in(api, user["email"])
        assert verify_session(api, login["session"]).status == 200
        wait_for_entries(redis, 1)
        assert ENDINGS[ending](api, user["id"], login).status == 200
    wait_until(lambda: status(second, login) == 401, SEEN_WITHIN_S, "the end of the session on the other replica")
    assert status(first, login) == 401
    third = start(**settings(redis))
    wait_until_up(third)
    assert status(third, login) == 401


def test_changed_user_is_shown_as_changed_by_a_new_replica(start, redis, pair):
    with pair[0].api() as api:
        user = create_user(api)
        login = log_in(api, user["email"])
        assert verify_session(api, login["session"]).status == 200
        wait_for_entries(redis, 1)
        assert api.put(f"/users/{user['id']}", {"first_name": "Grace"}).status == 200
    third = start(**settings(redis))
    wait_until_up(third)
    with third.api() as api:
        assert verify_session(api, login["session"]).json()["user"]["first_name"] == "Grace"


def test_changes_by_sql_of_everything_begin_anew(redis, database, pair):
    logins = [shared_login(pair[0]) for _ in range(3)]
    wait_for_entries(redis, 3)
    database.run("TRUNCATE sessions")
    for program in pair:
        for login in logins:
            wait_until(lambda one=program, two=login: status(one, two) == 401, SEEN_WITHIN_S, "the end of the session")
    wait_until_up(*pair)
    assert sum(value(program, "shared_sessions_epochs_total") for program in pair) >= 2


def test_replica_killed_before_it_could_tell_leaves_nothing_behind(start, redis, database):
    first = start(**settings(redis))
    wait_until_up(first)
    login = shared_login(first)
    wait_for_entries(redis, 1)
    first.kill()
    database.run("DELETE FROM sessions")
    second = start(**settings(redis))
    wait_until_up(second)
    assert status(second, login) == 401
    assert value(second, "shared_sessions_epochs_total") == 1


def test_redis_that_stands_still_holds_nobody_up(start, redis):
    programs = [start(**settings(redis, REDIS_TIMEOUT="50ms", SESSION_CACHE_MB="0")) for _ in range(2)]
    wait_until_up(*programs)
    login, other = (shared_login(programs[0]) for _ in range(2))
    with programs[0].api() as here, programs[1].api() as there:
        key, secret = make_key(here)
        wait_until(lambda: is_good(there, secret), SEEN_WITHIN_S, "the new key")
        with redis.standing_still():
            assert [status(program, login) for program in programs * 3] == [200] * 6
            assert log_out(here, other["session"]).status == 200
            assert [status(program, other) for program in programs] == [401] * 2
            # Waits until the other one has heard of the logout: changes are heard in the order of their commits.
            assert here.delete(f"/api-keys/{key}").status == 200
            wait_until(lambda: not is_good(there, secret), SEEN_WITHIN_S, "the end of the key")
    wait_until_up(*programs)
    assert [status(program, other) for program in programs] == [401] * 2
    assert [status(program, login) for program in programs] == [200] * 2


def test_restarted_redis_is_another_one(redis, pair):
    login = shared_login(pair[0])
    wait_for_entries(redis, 1)
    redis.kill()
    assert [status(program, login) for program in pair] == [200] * 2
    with pair[0].api() as api:
        assert log_out(api, login["session"]).status == 200
    redis.start()
    wait_until_up(*pair)
    wait_until(lambda: status(pair[1], login) == 401, SEEN_WITHIN_S, "the end of the session")
    assert not entries(redis)


def test_flushed_redis_is_filled_again(redis, pair):
    login = shared_login(pair[0])
    wait_for_entries(redis, 1)
    begun = lambda: sum(value(program, "shared_sessions_epochs_total") for program in pair)  # noqa: E731
    before = begun()
    redis.ask("FLUSHALL")
    assert status(pair[1], login) == 200
    wait_until(lambda: begun() > before, SEEN_WITHIN_S, "another epoch")
    # What a replica writes before it has noticed the new epoch is in vain.
    again = wait_until(lambda: (later := shared_login(pair[1])) and entries(redis) and later, SEEN_WITHIN_S, "the entries in Redis")
    assert status(pair[0], again) == 200


def test_what_redis_makes_up_is_not_believed(start, redis, pair):
    logins = [shared_login(pair[0]) for _ in range(3)]
    keys = sorted(wait_for_entries(redis, 3))
    with pair[0].api() as api:
        assert log_out(api, logins[0]["session"]).status == 200
    left = entries(redis)
    assert len(left) == 2
    (gone,) = set(keys) - set(left)
    redis.ask("APPEND", left[1], "x")
    third = start(**settings(redis))
    wait_until_up(third)
    assert [status(third, login) for login in logins[1:]] == [200, 200]
    assert value(third, "shared_sessions_refused_total") == 1

    def copy_is_refused() -> bool:
        redis.ask("COPY", left[0], gone, "REPLACE")
        assert status(third, logins[0]) == 401
        return value(third, "shared_sessions_refused_total") == 2

    wait_until(copy_is_refused, SEEN_WITHIN_S, "a refusal of the copy, which a replica that hears of the logout late deletes")
    redis.ask("SET", left[0], "made up")
    redis.ask("DEL", left[1])
    redis.ask("LPUSH", left[1], "a list")
    fourth = start(**settings(redis))
    wait_until_up(fourth)
    assert [status(fourth, login) for login in logins] == [401, 200, 200]


def test_redis_holds_nothing_readable_and_nothing_for_ever(redis, pair):
    with pair[0].api() as api:
        user = create_user(api)
        login = log_in(api, user["email"])
        assert verify_session(api, login["session"]).status == 200
    wait_for_entries(redis, 1)
    keys = redis.ask("--scan")
    dump = "\n".join(keys + redis.ask("--no-raw", "GET", entries(redis)[0]))
    assert entries(redis)[0] in dump
    for secret in (user["email"], "Lovelace", login["session"], SESSION_SECRET, f":{user['id']}\n"):
        assert secret not in dump
    lives = {key: int(redis.ask("PTTL", key)[0]) for key in keys if "limit" not in key}
    assert all(0 < life <= 600_000 for life in lives.values()), lives


def test_secrets_that_differ_share_nothing(start, redis):
    first = start(**settings(redis))
    second = start(**settings(redis, SESSION_SECRET=f"{'another secret ' * 3},{SESSION_SECRET}"))
    wait_until_up(first, second)
    login = shared_login(first)
    wait_for_entries(redis, 1)
    assert status(second, login) == 200
    assert value(second, "shared_sessions_hits_total") == 0
    with second.api() as api:
        assert log_out(api, login["session"]).status == 200
    wait_until(lambda: status(first, login) == 401, SEEN_WITHIN_S, "the end of the session")


def test_user_with_the_documented_rights_will_do(start, redis):
    rights = re.search(r"with `REDIS_SESSION_CACHE` also `([^`]+)`", (REPOSITORY / "docs" / "operations.md").read_text())[1].split()
    basic = re.search(r"The user needs `([^`]+)`", (REPOSITORY / "docs" / "operations.md").read_text())[1].split()
    redis.ask("ACL", "SETUSER", "gate", "on", ">secret", *basic, *rights)
    programs = [start(**settings(redis, REDIS_URL=f"redis://gate:secret@127.0.0.1:{redis.port}")) for _ in range(2)]
    wait_until_up(*programs)
    login = shared_login(programs[0])
    wait_for_entries(redis, 1)
    assert status(programs[1], login) == 200
    assert value(programs[1], "shared_sessions_hits_total") == 1
    redis.ask("ACL", "SETUSER", "gate", "-zadd")
    line = wait_until(lambda: programs[0].events("session_sharing_refused"), SEEN_WITHIN_S, "the line in the log")[0]
    assert re.search("can't run this command|has no permissions to run", line["reason"]), line
    wait_until_down(programs[0])
    assert status(programs[0], login) == 200


def test_sqlite_is_refused(command):
    asked = {"REDIS_URL": "redis://127.0.0.1:1/0", "REDIS_SESSION_CACHE": "true", "DATABASE_URL": "sqlite:one.db"}
    result = command("doctor", **asked)
    assert result.returncode == 1
    assert "is true, but the database is SQLite" in result.stdout
    assert command("serve", **asked).returncode == 78


def test_redis_is_required(command):
    result = command("serve", REDIS_SESSION_CACHE="true")
    assert result.returncode == 78
    assert "there is no Redis" in result.stdout + result.stderr
