"""CHANGE_FEED=redis: replicas behind a pooler in statement mode, where LISTEN is impossible, hear of each other's changes."""

import re

import pytest

from harness.accounts import create_user, is_alive, log_in, log_out, verify_session
from harness.clusters import Bouncer
from harness.metrics import samples
from harness.places import REPOSITORY
from harness.redis_servers import RedisServer
from harness.waiting import wait_until

pytestmark = pytest.mark.parametrize("kind", ["postgres"], indirect=True)

# The next look hears of it, 100 ms later at most; but a busy machine may stall for a while. Caches keep a session for hours.
SEEN_WITHIN_S = 60.0


@pytest.fixture
def redis(tmp_path):
    server = RedisServer(tmp_path / "redis").start()
    yield server
    server.kill()


@pytest.fixture
def bouncer(database):
    parts = database.parts()
    pooler = Bouncer(parts.hostname, parts.port, mode="statement")
    yield pooler
    pooler.remove()


@pytest.fixture
def settings(database, bouncer, redis) -> dict[str, str]:
    return {
        "DATABASE_URL": f"postgresql://postgres@127.0.0.1:{bouncer.port}/{database.name}",
        "CHANGE_FEED": "redis",
        "REDIS_URL": f"redis://127.0.0.1:{redis.port}",
        "REDIS_TIMEOUT": "10s",
    }


def gauge(program, name: str) -> float | None:
    with program.api() as api:
        return samples(api.get("/metrics").body.decode()).get((name, frozenset()))


def wait_until_gauge(programs, name: str, value: float):
    for program in programs:
        wait_until(lambda one=program: gauge(one, name) == value, SEEN_WITHIN_S, f"{name} {value}")


def cache_hits(api) -> float:
    return sum(value for (name, _), value in samples(api.get("/metrics").body.decode()).items() if name == "gatehouse_session_cache_hits_total")


@pytest.fixture
def pair(start, settings):
    programs = [start(**settings) for _ in range(2)]
    wait_until_gauge(programs, "gatehouse_change_feed_up", 1)
    return programs


def warmed(api, login):
    """Checks the session until the replica's cache answers."""
    before = cache_hits(api)

    def is_hit():
        assert verify_session(api, login["session"]).status == 200
        return cache_hits(api) > before

    wait_until(is_hit, SEEN_WITHIN_S, "an answer from the cache")


def dies_on(api, login):
    wait_until(lambda: not is_alive(api, login["session"]), SEEN_WITHIN_S, "the end of the session")


def check_that_it_hears(pair, database):
    """What one replica, or somebody's SQL, ends is dead on the other one, although it is in that one's cache."""
    with pair[0].api() as first, pair[1].api() as second:
        for end in (lambda login: log_out(first, login["session"]), lambda login: database.run("DELETE FROM sessions")):
            login = log_in(first, create_user(first)["email"])
            warmed(second, login)
            end(login)
            dies_on(second, login)


def test_revocations_are_heard_with_redis_and_without(pair, database, redis):
    wait_until_gauge(pair, "gatehouse_change_feed_redis_up", 1)
    check_that_it_hears(pair, database)
    with redis.standing_still():
        wait_until_gauge(pair, "gatehouse_change_feed_redis_up", 0)
        check_that_it_hears(pair, database)
    redis.kill()
    wait_until_gauge(pair, "gatehouse_change_feed_redis_up", 0)
    check_that_it_hears(pair, database)
    redis.start()
    wait_until_gauge(pair, "gatehouse_change_feed_redis_up", 1)
    check_that_it_hears(pair, database)
    assert not pair[1].events("postgres_feed_lost")
    assert {one["level"] for one in pair[1].events("feed_unrung")} == {"warn"}


def test_replicas_of_one_database_listen_to_one_channel_of_redis(pair, redis):
    wait_until_gauge(pair, "gatehouse_change_feed_redis_up", 1)
    channels = redis.ask("PUBSUB", "CHANNELS")
    assert len(channels) == 1
    assert re.fullmatch(r"gatehouse:feed:[0-9a-f]{32}", channels[0])
    assert redis.ask("PUBSUB", "NUMSUB", channels[0]) == [channels[0], "2"]


def test_silent_feed_leaves_its_cache_unused(pair, database):
    with pair[0].api() as first, pair[1].api() as second:
        login = log_in(first, create_user(first)["email"])
        warmed(second, login)
        database.run("ALTER TABLE announcements RENAME TO announcements_away")
        wait_until_gauge(pair[1:], "gatehouse_change_feed_up", 0)
        hits = cache_hits(second)
        assert verify_session(second, login["session"]).status == 200
        assert cache_hits(second) == hits
        lost = wait_until(lambda: pair[1].events("postgres_feed_lost"), SEEN_WITHIN_S, "the line in the log")
        assert [one["level"] for one in lost] == ["warn"]
        database.run("ALTER TABLE announcements_away RENAME TO announcements")
        wait_until_gauge(pair[1:], "gatehouse_change_feed_up", 1)
        warmed(second, login)


def test_replica_of_the_other_setting_is_told_as_well(start, pair, database, command):
    """This happens while the setting is changed on one replica after the other. The other replica listens at the server itself."""
    other = start()
    wait_until_gauge([other], "gatehouse_change_feed_up", 1)
    check_that_it_hears([pair[0], other], database)
    check_that_it_hears([other, pair[1]], database)
    assert "note   change feed: changes are announced for CHANGE_FEED=postgres and for CHANGE_FEED=redis" in command("doctor").stdout


def test_doctor_says_how_changes_are_told(command, settings, redis, pair, database):
    database.run("UPDATE change_feed SET notify_used_at = now() - interval '1 hour', rows_used_at = now() - interval '1 hour'")
    wait_until(lambda: database.rows("SELECT notifies FROM change_feed") == [(False,)], SEEN_WITHIN_S, "the end of NOTIFY")
    found = command("doctor", **settings).stdout
    assert "ok     change feed: changes are announced as rows" in found
    assert "ok     redis channel" in found
    assert "note   change feed: changes are announced for CHANGE_FEED=redis" in command("doctor").stdout


def test_user_of_redis_with_the_documented_rights_will_do(start, settings, redis, command):
    text = (REPOSITORY / "docs" / "operations.md").read_text()
    rights = [*re.search(r"The user needs `([^`]+)`", text)[1].split(), *re.search(r"`CHANGE_FEED=redis` also `([^`]+)`", text)[1].split()]
    redis.ask("ACL", "SETUSER", "gate", "on", ">secret", *rights)
    url = f"redis://gate:secret@127.0.0.1:{redis.port}"
    program = start(**settings | {"REDIS_URL": url})
    wait_until_gauge([program], "gatehouse_change_feed_redis_up", 1)
    redis.ask("ACL", "SETUSER", "gate", "resetchannels")
    refused = command("doctor", **settings | {"REDIS_URL": url})
    assert refused.returncode == 1
    assert "WRONG  redis channel: cannot be used" in refused.stdout


def test_many_changes_are_placed_read_and_deleted(pair, database):
    with pair[0].api() as first, pair[1].api() as second:
        email = create_user(first)["email"]
        for _ in range(20):
            login = log_in(first, email)
            log_out(first, login["session"])
        placed = "SELECT count(*) FROM announcements WHERE position IS NULL"
        wait_until(lambda: database.rows(placed) == [(0,)], SEEN_WITHIN_S, "positions")
        assert database.rows("SELECT count(DISTINCT position) = max(position) FROM announcements") == [(True,)]
        database.run("UPDATE announcements SET at = at - interval '1 hour'")
        database.run("UPDATE change_feed SET rows_used_at = now() - interval '1 hour'")
        wait_until(lambda: database.rows("SELECT count(*) FROM announcements WHERE topic = 'session'") == [(0,)], SEEN_WITHIN_S, "the deletion")
        assert not is_alive(second, login["session"])
