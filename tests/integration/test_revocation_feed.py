"""The revocation feed: whatever ends tokens before their time is told to every reader, once, and in order."""

import contextlib
import json
import socket
import time
from datetime import timedelta

import pytest

from harness.accounts import create_user, log_in, log_out
from harness.databases import USUAL_KINDS, create_database
from harness.endings import ENDINGS, LIVING, Place, add_users, do, end_a_session, ended_since
from harness.leases import leave_to_another
from harness.mail import mail_server, mail_settings
from harness.program import API_KEY, Gatehouse, base_settings
from harness.raw_http import RawConnection, message
from harness.revocation_feed import (
    EVENT_STREAM,
    EventStream,
    WaitingPoll,
    ended_in,
    events_in,
    has_a_second,
    page,
    poll,
    read_all,
    readers_of,
    refusal,
    session_of,
    snapshot,
    time_of,
)
from harness.tokens import read
from harness.waiting import wait_until

KEY = f"X-API-Key: {API_KEY}"
SSE = f"Accept: {EVENT_STREAM}"
PATIENCE_S = 60
TOKEN_TTL = timedelta(hours=1)
CLOCK_SLACK = timedelta(minutes=1)  # by how much clocks may differ

POSTGRES = pytest.mark.parametrize("kind", ["postgres"], indirect=True)
SQLITE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


@pytest.fixture(scope="module", params=USUAL_KINDS)
def place(request, tmp_path_factory):
    directory = tmp_path_factory.mktemp(f"feed-{request.param}")
    database = create_database(request.param, directory)
    with mail_server() as mails:
        settings = base_settings() | database.settings() | mail_settings(mails)
        program = Gatehouse(directory, settings | {"RATE_LIMIT_REDEEM": "off", "REFRESH_GRACE": "0s"}).start()
        with program.api() as api:
            yield Place(program, api, database, mails)
        assert program.stop() == 0
    database.drop()


@pytest.mark.parametrize("ending", ENDINGS)
def test_ending_is_told_once(place, ending):
    before = snapshot(place.api)
    ended = sorted(ENDINGS[ending](place))
    assert sorted(place.ended_since(before["cursor"])) == ended
    assert sorted(ended_in(snapshot(place.api))[len(before["revocations"]) : -1]) == ended


@pytest.mark.slow
@pytest.mark.parametrize("living", LIVING)
def test_what_ends_nothing_is_not_told(place, living):
    before = snapshot(place.api)["cursor"]
    assert sorted(living(place)) == sorted(place.ended_since(before))


@POSTGRES
@pytest.mark.parametrize("statement", ["TRUNCATE sessions", "TRUNCATE users CASCADE", "TRUNCATE signing_keys"])
def test_truncation_is_told_once(start, database, statement):
    program = start()
    with program.api() as api:
        place = Place(program, api, database)
        scene, kid = place.scene(), place.new_key()
        ended = {"sessions": scene.sessions, "users": scene.everything, "signing_keys": [("signing_key", kid)]}
        before = snapshot(api)["cursor"]
        database.run(statement)
        assert sorted(place.ended_since(before)) == sorted(ended[statement.split()[1]])


def test_answer_says_how_long_and_how_new(place):
    """A revocation is kept until the last token that it ends has expired, and what was revoked before `asOf` is there."""
    login = log_in(place.api, create_user(place.api)["email"])
    before = snapshot(place.api)["cursor"]
    begin_s = time.time()
    do(log_out(place.api, login["session"]))
    ended_s = time.time()
    news = page(place.api, before)
    assert ended_in(news) == [session_of(login)]
    until_s = time_of(news["revocations"][0]["until"])
    assert begin_s - 0.01 <= until_s - (TOKEN_TTL + CLOCK_SLACK).total_seconds() <= ended_s + 0.01
    assert until_s >= read(login["token"])[1]["exp"]
    assert ended_s - 0.001 <= time_of(news["asOf"]) <= time.time()
    again = snapshot(place.api)
    assert again["revocations"][-1] == news["revocations"][0]
    assert page(place.api, again["cursor"])["revocations"] == []


def test_snapshot_of_many_is_whole_and_so_are_the_pages(start, database):
    with start().api() as api:
        before = snapshot(api)
        assert before["revocations"] == []
        ended = {("session", session) for sessions in add_users(database, 5, 500).values() for session in sessions}
        assert database.run("DELETE FROM sessions") == 2_500
        first = page(api, before["cursor"])
        found = ended_in(first) + read_all(api, first["cursor"])[0]
        assert (len(first["revocations"]), len(found), set(found)) == (1_000, 2_500, ended)
        last = end_a_session(api, database)
        after = snapshot(api)
        assert ended_in(after) == [*found, last]
        assert read_all(api, after["cursor"])[0] == []


def test_poll_answers_at_once_when_there_is_news(place):
    before = snapshot(place.api)["cursor"]
    ended = place.end_a_session()
    begin_s = time.monotonic()
    assert ended_in(page(place.api, before, wait_s=30)) == [ended]
    assert time.monotonic() - begin_s < 20


def test_poll_without_news_waits_its_time_and_says_how_new_that_is(place):
    before = snapshot(place.api)["cursor"]
    begin_s, began_at = time.monotonic(), time.time()
    news = page(place.api, before, wait_s=2)
    assert 1.9 <= time.monotonic() - begin_s < 20
    assert news["revocations"] == [] and time_of(news["asOf"]) > began_at
    assert read_all(place.api, news["cursor"])[0] == []


def test_news_wakes_those_who_wait(place):
    before = snapshot(place.api)["cursor"]
    login = log_in(place.api, create_user(place.api)["email"])
    waiting = [WaitingPoll(place.program, before) for _ in range(3)]
    wait_until(lambda: readers_of(place.program) == 3, PATIENCE_S, "the readers")
    begin_s = time.monotonic()
    do(log_out(place.api, login["session"]))
    for one in waiting:
        assert ended_in(one.result().json()) == [session_of(login)]
        assert one.end_s - begin_s < 20
    wait_until(lambda: readers_of(place.program) == 0, PATIENCE_S, "the seats")


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("", ["after"]),
        ("?after=", ["after"]),
        ("?after={0}&after={0}", ["after"]),
        ("?after={0}&wait=31", ["wait"]),
        ("?after={0}&wait=-1", ["wait"]),
        ("?after={0}&wait=", ["wait"]),
        ("?after={0}&wait=1.5", ["wait"]),
        ("?after={0}&wait=1&wait=1", ["wait"]),
        ("?wait=x", ["wait", "after"]),
    ],
)
def test_query_that_is_none_is_refused(place, query, fields):
    response = place.api.get("/revocations" + query.format(snapshot(place.api)["cursor"]))
    assert refusal(response) == (400, "validation_failed")
    assert [one["field"] for one in response.json()["details"]] == fields


def test_altered_cursor_is_refused(place):
    cursor = snapshot(place.api)["cursor"]
    forged = [cursor[:i] + ("B" if cursor[i] == "A" else "A") + cursor[i + 1 :] for i in range(0, len(cursor), 9)]
    strange = ["0", "x" * 5_000, "%00", "%C3%A9" * 30, cursor + cursor]
    for broken in [*forged, cursor[:-1], cursor[1:], cursor[: len(cursor) // 2], cursor + "A", *strange]:
        assert refusal(poll(place.api, broken)) == (400, "invalid_cursor"), broken
        with EventStream(place.program, broken) as stream:
            assert stream.refusal() == (400, "invalid_cursor"), broken


def test_cursor_of_another_list_or_installation_is_refused(start, database):
    program = start()
    with program.api() as api:
        end_a_session(api, database)
        end_a_session(api, database)  # so that the other list has a second page
        other_list = api.get("/audit?limit=1").header("Link").split("after=")[1].split(">")[0].split("&")[0]
        assert refusal(poll(api, other_list)) == (400, "invalid_cursor")
        assert poll(api, cursor := snapshot(api)["cursor"]).status == 200
    program.stop()
    with start(SESSION_SECRET="another-session-secret-5c1de0b7a94f48d2a6e3").api() as api:
        assert refusal(poll(api, cursor)) == (400, "invalid_cursor")


def first_cursor(start):
    program = start()
    with program.api() as api:
        cursor = snapshot(api)["cursor"]
    assert program.stop() == 0
    return cursor


def end_long_ago(database):
    """Ends a session, long ago, while no program runs: nobody has read of it."""
    add_users(database, 1, 1)
    assert database.run("DELETE FROM sessions") == 1
    database.shift("revocations", "at", -2 * TOKEN_TTL)


def read_before_the_cleanup(start, database, cursor):
    """The cursor after what is too old already. Meanwhile somebody else holds the lease of the job that deletes it."""
    leave_to_another(database, "revocation cleanup")
    program = start()
    with program.api() as api:
        found, behind = read_all(api, cursor)
        assert len(found) == 1 and snapshot(api)["revocations"] == []
    assert program.stop() == 0
    database.run("DELETE FROM leases WHERE name = 'revocation cleanup'")
    return behind


def cleaned_up(start, database):
    program = start(SESSION_CLEANUP_INTERVAL="1s")
    wait_until(lambda: database.rows("SELECT count(*) FROM revocations") == [(0,)], PATIENCE_S, "the cleanup")
    return program


def test_cursor_in_front_of_what_was_deleted_is_too_old(start, database):
    """The cursor after it is valid, and a poll with it returns what comes later."""
    before = first_cursor(start)
    end_long_ago(database)
    behind = read_before_the_cleanup(start, database, before)
    program = cleaned_up(start, database)
    with program.api() as api:
        assert refusal(poll(api, before, wait_s=30)) == (410, "cursor_too_old")
        with EventStream(program, before) as stream:
            assert stream.refusal() == (410, "cursor_too_old")
        assert page(api, behind)["revocations"] == []
        ended = end_a_session(api, database)
        assert ended_in(page(api, behind)) == [ended]
        assert ended_in(snapshot(api)) == [ended]


def test_cursor_is_too_old_where_nobody_read_what_was_deleted(start, database):
    before = first_cursor(start)
    end_long_ago(database)
    with cleaned_up(start, database).api() as api:
        assert refusal(poll(api, before)) == (410, "cursor_too_old")


def test_revocation_is_kept_for_the_tokens_of_before(start, database):
    """Those tokens live for as long as was set when they were made."""
    first = start(JWT_EXPIRES_IN="2h")
    with first.api() as api:
        ended = end_a_session(api, database)
    first.stop()
    database.shift("revocations", "at", timedelta(minutes=-10))
    with start(JWT_EXPIRES_IN="5m").api() as api:
        assert ended_in(snapshot(api)) == [ended]


@pytest.mark.parametrize("goes_on", [False, True], ids=["and_nothing_more", "and_gone_on"])
def test_cursor_of_a_log_that_lost_its_end_is_too_old(start, database, goes_on):
    """A restored backup has such a log. Waiting readers are told, too, and a new snapshot helps."""
    program = start()
    with program.api() as api:
        end_a_session(api, database)
        _, kept = read_all(api, snapshot(api)["cursor"])
        end_a_session(api, database)
        _, end = read_all(api, kept)
        with EventStream(program, end) as stream:
            stream.next()
            waiting = WaitingPoll(program, end)
            wait_until(lambda: readers_of(program) == 2, PATIENCE_S, "the readers")
            database.run("DELETE FROM revocations WHERE position > 1")
            of_first = "(SELECT at FROM revocations WHERE position = 1)"
            database.run(f"UPDATE revocation_order SET last_position = 1, last_at = {of_first}")
            if goes_on:
                end_a_session(api, database)
            assert refusal(poll(api, end)) == (410, "cursor_too_old")
            assert refusal(waiting.result()) == (410, "cursor_too_old")
            assert not any(event.is_news() for event in stream.events())
        assert len(read_all(api, kept)[0]) == goes_on
        assert ended_since(api, database, snapshot(api)["cursor"]) == []


@pytest.mark.parametrize("goes_on", [False, True], ids=["and_nothing_more", "and_gone_on"])
@pytest.mark.parametrize("kept", [0, 1])
def test_cursor_in_front_of_what_an_administrator_deleted_is_too_old(start, database, kept, goes_on):
    """Nobody mistakes the gap for no news, and nobody looks for what is missing without a pause."""
    program = start()
    with program.api() as api:
        for _ in range(kept):
            end_a_session(api, database)
        begin = snapshot(api)["cursor"]
        for _ in range(2):
            end_a_session(api, database)
        _, end = read_all(api, begin)
        database.run(f"DELETE FROM revocations WHERE position > {kept}")
        ended = [end_a_session(api, database)] if goes_on else []
        assert refusal(poll(api, begin)) == (410, "cursor_too_old")
        with EventStream(program, begin) as stream:
            assert stream.refusal() == (410, "cursor_too_old")
        answer = poll(api, end)
        assert answer.status == 410 or ended_in(answer.json()) == ended


def test_stream_tells_what_is_there_and_then_what_comes(place):
    before = snapshot(place.api)["cursor"]
    there = place.end_a_session()
    with EventStream(place.program, before) as stream:
        assert stream.answer.status == 200
        assert stream.answer.getheader("Content-Type") == EVENT_STREAM
        assert stream.answer.getheader("Cache-Control") == "no-store"
        first = stream.next()
        assert (first.name, ended_in(first.data)) == ("revocations", [there])
        assert first.id == first.data["cursor"]
        coming = place.end_a_session()
        second = stream.next_news()
        assert ended_in(second.data) == [coming]
        assert ended_in(page(place.api, first.id)) == [coming]
        assert page(place.api, second.id)["revocations"] == []


def test_quiet_stream_says_each_second_how_new_it_is(place):
    begin_s = time.time()
    with EventStream(place.program, snapshot(place.api)["cursor"]) as stream:
        beats = [stream.next() for _ in range(4)]
        while not has_a_second(beats) and len(beats) < 60:  # this machine may delay any of them, but not all in a row
            beats.append(stream.next())
    assert {(beat.name, beat.id, *beat.data) for beat in beats} == {("as-of", None, "asOf")}
    times = [time_of(beat.data["asOf"]) for beat in beats]
    assert begin_s - 0.001 <= times[0] and times[-1] <= time.time()
    assert times == sorted(times) and has_a_second(beats), times


def test_stream_goes_on_behind_the_last_event(place):
    """The URL still has the cursor that the client began with."""
    begin = last = snapshot(place.api)["cursor"]
    found, ended = [], []
    for _ in range(3):
        ended.append(place.end_a_session())
        with EventStream(place.program, begin, last_event_id=last) as stream:
            news = stream.next_news()
            ended.append(place.end_a_session())
            more = stream.next_news()
        found += ended_in(news.data) + ended_in(more.data)
        last = more.id
    assert found == ended
    with EventStream(place.program, last_event_id=last) as stream:
        assert stream.next().name == "as-of"
    with EventStream(place.program, begin, last_event_id="") as stream:
        assert ended_in(stream.next().data) == ended
    with EventStream(place.program, begin, last_event_id=last[:-2]) as stream:
        assert stream.refusal() == (400, "invalid_cursor")


def test_head_waits_for_nothing(place):
    cursor = snapshot(place.api)["cursor"]
    for path in ("/revocations/snapshot", f"/revocations?after={cursor}&wait=30"):
        for headers in ({}, {"Accept": EVENT_STREAM}):
            begin_s = time.monotonic()
            response = place.api.request("HEAD", path, headers=headers)
            assert (response.status, response.body) == (200, b"")
            assert time.monotonic() - begin_s < 20
    wait_until(lambda: readers_of(place.program) == 0, PATIENCE_S, "the end of the last one")


def test_stream_over_http_1_0_is_read_to_its_end(start, database):
    program = start()
    with program.api() as api, RawConnection(program.port, timeout_s=60) as reader:
        before = snapshot(api)["cursor"]
        reader.send(message(f"GET /revocations?after={before}", KEY, SSE).replace(b"HTTP/1.1", b"HTTP/1.0"))
        head = reader.read_head()
        assert head.headers["connection"] == "close" and "transfer-encoding" not in head.headers
        ended = end_a_session(api, database)
        wait_until(lambda: reader.receive() and b"event: revocations" in reader.unread, PATIENCE_S, "the event")
        program.process.terminate()
        events = events_in(reader.read_to_end())
        assert [ended_in(event.data) for event in events if event.is_news()] == [[ended]]
    assert program.wait() == 0


def test_readers_above_their_limit_are_refused(start, database):
    """A client that need not wait does not count as a reader. A seat is free once its reader has gone."""
    program = start(FEED_READERS_MAX="2")
    with program.api() as api:
        begin = snapshot(api)["cursor"]
        ended = end_a_session(api, database)
        _, end = read_all(api, begin)
        with EventStream(program, end) as stream, RawConnection(program.port) as polling:
            stream.next()
            polling.send(message(f"GET /revocations?after={end}&wait=30", KEY))
            wait_until(lambda: readers_of(program) == 2, PATIENCE_S, "the readers")
            refused = poll(api, end, wait_s=30)
            assert refusal(refused) == (503, "too_many_readers") and int(refused.header("Retry-After")) >= 1
            with EventStream(program, end) as third:
                assert third.refusal() == (503, "too_many_readers")
            assert page(api, end)["revocations"] == []
            assert ended_in(page(api, begin, wait_s=30)) == [ended]
        wait_until(lambda: readers_of(program) == 0, PATIENCE_S, "the seats")
        with EventStream(program, end) as stream:
            assert stream.next().name == "as-of"


@SQLITE
def test_waiting_readers_use_up_no_connections(start, database):
    program = start(CONNECTIONS_MAX="4", IO_THREADS="1")
    with contextlib.ExitStack() as stack:
        with program.api() as api:
            cursor = snapshot(api)["cursor"]
        for count in range(1, 13):
            reader = stack.enter_context(RawConnection(program.port, timeout_s=60))
            accept = (SSE,) if count % 2 else ()
            reader.send(message(f"GET /revocations?after={cursor}&wait=30", KEY, *accept))
            wait_until(lambda: readers_of(program) == count, PATIENCE_S, "the reader")  # noqa: B023
        connected = [stack.enter_context(program.api()) for _ in range(3)]
        for _ in range(2):
            assert [api.get("/health").status for api in connected] == [200] * 3
        end_a_session(connected[0], database)
        assert reader.read_response().status == 200
    wait_until(lambda: readers_of(program) == 0, PATIENCE_S, "the seats")


@SQLITE
def test_waiting_readers_are_not_idle(start, database):
    """IDLE_TIMEOUT is for connections between two requests, before the poll and after it."""
    program = start(IDLE_TIMEOUT="1s")
    with program.api() as api:
        cursor = snapshot(api)["cursor"]
    with EventStream(program, cursor) as stream, RawConnection(program.port, timeout_s=60) as polling:
        polling.send(message(f"GET /revocations?after={cursor}&wait=3", KEY))
        response = polling.read_response()
        assert response.status == 200 and json.loads(response.body)["revocations"] == []
        assert polling.is_closed_by_peer()
        with program.api() as api:
            assert stream.read_until(end_a_session(api, database))


@SQLITE
def test_reader_that_takes_nothing_runs_out_of_time(start, database):
    program = start(WRITE_TIMEOUT="1s")
    with program.api() as api:
        cursor = snapshot(api)["cursor"]
    add_users(database, 1, 20_000)
    database.run("DELETE FROM sessions")
    with socket.socket() as reader:
        reader.settimeout(PATIENCE_S)
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)  # else the kernel buffers megabytes for loopback
        reader.connect(("127.0.0.1", program.port))
        reader.sendall(message(f"GET /revocations?after={cursor}", KEY, SSE))
        assert reader.recv(12) == b"HTTP/1.1 200"
        wait_until(lambda: readers_of(program) == 0, PATIENCE_S, "the end of the reader")
        assert not all_of(reader).endswith(b"0\r\n\r\n")


def all_of(reader):
    received = b""
    with contextlib.suppress(ConnectionError):
        while data := reader.recv(65536):
            received += data
    return received


@pytest.mark.parametrize("path", ["/revocations/snapshot", "/revocations", "/revocations?after=x"])
def test_feed_is_for_those_with_a_key(place, path):
    for headers in ({}, {"Accept": EVENT_STREAM}):
        for key in (None, "x" * 40):
            assert place.api.get(path, key=key, headers=headers).status == 401


@SQLITE
def test_gateway_without_a_key_may_not_read_the_feed(start):
    """All that it may do is ask about its clients."""
    program = start(FORWARD_AUTH_WITHOUT_KEY="true", TRUSTED_PROXIES="127.0.0.1")
    with program.api() as api:
        assert api.get("/forward-auth", key=None).json()["error"] == "Not logged in"
        assert api.get("/revocations/snapshot", key=None).status == 401


def test_readers_end_with_the_program_and_miss_nothing(start, database):
    """They end at once, in the way a complete answer ends."""
    program = start(SHUTDOWN_TIMEOUT="300s")
    with program.api() as api, RawConnection(program.port, timeout_s=60) as reader:
        before = snapshot(api)["cursor"]
        waiting = WaitingPoll(program, before)
        wait_until(lambda: readers_of(program) == 1, PATIENCE_S, "the poll")
        ended = end_a_session(api, database)
        assert ended_in(waiting.result().json()) == [ended]
        cursor = waiting.result().json()["cursor"]
        reader.send(message(f"GET /revocations?after={before}", KEY, SSE))
        assert reader.read_head().headers["transfer-encoding"] == "chunked"
        waiting = WaitingPoll(program, cursor)
        wait_until(lambda: readers_of(program) == 2, PATIENCE_S, "the readers")
        program.process.terminate()
        events = events_in(reader.read_chunks())
        assert [ended_in(event.data) for event in events if event.is_news()] == [[ended]]
        assert reader.is_closed_by_peer()
        assert waiting.result().json()["revocations"] == []
    assert program.wait() == 0
