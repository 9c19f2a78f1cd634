"""The comparison itself: what it hides, and what it must never hide. Needs no build of the program."""

import base64
import json
import random
import socketserver
import threading

import pytest

from comparing.alterations import FORGERIES
from comparing.answers import split_all, split_first
from comparing.codes import without_codes
from comparing.comparison import Heard, compare
from comparing.connection import play
from comparing.exchange import Exchange, Learn, Message, Side
from comparing.masking import Allowance
from comparing.plan import Plan, message, single
from comparing.sequence import exchanges, first_exchanges

USER = b'{"message":"Ada","user":{"id":7,"created_at":"2025-01-22T10:30:00.000Z"}}'
REFUSAL = b'{"error":"Validation failed","details":[{"field":"email","message":"is required"}],"requestId":"0123-1"}'
REFUSAL_WITH_CODES = (
    b'{"error":"Validation failed","code":"validation_failed","details":[{"field":"email","message":"is required",'
    b'"code":"required"}],"requestId":"0123-1"}'
)
STRICT, WITH_CODES = Allowance(), Allowance(codes=True)


def answer(body: bytes, status="200 OK", fields: tuple[str, ...] = (), date="Wed, 22 Jan 2025 10:30:00 GMT") -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Date: {date}", "X-Request-Id: 0123-1", *fields]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def differs(old: bytes, new: bytes, methods=("GET",), allowance=STRICT, sent=b"GET / HTTP/1.1") -> bool:
    return compare("test", methods, Heard(sent, old), Heard(sent, new), allowance) is not None


def token(**changes) -> bytes:
    claims = {"sub": "7", "iat": 1_700_000_000, "exp": 1_700_003_600, "jti": "a" * 22} | changes
    parts = (b'{"alg":"HS256"}', json.dumps(claims, separators=(",", ":")).encode(), b"s" * 32)
    return b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (answer(USER), answer(USER, date="Wed, 22 Jan 2025 10:30:09 GMT")),
        (answer(USER), answer(USER.replace(b"30:00.000Z", b"30:01.234Z"))),
        (answer(REFUSAL, "400 Bad Request"), answer(REFUSAL, "400 Bad Request").replace(b"0123-1", b"4567-1f")),
        (answer(b'{"uptime":9.999,"a":1}'), answer(b'{"uptime":10.001,"a":1}')),
        (answer(b'{"session":"abcd"}'), answer(b'{"session":"wxyz"}')),
        (answer(b'{"token":"%s"}' % token()), answer(b'{"token":"%s"}' % token(iat=1_700_000_001, jti="b" * 22))),
        (answer(b"[]", fields=("Link: </users?after=aaa>",)), answer(b"[]", fields=("Link: </users?after=bbb>",))),
    ],
)
def test_what_every_run_makes_anew_is_no_difference(old, new):
    if b"0123-1" in old and b"4567" in new:
        new = new.replace(b"Content-Length: %d" % len(REFUSAL), b"Content-Length: %d" % (len(REFUSAL) + 1))
    assert not differs(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (answer(USER), answer(USER.replace(b"Ada", b"Adb"))),
        (answer(USER), answer(USER.replace(b'"id":7', b'"id":8'))),
        (answer(USER), answer(USER + b" ")),
        (answer(USER), answer(USER, "201 Created")),
        (answer(USER), answer(USER, fields=("Vary: Origin",))),
        (answer(USER), answer(USER).replace(b"Content-Type", b"content-type")),
        (answer(USER), answer(USER).replace(b"Content-Length: 7", b"Content-Length: 6")),
        (answer(USER), answer(USER) + b"x"),
        (answer(USER), answer(USER)[:-1]),
        (answer(USER), b""),
        (answer(USER), answer(USER) * 2),
        (answer(USER), answer(USER, date="22 January 2025")),
        (answer(USER), answer(USER, date="Wed, 22 Jan 2025 11:30:00 GMT")),
        (answer(USER), answer(USER.replace(b"10:30:00.000Z", b"11:30:00.000Z"))),
        (answer(USER), answer(USER.replace(b"00.000Z", b"00Z"))),
        (answer(USER), answer(USER).replace(b"X-Request-Id: 0123-1", b"X-Request-Id: ")),
        (answer(REFUSAL, "400 Bad Request"), answer(REFUSAL_WITH_CODES, "400 Bad Request")),
        (answer(REFUSAL, "400 Bad Request"), answer(REFUSAL.replace(b"0123-1", b"0123-2"), "400 Bad Request")),
        (answer(b'{"uptime":9.999}'), answer(b'{"uptime":9}')),
        (answer(b'{"session":"abcd"}'), answer(b'{"session":"abcde"}')),
        (answer(b'{"token":"%s"}' % token()), answer(b'{"token":"%s"}' % token(sub="8"))),
        (answer(b'{"token":"%s"}' % token()), answer(b'{"token":"%s"}' % token(exp=1_700_086_400))),
        (answer(b"[]", fields=("Link: </users?after=aaa>",)), answer(b"[]", fields=("Link: </users?after=aaaa>",))),
    ],
)
def test_everything_else_is_a_difference(old, new):
    assert differs(old, new)
    assert differs(new, old)


def test_another_ending_of_the_connection_is_a_difference():
    sent = b"GET / HTTP/1.1"
    old, new = Heard(sent, answer(USER)), Heard(sent, answer(USER), "still open")
    assert compare("test", ("GET",), old, new, STRICT) is not None


def test_an_id_that_the_client_chose_is_compared():
    other = answer(USER).replace(b"0123-1", b"4567-8")
    assert not differs(answer(USER), other)
    assert differs(answer(USER), other, sent=b"GET / HTTP/1.1\r\nX-Request-Id: 0123-1\r\n\r\n")


def test_the_length_in_an_answer_to_head_is_compared():
    old = answer(USER).split(b"\r\n\r\n")[0] + b"\r\n\r\n"
    assert not differs(old, old, methods=("HEAD",))
    assert differs(old, old.replace(b"Content-Length: 7", b"Content-Length: 6"), methods=("HEAD",))


def test_chunks_are_compared_with_their_sizes():
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    whole, halves = b"4\r\nabcd\r\n0\r\n\r\n", b"2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n"
    assert split_first(head + whole + b"HTTP/1.1", "GET", ended=False)[1] == b"HTTP/1.1"
    assert split_first(head + whole[:-1], "GET", ended=False) is None
    assert differs(head + whole, head + halves)


def test_a_pipeline_is_split_by_the_methods_of_its_requests():
    interim, to_head = b"HTTP/1.1 100 Continue\r\n\r\n", answer(USER).split(b"\r\n\r\n")[0] + b"\r\n\r\n"
    answers, rest = split_all(interim + to_head + answer(USER) + b"rest", ("HEAD", "GET"))
    assert [(one.status, len(one.body)) for one in answers] == [(100, 0), (200, 0), (200, len(USER))]
    assert rest == b"rest"


def test_codes_are_allowed_only_when_asked_for_and_only_to_the_new_build():
    old, new = answer(REFUSAL, "400 Bad Request"), answer(REFUSAL_WITH_CODES, "400 Bad Request")
    assert differs(old, new)
    assert not differs(old, new, allowance=WITH_CODES)
    assert differs(new, old, allowance=WITH_CODES)
    assert not differs(old, old, allowance=WITH_CODES)


@pytest.mark.parametrize(
    "body",
    [
        b'{"error":"x","code":"Not Snake","requestId":"1"}',
        b'{"error":"x","code":5}',
        b'{"error":"x","inner":{"code":"kept"}}',
        b'{"error":"code","message":"\\",\\"code\\":\\"kept"}',
        b'{"message":"no refusal","code":"kept"}',
        b'[{"error":"x","code":"kept"}]',
        b'{"error":"x","code":"kept"',
        b"\xff",
        b"",
    ],
)
def test_no_other_member_is_taken_for_a_code(body):
    assert without_codes(body) == body


@pytest.mark.parametrize(
    ("body", "stripped"),
    [
        (b'{"error":"x","code":"a_1"}', b'{"error":"x"}'),
        (b'{"code":"a","error":"x"}', b'{"error":"x"}'),
        (b'{"error":"x","code":"a","more":1}', b'{"error":"x","more":1}'),
        (
            b'{"error":"x","details":[{"code":"b","field":"f"},{"code":"c"}]}',
            b'{"error":"x","details":[{"field":"f"},{}]}',
        ),
        (REFUSAL_WITH_CODES, REFUSAL),
    ],
)
def test_a_code_goes_with_its_comma(body, stripped):
    assert without_codes(body) == stripped


def test_each_side_is_sent_its_own_values():
    side = Side(0, values={"session.3": b"abcdef", "session.4": b"uvwxyz"})
    request = Message(b"Length: @@length@@", b"@@session.3@@ @@session.3.join.4@@ @@session.3.cut.1@@ @@token.1@@")
    assert side.render_message(request) == b"Length: 32abcdef abcxyz abcd unknown-token"


def test_forgeries_differ_from_the_token_that_they_come_from():
    genuine = token(iss="gatehouse", aud="gatehouse", id=7, sid="9").decode()
    side = Side(0, values={"token.0": genuine.encode()})
    forged = {side.render(b"@@token.0.forge.%d@@" % number) for number in range(len(FORGERIES))}
    assert len(forged) >= len(FORGERIES) - 3
    assert genuine.encode() not in forged


def test_one_seed_gives_one_sequence():
    def sequence(seed):
        plan = Plan(random.Random(seed))
        return [one.steps for one in (*first_exchanges(plan), *exchanges(plan, 1000, thorough=False))]

    assert sequence("a") == sequence("a")
    assert sequence("a") != sequence("b")


class StubServer(socketserver.ThreadingTCPServer):
    """Gives every request the same answer."""

    daemon_threads = True

    def __init__(self, given: bytes):
        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                while self.rfile.readline() not in (b"\r\n", b""):
                    pass
                self.wfile.write(given)

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def side(self) -> Side:
        return Side(self.server_address[1])


@pytest.mark.parametrize(("changed", "found"), [(USER, False), (USER.replace(b"Ada", b"Ava"), True)])
def test_an_altered_byte_on_the_wire_is_found(changed, found):
    exchange: Exchange = single("GET /users/{id}", message("GET /users/7"), Learn("user", 1))
    with StubServer(answer(USER)) as old, StubServer(answer(changed)) as new:
        sides = [old.side(), new.side()]
        heard = [play(side, exchange) for side in sides]
        old.shutdown()
        new.shutdown()
    difference = compare(exchange.label, exchange.methods, *heard, STRICT)
    assert (difference is not None) == found
    assert sides[0].values == {"user.1": b"7"}
