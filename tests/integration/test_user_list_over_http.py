"""The list of all users, as HTTP sees it: without chunks for HTTP/1.0, without a body for HEAD."""

import json

import pytest

from harness.program import API_KEY
from harness.raw_http import RawConnection, message

USERS = 2_500
KEY = f"X-API-Key: {API_KEY}"


@pytest.fixture
def program(start, database):
    """A program with more users than are read at a time."""
    started = start()
    database.insert_users(USERS)
    return started


def over_http_1_0(target, *headers):
    return message(f"GET {target}", KEY, *headers).replace(b" HTTP/1.1\r\n", b" HTTP/1.0\r\n")


def test_list_over_http_1_0_is_whole_without_chunks_and_ends_with_the_connection(program):
    """nginx speaks HTTP/1.0 to the services behind it unless it is told otherwise; HTTP/1.0 has no chunks (RFC 9112
    section 6.1)."""
    for header in ("Connection: close", "Connection: keep-alive", "X-Real-IP: 192.0.2.1"):
        with RawConnection(program.port) as connection:
            connection.send(over_http_1_0("/users", header))
            head = connection.read_head()
            assert head.status == 200
            assert "transfer-encoding" not in head.headers and "content-length" not in head.headers
            assert head.headers["connection"].lower() == "close"
            users = json.loads(connection.read_to_end())
        assert len({user["id"] for user in users}) == USERS, header


def test_page_over_http_1_0_keeps_the_connection_where_the_client_wants_it(program):
    with RawConnection(program.port) as connection:
        for _ in range(2):
            connection.send(over_http_1_0("/users?limit=3", "Connection: keep-alive"))
            response = connection.read_response()
            assert response.headers["connection"].lower() == "keep-alive"
            assert len(json.loads(response.body)) == 3
        connection.send(over_http_1_0("/users?limit=3"))
        assert len(json.loads(connection.read_response().body)) == 3
        assert connection.is_closed_by_peer()


def test_head_of_the_list_sends_no_byte_of_a_body_into_the_next_answer(program):
    """The end of a chunked body after the header would be taken for the beginning of the next answer."""
    with RawConnection(program.port) as connection:
        for target in ("/users", "/users?limit=1", "/users"):
            connection.send(message(f"HEAD {target}", KEY) + message("GET /health"))
            head = connection.read_response(without_body=True)
            assert head.status == 200
            assert head.headers["content-type"].startswith("application/json")
            assert "connection" not in head.headers
            assert json.loads(connection.read_response().body)["status"] == "healthy"
        assert connection.unread == b""


def test_head_of_a_page_has_the_headers_of_get(program):
    with RawConnection(program.port) as connection:
        connection.send(message("HEAD /users?limit=1", KEY))
        head = connection.read_response(without_body=True).headers
        connection.send(message("GET /users?limit=1", KEY))
        response = connection.read_response()
    changing = ("date", "x-request-id", "link")
    assert {name for name in head} == set(response.headers)
    assert {name: value for name, value in head.items() if name not in changing} == {
        name: value for name, value in response.headers.items() if name not in changing
    }
    assert int(head["content-length"]) == len(response.body)
