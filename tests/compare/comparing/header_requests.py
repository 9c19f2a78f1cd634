"""Keys, origins, request ids and other header fields."""

from harness.program import API_KEY

from .exchange import Exchange
from .path_requests import label_of
from .plan import KEY_LINE, Plan, message, single
from .programs import SECOND_API_KEY

GUARDED = (
    "GET /users?limit=1", "GET /users/3", "POST /users", "POST /user-auth", "POST /user-auth/verify-token",
    "GET /nothing",
    "PATCH /users",
)  # fmt: skip
KEY_FIELDS: tuple[tuple[str, ...], ...] = (
    (), ("X-API-Key:",), ("X-API-Key: ",), ("X-API-Key: wrong",), (KEY_LINE,), (KEY_LINE, KEY_LINE),
    (KEY_LINE, "X-API-Key: wrong"),
    ("X-API-Key: wrong", KEY_LINE), ("X-API-Key:", KEY_LINE), ("X-API-Key:", "X-API-Key:"), (f"x-api-key: {API_KEY}",),
    (f"X-API-KEY:{API_KEY}",),
    (f"X-API-Key:   {API_KEY}  \t",), (f"X-API-Key: {SECOND_API_KEY}",), (KEY_LINE, f"X-API-Key: {SECOND_API_KEY}"),
    (KEY_LINE[:-1],),
    (KEY_LINE + "x",), (f"X-API-Key: {API_KEY.upper()}",), (f"X-API-Key: {API_KEY},{SECOND_API_KEY}",),
    (f'X-API-Key: "{API_KEY}"',),
    ("X-API-Key: ü",), ("X-API-Key: \udcff",), (f"X-API-Key: {'a' * 8000}",), (f"Authorization: {API_KEY}",),
    (f"Api-Key: {API_KEY}",),
    (f"X_API_Key: {API_KEY}",), (f"Cookie: X-API-Key={API_KEY}",), (f"X-API-Key-: {API_KEY}",),
    (f"X-API-Key: {API_KEY} {API_KEY}",),
)  # fmt: skip
ALLOWED = ("https://app.example.com", "http://localhost:3000")
ORIGINS: tuple[tuple[str, ...], ...] = (
    (), *((f"Origin: {origin}",) for origin in (
        *ALLOWED, "https://evil.example", "null", "", "*", "https://APP.example.com", "https://app.example.com/",
        "http://app.example.com",
        "https://app.example.com:443", "https://app.example.com.evil.example", "http://localhost",
        "http://127.0.0.1:3000", "x" * 3000,
        "https://app.example.com, https://evil.example",
    )),
    ("Origin: https://app.example.com", "Origin: https://app.example.com"),
    ("Origin: https://evil.example", "Origin: https://app.example.com"),
)  # fmt: skip
ASKED: tuple[tuple[str, ...], ...] = (
    (), ("Access-Control-Request-Method: POST",),
    ("Access-Control-Request-Method: DELETE", "Access-Control-Request-Headers: x-api-key"),
    ("Access-Control-Request-Method:",),
    ("Access-Control-Request-Method: FOO", "Access-Control-Request-Private-Network: true"),
)  # fmt: skip
PREFLIGHTS = [(origin, asked) for origin in ORIGINS for asked in ASKED]
REQUEST_IDS = (
    "client-1", "a", "A.b_c-9", "a" * 64, "a" * 65, "", " ", "with space", "ümlaut", "semi;colon", "sl/ash", "..", "-",
    "_", 'qu"ote', "<x>", "0",
    "tab\there", "a,b", "%41", "a" * 1000, "{}", "null",
)  # fmt: skip
FIELDS: tuple[tuple[str, ...], ...] = (
    ("Accept: text/html",), ("Accept: application/xml;q=1, */*;q=0",), ("Accept-Encoding: gzip, br",),
    ("Accept-Language: de",), ("Range: bytes=0-3",),
    ("If-None-Match: *",), ("If-Modified-Since: Wed, 21 Oct 2015 07:28:00 GMT",), ("Cookie: session=x",),
    ("Upgrade: websocket", "Connection: Upgrade"),
    ("Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAAQAAP__"), ("TE: trailers",),
    ("Via: 1.1 proxy",), ("Max-Forwards: 0",),
    ("X-HTTP-Method-Override: DELETE",), ("Forwarded: for=203.0.113.9",), ("X-Forwarded-Proto: https",),
    ("X-Forwarded-Host: evil.example",),
    ("X-Empty:",), ("X-Long: " + "a" * 4000,), tuple(f"X-Many-{i}: {i}" for i in range(100)), ("Expect: 100-continue",),
    ("Expect: 100-Continue",),
    ("Expect: something",), ("Expect:",), ("Expect: 100-continue, x",),
    ("Expect: 100-continue", "Expect: 100-continue"), ("Connection: close",),
    ("Connection: keep-alive",), ("Connection: close, keep-alive",), ("Connection: x",), ("Connection:",),
    ("Proxy-Connection: close",),
    ("Keep-Alive: timeout=5",), ("Content-Length: 0",), ("Transfer-Encoding:",), ("Trailer: X-A",),
    ("User-Agent: a", "User-Agent: b"),
)  # fmt: skip
HOSTS = (
    "Host: x", "Host:", "Host: x:1", "Host: EXAMPLE.com", "Host: [::1]:80", "Host: a b", "Host: a/b", "Host: ü",
    "host: x",
    "HOST:x", None,
)  # fmt: skip
ORIGIN_TARGETS = (
    "GET /health", "GET /users?limit=1", "GET /users/3", "GET /nothing", "PATCH /users", "POST /user-auth",
    "GET bad target",
)  # fmt: skip
ID_TARGETS = ("GET /health", "GET /users/999999", "GET /nothing", "POST /user-auth", "HEAD /users/999999")
FIELD_TARGETS = (
    "GET /", "GET /users?limit=2", "GET /users/3", "POST /user-auth/logout", "HEAD /health", "DELETE /users/999999",
)  # fmt: skip


def keys(plan: Plan) -> list[Exchange]:
    fields = plan.turn("key fields", KEY_FIELDS)
    routes = plan.rng.sample(GUARDED, 2)
    query = f"GET /users?api_key={API_KEY}"
    return [
        *(single("keys", message(route, *fields, key=None)) for route in routes),
        single("keys", message(query, *fields, key=None)),
    ]


def preflight(plan: Plan) -> list[Exchange]:
    """With and without a key, on a path that exists and on one that does not."""
    origin, asked = plan.turn("preflight", PREFLIGHTS)
    path = plan.rng.choice(("/users", "/users/3", "/", "/user-auth", "/nothing", "*", "/health"))
    key = plan.rng.choice((None, None, KEY_LINE))
    return [single("OPTIONS (preflight)", message(f"OPTIONS {path}", *origin, *asked, key=key))]


def origins(plan: Plan) -> list[Exchange]:
    """On answers of every kind: good, refused, unrouted, unreadable."""
    origin = plan.turn("origin", ORIGINS)
    target = plan.rng.choice(ORIGIN_TARGETS)
    return [single("origins", message(target, *origin, key=key)) for key in (KEY_LINE, None)]


def request_ids(plan: Plan) -> list[Exchange]:
    value = plan.turn("request id", REQUEST_IDS)
    target = plan.rng.choice(ID_TARGETS)
    more = plan.rng.choice(((), (), (f"X-Request-Id: {value}",), ("X-Request-Id: client-2",)))
    return [single("request ids", message(target, f"X-Request-Id: {value}", *more))]


def other_fields(plan: Plan) -> list[Exchange]:
    fields = plan.turn("fields", FIELDS)
    target = plan.rng.choice(FIELD_TARGETS)
    body = {"session": "x"} if target.startswith("POST") else None
    method, path = target.split(" ")
    label = label_of(method, path.replace("?limit=2", "?…").replace("999999", "{id}"))
    return [single(label, message(target, *fields, body=body))]


def hosts(plan: Plan) -> list[Exchange]:
    host = plan.turn("host", HOSTS)
    version = plan.rng.choice(("HTTP/1.1", "HTTP/1.0"))
    more = plan.rng.choice(((), ("Host: y",), ("Connection: keep-alive",)))
    target = plan.rng.choice(("GET /health", "GET /users/3"))
    return [single("hosts", message(target, *more, host=host, version=version))]
