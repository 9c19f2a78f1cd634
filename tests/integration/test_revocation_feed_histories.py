"""The revocation feed over several replicas and through outages: each reader sees every ending once, all in one order."""

import contextlib
import os
import random
import time

import pytest

from harness.accounts import assert_unavailable
from harness.endings import add_users, do, end_a_session, ended_since
from harness.feed_history import History
from harness.places import FULL, SANITIZED
from harness.revocation_feed import (
    EVENT_STREAM,
    EventStream,
    WaitingPoll,
    ended_in,
    page,
    poll,
    read_all,
    readers_of,
    snapshot,
    time_of,
)
from harness.waiting import wait_until

EVENTS = 100_000 if FULL else 300 if SANITIZED else 2_000
HISTORY_MAX_S = 3_000 if FULL else 300
PATIENCE_S = 60
RECOVERY_MAX_S = 60.0 if SANITIZED else 20.0
# A quarter of all must be that quick: other load on the machine may delay each of them. A keeper that waits for its
# next reading needs 0.45 s.
TRAVEL_MAX_S = 0.9 if SANITIZED else 0.15
# One io thread, because each io thread finds for itself that the database is back.
QUERY_TIMEOUT = {"DB_QUERY_TIMEOUT": "2s", "DB_CONNECT_TIMEOUT": "2s", "IO_THREADS": "1"}

POSTGRES = pytest.mark.parametrize("kind", ["postgres"], indirect=True)


@pytest.mark.slow
def test_every_reader_sees_every_ending_once_and_in_one_order(start, database):
    seed = int(os.environ.get("GATEHOUSE_TEST_SEED") or random.randrange(2**32))
    replicas = [start(SESSION_CLEANUP_INTERVAL="1s") for _ in range(1 if database.kind == "sqlite" else 2)]
    try:
        History(replicas, database, EVENTS, seed, HISTORY_MAX_S).check()
    except Exception as failure:
        raise AssertionError(f"with GATEHOUSE_TEST_SEED={seed}: {failure}") from failure


@pytest.mark.parametrize("count", [64, 5_000])
def test_many_that_end_at_once_reach_those_who_wait(start, database, count):
    """Even if they are more than the service remembers."""
    program = start()
    ended = sorted(("session", session) for session in add_users(database, 1, count).popitem()[1])
    with program.api() as api:
        before = snapshot(api)["cursor"]
        with EventStream(program, before) as stream:
            stream.next()
            waiting = WaitingPoll(program, before)
            wait_until(lambda: readers_of(program) == 2, PATIENCE_S, "the readers")
            database.run("DELETE FROM sessions")
            found = stream.read_until(end_a_session(api, database))[:-1]
        assert sorted(found) == ended
        answer = waiting.result().json()
        assert ended_in(answer) + read_all(api, answer["cursor"])[0] == read_all(api, before)[0]
        assert read_all(api, before)[0][:-1] == found


def test_many_endings_at_once_set_the_time_of_a_stream_back(start, database):
    """An event that does not hold all news promises less, and used to say so with an `asOf` a minute before the last one."""
    program = start()
    [sessions] = add_users(database, 1, 3_500).values()
    with program.api() as api, EventStream(program, snapshot(api)["cursor"], timeout_s=20.0) as stream:
        told = [stream.next()]
        database.run("DELETE FROM sessions")
        while sum(len(event.data["revocations"]) for event in told if event.is_news()) < len(sessions):
            told.append(stream.next())
    news = [event for event in told if event.is_news()]
    assert len(news) >= 4, "more than one event can hold"
    times = [time_of(event.data["asOf"]) for event in told]
    assert times == sorted(times)


def by_service(api, _database, session):
    do(api.delete(f"/sessions/{session}"))


def by_sql(_api, database, session):
    database.run("DELETE FROM sessions WHERE id = ?", session)


@pytest.mark.serial
@POSTGRES
@pytest.mark.parametrize("end", [by_service, by_sql])
def test_ending_is_soon_told_on_the_other_replica(start, database, end):
    first, second = start(), start()
    [sessions] = add_users(database, 1, 20).values()
    times = []
    with first.api() as api, EventStream(second, snapshot(api)["cursor"]) as stream:
        stream.next()
        for session in sessions:
            end(api, database, session)
            begin_s = time.monotonic()
            assert ended_in(stream.next_news().data) == [("session", session)]
            times.append(time.monotonic() - begin_s)
    assert sorted(times)[len(times) // 4] < TRAVEL_MAX_S, times


@POSTGRES
def test_cursor_is_good_on_every_replica(start, database):
    """Even after the replica that made it has gone."""
    first, second = start(), start()
    with first.api() as api:
        before = snapshot(api)["cursor"]
        ended = [end_a_session(api, database) for _ in range(2)]
        with EventStream(first, before) as stream:
            last = stream.next_news().id
            first.kill()
            assert not any(event.is_news() for event in rest_of(stream))
    with second.api() as api, EventStream(second, before, last_event_id=last) as stream:
        ended.append(end_a_session(api, database))
        assert ended_in(stream.next_news().data) == ended[-1:]
        assert read_all(api, before)[0] == ended


def rest_of(stream):
    """The rest of the stream, which may be cut off."""
    with contextlib.suppress(OSError):
        yield from stream.events()


@POSTGRES
@pytest.mark.parametrize("commits", [True, False], ids=["committed", "rolled_back"])
def test_long_transaction_of_another_client_does_not_hold_up_the_feed(start, database, commits):
    """What it ends comes once it is committed, after everything that was told by then."""
    program = start()
    [sessions] = add_users(database, 1, 2).values()
    late = [("session", session) for session in sessions]
    with program.api() as api, database.connect() as connection, connection.cursor() as cursor:
        before = snapshot(api)["cursor"]
        connection.autocommit = False
        cursor.execute("DELETE FROM sessions WHERE id = %s", (sessions[0],))
        with EventStream(program, before) as stream:
            early = end_a_session(api, database)
            assert ended_in(stream.next_news().data) == [early]
            assert ended_in(snapshot(api)) == [early]
            cursor.execute("DELETE FROM sessions WHERE id = %s", (sessions[1],))
            if not commits:
                connection.rollback()
                assert ended_since(api, database, before) == [early]
                return
            connection.commit()
            assert stream.read_until(late[1]) == late
        assert ended_since(api, database, before) == [early, *late]


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_database_that_was_reset_begins_anew(start, database, command):
    program = start(APP_ENV="development")
    with program.api() as api:
        end_a_session(api, database)
        _, end = read_all(api, snapshot(api)["cursor"])
        assert command("db", "reset", "--yes", APP_ENV="development").returncode == 0
        assert poll(api, end).status == 410
        assert ended_since(api, database, snapshot(api)["cursor"]) == []


@POSTGRES
def test_transactions_that_read_or_wait_do_not_hold_up_the_feed(start, database):
    """A report over the log, and a client that was left alone in the middle of a transaction."""
    program = start()
    with program.api() as api, database.connect() as connection, connection.cursor() as cursor:
        before = snapshot(api)["cursor"]
        end_a_session(api, database)
        connection.autocommit = False
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT count(*) FROM revocations")
        with EventStream(program, before) as stream:
            assert stream.read_until(end_a_session(api, database))


def test_feed_is_away_with_the_database_and_comes_back(cluster, start_on_cluster, cluster_database):
    """A stream ends or goes on; the cursor stays good, and nothing is missing."""
    program = start_on_cluster(**QUERY_TIMEOUT)
    with program.api() as api:
        before = snapshot(api)["cursor"]
        ended = [end_a_session(api, cluster_database)]
        with EventStream(program, before) as stream:
            last = stream.next_news().id
            waiting = WaitingPoll(program, last, wait_s=3)
            wait_until(lambda: readers_of(program) == 2, PATIENCE_S, "the readers")
            cluster.kill()
            killed_s = time.time()
            assert_unavailable(poll(api, last), "the poll")
            assert_unavailable(poll(api, last, headers={"Accept": EVENT_STREAM}), "the stream")
            assert_unavailable(api.get("/revocations/snapshot"), "the snapshot")
            answer = waiting.result()
            assert answer.status == 503 or is_not_newer(answer.json(), killed_s), answer.body
            cluster.start()
            wait_until(lambda: poll(api, last).status == 200, RECOVERY_MAX_S, "the recovery")
            ended.append(end_a_session(api, cluster_database))
            found = [one for event in rest_of_news(stream, ended[-1]) for one in ended_in(event.data)]
        assert found in ([], ended[1:])
        assert read_all(api, before)[0] == ended
        with EventStream(program, before, last_event_id=last) as stream:
            assert ended_in(stream.next_news().data) == ended[1:]


def is_not_newer(news, moment_s) -> bool:
    return news["revocations"] == [] and time_of(news["asOf"]) <= moment_s


def rest_of_news(stream, last):
    """Up to the event with the last ending, or to the end of the stream."""
    for event in rest_of(stream):
        if event.is_news():
            yield event
            if last in ended_in(event.data):
                return


def test_nobody_is_told_that_all_is_well_by_a_silent_database(cluster, start_on_cluster, cluster_database):
    """A reader that relies on the feed learns from `asOf` that it is not up to date."""
    program = start_on_cluster(**QUERY_TIMEOUT)
    with program.api() as api:
        cursor = snapshot(api)["cursor"]
    with EventStream(program, cursor) as stream:
        stream.next()
        with cluster.silent():
            silent_s = time.time()
            beats = [event for _, event in zip(range(3), rest_of(stream), strict=False)]
            assert all(time_of(beat.data["asOf"]) <= silent_s for beat in beats)
            if beats:
                assert len(beats) == 3, "the stream ended in the middle"
    with program.api() as api:
        wait_until(lambda: poll(api, cursor).status == 200, RECOVERY_MAX_S, "the recovery")
        with EventStream(program, cursor) as stream:
            assert stream.read_until(end_a_session(api, cluster_database))


def test_program_without_a_database_says_so_until_it_is_there(cluster, start_on_cluster):
    cluster.kill()
    program = start_on_cluster(wait=False, **QUERY_TIMEOUT)
    program.wait_until_serving()
    with program.api() as api:
        assert_unavailable(api.get("/revocations/snapshot"), "the snapshot")
        assert_unavailable(poll(api, "x"), "the poll")
        cluster.start()
        program.wait_until_ready()
        wait_until(lambda: api.get("/revocations/snapshot").status == 200, RECOVERY_MAX_S, "the recovery")
        assert page(api, snapshot(api)["cursor"])["revocations"] == []
