"""Where one request ends and the next begins (RFC 9112): there is only one reading, and everything else is a 400 and a close."""

import json
import socket

import pytest

from harness.accounts import create_user, log_in, unique_email
from harness.program import API_KEY
from harness.raw_http import ConnectionEnded, RawConnection, message

pytestmark = pytest.mark.sequential

KEY = f"X-API-Key: {API_KEY}\r\n".encode()
HEAD = b"POST /user-auth HTTP/1.1\r\nHost: x\r\n" + KEY + b"Content-Type: application/json\r\n"
SMUGGLED = b"DELETE /users/1 HTTP/1.1\r\nHost: x\r\n" + KEY + b"\r\n"
HEALTH = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"


def chunked(data):
    return f"{len(data):x}\r\n".encode() + data + b"\r\n0\r\n\r\n"


def assert_refused_and_closed(program, request, statuses=(400,)):
    """One error answer, then the connection ends; what follows the request is never read as another one."""
    with RawConnection(program.port) as connection:
        connection.send(request)
        response = connection.read_response()
        assert response.status in statuses, response
        assert response.headers.get("connection", "").lower() == "close"
        assert connection.is_closed_by_peer()


AMBIGUOUS = {
    "length_and_chunked": HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked_and_length": HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    "two_lengths": HEAD + b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}",
    "two_equal_lengths": HEAD + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "length_list": HEAD + b"Content-Length: 2, 2\r\n\r\n{}",
    "length_signed": HEAD + b"Content-Length: +2\r\n\r\n{}",
    "length_negative": HEAD + b"Content-Length: -2\r\n\r\n{}",
    "length_hex": HEAD + b"Content-Length: 0x2\r\n\r\n{}",
    "length_spaced": HEAD + b"Content-Length: 1 2\r\n\r\n{}",
    "length_empty": HEAD + b"Content-Length:\r\n\r\n{}",
    "length_overflow": HEAD + b"Content-Length: 18446744073709551618\r\n\r\n{}",
    "name_with_space": HEAD + b"Content-Length : 2\r\n\r\n{}",
    "name_with_tab": HEAD + b"Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n",
    "identity": HEAD + b"Transfer-Encoding: identity\r\n\r\n",
    "gzip_chunked": HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked_identity": HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "chunked_chunked": HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "chunked_twice": HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked_twice_one_unknown": HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n0\r\n\r\n",
    "xchunked": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked_quoted": HEAD + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n',
    "chunked_parameter": HEAD + b"Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n",
    "chunked_vertical_tab": HEAD + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "chunked_in_1_0": HEAD.replace(b"HTTP/1.1", b"HTTP/1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "folded_header": HEAD + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "folded_other_header": HEAD + b"X-Other: a\r\n b\r\nContent-Length: 2\r\n\r\n{}",
    "leading_fold": b"POST /user-auth HTTP/1.1\r\n Host: x\r\nContent-Length: 0\r\n\r\n",
    "no_host": b"GET /health HTTP/1.1\r\n\r\n",
    "two_hosts": b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "two_equal_hosts": b"GET /health HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    "empty_host": b"GET /health HTTP/1.1\r\nHost:\r\n\r\n",
    "host_with_blank": b"GET /health HTTP/1.1\r\nHost: a b\r\n\r\n",
    "host_with_path": b"GET /health HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "host_with_user": b"GET /health HTTP/1.1\r\nHost: a@b\r\n\r\n",
    "absolute_target_with_user": b"GET http://a@b/health HTTP/1.1\r\nHost: b\r\n\r\n",
    "absolute_target_without_host": b"GET http://a/health HTTP/1.1\r\n\r\n",
    "bare_newlines": b"GET /health HTTP/1.1\nHost: x\n\n",
    "bare_newline_in_header": b"GET /health HTTP/1.1\r\nHost: x\nX-A: b\r\n\r\n",
    "bare_return_in_header": b"GET /health HTTP/1.1\r\nHost: x\rX-A: b\r\n\r\n",
    "nul_in_header": b"GET /health HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n",
    "control_in_header": b"GET /health HTTP/1.1\r\nHost: x\r\nX-A: a\x01b\r\n\r\n",
    "no_colon": b"GET /health HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n",
    "empty_name": b"GET /health HTTP/1.1\r\nHost: x\r\n: value\r\n\r\n",
    "name_with_brackets": b"GET /health HTTP/1.1\r\nHost: x\r\nX[a]: b\r\n\r\n",
    "space_in_target": b"GET /health now HTTP/1.1\r\nHost: x\r\n\r\n",
    "control_in_target": b"GET /health\x01 HTTP/1.1\r\nHost: x\r\n\r\n",
    "relative_target": b"GET health HTTP/1.1\r\nHost: x\r\n\r\n",
    "authority_target": b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n",
    "target_of_another_scheme": b"GET ftp://x/health HTTP/1.1\r\nHost: x\r\n\r\n",
    "two_spaces": b"GET  /health HTTP/1.1\r\nHost: x\r\n\r\n",
    "lower_case_version": b"GET /health http/1.1\r\nHost: x\r\n\r\n",
    "version_2": b"GET /health HTTP/2.0\r\nHost: x\r\n\r\n",
    "version_1_9x": b"GET /health HTTP/1.10\r\nHost: x\r\n\r\n",
    "http2_preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "tls_hello": bytes.fromhex("16030100a5010000a10303") + b"\0" * 60 + b"\r\n\r\n",
    "no_version": b"GET /health\r\n\r\n",
}


@pytest.mark.parametrize("shape", AMBIGUOUS)
def test_ambiguous_request_is_refused_and_the_connection_closed(parsing, shape):
    assert_refused_and_closed(
        parsing, AMBIGUOUS[shape] + SMUGGLED, (400, 505) if "version" in shape or "http2" in shape else (400,)
    )


BAD_CHUNKS = {
    "no_hex": b"xyz\r\n{}\r\n0\r\n\r\n",
    "negative": b"-2\r\n{}\r\n0\r\n\r\n",
    "prefixed": b"0x2\r\n{}\r\n0\r\n\r\n",
    "spaced": b" 2\r\n{}\r\n0\r\n\r\n",
    "overflow": b"ffffffffffffffff1\r\n{}\r\n0\r\n\r\n",
    "largest": b"ffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    "empty_size": b"\r\n{}\r\n0\r\n\r\n",
    "bare_newline": b"2\n{}\n0\n\n",
    "wrong_end": b"2\r\n{}XX0\r\n\r\n",
    "too_short": b"3\r\n{}\r\n0\r\n\r\n",
    "too_long": b"1\r\n{}\r\n0\r\n\r\n",
    "newline_in_extension": b'2;a="b\nc"\r\n{}\r\n0\r\n\r\n',
    "newline_in_quoted_pair": b'2;a="b\\\nc"\r\n{}\r\n0\r\n\r\n',
    "return_in_extension": b'2;a="b\rc"\r\n{}\r\n0\r\n\r\n',
    "nul_in_extension": b'2;a="b\0c"\r\n{}\r\n0\r\n\r\n',
    "tab_in_extension": b"2\t;a=b\r\n{}\r\n0\r\n\r\n",
    "newline_in_last_extension": b'2\r\n{}\r\n0;a="b\nc"\r\n\r\n',
    "folded_trailer": b"2\r\n{}\r\n0\r\nX-A: b\r\n c\r\n\r\n",
}


@pytest.mark.parametrize("shape", BAD_CHUNKS)
def test_bad_chunk_is_refused_and_the_connection_closed(parsing, shape):
    request = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + BAD_CHUNKS[shape]
    assert_refused_and_closed(parsing, request + SMUGGLED, (400, 413) if shape in ("overflow", "largest") else (400,))


def login_body(parsing):
    with parsing.api() as api:
        user = create_user(api)
    return json.dumps({"email": user["email"], "password": "correct horse battery staple"}).encode()


def test_chunked_body_is_read(parsing):
    body = login_body(parsing)
    split = b"5\r\n" + body[:5] + b"\r\n" + f"{len(body) - 5:X};name=value\r\n".encode() + body[5:] + b"\r\n0\r\n\r\n"
    for encoded in (chunked(body), split):
        with RawConnection(parsing.port) as connection:
            connection.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + encoded + HEALTH)
            assert connection.read_response().status == 200
            assert connection.read_response().status == 200


@pytest.mark.parametrize("size", [4_000, 16_000, 20_000, 21_000, 40_000, 64 * 1024])
def test_large_body_that_arrives_with_its_header_is_read(parsing, size):
    body = json.dumps({"session": "x"}).encode()
    body += b" " * (size - len(body))
    path = HEAD.replace(b"/user-auth", b"/user-auth/verify-session")
    for encoded in (
        f"Content-Length: {size}\r\n\r\n".encode() + body,
        b"Transfer-Encoding: chunked\r\n\r\n" + chunked(body),
    ):
        for _ in range(3):
            with RawConnection(parsing.port) as connection:
                connection.send(path + encoded + HEALTH)
                assert connection.read_response().status == 401
                assert connection.read_response().status == 200


def test_chunked_in_any_case_is_chunked(parsing):
    with RawConnection(parsing.port) as connection:
        connection.send(HEAD + b"tRANSFER-eNCODING: Chunked\r\n\r\n" + chunked(b"{}") + HEALTH)
        assert connection.read_response().status == 400
        assert connection.read_response().status == 200


def test_chunked_body_over_the_limit_is_refused(parsing):
    with RawConnection(parsing.port) as connection:
        connection.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(200):
                connection.send(b"400\r\n" + b" " * 1024 + b"\r\n")
        except ConnectionError:
            pass
        assert connection.read_response().status == 413


def test_trailers_never_become_headers(parsing):
    """A key or a request id after the body is no header field."""
    trailers = f"X-API-Key: {API_KEY}\r\nX-Request-Id: from-the-trailer\r\n".encode()
    with RawConnection(parsing.port) as connection:
        head = HEAD.replace(KEY, b"") + b"Transfer-Encoding: chunked\r\n\r\n"
        connection.send(head + b"2\r\n{}\r\n0\r\n" + trailers + b"\r\n" + HEALTH)
        response = connection.read_response()
        assert response.status == 401
        assert response.headers["x-request-id"] != "from-the-trailer"
        assert connection.read_response().status == 200


@pytest.mark.parametrize("trailer", [b"Content-Length: 50", b"Transfer-Encoding: chunked", b"Host: y", b"bad trailer"])
def test_framing_in_trailers_changes_nothing(parsing, trailer):
    """Such a trailer is dropped or refused; the bytes after it are never its body (RFC 9110 section 6.5.1)."""
    with RawConnection(parsing.port) as connection:
        body = b"2\r\n{}\r\n0\r\n" + trailer + b"\r\n\r\n"
        connection.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + body + HEALTH)
        response = connection.read_response()
        assert response.status == 400
        if response.headers.get("connection", "").lower() == "close":
            assert connection.is_closed_by_peer()
        else:
            assert connection.read_response().status == 200


def test_trailers_behind_a_good_request_are_ignored(parsing):
    with RawConnection(parsing.port) as connection:
        connection.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-Checksum: 1\r\n\r\n" + HEALTH)
        assert connection.read_response().status == 400
        assert connection.read_response().status == 200


def test_endless_trailers_are_refused(parsing):
    with RawConnection(parsing.port) as connection:
        try:
            connection.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n")
            for i in range(5000):
                connection.send(f"X-Trailer-{i}: {'x' * 100}\r\n".encode())
        except ConnectionError:
            pass
        try:
            assert connection.read_response().status in (400, 413, 431)
        except (ConnectionEnded, ConnectionError):
            assert connection.is_closed_by_peer()


def test_pipelined_requests_are_answered_in_order(parsing):
    paths = [f"/nothing/{i}" for i in range(100)]
    with RawConnection(parsing.port) as connection:
        connection.send(
            b"".join(
                f"GET {path} HTTP/1.1\r\nHost: x\r\nX-Request-Id: id-{i}\r\n\r\n".encode()
                for i, path in enumerate(paths)
            )
        )
        assert [connection.read_response().headers["x-request-id"] for _ in paths] == [f"id-{i}" for i in range(100)]


@pytest.mark.parametrize("room", [0, 1, 3, 6, 40])
def test_pipelined_body_behind_a_full_buffer_is_read(parsing, room):
    """The read buffer holds 16 KiB of header and 4 KiB more; a header that ended near the end of the buffer left no room for a body."""
    chunked = f"POST /user-auth/logout HTTP/1.1\r\nHost: x\r\nX-API-Key: {API_KEY}\r\nContent-Type: application/json\r\n".encode()
    chunked += b"Transfer-Encoding: chunked\r\n\r\n"
    padding = b"GET /health HTTP/1.1\r\nHost: x\r\nX-Padding: %s\r\n\r\n"
    padded = (20 * 1024 - room - len(chunked)) // 2 - len(padding % b"")
    odd = b"a" * ((20 * 1024 - room - len(chunked)) % 2)
    with RawConnection(parsing.port) as connection:
        connection.send(padding % (b"a" * padded) + padding % (b"a" * padded + odd) + chunked + b'f\r\n{"session":"x"}\r\n0\r\n\r\n')
        statuses = [connection.read_response().status for _ in range(3)]
    assert statuses[:2] == [200, 200]
    assert statuses[2] not in (400, 408, 413, 431)


def test_pipelined_slow_and_quick_requests_are_answered_in_order(parsing):
    body = login_body(parsing)
    login = HEAD + f"Content-Length: {len(body)}\r\n\r\n".encode() + body
    users = b"GET /users?limit=1 HTTP/1.1\r\nHost: x\r\n" + KEY + b"\r\n"
    with RawConnection(parsing.port) as connection:
        connection.send((login + HEALTH + users) * 5)
        for _ in range(5):
            assert b"token" in connection.read_response().body
            assert b"healthy" in connection.read_response().body
            assert connection.read_response().body.startswith(b"[")


def test_pipelining_behind_an_error_goes_on(parsing):
    bad = (
        b"POST /user-auth HTTP/1.1\r\nHost: x\r\n"
        + KEY
        + b"Content-Type: application/json\r\nContent-Length: 1\r\n\r\n{"
    )
    with RawConnection(parsing.port) as connection:
        connection.send(bad + HEALTH)
        assert [connection.read_response().status for _ in range(2)] == [400, 200]


@pytest.mark.parametrize("target", ["http://elsewhere.example/health", "HTTP://x:80/health?x=1"])
def test_absolute_form_is_read_as_its_path(parsing, target):
    with RawConnection(parsing.port) as connection:
        connection.send(message(f"GET {target}"))
        assert connection.read_response().status == 200


def test_empty_line_before_a_request_is_skipped(parsing):
    """Old clients end a body with a CRLF that its length does not count (RFC 9112 section 2.2)."""
    with RawConnection(parsing.port) as connection:
        connection.send(b"\r\n" + HEALTH + b"\r\n")
        assert connection.read_response().status == 200
        connection.send(HEALTH)
        assert connection.read_response().status == 200


def test_one_connection_serves_many_requests(parsing):
    with RawConnection(parsing.port) as connection:
        for _ in range(500):
            connection.send(HEALTH)
            assert connection.read_response().status == 200


@pytest.mark.parametrize(
    ("head", "closes"),
    [
        (b"HTTP/1.1\r\nHost: x\r\nConnection: close", True),
        (b"HTTP/1.1\r\nHost: x\r\nConnection: Close", True),
        (b"HTTP/1.1\r\nHost: x\r\nConnection: close, keep-alive", True),
        (b"HTTP/1.0\r\nConnection: keep-alive, close", True),
        (b"HTTP/1.0\r\nProxy-Connection: keep-alive", True),
        (b"HTTP/1.1\r\nHost: x\r\nProxy-Connection: close", False),
        (b"HTTP/1.0", True),
        (b"HTTP/1.1\r\nHost: x", False),
        (b"HTTP/1.0\r\nConnection: keep-alive", False),
    ],
)
def test_connection_is_kept_or_closed_as_asked(parsing, head, closes):
    request = b"GET /health " + head + b"\r\n\r\n"
    with RawConnection(parsing.port) as connection:
        connection.send(request)
        assert connection.read_response().status == 200
        if closes:
            assert connection.is_closed_by_peer()
        else:
            connection.send(request)
            assert connection.read_response().status == 200


def test_request_in_single_bytes_is_read(parsing):
    body = json.dumps({"email": unique_email(), "password": "x"}).encode()
    with RawConnection(parsing.port) as connection:
        for byte in HEAD + f"Content-Length: {len(body)}\r\n\r\n".encode() + body:
            connection.send(bytes([byte]))
        assert connection.read_response().status == 401


def test_client_that_stops_sending_gets_its_answer(parsing):
    with RawConnection(parsing.port) as connection:
        connection.send(HEALTH)
        connection.socket.shutdown(socket.SHUT_WR)
        assert connection.read_response().status == 200
        assert connection.is_closed_by_peer()


def test_continue_is_sent_before_the_body_is_read(parsing):
    body = login_body(parsing)
    with RawConnection(parsing.port) as connection:
        connection.send(HEAD + f"Expect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        assert connection.read_head().status == 100
        connection.send(body)
        assert connection.read_response().status == 200


def test_continue_is_not_sent_for_a_body_that_is_too_large(parsing):
    with RawConnection(parsing.port) as connection:
        connection.send(HEAD + b"Expect: 100-continue\r\nContent-Length: 100000\r\n\r\n")
        response = connection.read_response()
        assert (response.status, response.interim) == (413, [])


def test_unknown_expectation_fails(parsing):
    with RawConnection(parsing.port) as connection:
        connection.send(HEAD + b"Expect: 200-ok\r\nContent-Length: 2\r\n\r\n{}")
        assert connection.read_response().status == 417


def test_absent_and_zero_length_are_no_body(parsing):
    with RawConnection(parsing.port) as connection:
        connection.send(HEAD + b"\r\n" + HEAD + b"Content-Length: 0\r\n\r\n")
        for _ in range(2):
            response = connection.read_response()
            assert (response.status, json.loads(response.body)["error"]) == (400, "Email and password are required")


def test_get_with_a_body_does_not_desynchronise(parsing):
    with RawConnection(parsing.port) as connection:
        connection.send(b"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde" + HEALTH)
        assert connection.read_response().status in (200, 400)
        assert connection.read_response().status == 200


def test_one_connection_never_answers_for_another(parsing):
    """Two users on two connections, interleaved: each sees its own."""
    with parsing.api() as first, parsing.api() as second:
        sessions = []
        for api in (first, second):
            user = create_user(api)
            sessions.append((api, user["id"], log_in(api, user["email"])["session"]))
        for _ in range(50):
            for api, user_id, session in sessions:
                assert api.post("/user-auth/verify-session", {"session": session}).json()["userId"] == user_id
