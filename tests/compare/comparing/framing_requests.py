"""Where one request ends and the next begins (RFC 9112): kept connections, pipelines, chunks, and what is refused."""

from harness.program import API_KEY

from .exchange import Exchange, Message, Read, Send
from .plan import Plan, message, method_of, single

KEY = f"X-API-Key: {API_KEY}\r\n".encode()
HEAD = b"POST /user-auth HTTP/1.1\r\nHost: x\r\n" + KEY + b"Content-Type: application/json\r\n"
GET = b"GET /health HTTP/1.1\r\nHost: x\r\n"
SMUGGLED = b"DELETE /users/4 HTTP/1.1\r\nHost: x\r\n" + KEY + b"\r\n"
HEADER_BYTES_MAX = 16_384
TARGET_BYTES_MAX = 8_192
BODY_BYTES_MAX = 65_536

REFUSED: tuple[bytes, ...] = (
    HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    *(HEAD + b"Content-Length: 2\r\nContent-Length: " + second + b"\r\n\r\n{}" for second in (b"40", b"2", b"", b"x")),
    *(
        HEAD + b"Content-Length:" + value + b"\r\n\r\n{}"
        for value in (
            b" 2, 2", b" 2,3", b" +2", b" -2", b" 0x2", b" 1 2", b"", b" ", b" 2.0", b" 2;", b" two", b"2", b"\t2",
            b" 2 ", b" 002",
            b" 18446744073709551615", b" 18446744073709551616", b" 18446744073709551618", b" 9223372036854775807",
            b" 65537", b" 1000000",
        )
    ),
    HEAD + b"Content-Length : 2\r\n\r\n{}",
    HEAD + b"Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n",
    *(
        HEAD + b"Transfer-Encoding: " + value + b"\r\n\r\n0\r\n\r\n"
        for value in (
            b"identity", b"gzip", b"gzip, chunked", b"chunked, identity", b"chunked, chunked", b"xchunked",
            b'"chunked"', b"chunked;q=1",
            b"\x0bchunked", b"chunked,", b",chunked", b"chun ked", b"CHUNKED", b" chunked \t", b"",
        )
    ),
    HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n0\r\n\r\n",
    HEAD.replace(b"HTTP/1.1", b"HTTP/1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    HEAD + b"X-Other: a\r\n b\r\nContent-Length: 2\r\n\r\n{}",
    HEAD + b"X-Other: a\r\n\tb\r\nContent-Length: 2\r\n\r\n{}",
    HEAD + b"X-Other:\r\n \r\nContent-Length: 2\r\n\r\n{}",
    b"POST /user-auth HTTP/1.1\r\n Host: x\r\nContent-Length: 0\r\n\r\n",
    b"GET /health HTTP/1.1\r\n\r\n",
    b"HEAD /health HTTP/1.1\r\n\r\n",
    b"HEAD bad HTTP/1.1\r\nHost: x\r\n\r\n",
    b"HEAD /health HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n",
    GET + b"Host: y\r\n\r\n",
    GET + b"Host: x\r\n\r\n",
    b"GET /health HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET /health HTTP/1.1\nHost: x\n\n",
    b"GET /health HTTP/1.1\r\nHost: x\nX-A: b\r\n\r\n",
    b"GET /health HTTP/1.1\r\nHost: x\rX-A: b\r\n\r\n",
    *(
        GET + line + b"\r\n\r\n"
        for line in (
            b"X-A: a\0b", b"X-A: a\x01b", b"X-A: a\x7fb", b"X-A: a\xffb", b"nonsense", b": value", b"X[a]: b",
            b"X A: b", b"X-A : b", b"X\xe9: b", b"X-A",
            b" X-A: b", b"\tX-A: b", b"X-A: b\r\n c", b"@: b", b"X-A:: b",
        )
    ),
    *(
        line + b"\r\nHost: x\r\n\r\n"
        for line in (
            b"GET /health now HTTP/1.1", b"GET /health\x01 HTTP/1.1", b"GET /health\x00 HTTP/1.1",
            b"GET /hea\x7flth HTTP/1.1", b"GET health HTTP/1.1",
            b"CONNECT x:80 HTTP/1.1", b"CONNECT /health HTTP/1.1", b"GET ftp://x/health HTTP/1.1",
            b"GET  /health HTTP/1.1", b"GET /health  HTTP/1.1",
            b" GET /health HTTP/1.1", b"GET\t/health\tHTTP/1.1", b"GET /health http/1.1", b"GET /health HTTP/2.0",
            b"GET /health HTTP/1.10", b"GET /health HTTP/1.2",
            b"GET /health HTTP/0.9", b"GET /health HTTP/11", b"GET /health HTTP/1.1 ", b"GET /health", b"GET", b"",
            b"/health", b"G(T /health HTTP/1.1",
            b"G\xc9T /health HTTP/1.1", b"GET /health HTTPS/1.1", b"PRI * HTTP/2.0", b"A" * 100 + b" /health HTTP/1.1",
            b"A" * 2000 + b" /health HTTP/1.1",
        )
    ),
    bytes.fromhex("16030100a5010000a10303") + b"\0" * 60 + b"\r\n\r\n",
    b"\r\n" + GET + b"\r\n",
    b"\r\n\r\n" + GET + b"\r\n",
    b"\n" + GET + b"\r\n",
    b"\0" * 100 + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
)  # fmt: skip
CHUNKS: tuple[bytes, ...] = (
    b"2\r\n{}\r\n0\r\n\r\n", b"0\r\n\r\n", b"00000002\r\n{}\r\n000\r\n\r\n", b"2;a=b\r\n{}\r\n0;c\r\n\r\n",
    b'2;a="b;c"\r\n{}\r\n0\r\n\r\n', b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
    b"2\r\n{}\r\n0\r\nX-Trailer: 1\r\n\r\n", b"2\r\n{}\r\n0\r\nContent-Length: 50\r\n\r\n",
    b"2\r\n{}\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"2\r\n{}\r\n0\r\n" + KEY + b"X-Request-Id: trailer\r\n\r\n", b"2\r\n{}\r\n0\r\nbad trailer\r\n\r\n",
    b"2\r\n{}\r\n0\r\nHost: y\r\n\r\n", b"2\r\n{}\r\n0\r\n X: y\r\n\r\n",
    b"xyz\r\n{}\r\n0\r\n\r\n", b"-2\r\n{}\r\n0\r\n\r\n", b"+2\r\n{}\r\n0\r\n\r\n", b"0x2\r\n{}\r\n0\r\n\r\n",
    b" 2\r\n{}\r\n0\r\n\r\n", b"2 \r\n{}\r\n0\r\n\r\n", b"2;\r\n{}\r\n0\r\n\r\n",
    b"ffffffffffffffff1\r\n{}\r\n0\r\n\r\n", b"ffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    b"7fffffffffffffff\r\n{}\r\n0\r\n\r\n", b"\r\n{}\r\n0\r\n\r\n", b"2\n{}\n0\n\n",
    b"2\r\n{}XX0\r\n\r\n", b"3\r\n{}\r\n0\r\n\r\n", b"1\r\n{}\r\n0\r\n\r\n", b"2\r\n{}\r\n0\r\n", b"2\r\n{}\r\n",
    b"2\r\n{", b"2;" + b"e" * 5000 + b"\r\n{}\r\n0\r\n\r\n",
    b"2\r\n{}\r\n0\r\n" + b"X-T: " + b"t" * 20_000 + b"\r\n\r\n", b"11000\r\n" + b" " * 0x11000 + b"\r\n0\r\n\r\n",
    b"400\r\n" + b" " * 0x400 + b"\r\n0\r\n\r\n",
    (b"1000\r\n" + b" " * 0x1000 + b"\r\n") * 15 + b"2\r\n{}\r\n0\r\n\r\n",
    (b"1000\r\n" + b" " * 0x1000 + b"\r\n") * 17 + b"0\r\n\r\n",
    b"1\r\n \r\n" * 500 + b"2\r\n{}\r\n0\r\n\r\n", b"A\r\n{        }\r\n0\r\n\r\n", b"a\r\n{        }\r\n0\r\n\r\n",
)  # fmt: skip
NEAR = (-1, 0, 1, 100)
SIZED = ("target", "header", "body", "fields", "method and target", "declared")
SIZES = [(what, near) for what in SIZED for near in NEAR]
ABILITIES = ("Connection: close", "Connection: keep-alive", "Connection: Close", "Connection: x, close", "X-Nothing: 0")


def pipeline(label: str, messages: list[Message]) -> Exchange:
    """Several requests sent at once."""
    return Exchange(label, tuple(method_of(one) for one in messages), (Send(tuple(messages)),))


def refused(plan: Plan) -> list[Exchange]:
    """Followed by another request, which must not be read as one if the framing is in doubt."""
    request = plan.turn("refused framing", REFUSED)
    return [pipeline("framing", [Message(request), Message(SMUGGLED)])]


def chunked(plan: Plan) -> list[Exchange]:
    path = plan.rng.choice((b"/user-auth", b"/user-auth/verify-session", b"/users", b"/nothing"))
    head = HEAD.replace(b"/user-auth", path) + b"Transfer-Encoding: chunked\r\n\r\n"
    behind = [Message(GET + b"\r\n")] if plan.rng.random() < 0.5 else []
    return [pipeline("chunks", [Message(head + plan.turn("chunks", CHUNKS)), *behind])]


def _sized(what: str, near: int) -> Message:
    if what == "target":
        return Message(b"GET /" + b"t" * (TARGET_BYTES_MAX - 1 + near) + b" HTTP/1.1\r\nHost: x\r\n" + KEY + b"\r\n")
    if what == "method and target":
        line = b"M" * (70 + near) + b" /" + b"t" * (TARGET_BYTES_MAX - 20) + b" HTTP/1.1\r\n"
        return Message(line + b"Host: x\r\n" + KEY + b"\r\n")
    if what == "header":
        padding = HEADER_BYTES_MAX - len(b"Host: x\r\nX-P: \r\n\r\n") + near
        return Message(GET + b"X-P: " + b"p" * padding + b"\r\n\r\n")
    if what == "fields":
        fields = (b"X-%06d: %s\r\n" % (i, b"f" * 20) for i in range(HEADER_BYTES_MAX // 32 + near))
        return Message(GET + b"".join(fields) + b"\r\n")
    if what == "declared":
        return Message(HEAD + b"Content-Length: %d\r\n\r\n{}" % (BODY_BYTES_MAX + 1000 * (near + 2)))
    body = b'{"session":"x"}'
    return Message(HEAD + b"Content-Length: @@length@@\r\n\r\n", body + b" " * (BODY_BYTES_MAX - len(body) + near))


def sized(plan: Plan) -> list[Exchange]:
    """Sizes around the limits of target, header and body."""
    request = _sized(*plan.turn("size", SIZES))
    behind = [Message(GET + b"\r\n")] if plan.rng.random() < 0.3 else []
    return [pipeline("limits", [request, *behind])]


def _plain(plan: Plan) -> Message:
    """A request of no consequence that is answered, good or refused."""
    return plan.rng.choice((
        message("GET /health"),
        message("GET /users/5"),
        message("HEAD /users/5"),
        message("GET /users?limit=2"),
        message("GET /users"),
        message("HEAD /users"),
        message("GET /nothing", key=None),
        message("PATCH /users"),
        message("OPTIONS /users", "Origin: http://localhost:3000", "Access-Control-Request-Method: PUT", key=None),
        message("POST /user-auth/verify-session", body={"session": plan.session()}),
        message("POST /user-auth/verify-token", f"Authorization: Bearer {plan.token()}"),
        message("POST /user-auth", body="{"),
        message("POST /user-auth/logout", body={"session": "x"}),
        message("PUT /users/6", body={"first_name": "Piped"}),
        message("POST /users", body={"first_name": ""}, content_type="text/plain"),
    ))  # fmt: skip


def kept(plan: Plan) -> list[Exchange]:
    """Requests one after the other on one connection; one of them may ask to close it."""
    messages = [_plain(plan) for _ in range(plan.rng.randint(2, 8))]
    if plan.rng.random() < 0.5:
        version = plan.rng.choice(("HTTP/1.1", "HTTP/1.0"))
        messages.append(message("GET /users/5", plan.rng.choice(ABILITIES), version=version))
        messages.append(message("GET /health"))
    methods = tuple(method_of(one) for one in messages)
    steps: list[Send | Read] = []
    for one in messages:
        steps += [Send((one,)), Read(method_of(one))]
    return [Exchange("kept connections", methods, tuple(steps))]


def pipelined(plan: Plan) -> list[Exchange]:
    """Requests sent at once; one of them may be unreadable, and ends the connection."""
    messages = [_plain(plan) for _ in range(plan.rng.randint(2, 40))]
    if plan.rng.random() < 0.3:
        messages.insert(plan.rng.randrange(len(messages)), Message(plan.rng.choice(REFUSED)))
    return [pipeline("pipelines", messages)]


def in_pieces(plan: Plan) -> list[Exchange]:
    """A request that arrives bit by bit."""
    whole = message("POST /user-auth/verify-session", body=b'{"session":"piece by piece"}')
    data = whole.head.replace(b"@@length@@", b"%d" % len(whole.body)) + whole.body
    cuts = sorted(plan.rng.sample(range(1, len(data)), plan.rng.randint(1, 20)))
    pieces = [data[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    return [Exchange("pieces", ("POST",), tuple(Send((Message(piece),)) for piece in pieces))]


def unfinished(plan: Plan) -> list[Exchange]:
    """The client stops in the middle of a request and closes its sending half."""
    whole = HEAD + b"Content-Length: 20\r\n\r\n" + b'{"email":"a@b.com"}'
    return [pipeline("pieces", [Message(whole[: plan.rng.randrange(len(whole))])])]


def continued(plan: Plan) -> list[Exchange]:
    """The body comes after the interim answer, or is never sent."""
    length = plan.turn("continued", (15, 15, 15, BODY_BYTES_MAX + 1, 0))
    expected = plan.rng.choice(("100-continue", "100-Continue"))
    fields = (f"Expect: {expected}", f"Content-Length: {length}", "Content-Type: application/json")
    path = plan.rng.choice(("/user-auth/verify-session", "/user-auth/logout", "/nothing"))
    head = message(f"POST {path}", *fields)
    steps: tuple[Send | Read, ...] = (Send((head,)), Read("POST"))
    if length == 15:
        steps += (Send((Message(b'{"session":"x"}'),)), Read("POST"))
    behind = (Send((message("GET /health"),)),) if plan.rng.random() < 0.5 else ()
    return [Exchange("Expect: 100-continue", ("POST", "GET"), (*steps, *behind))]


def http_1_0(plan: Plan) -> list[Exchange]:
    target = plan.rng.choice(("/health", "/users/5", "/nothing", "/users?limit=3"))
    kept_alive = plan.rng.choice(((), ("Connection: keep-alive",)))
    host = plan.rng.choice((None, "Host: x"))
    first, second = (message(f"GET {target}", *kept_alive, host=host, version="HTTP/1.0") for _ in range(2))
    return [Exchange("HTTP/1.0", ("GET", "GET"), (Send((first,)), Read(), Send((second,)))), single("HTTP/1.0", first)]
