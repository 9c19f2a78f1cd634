"""Clients of the revocation feed that behave in unusual ways."""

import contextlib
import socket

import pytest

from harness.endings import end_a_session
from harness.program import API_KEY
from harness.raw_http import RawConnection, message
from harness.revocation_feed import readers_of, snapshot
from harness.waiting import wait_until

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

KEY = f"X-API-Key: {API_KEY}"


def test_stream_of_a_half_closed_connection_was_filled_without_a_pause(start):
    """Its client has nothing more to send, which the service takes for the end."""
    program = start()
    with program.api() as api, RawConnection(program.port) as client:
        client.send(message(f"GET /revocations?after={snapshot(api)['cursor']}", KEY, "Accept: text/event-stream"))
        client.socket.shutdown(socket.SHUT_WR)
        assert len(client.read_to_end()) < 10_000
        wait_until(lambda: readers_of(program) == 0, 60, "the free seat")


def test_polls_that_were_answered_together_kept_users_out(start, database):
    """All of them took places of connections again at once, and each new client displaced just one of them."""
    program = start(CONNECTIONS_MAX="10", IO_THREADS="1")
    with program.api() as api, contextlib.ExitStack() as stack:
        poll = message(f"GET /revocations?wait=30&after={snapshot(api)['cursor']}", KEY)
        polls = []
        # Several at a time: one by one, on a slow machine, the first would be over before the last is there.
        for _ in range(8):
            for _ in range(5):
                polls.append(stack.enter_context(RawConnection(program.port)))
                polls[-1].send(poll)
            wait_until(lambda: readers_of(program) == len(polls), 60, "the polls")
        end_a_session(api, database)
        assert {client.read_response().status for client in polls} == {200}
        for _ in range(5):
            with program.api() as user:
                assert user.get("/users").status == 200
